"""The judge: which rules of the contract a client keeps.

Owns: cases, adapters, the truth that observations are held against, verdicts, results. It may use everything that
runs a gateway; nothing of that may use it. Start reading at `runner.py`; `adapters/protocol.py` is what clients speak.
"""
