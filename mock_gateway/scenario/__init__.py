"""The scenario language: YAML files to agents.

Read `language.py` and `vocabulary.py` for the keys, `compile.py` for what becomes of them, `library.py` for folders.
"""

from mock_gateway.scenario.errors import Mistake, ScenarioErrors
from mock_gateway.scenario.library import load_text

__all__ = ["Mistake", "ScenarioErrors", "load_text"]
