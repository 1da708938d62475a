"""Adapters: how the judge speaks with a client in any language.

`protocol.py` is the protocol as a table; `channel.py` what a way to an adapter is; `process.py`, `http.py` and
`oneshot.py` are the three ways; `selftest.py` checks an adapter; `reference.py` is one.
"""
