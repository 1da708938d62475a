"""The documented contract: its words, the judge of its streams, its checks. See `register.py`."""
