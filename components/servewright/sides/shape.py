"""
A value held against one of our own JSON Schemas: the first place where it does not fit.

Only what these schemas use is known here. Fields that they do not name are let pass, a later release may have added them; of those that
they require only what the reader reads must be there, an earlier release may not have had the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Step = str | int
Misfit = tuple[tuple[Step, ...], str]
Schema = Mapping[str, Any]

_TYPES: Final[Mapping[str, Callable[[Any], bool]]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}


def misfit(value: object, schema: Schema, read: Container[str]) -> Misfit | None:
    """
    Return path and message of the first value in *value* that *schema* refuses, None where it fits; *read* are names that must be there.

    >>> misfit({"n": [1, "a"]}, {"type": "object", "properties": {"n": {"items": {"type": "integer"}}}}, ())
    (('n', 1), 'must be integer')
    """
    return next(_misfits(value, schema, _Reading(root=schema, read=read), ()), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """
    The whole schema, and the names that must be there.
    """

    root: Schema
    read: Container[str]


def _misfits(value: object, schema: Schema, reading: _Reading, path: tuple[Step, ...]) -> Iterator[Misfit]:
    if "$ref" in schema:
        yield from _misfits(value, reading.root["$defs"][schema["$ref"].rsplit("/", 1)[-1]], reading, path)
        return
    yield from ((path, message) for message in _alone(value, schema))
    options = schema.get("oneOf") or schema.get("anyOf")
    if options:
        yield from _options(value, options, reading, path)
    if isinstance(value, dict):
        yield from _fields(value, schema, reading, path)
    if isinstance(value, list) and "items" in schema:
        for number, item in enumerate(value):
            yield from _misfits(item, schema["items"], reading, (*path, number))


def _alone(value: object, schema: Schema) -> Iterator[str]:
    """
    Yield what is wrong with *value* itself.
    """
    if "type" in schema:
        wanted = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if not any(_TYPES[name](value) for name in wanted):
            yield f"must be {' or '.join(wanted)}"
            return
    if "const" in schema and value != schema["const"]:
        yield f"must be {schema['const']}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"must be one of {', '.join(str(each) for each in schema['enum'])}"
    if isinstance(value, str) and "pattern" in schema and re.search(schema["pattern"], value, re.ASCII) is None:
        yield f"must look like {schema['pattern']}"


def _options(value: object, options: list[Schema], reading: _Reading, path: tuple[Step, ...]) -> Iterator[Misfit]:
    """
    Yield the fault of the option that comes nearest: the one whose fault lies deepest.
    """
    found = [next(_misfits(value, option, reading, path), None) for option in options]
    if all(found):
        yield max((each for each in found if each is not None), key=lambda each: len(each[0]))


def _fields(value: dict[str, Any], schema: Schema, reading: _Reading, path: tuple[Step, ...]) -> Iterator[Misfit]:
    yield from ((path, f"must have {name}") for name in schema.get("required", ()) if name in reading.read and name not in value)
    for name, inner in schema.get("properties", {}).items():
        if name in value:
            yield from _misfits(value[name], inner, reading, (*path, name))
