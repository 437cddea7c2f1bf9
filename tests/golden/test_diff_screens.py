"""
What a user sees of a comparison, as files: the two folders here, and the document made by hand.

SERVEWRIGHT_UPDATE_GOLDENS=1 rewrites the files; the change is then reviewed like code.
"""

from __future__ import annotations

import difflib
import os
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from diffs_made import document
from servewright.report.diff_document import DiffDocument
from servewright.report.diff_screen import show_diff
from servewright.report.export import to_json
from servewright.report.export_diff import diff_value
from servewright.sides.load import Asked, compare

HERE = Path(__file__).parent / "diffs"
ROOT = Path(__file__).resolve().parents[2]
UPDATE = os.environ.get("SERVEWRIGHT_UPDATE_GOLDENS") == "1"
CASES = {"folders": (80, 120), "made": (60, 80)}


@cache
def folders() -> dict[str, Any]:
    """
    Return what changed between the two folders, made once.
    """
    here = Path.cwd()
    os.chdir(HERE)
    try:
        return diff_value(compare(Asked(base="base", head="head"), None, print))
    finally:
        os.chdir(here)


def written(case: str, width: int) -> str:
    """
    Return one screen as a pipe gets it.
    """
    file = StringIO()
    value = folders() if case == "folders" else document()
    show_diff(Console(file=file, width=width), DiffDocument.model_validate(value))
    return file.getvalue()


def hold(path: Path, text: str) -> None:
    """
    Hold *text* against the file *path*.
    """
    if UPDATE:
        path.write_text(text, encoding="utf-8")
    known = path.read_text(encoding="utf-8") if path.exists() else ""
    if text != known:
        diff = difflib.unified_diff(known.splitlines(), text.splitlines(), path.name, "now", lineterm="", n=2)
        pytest.fail("\n".join(diff), pytrace=False)


@pytest.mark.parametrize(("case", "width"), [(case, width) for case, widths in CASES.items() for width in widths])
def test_screens_are_as_reviewed(case: str, width: int) -> None:
    """
    Every screen equals its file, byte by byte, and nothing is wider than it.
    """
    text = written(case, width)

    hold(HERE / f"{case}-{width}.txt", text)
    assert [line for line in text.splitlines() if len(line) > width] == []
    assert str(ROOT) not in text


def test_the_document_is_as_reviewed() -> None:
    """
    The JSON of the two folders equals its file: an example of every state, with the shipped prices.
    """
    hold(HERE / "folders.json", to_json(folders()))
