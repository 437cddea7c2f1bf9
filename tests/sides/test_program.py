"""
A preview of any Pulumi program: before and after from one file.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from servewright.catalog.load import load_catalog
from servewright.errors import InvalidInputError
from servewright.programs import bill_of_program, read_program
from servewright.sides.program import compare_program, json_side


def _quiet(_text: str) -> None:
    """
    Take what is said.
    """


RECORDED = Path(__file__).parents[1] / "support" / "previews_recorded"


def test_before_and_after_come_from_one_file() -> None:
    """
    What is deployed is compared with what the program leaves, and the total is the difference of both bills.
    """
    path = RECORDED / "updates.json"
    program = read_program(path, "preview")
    bills = [bill_of_program(program, side=side).bill.monthly for side in ("before", "after")]

    found = compare_program(path, None, None, _quiet)

    assert (found.before, found.after) == (bills[0], bills[1])
    assert [(stack.state, stack.summary) for stack in found.stacks] == [("changed", "resources: 1 added, 1 removed, 3 changed")]
    assert {change.kind for change in found.stacks[0].bill.changes} == {"+", "-", "~"}
    assert found.as_of == load_catalog().build_date


def test_a_program_that_is_new_has_no_before() -> None:
    """
    Nothing deployed: the stack is added, and what has no price makes the change unknown.
    """
    (stack,) = compare_program(RECORDED / "node_groups.json", None, None, _quiet).stacks

    assert stack.state == "added"
    assert stack.bill.delta.expected is None


def test_what_a_record_cannot_say_is_said() -> None:
    """
    A resource that leaves the program and stays in the cloud is named.
    """
    said: list[str] = []

    compare_program(RECORDED / "updates.json", None, None, said.append)

    assert len(said) == 1
    assert said[0].startswith("retained: ")


def test_an_incomplete_preview_is_refused() -> None:
    """
    A preview without what stays the same would show a wrong total.
    """
    with pytest.raises(InvalidInputError, match="unchanged resources are missing"):
        compare_program(RECORDED / "updates-without-sames.json", None, None, _quiet)


def test_a_preview_of_any_program_is_a_side() -> None:
    """
    As BASE or HEAD it stands for the program as it will be.
    """
    found = json_side(RECORDED / "updates.json", "after.json", None)

    assert found.file == "after.json"
    assert found.document is None
    assert found.bill.monthly == bill_of_program(read_program(RECORDED / "updates.json", "preview")).bill.monthly
