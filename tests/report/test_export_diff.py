"""
The diff as JSON: it holds its schema, exactly.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from diffs_made import document
from previews import bill, line, preview
from servewright.cost.gates import GateOutcome, Waiver
from servewright.cost.model import Unknown, Unsupported
from servewright.diagnostics import of_file
from servewright.ranges import Range
from servewright.report.diff_document import DiffDocument
from servewright.report.diff_stack import FaultyStack
from servewright.report.export_diff import diff_value
from sides_made import busier, diff, side, sides

SCHEMA = json.loads(files("servewright.report").joinpath("schemas/diff-v1.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)


def unknown_price() -> Any:
    """
    Return a stack with an unknown line and an unsupported resource.
    """
    bad = line(unit_price=Range.unknown(), source=None, as_of=None)
    unknown = Unknown(id=bad.id, resource=bad.resource, what="instance hours", why="not covered")
    made = bill(lines=(bad, *bill().lines[1:]), unknown=(unknown,), unsupported=(Unsupported(resource="urn:x", type="aws:x:X"),))
    return side(preview(bill=made))


def judged() -> Any:
    """
    Return a stack with a rule that is waived.
    """
    waiver = Waiver(rule="daily", owner="ml", reason="launch", expires=date(2026, 12, 31))
    gate = GateOutcome(rule="daily", action="deny", state="waived", limit="$9", value="$10", message="above", waiver=waiver)
    return side(busier(), judge=lambda _before: (gate,))


def variants() -> dict[str, Any]:
    """
    Return comparisons that use every part of the format.
    """
    broken = FaultyStack(name="dev", file="dev.yaml", faults=(replace(of_file("dev.yaml", "SW107", "is empty"), hint="write it"),))
    program = side(document=None, environment=None, owner=None, oldest=None, newest=None)
    return {
        "nothing": diff(sides(), sides()),
        "unchanged": diff(sides(side()), sides(side())),
        "changed": diff(sides(side()), sides(judged())),
        "added": diff(sides(), sides(side())),
        "removed": diff(sides(side()), sides()),
        "faulty": diff(sides(side()), sides(broken)),
        "faulty and new": diff(sides(), sides(broken)),
        "unknown": diff(sides(side()), sides(unknown_price())),
        "known again": diff(sides(unknown_price()), sides(side())),
        "no plan": diff(sides(program), sides(program)),
    }


@pytest.mark.parametrize("case", variants())
def test_every_output_is_valid(case: str) -> None:
    """
    Every document holds the schema, and the comment's reader takes it.
    """
    value = diff_value(variants()[case])

    VALIDATOR.validate(value)
    DiffDocument.model_validate(value)


def test_the_document_made_by_hand_is_valid() -> None:
    """
    The example that the comment is tested with is of the same format.
    """
    VALIDATOR.validate(document())


def test_the_schema_refuses_what_is_not_in_it() -> None:
    """
    One field more, one field less, or a number in place of money is not the format.
    """
    value = diff_value(variants()["changed"])

    for wrong in (value | {"extra": 1}, {k: v for k, v in value.items() if k != "total"}, value | {"currency": "EUR"}):
        with pytest.raises(ValidationError):
            VALIDATOR.validate(wrong)
    value["total"]["delta"]["expected"] = 1.5
    with pytest.raises(ValidationError):
        VALIDATOR.validate(value)


@pytest.mark.parametrize("case", variants())
def test_the_changes_add_up_to_the_stack_digit_by_digit(case: str) -> None:
    """
    Money is exact: known deltas of the lines sum to that of the stack, causes to that of the line, stacks to the total.
    """
    value = diff_value(variants()[case])

    for stack in value["stacks"]:
        for change in stack["changes"]:
            parts = [Decimal(part) for part in change["causes"].values() if part is not None]
            delta = change["monthly"]["delta"]["expected"]
            assert (not parts) if delta is None else sum(parts, Decimal(0)) == Decimal(delta)
        if stack["delta"]["expected"] is not None:
            lines = [Decimal(change["monthly"]["delta"]["expected"]) for change in stack["changes"]]
            assert sum(lines, Decimal(0)) == Decimal(stack["delta"]["expected"])


def test_a_change_carries_both_variants() -> None:
    """
    Where type, purchase or region differ, the text says from what to what.
    """
    other = line(name="instance hours (g6.2xlarge, on-demand)", purchase="on-demand", region="eu-west-1", unit_price=Range.exactly(1))
    found = diff(sides(side()), sides(side(preview(bill=bill(lines=(other, *bill().lines[1:]))))))

    (change,) = diff_value(found)["stacks"][0]["changes"]

    assert change["line"] == "instance hours (g6.xlarge, spot → g6.2xlarge, on-demand)"
    assert change["purchase"] == "spot → on-demand"
    assert change["region"] == "us-east-1 → eu-west-1"
    assert change["causes"]["price"] is None
    assert change["type"] == "kubernetes:karpenter.sh/v1:NodePool"


def test_what_is_not_there_is_null_and_what_is_unknown_has_null_members() -> None:
    """
    A stack that is new has no "before"; a line without a price has an amount whose members are null.
    """
    (stack,) = diff_value(diff(sides(), sides(unknown_price())))["stacks"]
    line_of_pool = next(change for change in stack["changes"] if change["monthly"]["delta"]["expected"] is None)

    assert stack["before"] is None
    assert stack["delta"] == {"min": None, "expected": None, "max": None}
    assert stack["at_least"] == {"before": False, "after": True}
    assert line_of_pool["monthly"]["after"] == {"min": None, "expected": None, "max": None}
    assert line_of_pool["quantity"]["before"] is None


def test_models_of_both_sides_are_listed() -> None:
    """
    Each model has its amount a month and its price per million tokens on both sides.
    """
    (stack,) = diff_value(diff(sides(side()), sides(side(busier()))))["stacks"]

    assert stack["models"] == [
        {
            "name": "chat",
            "team": "team-support",
            "before": {"min": "235.279", "expected": "418.90212", "max": "1646.15"},
            "after": {"min": "235.279", "expected": "418.90212", "max": "1646.15"},
            "usd_per_1m_tokens": {"before": "0.063824", "after": "0.063824"},
        }
    ]
