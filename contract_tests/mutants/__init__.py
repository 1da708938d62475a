"""The zoo of clients: one small client that keeps the contract, and many that have one bug each.

    python -m contract_tests.mutants            the client without a bug, as an adapter
    python -m contract_tests.mutants NAME       the client with one bug

The client is made of parts (`sse.py`, `fold.py`, `dialects.py`, `client.py`), each of small methods; a mutant is a
subclass of one part that overrides one of them (`of_*.py`). `zoo.py` has them all, with the case that each has to fail.
It uses nothing but Python itself, so that a bug in it is a bug of ours, and it starts at once.
"""
