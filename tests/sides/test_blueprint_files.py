"""
Blueprints are part of what a stack is made of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from repositories import write
from servewright.sides.fingerprint import fingerprint
from shelves_made import MODEL, blueprint

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "stacks/dev.yaml": "extends: base.yaml\n",
    "stacks/base.yaml": "extends: blueprint:../shelf/chat@1\n",
    "shelf/chat/blueprint.yaml": blueprint("chat", "1.0.0", body="extends: [parts/model.yaml, blueprint:../rules@1]\n"),
    "shelf/chat/parts/model.yaml": MODEL,
    "shelf/chat/acme.prices.yaml": "name: acme\n",
    "shelf/rules/blueprint.yaml": blueprint("rules", "1.0.0", body="owner: team-a\n"),
    "shelf/other/blueprint.yaml": blueprint("other", "1.0.0", body="owner: team-a\n"),
}


def of(folder: Path, **changes: str) -> str:
    """
    Return the fingerprint of the stack in a copy of the files with *changes*.
    """
    return fingerprint(write(folder, FILES | changes) / "stacks" / "dev.yaml")


@pytest.mark.parametrize("name", [name for name in FILES if "other" not in name])
def test_whatever_a_blueprint_reads_makes_another_stack(tmp_path: Path, name: str) -> None:
    """
    Its file, what that extends in its folder and on its shelf, and what else lies in its folder.
    """
    assert of(tmp_path / "a") != of(tmp_path / "b", **{name: FILES[name] + "\n"})


def test_another_blueprint_makes_none(tmp_path: Path) -> None:
    """
    What lies on the same shelf and is not built upon is no part of the stack; where the files lie makes no difference.
    """
    name = "shelf/other/blueprint.yaml"
    assert of(tmp_path / "a") == of(tmp_path / "b", **{name: FILES[name] + "\n"})


def test_one_that_cannot_be_read_is_another_stack(tmp_path: Path) -> None:
    """
    A side on which the blueprint is broken is never taken for the sound one.
    """
    assert of(tmp_path / "a") != of(tmp_path / "b", **{"shelf/chat/blueprint.yaml": "blueprint: {"})
