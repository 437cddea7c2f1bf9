"""
What a reader sees of gateway, routes, caches and ladder, as files: of plans made by hand, so that no price moves them.

SERVEWRIGHT_UPDATE_GOLDENS=1 rewrites the files; the change is then reviewed like code.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

import front_doors_made
from previews import EncodedFile
from servewright.report.front_door import front_door, front_door_reasons
from servewright.report.ladder import ladder
from servewright.report.screen import Screen

if TYPE_CHECKING:
    from servewright.plan.model import Plan

SCREENS = Path(__file__).parent / "screens"
MADE = {"inside": front_doors_made.front_door(), "public": front_doors_made.public()}
WIDTHS = (80, 120)


def screen(made: Plan, width: int, *, whole: bool) -> str:
    """
    Return the part of the screens that stands before the models, as a pipe gets it.
    """
    file = EncodedFile("utf-8")
    written = Screen(Console(file=file, width=width))
    front_door(written, made, whole=whole)
    ladder(written, made)
    if whole:
        front_door_reasons(written, made)
    return file.getvalue()


@pytest.mark.parametrize("whole", [False, True], ids=["preview", "explain"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", MADE)
def test_screens_are_as_reviewed(name: str, width: int, *, whole: bool) -> None:
    """
    Every screen equals its file, byte by byte.
    """
    shown = screen(MADE[name], width, whole=whole)
    path = SCREENS / f"gateway-{name}-{'explain' if whole else 'preview'}-{width}.txt"
    if os.environ.get("SERVEWRIGHT_UPDATE_GOLDENS") == "1":
        path.write_text(shown, encoding="utf-8")

    known = path.read_text(encoding="utf-8") if path.exists() else ""

    if shown != known:
        diff = difflib.unified_diff(known.splitlines(), shown.splitlines(), path.name, "now", lineterm="", n=2)
        pytest.fail("\n".join(diff), pytrace=False)


def test_every_golden_belongs_to_a_screen() -> None:
    """
    No file is left over.
    """
    expected = {f"gateway-{name}-{kind}-{width}.txt" for name in MADE for kind in ("preview", "explain") for width in WIDTHS}

    assert {path.name for path in SCREENS.glob("gateway-*.txt")} == expected
