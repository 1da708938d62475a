"""The fuzzer: the smallest story on which a client loses, doubles, mixes up or crashes.

`features.py` has what a story may be made of, as a table; `grow.py` draws stories; `search.py` looks for one that
breaks the client, makes it small, confirms it, leaves out what it needed, and goes on; `finds.py` writes it down.
A story is a case like those of the catalogue, so whatever it finds is run again by `check client --cases`.
"""
