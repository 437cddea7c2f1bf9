"""
A JSON Schema of ours as tables for people, and the page that carries them.
"""

from __future__ import annotations

import json
import os
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def hold_page(page: Path, schema: str, mark: str) -> None:
    """
    Hold the tables behind *mark* on *page* against the schema file *schema*; SERVEWRIGHT_UPDATE_GOLDENS=1 rewrites them.
    """
    tables = fields(json.loads(files("servewright.report").joinpath(f"schemas/{schema}").read_text(encoding="utf-8")))
    prose = page.read_text(encoding="utf-8").split(mark)[0]
    if os.environ.get("SERVEWRIGHT_UPDATE_GOLDENS") == "1":
        page.write_text(prose + mark + "\n" + tables, encoding="utf-8")

    assert page.read_text(encoding="utf-8") == prose + mark + "\n" + tables


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


def meaning(node: dict[str, Any], schema: dict[str, Any]) -> str:
    """
    Return what a field means: its own text or that of what it refers to.
    """
    text = node.get("description") or schema["$defs"][node["$ref"].rsplit("/", 1)[-1]]["description"]
    return str(text).replace("|", "\\|")


def table(node: dict[str, Any], schema: dict[str, Any], prefix: str = "") -> list[str]:
    """
    Return the rows of an object, those of nested objects after their own.
    """
    rows = []
    for name, field in node["properties"].items():
        optional = "" if name in node["required"] else " (may be absent)"
        rows.append(f"| `{prefix}{name}` | {kind(field)} | {meaning(field, schema)}{optional} |")
        inner = field.get("items", field)
        if "properties" in inner:
            rows += table(inner, schema, f"{prefix}{name}{'[]' if 'items' in field else ''}.")
    return rows


def fields(schema: dict[str, Any]) -> str:
    """
    Return the tables of a page: the document, then each part that has a name.
    """
    head = ["| field | type | meaning |", "|---|---|---|"]
    parts = ["## The document", "", *head, *table(schema, schema)]
    for name, node in schema["$defs"].items():
        described = node["description"] if "properties" in node else f"{node['description']} Type: {kind(node)}."
        parts += ["", f"### {name}", "", described]
        if "properties" in node:
            parts += ["", *head, *table(node, schema)]
    return "\n".join(parts) + "\n"
