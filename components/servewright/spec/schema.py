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

from servewright.spec.extends_fields import HEADING
from servewright.spec.model import Spec
from servewright.spec.structure import parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

SCHEMA_ID = "https://servewright.dev/schemas/spec-v1.json"
PART_SCHEMA_ID = "https://servewright.dev/schemas/spec-part-v1.json"


def spec_schema() -> dict[str, Any]:
    """
    Return the JSON Schema (2020-12) of a spec.
    """
    title = "Servewright spec, servewright.dev/v1"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID, "title": title, **described_schema(Spec)}


def described_schema(root: type[BaseModel]) -> dict[str, Any]:
    """
    Return the JSON Schema of the fields of *root*, with the texts below them.
    """
    made = root.model_json_schema(by_alias=True)
    parts: set[type[BaseModel]] = {root, *_below(root)}
    for part in parts:
        described = made if part is root else made["$defs"][part.__name__]
        for name, text in _texts(part):
            written = part.model_fields[name].alias or name
            described["properties"][written] = {"description": text, **described["properties"][written]}
    plain: dict[str, Any] = _plain(made)
    return plain


def part_schema() -> dict[str, Any]:
    """
    Return the JSON Schema of a file that extends others or that others extend: no field is required, and each may hold null or a parameter.
    """
    made = spec_schema()
    parts = {name: _open(part) for name, part in made["$defs"].items() if name not in _HEADING_PARTS}
    kept = {name: made["$defs"][name] for name in _HEADING_PARTS}
    root = _open({name: value for name, value in made.items() if name != "$defs"})
    root["properties"] |= {name: made["properties"][name] for name in HEADING}
    return {**root, "$id": PART_SCHEMA_ID, "title": f"Part of a {made['title']}", "$defs": {**parts, **kept}}


_HEADING_PARTS = ("BlueprintSpec", "DeprecatedSpec", "ExtendsSpec", "MigrationSpec", "ParameterSpec")
_LEFT_OPEN: tuple[dict[str, Any], ...] = ({"type": "null"}, {"type": "string", "pattern": r"\$\{"})


def _open(schema: dict[str, Any]) -> dict[str, Any]:
    """
    Return *schema* with nothing required and every value below it left open.
    """
    result = {key: value for key, value in schema.items() if key not in ("required", "minItems")}
    if "properties" in result:
        result["properties"] = {name: _or_open(value) for name, value in result["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(result.get(key), dict):
            result[key] = _or_open(result[key])
    for key in ("anyOf", "oneOf"):
        if key in result:
            result[key] = [_open(option) for option in result[key]]
    return result


def _or_open(schema: dict[str, Any]) -> dict[str, Any]:
    described = {"description": schema["description"]} if "description" in schema else {}
    inner = _open({key: value for key, value in schema.items() if key != "description"})
    return {**described, "anyOf": [inner, *_LEFT_OPEN]}


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
