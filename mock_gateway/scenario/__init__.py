"""The scenario language: YAML files to agents.

Owns: everything between a file and `core.script.Agent`. Must not know: anything of the package but `core`.
Read `language.py` and `vocabulary.py` for the keys, `compile.py` and `scripts.py` for what becomes of them,
`library.py` for folders and changes.
"""

from mock_gateway.scenario.errors import Mistake, ScenarioErrors
from mock_gateway.scenario.gallery import gallery_path
from mock_gateway.scenario.library import Library, Reload, load_text
from mock_gateway.scenario.schema import json_schema

__all__ = ["Library", "Mistake", "Reload", "ScenarioErrors", "gallery_path", "json_schema", "load_text"]
