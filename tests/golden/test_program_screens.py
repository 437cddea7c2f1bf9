"""
What a user sees of programs that are not ours, as files: the bill of each recorded program, and of one under gates.

SERVEWRIGHT_UPDATE_GOLDENS=1 rewrites the files; the change is then reviewed like code.
"""

from __future__ import annotations

import difflib
import os
from functools import cache
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from recorded import PROGRAMS, program
from servewright.cost.records import SECRET, UNKNOWN
from servewright.programs import bill_of_program, gates_from
from servewright.report.program import ProgramBill
from servewright.report.program_screen import show_program

HERE = Path(__file__).parent / "programs"
ROOT = Path(__file__).resolve().parents[2]
UPDATE = os.environ.get("SERVEWRIGHT_UPDATE_GOLDENS") == "1"
GATED = "updates-gated"
NAMES = (*PROGRAMS, GATED)
WIDTHS = (80, 120)


@cache
def made(name: str) -> ProgramBill:
    """
    Return the bill of a recorded program as it will be, made once.
    """
    if name == GATED:
        return bill_of_program(program("updates"), gates=gates_from(HERE / "gates.yaml"))
    return bill_of_program(program(name))


def screen(name: str, width: int) -> str:
    """
    Return one screen as a pipe gets it.
    """
    file = StringIO()
    show_program(Console(file=file, width=width), made(name))
    return file.getvalue()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", NAMES)
def test_screens_are_as_reviewed(name: str, width: int) -> None:
    """
    Every screen equals its file, byte by byte.
    """
    shown = screen(name, width)
    path = HERE / name / f"cost-{width}.txt"
    if UPDATE:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(shown, encoding="utf-8")

    known = path.read_text(encoding="utf-8") if path.exists() else ""

    if shown != known:
        diff = difflib.unified_diff(known.splitlines(), shown.splitlines(), f"{name}/cost-{width}.txt", "now", lineterm="", n=2)
        pytest.fail("\n".join(diff), pytrace=False)


def test_every_golden_belongs_to_a_program() -> None:
    """
    No file is left over from a recording or a width that is gone.
    """
    expected = {HERE / name / f"cost-{width}.txt" for name in NAMES for width in WIDTHS}

    assert set(HERE.rglob("*.txt")) == expected


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", NAMES)
def test_screens_fit_and_show_neither_markers_nor_paths(name: str, width: int) -> None:
    """
    Nothing runs over the right edge; Pulumi's unknown value, secrets and paths of this machine are for programs.
    """
    text = screen(name, width)

    assert [line for line in text.splitlines() if len(line) > width] == []
    assert [mark for mark in (UNKNOWN, SECRET, str(ROOT)) if mark in text] == []
