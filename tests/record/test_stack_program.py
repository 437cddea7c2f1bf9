"""
The program behind the shipped stacks, run as the engine would run it.
"""

from __future__ import annotations

import runpy
from functools import cache
from pathlib import Path

import pulumi
import pytest

from servewright.pipeline import preview_file
from servewright.record.monitor import Recording
from servewright.record.offline import record
from servewright.report.model import Preview

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "stacks" / "__main__.py"
URNS = Path(__file__).parent / "dev_urns.txt"


@cache
def recorded(stack: str) -> Recording:
    """
    Return the recording of the program for *stack*.
    """
    return record(lambda: runpy.run_path(str(PROGRAM), run_name="__main__"), project="servewright", stack=stack)


@cache
def preview() -> Preview:
    """
    Return the offline preview of the dev stack.
    """
    return preview_file(ROOT / "stacks" / "dev.yaml")


def test_the_program_registers_what_the_offline_preview_shows() -> None:
    """
    The resources of `pulumi preview` are those of `servewright preview`, to the URN.
    """
    assert sorted(recorded("dev").resources) == [each.urn for each in preview().records]


def test_the_estimate_is_the_offline_bill() -> None:
    """
    Component input and stack output are the bill of the offline preview in whole dollars.
    """
    bill = preview().bill
    recording = recorded("dev")
    component = next(made for made in recording.resources.values() if made.type == "servewright:index:ServingStack")
    outputs = next(made for made in recording.resources.values() if made.type == "pulumi:pulumi:Stack").outputs or {}

    shown = outputs["estimatedMonthlyUsd"]
    assert shown == component.inputs["estimatedMonthlyUsd"]
    amounts = bill.monthly
    assert amounts.min is not None
    assert amounts.expected is not None
    assert amounts.max is not None
    assert (shown["min"], shown["expected"], shown["max"]) == (round(amounts.min), round(amounts.expected), round(amounts.max))
    assert shown["atLeast"] is not bill.complete
    assert outputs["endpoints"] == {"chat": "http://chat.demo-dev.svc.cluster.local:8000/v1"}
    assert outputs["namespace"] == "demo-dev"


def test_the_urns_of_the_dev_stack_stay() -> None:
    """
    A changed URN deletes and makes a resource anew: it needs an alias, a line in the changelog, and this list.
    """
    assert [urn.split("::", 2)[2] for urn in sorted(recorded("dev").resources)] == URNS.read_text(encoding="utf-8").splitlines()


def test_a_stack_without_spec_says_so() -> None:
    """
    The message names the file and the command that explains more; there is no traceback in it.
    """
    with pytest.raises(pulumi.RunError, match=r"nosuch\.yaml") as raised:
        recorded("nosuch")
    assert "Traceback" not in str(raised.value)
