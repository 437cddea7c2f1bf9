"""
The screen of a row of steps: what has no price is no 0, and no label takes the room of the columns beside it.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

import previews
from servewright.cost.model import Line, Unknown
from servewright.ranges import Range
from servewright.report.step_costs import Step, waterfall_of
from servewright.report.waterfall_screen import show_waterfall

PRICED = previews.line(name="hours (priced)", quantity=Range.exactly(1), unit_price=Range.exactly(Decimal(257)))
FREE = previews.line(name="hours (free)", unit_price=Range.exactly(0))
UNPRICED = previews.line(name="hours (no price)", unit_price=Range.unknown())


def step(label: str, *nodes: Line) -> Step:
    """
    Return a step whose GPU nodes are these lines.
    """
    made = previews.preview()
    missing = tuple(Unknown(id=line.id, resource=line.resource, what=line.name, why="no price") for line in nodes if line is UNPRICED)
    return Step(label=label, preview=replace(made, bill=replace(made.bill, lines=(*nodes, *made.bill.lines[1:]), unknown=missing)))


def screen_of(*steps: Step, width: int = 80) -> str:
    """
    Return the screen of *steps*.
    """
    return previews.shown(show_waterfall, waterfall_of(steps, "steps"), steps, width=width)


@pytest.mark.parametrize(
    ("nodes", "said", "exported"),
    [((UNPRICED,), "unknown", None), ((FREE, UNPRICED), "unknown", None), ((PRICED, UNPRICED), "≥ 257", "257"), ((FREE,), "0", "0")],
)
def test_a_component_without_a_price_is_no_zero(nodes: tuple[Line, ...], said: str, exported: str | None) -> None:
    """
    Where nothing of it is known it is unknown, where a part is it is at least that; what is free is 0.
    """
    second = step("second", *nodes)
    shown = screen_of(step("first", PRICED), second)
    row = next(line for line in shown[shown.index("By component") :].splitlines() if line.startswith("  second "))
    assert row.removeprefix("  second").strip().startswith(f"{said} ")
    found = second.components["GPU nodes"].expected
    assert found == (None if exported is None else Decimal(exported))


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_long_label_leaves_the_other_columns_their_room(width: int) -> None:
    """
    It is cut, with a sign that it is: the hardware is read in two or three lines, and no line is too wide.
    """
    shown = screen_of(step("x" * 200, PRICED), step("second", PRICED), width=width)
    table = shown[shown.index("After each step") : shown.index("By component")].splitlines()
    assert max(map(len, shown.splitlines())) <= width
    assert "x…" in shown[shown.index("$ a month, expected") :]
    # heading, names of columns, two steps and an empty line
    assert len(table) <= 3 + 2 * 4
    assert "g6.xlarge" in "\n".join(table)
