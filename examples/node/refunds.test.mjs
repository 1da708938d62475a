// Each test has a base path of its own, which is a world of its own, so they can run side by side:
//
//   mock-gateway exec --scenarios examples/scenarios --speed 0 --strict -- node --test examples/node

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { randomUUID } from "node:crypto";
import { Refunds } from "./refunds.mjs";

/** @type {string} */
let world;

beforeEach(() => {
  world = `${process.env.GATEWAY_BASE_URL}/${randomUUID()}`;
});

test("a refund that is allowed is made", async () => {
  const said = await new Refunds(world, "any-key", () => true).ask("Please refund INV-2031.");

  assert.equal(said, "Let me look that up.Refund RF-9914 was processed.");
});

test("a refund that is denied is not made", async () => {
  const said = await new Refunds(world, "any-key", () => false).ask("Please refund INV-2031.");

  assert.match(said, /Nobody allowed it\.$/);
});

test("an agent that is not there is an error with the names of those that are", async () => {
  const refunds = new Refunds(world, "any-key", () => true);

  await assert.rejects(refunds.post("/sessions", { agent_name: "biling" }), /404 .*billing/);
});
