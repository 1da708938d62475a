// Reading server-sent events from bytes that come in any pieces (WHATWG HTML 9.2.5 and 9.2.6).
// Owns: characters, lines, fields, when an event is complete. Must not know: JSON, HTTP.

export class Parser {
  lastId = ""; // what a client that comes back has to send
  retry = null; // milliseconds to wait before coming back, where that was told
  #decoder = new TextDecoder(); // takes a byte order mark away, and keeps what is not complete
  #afterCr = false;
  #line = "";
  #data = [];
  #id = "";

  // The events that these bytes complete: { data, id }.
  feed(bytes) {
    const found = [];
    for (const line of this.lines(this.text(bytes))) {
      const message = this.take(line);
      if (message) found.push(message);
    }
    return found;
  }

  text(bytes) {
    return this.#decoder.decode(bytes, { stream: true });
  }

  // The lines that these characters complete. A CR ends its line at once; an LF behind it belongs to it.
  lines(text) {
    if (text && this.#afterCr && text.startsWith("\n")) text = text.slice(1);
    else if (!text) return [];
    this.#afterCr = text.endsWith("\r");
    const parts = text.split(/\r\n|\r|\n/);
    parts[0] = this.#line + parts[0];
    this.#line = parts.pop();
    return parts;
  }

  take(line) {
    if (line === "") return this.complete();
    if (line.startsWith(":")) return null;
    const colon = line.indexOf(":");
    if (colon < 0) this.field(line, "");
    else this.field(line.slice(0, colon), this.value(line.slice(colon + 1)));
    return null;
  }

  // One blank behind the colon is no part of the value.
  value(text) {
    return text.startsWith(" ") ? text.slice(1) : text;
  }

  field(name, value) {
    if (name === "data") this.#data.push(value);
    else if (name === "id" && !value.includes("\0")) this.#id = value;
    else if (name === "retry" && /^[0-9]{1,9}$/.test(value)) this.retry = Number(value);
  }

  // A blank line: the end of a block, and of an event if it has data.
  complete() {
    this.lastId = this.#id;
    const data = this.joined(this.#data);
    this.#data = [];
    return data === "" ? null : { data, id: this.lastId };
  }

  joined(lines) {
    return lines.join("\n");
  }
}
