"""Faults that know the protocol: what can go wrong on the wire, on demand, at a named place, the same in every run.

`catalogue.py` has every kind of fault as data; `specs.py` reads one that a user wrote; `board.py` keeps those that are
set. Delivery is `http/faulted.py`'s: nothing here sends, waits or knows a dialect.
"""
