"""
The JSON Schema of the spec, made from its fields, for editors and other tools.

It says what stands where and in which form; the rules across fields and the catalogue's names are checked by the loader alone.
The texts below the fields are read from the source here and not by pydantic at import, where they would cost every start 0.1 s.
"""

from __future__ import annotations

import ast
import inspect
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from servewright.spec.model import Spec
from servewright.spec.structure import parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

SCHEMA_ID = "https://servewright.dev/schemas/spec-v1.json"


def spec_schema() -> dict[str, Any]:
    """
    Return the JSON Schema (2020-12) of a spec.
    """
    made = Spec.model_json_schema(by_alias=True)
    parts: set[type[BaseModel]] = {Spec, *_below(Spec)}
    for part in parts:
        described = made if part is Spec else made["$defs"][part.__name__]
        for name, text in _texts(part):
            written = part.model_fields[name].alias or name
            described["properties"][written] = {"description": text, **described["properties"][written]}
    title = "Servewright spec, servewright.dev/v1"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID, "title": title, **_plain(made)}


def _below(part: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for info in part.model_fields.values():
        for inner in parts_of(info.annotation):
            yield inner
            yield from _below(inner)


def _texts(part: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """
    Yield the name of each field of *part* with the text that stands below it in the source.
    """
    (definition,) = ast.parse(inspect.getsource(part)).body
    if isinstance(definition, ast.ClassDef):
        for field, text in pairwise(definition.body):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(text, ast.Expr):
                yield field.target.id, str(ast.literal_eval(text.value))


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """
    Return *schema* without what only repeats (titles, null for absent), and with descriptions on one line.
    """
    result: dict[str, Any] = {}
    for key, value in schema.items():
        if (key == "title" and isinstance(value, str)) or (key == "default" and value is None):
            continue
        result[key] = " ".join(value.split()) if key == "description" and isinstance(value, str) else _each(value)
    return result


def _each(value: object) -> object:
    if isinstance(value, dict):
        return _plain(value)
    return [_each(entry) for entry in value] if isinstance(value, list) else value
