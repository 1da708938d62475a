"""Seeded ids: the same seed and the same requests give the same ids.

An id is the digest of (seed, what it is for, which one). Nothing random is kept between calls, so ids do not depend on
the order in which threads happen to run.
"""

from __future__ import annotations

from hashlib import blake2b
from random import Random


def digest(size: int, *parts: object) -> bytes:
    """`size` bytes that depend on all parts and nothing else."""
    return blake2b("/".join(map(str, parts)).encode(), digest_size=size).digest()


def random_for(*parts: object) -> Random:
    """A source of chance that depends on all parts and nothing else."""
    return Random(digest(8, *parts))


def uuid7(at: float, *parts: object) -> str:
    """A UUID version 7 (TRN-1) whose time is `at`, seconds since the epoch."""
    value = bytearray(max(0, int(at * 1000)).to_bytes(6, "big") + digest(10, *parts))
    value[6] = 0x70 | value[6] & 0x0F
    return _uuid_text(value)


def uuid4(*parts: object) -> str:
    """A UUID version 4."""
    value = bytearray(digest(16, *parts))
    value[6] = 0x40 | value[6] & 0x0F
    return _uuid_text(value)


def _uuid_text(value: bytearray) -> str:
    value[8] = 0x80 | value[8] & 0x3F
    text = value.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
