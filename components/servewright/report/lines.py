"""
The whole bill: every line with quantity, unit price and source, then what is free and what was assumed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.ranges import Range
from servewright.report.figures import aligned, count, plural, unit_price, usd
from servewright.report.gathered import gathered
from servewright.report.money_table import components
from servewright.report.price_sources import in_words
from servewright.report.screen import QUIET, STRONG, Column, Screen, Span
from servewright.report.wrapping import BULLET

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from servewright.cost.model import Bill, Line
    from servewright.report.model import Preview

_MONEY = Column(side="right", least=9)
_LINES = (Column(wrap=True), _MONEY, _MONEY, _MONEY)
_FREE = (Column(side="right"), Column(wrap=True, most=0.5), Column(wrap=True, style=QUIET))


def bill_lines(screen: Screen, preview: Preview) -> None:
    """
    Write the bill of *preview*, every line of it.
    """
    show_bill(screen, preview.bill)


def show_bill(screen: Screen, bill: Bill) -> None:
    """
    Write the lines by component, the sources they refer to, what is free, and the assumptions.
    """
    sources = _sources(bill)
    screen.heading("Bill", "$ a month; quantity (min / expected / max) × price [source]")
    screen.table(_LINES, _rows(bill, sources))
    screen.heading("Prices from")
    for number, (source, as_of) in enumerate(sources, 1):
        screen.paragraph((f"[{number}] ", QUIET), f"{in_words(source)}, {as_of}", hang=6)
    if bill.free:
        screen.heading("Free", plural(sum(f.count for f in bill.free), "resource"))
        screen.table(_FREE, [(f"{f.count} ×", f.type, f.reason) for f in bill.free])
    if bill.assumptions:
        screen.heading("Assumptions")
        for assumption in gathered(bill.assumptions):
            screen.paragraph(BULLET + assumption)


def quantity(line: Line) -> str:
    """
    Return "730 hours × $0.10" or, where they differ, all three members: "365 / 402.5 / 2,190 hours × $0.32".
    """
    if line.quantity == line.unit_price == Range.unknown():
        return "neither quantity nor price is known"
    unit = f"× {line.unit}" if line.unit[:1].isdigit() else line.unit
    return f"{_members(line.quantity, count)} {unit} × {_members(line.unit_price, unit_price)}"


def _members(amount: Range, figure: Callable[[Decimal | None], str]) -> str:
    if amount.min == amount.expected == amount.max:
        return figure(amount.expected)
    return " / ".join(figure(member) for member in (amount.min, amount.expected, amount.max))


def _sources(bill: Bill) -> list[tuple[str, str]]:
    return list(dict.fromkeys((line.source, line.as_of or "undated") for line in bill.lines if line.source is not None))


def _rows(bill: Bill, sources: list[tuple[str, str]]) -> list[list[Span]]:
    months = [line.monthly for line in bill.lines]
    columns = [aligned(usd(amount) for amount in column) for column in zip(*((m.min, m.expected, m.max) for m in months), strict=True)]
    amounts = dict(zip(bill.lines, zip(*columns, strict=True), strict=True))
    rows: list[list[Span]] = []
    for number, component in enumerate(components(bill.lines)):
        rows += [[""]] if number else []
        rows.append([(component, STRONG), *((h, QUIET) for h in ("min", "expected", "max"))])
        for line in bill.lines:
            if line.component == component:
                rows.append([_describe(line), *amounts[line]])
                rows.append([(f"      {quantity(line)}{_reference(line, sources)}", QUIET)])
    return rows


def _describe(line: Line) -> str:
    owner = line.resource.rsplit("::", 1)[-1]
    return f"  {owner}: {line.name}"


def _reference(line: Line, sources: list[tuple[str, str]]) -> str:
    if line.source is None:
        return ""
    return f" [{sources.index((line.source, line.as_of or 'undated')) + 1}]"
