"""
The screen of the prices that hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.report.figures import plural
from servewright.report.price_list import HOURS
from servewright.report.price_sources import in_words
from servewright.report.screen import GOOD, QUIET, STRONG, Column, Screen, Span

if TYPE_CHECKING:
    from decimal import Decimal

    from rich.console import Console

    from servewright.report.price_list import ListedPrice, PriceList

_NUMBER: Final = Column(side="right")
_COLUMNS: Final = (Column(wrap=True), _NUMBER, _NUMBER, Column(), Column(), _NUMBER)


def show_prices(console: Console, made: PriceList) -> None:
    """
    Write each price with its unit, its day and the number of its source; what a book changed says what it was.
    """
    screen = Screen(console)
    changed = sum(row.changed for row in made.rows)
    screen.side_by_side([("Prices", STRONG), (f"   USD in {made.region}", QUIET)], f"{plural(len(made.rows), 'price')}, as of {made.as_of}")
    for book in made.books:
        screen.paragraph(f"{book.name}: {book.source}, of {book.as_of}", indent=2, hang=4)
    if made.books:
        screen.paragraph(f"{changed:,} of these {'is' if changed == 1 else 'are'} set by a price book", indent=2, hang=4)
    sources = list(dict.fromkeys(row.price.source for row in made.rows))
    head: list[Span] = [(text, QUIET) for text in ("", "USD", "was" if made.books else "", "per", "of", "source")]
    rows: list[list[Span]] = []
    group = None
    for row in made.rows:
        if (row.service, row.component == HOURS) != group:
            group = (row.service, row.component == HOURS)
            rows += [[""], [(f"{row.service} {HOURS}" if row.component == HOURS else row.service, STRONG)]]
        rows.append(_row(row, sources.index(row.price.source) + 1))
    screen.table(_COLUMNS, [head, *rows] if rows else [])
    if not rows:
        screen.paragraph("no price fits")
        return
    screen.heading("Sources")
    for number, source in enumerate(sources, 1):
        screen.paragraph((f"[{number}] ", QUIET), in_words(source), hang=6)


def _row(row: ListedPrice, source: int) -> list[Span]:
    what = [row.variant] if row.component == HOURS else [row.component, row.variant]
    what += [
        row.purchase or "",
        row.zone or "",
        f"from {row.start:,f}" if row.start else "",
        "everywhere" if row.region == "global" else "",
    ]
    was = "" if not row.changed else "none" if row.before is None else exact(row.before.amount)
    day = row.price.as_of.split(" (", 1)[0] or "no date"
    style = GOOD if row.changed else ""
    return [
        ", ".join(part for part in what if part),
        (exact(row.price.amount), style),
        was,
        row.price.unit,
        (day, QUIET),
        (f"[{source}]", QUIET),
    ]


def exact(amount: Decimal) -> str:
    """
    Return *amount* with all its digits and at least cents.
    """
    text = f"{amount.normalize():,f}"
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.ljust(2, '0')}"
