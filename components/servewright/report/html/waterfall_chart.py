"""
A waterfall as a drawing and as a table: each step begins where the one before it ends.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.report.html.bar_rows import Placed, bars_chart
from servewright.report.html.cells import label, money
from servewright.report.html.parts import Cell, Chart, Heading, Table
from servewright.report.waterfall import expected

if TYPE_CHECKING:
    from servewright.report.waterfall import Waterfall

MEMBERS: Final = ("min", "expected", "max")
_CHANGES: Final = {"whole": "before and after", "more": "costs more (+)", "less": "saves (-)"}
_PARTS: Final = {"part": "a part, expected", "whole": "all of them, expected"}


def waterfall_chart(data: Waterfall, name: str) -> Chart:
    """
    Return *data* as a drawing whose id is *name*.
    """
    return bars_chart(name, data.title, _placed(data), _PARTS if data.parts else _CHANGES, data.limit, joined=True)


def waterfall_table(data: Waterfall, name: str, members: tuple[str, ...] = MEMBERS) -> Table:
    """
    Return the figures of *data* as a table whose id is *name*, those *members* of each range.
    """
    placed = _placed(data)
    notes = any(each.bar.note for each in placed)
    heads = (*(Heading(text=text, number=True) for text in members), *((Heading(text="remark"),) if notes else ()))
    rows = [_cells(each, members, notes=notes) for each in placed]
    return Table(
        id=name, caption=f"{data.title}: dollars a month", headings=(Heading(text=""), *heads), rows=tuple(rows[:-1]), foot=(rows[-1],)
    )


def _placed(data: Waterfall) -> tuple[Placed, ...]:
    found = [Placed(bar=data.start, whole=True, change=False)] if data.start.label else []
    running = expected(data.start) or Decimal(0)
    for step in data.steps:
        found.append(Placed(bar=step, base=running, whole=False, change=not data.parts))
        running += expected(step) or Decimal(0)
    return (*found, Placed(bar=data.end, whole=True, change=False))


def _cells(each: Placed, members: tuple[str, ...], *, notes: bool) -> tuple[Cell, ...]:
    month = each.bar.monthly
    figures = (money(None if month is None else getattr(month, member), change=each.change) for member in members)
    return (label(each.bar.label), *figures, *((Cell(text=each.bar.note),) if notes else ()))
