"""
What a user sees of some advice, as files.

SERVEWRIGHT_UPDATE_GOLDENS=1 rewrites the files; the change is then reviewed like code.
"""

from __future__ import annotations

import difflib
import json
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from rich.console import Console

from advice_made import STACKS, found
from servewright.report.export import to_json
from servewright.report.optimize import show_advice
from servewright.report.optimize_value import advice_value

SCREENS = Path(__file__).parent / "screens"
SCHEMAS = [
    json.loads(p.read_text(encoding="utf-8")) for p in files("servewright.report").joinpath("schemas").iterdir() if p.name.endswith(".json")
]
REGISTRY: Registry[Any] = Registry().with_resources((schema["$id"], Resource.from_contents(schema)) for schema in SCHEMAS)


def written(stack: str, width: int, limit: int = 3) -> str:
    """
    Return the screen as a pipe gets it.
    """
    made, file = found(stack), StringIO()
    console = Console(file=file, width=width)
    show_advice(console, made.preview, made.advice, spec=f"{stack}.yaml", limit=limit, copies=not made.engine.extends)
    return file.getvalue()


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("stack", STACKS)
def test_screens_are_as_reviewed(stack: str, width: int, *, update_goldens: bool) -> None:
    """
    Every screen equals its file, byte by byte, and nothing is wider than it.
    """
    text, path = written(stack, width), SCREENS / f"{stack}.{width}.txt"
    if update_goldens:
        path.write_text(text, encoding="utf-8")
    known = path.read_text(encoding="utf-8") if path.exists() else ""
    if text != known:
        diff = difflib.unified_diff(known.splitlines(), text.splitlines(), path.name, "now", lineterm="", n=2)
        pytest.fail("\n".join(diff), pytrace=False)
    assert max(map(len, text.splitlines())) <= width


@pytest.mark.parametrize("stack", STACKS)
def test_the_document_holds_its_schema(stack: str) -> None:
    """
    Every field is in the schema, money is exact text, and a patch is a spec.
    """
    made = found(stack)
    value = json.loads(to_json(advice_value(made.preview, made.advice, made.engine.text)))

    schema = next(schema for schema in SCHEMAS if schema["$id"].endswith("optimize-v1.json"))
    Draft202012Validator(schema, registry=REGISTRY).validate(value)
    assert [each["id"] for each in value["proposals"]] == [each.candidate.id for each in made.advice.proposals]
    assert all(each["needs_replan"] is (stack == "prod") for each in value["proposals"])
    assert all(each["patch"] for each in value["proposals"])


def test_a_screen_that_finds_nothing_says_so_with_what_was_tried() -> None:
    """
    One kind alone, of which nothing saves.
    """
    made, file = found("dev", "context"), StringIO()

    show_advice(Console(file=file, width=80), made.preview, made.advice, spec="dev.yaml", limit=3)

    text = file.getvalue()
    assert "nothing that was tried makes the expected month cheaper: 1 change" in text
    assert "a context of 4,096 tokens" in text
    assert "left out by --kind: planning afresh, purchase" in text
    assert "Together" not in text
