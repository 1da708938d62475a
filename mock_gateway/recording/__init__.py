"""Recording a gateway, and telling where the mock and the real one no longer agree.

`proxy.py` stands between a client and the gateway, `witness.py` remembers what was sent and seen, `weave.py` and what
it uses make scripts of it, `writing.py` writes them as scenarios. `drift.py` compares two gateways.
"""
