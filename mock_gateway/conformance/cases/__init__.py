"""The catalogue of cases: YAML files, one per family, and the scenarios that they share.

`load.py` reads them into `case.Case`. How a case is written is in docs/conformance.md.
"""

from mock_gateway.conformance.cases.case import Case, Expectation, Step
from mock_gateway.conformance.cases.load import CATALOGUE, load_cases

__all__ = ["CATALOGUE", "Case", "Expectation", "Step", "load_cases"]
