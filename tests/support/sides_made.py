"""
Previews as sides of a comparison, and their parts that tests change.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from previews import bill, line, model, plan, preview
from servewright.ranges import Range
from servewright.report.diff import Diff, Side, diff_sides
from servewright.report.diff_preview import side_of_preview
from servewright.report.export import preview_value

if TYPE_CHECKING:
    from servewright.plan.model import ModelPlan
    from servewright.report.diff_stack import FaultyStack, StackSide
    from servewright.report.model import Preview

TODAY = date(2026, 11, 21)


def document(made: Preview | None = None) -> dict[str, Any]:
    """
    Return a preview as the value of preview-v1.json.
    """
    return preview_value(preview() if made is None else made)


def side(made: Preview | None = None, file: str | None = "dev.yaml", **changes: Any) -> StackSide:
    """
    Return a preview as one side.
    """
    return replace(side_of_preview(document(made), file), **changes)


def busier() -> Preview:
    """
    Return the stack with twice the traffic: six replicas in place of three, one more node-hour for each that was there.
    """
    return preview(plan=plan(models=(busier_model(),)), bill=bill(lines=(line(quantity=Range.of(1460, 2073, 5840)), *bill().lines[1:])))


def busier_model() -> ModelPlan:
    """
    Return the model with twice the traffic.
    """
    base = model()
    words = "one replica serves 2.21 req/s within the SLO (limit: first token); 10 req/s with 15 % head-room need 6 replicas"
    return replace(
        base,
        traffic=replace(base.traffic, requests_per_second=Decimal(10)),
        replicas=replace(base.replicas, busiest=6, maximum=8),
        reasons=(base.reasons[0], words),
    )


def sides(*stacks: StackSide | FaultyStack, label: str = "main (1a2b3c4)", alone: bool = False) -> Side:
    """
    Return a side of *stacks*.
    """
    return Side(label=label, stacks=stacks, alone=alone)


def diff(base: Side, head: Side) -> Diff:
    """
    Return what changed between two sides, on a fixed day.
    """
    return diff_sides(base, head, TODAY)
