"""Deliberately broken gateways: at least one for each rule, so that each check has been seen to fail.

Each is the real gateway behind a thin layer that bends what goes through it (`layers.py`). `zoo.py` is the table: which
layer, and which checks have to turn red.
"""
