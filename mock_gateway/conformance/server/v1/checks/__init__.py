"""Checks of the published contract, one module per area. `register.py` imports them all."""
