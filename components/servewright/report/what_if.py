"""
The table of what other choices would cost: the whole bill of each, beside the one that is planned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from servewright.report.export_numbers import exact_range
from servewright.report.figures import aligned, change, plural, times, usd
from servewright.report.screen import GOOD, QUIET, STRONG, Column, Screen, Span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from servewright.cost.model import Bill
    from servewright.plan.model import Plan
    from servewright.plan.what_if import Kind
    from servewright.ranges import Range
    from servewright.report.model import Preview

_COLUMNS = (Column(wrap=True), *(Column(side="right"),) * 3, Column(wrap=True, style=QUIET))


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherChoice:
    """
    One choice that was not taken: its *plan* and *bill*, or *why* there is none.
    """

    kind: Kind
    what: str
    plan: Plan | None = None
    bill: Bill | None = None
    why: str | None = None

    @property
    def monthly(self) -> Range | None:
        """
        What it costs a month, None where it cannot be planned.
        """
        return None if self.bill is None else self.bill.monthly


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """
    The *choices* that were worked out, cheapest first in each kind, and how many are *left_out* beyond them.
    """

    choices: tuple[OtherChoice, ...]
    left_out: int


def what_if_table(screen: Screen, preview: Preview, found: WhatIf) -> None:
    """
    Write *found* under the bill of *preview*.
    """
    screen.heading("What if", "$ a month, everything on the bill, with the same traffic and targets")
    rows = [c for c in found.choices if c.bill is not None]
    money = aligned([usd(preview.bill.monthly.expected), *(_amount(c) for c in rows)])
    most = aligned([usd(preview.bill.monthly.max), *(_most(c) for c in rows)])
    here = ("as planned", GOOD), (money[0], GOOD), most[0], "", _hardware(preview.plan)
    header: list[Span] = ["", ("expected", QUIET), ("max", QUIET), ("", QUIET), ""]
    table: list[Sequence[Span]] = [header, here]
    for choice, amount, limit in zip(rows, money[1:], most[1:], strict=True):
        table.append((times(choice.what), amount, limit, _difference(preview.bill, choice), _note(choice)))
    screen.table(_COLUMNS, table)
    for choice in found.choices:
        if choice.bill is None:
            screen.paragraph(times(choice.what), (f"  cannot be planned: {choice.why}", QUIET), hang=4)
    if found.left_out:
        screen.paragraph((f"{plural(found.left_out, 'other choice')}: dearer, not priced or not possible", QUIET))


def what_if_value(found: WhatIf) -> list[dict[str, Any]]:
    """
    Return *found* as bill-v1.json has it.
    """
    return [
        {
            "kind": choice.kind,
            "what": choice.what,
            "hardware": None if choice.plan is None else _hardware(choice.plan),
            "monthly": None if choice.monthly is None else exact_range(choice.monthly),
            "at_least": choice.bill is not None and not choice.bill.complete,
            "why": choice.why,
        }
        for choice in found.choices
    ]


def _amount(choice: OtherChoice) -> str:
    return "" if choice.bill is None else _said(choice.bill, choice.bill.monthly.expected)


def _most(choice: OtherChoice) -> str:
    return "" if choice.bill is None else _said(choice.bill, choice.bill.monthly.max)


def _said(bill: Bill, amount: Decimal | None) -> str:
    return usd(amount) if bill.complete else f"≥ {usd(amount)}"


def _difference(bill: Bill, choice: OtherChoice) -> Span:
    """
    Return by how much the choice differs; nothing where either is not wholly known, because "at least" has no difference.
    """
    other = choice.bill
    before, after = bill.monthly.expected, None if other is None else other.monthly.expected
    if other is None or before is None or after is None or not (bill.complete and other.complete):
        return ""
    text = change(before, after)
    return (text, STRONG) if after < before else text


def _note(choice: OtherChoice) -> str:
    if choice.plan is None or choice.bill is None:
        return ""
    unknown = "" if choice.bill.complete else f"; {plural(len(choice.bill.unknown), 'price')} unknown"
    return _hardware(choice.plan) + unknown


def _hardware(plan: Plan) -> str:
    """
    Return what each model runs on: "5 × (4 × L40S) in fp8".
    """
    several = len(plan.models) > 1
    return ", ".join(
        f"{f'{m.name} ' if several else ''}{m.replicas.busiest} × ({m.gpus_per_replica} × {m.gpu_name}) in {m.precision.weights}"
        for m in plan.models
    )
