"""
docs/preview-json.md lists every field of the format, as the schema has it.
"""

from __future__ import annotations

import json
import os
from importlib.resources import files
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[2] / "docs" / "preview-json.md"
MARK = "<!-- fields: made from report/schemas/preview-v1.json by tests/report/test_preview_json_page.py -->\n"
SCHEMA = json.loads(files("servewright.report").joinpath("schemas/preview-v1.json").read_text(encoding="utf-8"))


def kind(node: dict[str, Any]) -> str:
    """
    Return the type of a field in a word, with a link where it is one of the tables.
    """
    if "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{name})"
    if "oneOf" in node:
        return " or ".join(kind(option) for option in node["oneOf"])
    if "const" in node:
        return f"`{node['const']}`"
    types = node["type"] if isinstance(node["type"], list) else [node["type"]]
    if "array" in types:
        return f"list of {kind(node['items'])}"
    return " or ".join(types) + (": " + ", ".join(f"`{v}`" for v in node["enum"]) if "enum" in node else "")


def meaning(node: dict[str, Any]) -> str:
    """
    Return what a field means: its own text or that of what it refers to.
    """
    text = node.get("description") or SCHEMA["$defs"][node["$ref"].rsplit("/", 1)[-1]]["description"]
    return str(text).replace("|", "\\|")


def table(node: dict[str, Any], prefix: str = "") -> list[str]:
    """
    Return the rows of an object, those of nested objects after their own.
    """
    rows = []
    for name, field in node["properties"].items():
        optional = "" if name in node["required"] else " (may be absent)"
        rows.append(f"| `{prefix}{name}` | {kind(field)} | {meaning(field)}{optional} |")
        inner = field.get("items", field)
        if "properties" in inner:
            rows += table(inner, f"{prefix}{name}{'[]' if 'items' in field else ''}.")
    return rows


def fields() -> str:
    """
    Return the tables of the page.
    """
    head = ["| field | type | meaning |", "|---|---|---|"]
    parts = ["## The document", "", *head, *table(SCHEMA)]
    for name, node in SCHEMA["$defs"].items():
        described = node["description"] if "properties" in node else f"{node['description']} Type: {kind(node)}."
        parts += ["", f"### {name}", "", described]
        if "properties" in node:
            parts += ["", *head, *table(node)]
    return "\n".join(parts) + "\n"


def test_the_page_lists_every_field() -> None:
    """
    The tables of the page are made from the schema; SERVEWRIGHT_UPDATE_GOLDENS=1 rewrites them.
    """
    prose = PAGE.read_text(encoding="utf-8").split(MARK)[0]
    if os.environ.get("SERVEWRIGHT_UPDATE_GOLDENS") == "1":
        PAGE.write_text(prose + MARK + "\n" + fields(), encoding="utf-8")

    assert PAGE.read_text(encoding="utf-8") == prose + MARK + "\n" + fields()
