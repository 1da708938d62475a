"""`python -m mock_gateway.faults docs/faults.md`: make the reference in the page anew."""

from __future__ import annotations

import sys
from pathlib import Path

from mock_gateway.faults.reference import page

if __name__ == "__main__":
    where = Path(sys.argv[1])
    where.write_text(page(where.read_text(encoding="utf-8")), encoding="utf-8")
