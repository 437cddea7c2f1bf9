"""
Values held against our own schemas.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest

from previews import preview
from servewright.report.export import preview_value
from servewright.sides.shape import misfit

PREVIEW = json.loads(files("servewright.report").joinpath("schemas/preview-v1.json").read_text(encoding="utf-8"))
ALL = frozenset(("a", "b", *PREVIEW["required"]))

REFUSED: dict[str, tuple[dict[str, Any], Any, tuple[tuple[str | int, ...], str]]] = {
    "type": ({"type": "string"}, 1, ((), "must be string")),
    "types": ({"type": ["string", "null"]}, 1, ((), "must be string or null")),
    "a boolean is no number": ({"type": "integer"}, True, ((), "must be integer")),
    "const": ({"const": "x"}, "y", ((), "must be x")),
    "enum": ({"enum": ["x", "y"]}, "z", ((), "must be one of x, y")),
    "pattern": ({"type": "string", "pattern": "^[0-9]+$"}, "1a", ((), "must look like ^[0-9]+$")),
    "missing": ({"type": "object", "required": ["a"]}, {}, ((), "must have a")),
    "inside": ({"properties": {"a": {"items": {"type": "null"}}}}, {"a": [None, 1]}, (("a", 1), "must be null")),
    "reference": ({"$defs": {"x": {"type": "null"}}, "properties": {"a": {"$ref": "#/$defs/x"}}}, {"a": 1}, (("a",), "must be null")),
    "nearest option": (
        {"oneOf": [{"type": "null"}, {"type": "object", "properties": {"a": {"type": "null"}}}]},
        {"a": 1},
        (("a",), "must be null"),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_the_first_misfit_is_named_with_its_place(case: str) -> None:
    """
    Path and message of what the schema refuses.
    """
    schema, value, expected = REFUSED[case]

    assert misfit(value, schema, ALL) == expected


def test_only_what_is_read_must_be_there_and_more_may_be() -> None:
    """
    A field that an earlier release did not have may be absent, one of a later release may be there.
    """
    schema = {"type": "object", "required": ["a", "new"], "properties": {"a": {"type": "string"}}, "additionalProperties": False}

    assert misfit({"a": "x", "later": 1}, schema, ALL) is None


def test_a_preview_fits_its_schema() -> None:
    """
    What is written is read; the schema uses nothing that is not understood here.
    """
    assert misfit(json.loads(json.dumps(preview_value(preview()))), PREVIEW, ALL) is None


def keywords(node: Any) -> set[str]:
    """
    Return the schema keywords below *node*.
    """
    if not isinstance(node, dict):
        return set()
    named = {inner for name in ("properties", "$defs") for inner in map(json.dumps, node.get(name, {}).values())}
    nested = [json.loads(text) for text in named] + [node.get("items"), *node.get("oneOf", ())]
    return set(node) | {word for inner in nested for word in keywords(inner)}


def test_every_constraint_of_the_format_is_known_here() -> None:
    """
    A keyword that the schema gains must be held here too, or be named as one that is let pass.
    """
    held = {"$ref", "$defs", "type", "const", "enum", "pattern", "oneOf", "properties", "required", "items"}
    let_pass = {
        "$schema",
        "$id",
        "title",
        "description",
        "additionalProperties",
        "format",
        "minimum",
        "exclusiveMinimum",
        "maximum",
        "minItems",
        "maxItems",
    }

    assert keywords(PREVIEW) - held - let_pass == set()
