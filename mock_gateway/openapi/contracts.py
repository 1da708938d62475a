"""The contracts that there are.

Owns: the selection, and nothing else. What a contract is: `facts.py`; what one says: `beta/contract.py`.
"""

from __future__ import annotations

from mock_gateway.openapi.beta.contract import BETA
from mock_gateway.openapi.facts import Contract

CONTRACTS: tuple[Contract, ...] = (BETA,)
