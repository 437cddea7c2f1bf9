"""
Whether two specs are made of the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from repositories import spec, write
from servewright.sides.fingerprint import fingerprint

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "stacks/dev.yaml": "extends: [../base/a.yaml]\n",
    "base/a.yaml": "extends: b.yaml\n",
    "base/b.yaml": spec(),
    "stacks/dev.lock.json": "{}",
    "stacks/servewright.models.json": "{}",
    "stacks/prod.lock.json": "{}",
    "stacks/other.yaml": spec(),
}


def of(folder: Path, **changes: str) -> str:
    """
    Return the fingerprint of the stack in a copy of the files with *changes*.
    """
    return fingerprint(write(folder, FILES | changes) / "stacks" / "dev.yaml")


def test_the_same_files_elsewhere_are_the_same(tmp_path: Path) -> None:
    """
    Where the files lie makes no difference.
    """
    assert of(tmp_path / "a") == of(tmp_path / "b")


@pytest.mark.parametrize(
    "name", ["stacks/dev.yaml", "base/a.yaml", "base/b.yaml", "stacks/dev.lock.json", "stacks/servewright.models.json"]
)
def test_whatever_a_plan_reads_makes_another_one(tmp_path: Path, name: str) -> None:
    """
    Another byte in the spec, in what it extends, in its lock or in the additions beside it is another stack.
    """
    assert of(tmp_path / "a") != of(tmp_path / "b", **{name: FILES[name] + "\n"})


@pytest.mark.parametrize("name", ["stacks/prod.lock.json", "stacks/other.yaml"])
def test_what_a_plan_does_not_read_makes_none(tmp_path: Path, name: str) -> None:
    """
    The lock of another stack and another stack are not part of it.
    """
    assert of(tmp_path / "a") == of(tmp_path / "b", **{name: FILES[name] + "\n"})


def test_a_circle_ends(tmp_path: Path) -> None:
    """
    Files that extend each other are read once.
    """
    assert of(tmp_path, **{"base/b.yaml": "extends: a.yaml\n"})


def test_a_base_behind_a_quoted_key_counts(tmp_path: Path) -> None:
    """
    However `extends` is spelled, another base is another stack.
    """
    quoted = {"stacks/dev.yaml": '"extends": [../base/a.yaml]\n'}

    assert of(tmp_path / "a", **quoted) != of(tmp_path / "b", **quoted, **{"base/b.yaml": spec(rate=40)})
