"""What is never written: keys, tokens, passwords, wherever they stand.

A recording takes only known fields of known objects, and no header at all. This is the second fence, for what people
and tools put into texts. Owns: what looks like a key. Must not know: where a text comes from.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from math import log2

REMOVED = "[removed]"
"""What stands where something was left out."""

_KNOWN = re.compile(
    r"""(?x)
    \b(?:sk|pk|rk|tfy|glpat|ghp|gho|ghu|ghs|ghr|github_pat|xox[abeoprs]|hf|npm|pypi|AIza|ya29|SG|whsec|key|pat|shpat|dop_v1)
        [-_.][A-Za-z0-9][A-Za-z0-9_.-]{11,}
    | \bAIza[A-Za-z0-9_-]{20,}
    | \b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}
    | \beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*)*
    | -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----.*?(?:-----END\ [A-Z ]*PRIVATE\ KEY-----|\Z)
    | (?<=://)[^\s/@:]+:[^\s/@]+(?=@)
    | (?i:(?<=bearer\ )|(?<=basic\ )|(?<=token\ ))[A-Za-z0-9._~+/=-]{8,}
    | (?i:(?:api[_-]?key|access[_-]?key|secret|password|passwd|token|authorization)["']?\s*[=:]\s*["']?)
        (?!\[removed)[^\s"',;&}]{4,}
    """,
    re.DOTALL,
)
_RUN = re.compile(r"[A-Za-z0-9_+/=-]{24,}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NAMES = re.compile(
    r"(?i)(?:^|[_-])(?:api[_-]?key|access[_-]?key|private[_-]?key|secret|password|passwd|pwd|token|credentials?"
    r"|authorization|bearer|cookie)s?$|^(?:apikey|accesstoken|clientsecret|privatekey)$"
)
_SEPARATORS = re.compile(r"[_+/=-]+")
_SHORTEST = 20
"""Characters of a key that is one run without separators."""
_RANDOM = 3.5
"""Bits per character from which on a long run of letters and digits is taken for a key."""


class Fence:
    """Takes keys out of texts. Keys that were sent in headers are learnt, so that they are found anywhere."""

    def __init__(self) -> None:
        self._sent: set[str] = set()

    def learn(self, header: str) -> None:
        """The value of an Authorization header, or of another that carries a key."""
        for word in header.split():
            if len(word) >= 4 and word.casefold() not in ("bearer", "basic", "token", "digest"):
                self._sent.add(word)

    def clean(self, text: str) -> str:
        """A text without what is or looks like a key."""
        for key in self._sent:
            text = text.replace(key, REMOVED)
        if len(text) < 8:
            return text
        text = _KNOWN.sub(REMOVED, text)
        return _RUN.sub(lambda found: REMOVED if looks_drawn(found[0]) else found[0], text)

    def clean_data(self, value: object) -> object:
        """Data without keys; the values of names such as `password` go whatever they are."""
        if isinstance(value, str):
            return self.clean(value)
        if isinstance(value, Mapping):
            return {self.clean(str(name)): self._of(str(name), item) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.clean_data(item) for item in value]
        return value

    def _of(self, name: str, value: object) -> object:
        if _NAMES.search(name) and isinstance(value, str) and value:
            return REMOVED
        return self.clean_data(value)

    def is_clean(self, text: str) -> bool:
        """Whether a text holds none of the keys that were sent."""
        return not any(key in text for key in self._sent)


def looks_drawn(run: str) -> bool:
    """Whether a run of letters and digits looks drawn at random, as keys do and words, paths and dates do not."""
    if _UUID.fullmatch(run):
        return False
    parts = _SEPARATORS.split(run)
    if any(_is_drawn(part) for part in parts if len(part) >= _SHORTEST):
        return True
    # A key may hold such characters itself; a path or a name made of words has words between them.
    has_word = any(len(part) > 3 and part.isalpha() and (part.islower() or part.istitle()) for part in parts)
    return not has_word and _is_drawn(run) and any(map(str.isupper, run)) and any(map(str.islower, run))


def _is_drawn(run: str) -> bool:
    digits = sum(character.isdigit() for character in run)
    if not digits or not any(map(str.isalpha, run)):
        return False
    entropy = -sum(count / len(run) * log2(count / len(run)) for count in Counter(run).values())
    mixed = any(map(str.isupper, run)) and any(map(str.islower, run))
    is_hex = len(run) >= 32 and all(character in "0123456789abcdefABCDEF" for character in run)
    return is_hex or (entropy >= _RANDOM and (mixed or digits >= len(run) // 5))
