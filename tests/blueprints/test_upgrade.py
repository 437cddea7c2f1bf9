"""
From one version of a blueprint to another: which steps, which names, what is changed in the text.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from servewright.blueprints.home import Home
from servewright.blueprints.offer import Offer
from servewright.blueprints.upgrade import renames, steps, upgrade
from servewright.blueprints.uses import uses_in
from servewright.blueprints.version import Version
from servewright.spec.blueprint_fields import MigrationSpec
from servewright.spec.document import read_values
from servewright.spec.extends_fields import ParameterSpec
from servewright.spec.yaml_edit import edited

STEPS: tuple[dict[str, Any], ...] = (
    {"from": 3, "rename": {"c": "d"}},
    {"from": 1, "note": "a is b now", "rename": {"a": "b"}},
    {"from": 2, "note": "b is c now", "rename": {"b": "c", "x": "w"}},
)


def offer(major: int, *parameters: str, migration: tuple[dict[str, Any], ...] = STEPS) -> Offer:
    """
    Return a version of a blueprint that takes *parameters*.
    """
    return Offer(
        name="chat",
        version=Version(major, 4, 0),
        shelf="servewright",
        home=Home(label=f"blueprint:chat@{major}.4.0", folder=Path("chat"), shelf=Path()),
        reference=f"blueprint:chat@{major}.4.0",
        question="?",
        tool=None,
        parameters={name: ParameterSpec.model_validate({"type": "string"}) for name in parameters},
        locked=(),
        deprecated=None,
        migration=tuple(MigrationSpec.model_validate(step) for step in migration),
    )


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (1, 2, {"a": "b"}),
        (1, 3, {"a": "c", "x": "w"}),
        (1, 4, {"a": "d", "x": "w"}),
        (2, 4, {"x": "w"}),
        (2, 2, {}),
        (4, 1, {}),
    ],
)
def test_every_step_on_the_way_is_taken(before: int, after: int, expected: dict[str, str]) -> None:
    """
    A parameter that is renamed twice has its last name; going back renames nothing.
    """
    assert renames(offer(before, "a", "x"), offer(after)) == expected


def test_another_blueprint_is_no_older_version() -> None:
    """
    Between two blueprints nothing is renamed, whatever their versions are called.
    """
    assert renames(replace(offer(1, "a"), name="other"), offer(3)) == {}


def test_steps_are_in_their_order() -> None:
    """
    However they are written, the oldest comes first; those of other versions are left out.
    """
    assert [step.from_ for step in steps(offer(1), offer(3))] == [1, 2]
    assert upgrade(use("{from: blueprint:chat@1}"), offer(1), offer(3)).notes == ("from 1: a is b now", "from 2: b is c now")


def use(entry: str) -> Any:
    """
    Return the first blueprint that a spec with *entry* extends.
    """
    root = read_values("x.yaml", f"extends: [{entry}]\n".encode()).root
    assert root is not None
    return uses_in(root)[0]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("blueprint:chat@1", "blueprint:chat@3"),
        ("{from: 'blueprint:chat@1.4', with: {a: 1, z: 2}}", "{from: 'blueprint:chat@3.4', with: {c: 1, z: 2}}"),
        ('{with: {x: a}, from: "blueprint:servewright/chat@1.4.0"}', '{with: {w: a}, from: "blueprint:servewright/chat@3.4.0"}'),
        ("{from: blueprint:../a/chat@1}", "{from: blueprint:../a/chat@3}"),
    ],
)
def test_the_text_changes_at_the_reference_and_the_names(entry: str, expected: str) -> None:
    """
    Shelf, path, quotes and precision stay; values that are called like a parameter stay too.
    """
    text = f"extends: [{entry}]\n"
    made = upgrade(use(entry), offer(1, "a", "x", "z"), offer(3))

    assert edited(text, made.edits(text)) == f"extends: [{expected}]\n"


def test_what_is_no_reference_is_no_use() -> None:
    """
    Paths, bad references and other forms are left to the reading of the spec.
    """
    text = "extends: [base.yaml, 1, {from: [a]}, 'blueprint:Chat@1', 'blueprint:chat@v1', {from: 'blueprint:chat@1'}]\n"
    root = read_values("x.yaml", text.encode()).root

    assert root is not None
    assert [each.path for each in uses_in(root)] == ["extends[5].from"]
