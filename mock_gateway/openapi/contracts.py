"""The contracts that there are, and what else has a document and a page.

Owns: the selection, and nothing else. What a contract is: `facts.py`; what one says: `beta/contract.py`,
`v1/contract.py`; the admin API, which is nobody's contract: `admin/contract.py`.
"""

from __future__ import annotations

from mock_gateway.openapi.admin.contract import ADMIN
from mock_gateway.openapi.beta.contract import BETA
from mock_gateway.openapi.facts import Contract
from mock_gateway.openapi.v1.contract import V1

CONTRACTS: tuple[Contract, ...] = (BETA, V1)
DOCUMENTED: tuple[Contract, ...] = (*CONTRACTS, ADMIN)
