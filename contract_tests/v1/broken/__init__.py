"""Gateways that break the published contract on purpose. `zoo.py` has them all."""
