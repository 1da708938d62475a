"""What went over the wire: one entry per request, one per turn that ended. Bounded; the oldest goes first.

Owns: nothing but the names below, which are all that the server's start needs. Everything else is asked for later:

    entries.py   what is remembered of a request and of a turn      book.py      the journal itself
    redact.py    no key is ever kept                                frames.py    what a stream sent, frame by frame
    queries.py   which entries                                      shapes.py    an entry as JSON, and back
    lines.py     JSON lines, and the file of `--journal`            har.py       for tools that read HAR
    check.py     what of a request breaks the contract              verify.py    expectations, and the verdict on them
    coverage.py  what was exercised, and what was not
"""

from mock_gateway.journal.book import Entry, Journal
from mock_gateway.journal.entries import Exchange, FaultNote, Sent, TurnEntry

__all__ = ["Entry", "Exchange", "FaultNote", "Journal", "Sent", "TurnEntry"]
