"""
What a user sees, as files: the screens of every spec here and of the shipped dev stack.

SERVEWRIGHT_UPDATE_GOLDENS=1 rewrites the files; the change is then reviewed like code.
"""

from __future__ import annotations

import difflib
import os
from functools import cache
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from servewright.cost.records import SECRET, UNKNOWN
from servewright.pipeline import preview_file
from servewright.report.explain import show_explanation
from servewright.report.text import show_cost, show_plan, show_preview

if TYPE_CHECKING:
    from collections.abc import Callable

    from servewright.report.model import Preview

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SCREENS = HERE / "screens"
SPECS = {path.stem: path for path in sorted((HERE / "specs").glob("*.yaml"))} | {
    path.stem: path for path in [ROOT / "stacks" / "dev.yaml"] if path.exists()
}
UPDATE = os.environ.get("SERVEWRIGHT_UPDATE_GOLDENS") == "1"

KINDS: dict[str, tuple[int, Callable[[Console, Preview, str], None]]] = {
    "preview-80": (80, lambda console, made, spec: show_preview(console, made, spec=spec)),
    "preview-120": (120, lambda console, made, spec: show_preview(console, made, spec=spec)),
    "preview-bill-tree-100": (100, lambda console, made, spec: show_preview(console, made, spec=spec, bill=True, tree=True)),
    "cost-80": (80, lambda console, made, spec: show_cost(console, made, spec=spec)),
    "plan-80": (80, lambda console, made, spec: show_plan(console, made.plan, spec=spec)),
    "plan-explain-80": (80, lambda console, made, spec: show_explanation(console, made.plan, spec=spec)),
}


@cache
def preview_of_spec(name: str) -> Preview:
    """
    Return the preview of a spec, made once.
    """
    return preview_file(SPECS[name])


def screen(name: str, kind: str) -> str:
    """
    Return one screen as a pipe gets it.
    """
    width, show = KINDS[kind]
    file = StringIO()
    show(Console(file=file, width=width), preview_of_spec(name), SPECS[name].name)
    return file.getvalue()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SPECS)
def test_screens_are_as_reviewed(name: str, kind: str) -> None:
    """
    Every screen equals its file, byte by byte.
    """
    shown = screen(name, kind)
    path = SCREENS / name / f"{kind}.txt"
    if UPDATE:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(shown, encoding="utf-8")

    known = path.read_text(encoding="utf-8") if path.exists() else ""

    if shown != known:
        diff = difflib.unified_diff(known.splitlines(), shown.splitlines(), f"{name}/{kind}.txt", "now", lineterm="", n=2)
        pytest.fail("\n".join(diff), pytrace=False)


def test_every_golden_belongs_to_a_spec() -> None:
    """
    No file is left over from a spec or a screen that is gone.
    """
    expected = {SCREENS / name / f"{kind}.txt" for name in SPECS for kind in KINDS}

    assert set(SCREENS.rglob("*.txt")) - expected == set()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SPECS)
def test_no_line_is_wider_than_its_screen(name: str, kind: str) -> None:
    """
    Nothing runs over the right edge.
    """
    width = KINDS[kind][0]

    assert [line for line in screen(name, kind).splitlines() if len(line) > width] == []


@pytest.mark.parametrize("name", SPECS)
def test_screens_show_neither_markers_nor_paths(name: str) -> None:
    """
    Pulumi's unknown value, secrets and paths of this machine are for programs: no screen shows them.
    """
    text = "".join(screen(name, kind) for kind in KINDS)

    assert [mark for mark in (UNKNOWN, SECRET, str(ROOT)) if mark in text] == []
