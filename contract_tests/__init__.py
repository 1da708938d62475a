"""Tests of the documented contract, black box over HTTP: any gateway that speaks it can be put to them.

Three layers, each knowing only those before it:

    sse.py, client.py, worlds.py       the vocabulary: what one can say to a gateway, and hear
    shapes.py, fold.py, grammar.py     the judge: which events a turn may have, in which order, rule by rule
    checks/, register.py               the checks: one per rule of the contract, and the table of all rules

`broken/` holds a deliberately broken gateway for each rule, so that no check is believed before it was seen to fail.
"""
