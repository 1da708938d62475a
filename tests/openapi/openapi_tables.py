"""The contracts, each written down a second time."""

from __future__ import annotations

from openapi_beta import BETA
from openapi_table import Table
from openapi_v1 import V1

TABLES: dict[str, Table] = {"beta": BETA, "v1": V1}
