"""One check for each rule: `async def check(target) -> None`, which raises `Violation` when the rule is broken.

A check judges its own rule alone. Where it cannot get as far as that, because the gateway breaks another rule on the
way, the violation carries that other rule's id. `register.py` says which check belongs to which rule.
"""
