"""The published contract, on the vocabulary and the trials of the documented one.

worlds.py                            sessions and turns in the words of this contract
shapes.py, fold.py, grammar.py       the judge of streams
ledger.py                            the judge of stored lists
scenes.py                            conversations that many checks look at, each held once
rules.py, checks/, register.py       the checks: one per rule, with the rule's sentence next to it
"""
