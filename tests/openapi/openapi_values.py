"""The values of a document's schemas in tests: the Python type behind a schema, and examples, whole and spoiled.

Must not know: what any contract says (`openapi_tables.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from openapi_reading import READINGS, Reading
from openapi_tables import TABLES
from pydantic import BaseModel, TypeAdapter, ValidationError


@cache
def types_of(reading: Reading) -> dict[str, TypeAdapter[Any]]:
    """Schema name to the Python type of that name."""
    named = {name: value for module in TABLES[str(reading)].modules for name, value in vars(module).items()}
    return {name: TypeAdapter(named[name]) for name in reading.schemas if name in named}


def accepts(reading: Reading, name: str, value: object) -> bool:
    """Whether the model takes a value."""
    try:
        types_of(reading)[name].validate_python(value)
    except ValidationError:
        return False
    return True


def unknown_fields(value: object) -> set[str]:
    """The fields of a model, and of what is in it, that the model does not have."""
    if isinstance(value, BaseModel):
        inner = {name for field in value.model_fields_set for name in unknown_fields(getattr(value, field))}
        return inner | set(value.model_extra or ())
    return {name for item in value for name in unknown_fields(item)} if isinstance(value, list) else set()


def spoiled(example: object) -> Iterator[tuple[str, object]]:
    """The example, spoiled in one field at a time: left out, or of another kind."""
    if not isinstance(example, dict):
        return
    for field in example:
        yield f"{field} left out", {key: value for key, value in example.items() if key != field}
        for wrong in (17.5, "", "wrong", [17.5], [], {"wrong": 17.5}, None, True):
            yield f"{field} is {wrong!r}", {**example, field: wrong}


every_schema = pytest.mark.parametrize(
    ("reading", "name"),
    [
        pytest.param(reading, name, id=f"{reading}-{name}")
        for reading in READINGS.values()
        for name in sorted(reading.schemas)
    ],
)
every_example = pytest.mark.parametrize(
    ("reading", "name", "example"),
    [
        pytest.param(reading, name, example, id=f"{reading}-{name}-{number}")
        for reading in READINGS.values()
        for name in types_of(reading)
        for number, example in enumerate(TABLES[str(reading)].schema_examples[name])
    ],
)
