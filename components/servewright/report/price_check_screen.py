"""
The screen of how far the prices can be trusted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.report.figures import plural
from servewright.report.screen import BAD, QUIET, STRONG, WARN, Column, Screen, Span

if TYPE_CHECKING:
    from rich.console import Console

    from servewright.report.price_check import PriceCheck, SourceAge

_NUMBER: Final = Column(side="right")
_AGES: Final = (Column(wrap=True), _NUMBER, Column())
_REGIONS: Final = (Column(), _NUMBER, _NUMBER, _NUMBER, _NUMBER, _NUMBER)


def show_price_check(console: Console, made: PriceCheck) -> None:
    """
    Write age by source, what there is by region, and what was found.
    """
    screen = Screen(console)
    what = "Price book" if made.books else "Prices that ship"
    screen.side_by_side([(what, STRONG)], f"as of {made.as_of}")
    for book in made.books:
        screen.paragraph(f"{book.name}: {book.source}, of {book.as_of}", indent=2, hang=4)
    screen.heading("Age by source")
    head: list[Span] = [(text, QUIET) for text in ("", "prices", "of")]
    screen.table(_AGES, [head, *([age.source, f"{age.rows:,}", _days(age)] for age in made.ages)])
    if made.regions:
        screen.heading("By region", "types with a price; what us-east-1 has and the region lacks is a gap")
        names: list[Span] = [(text, QUIET) for text in ("", "on demand", "spot", "reserved", "services", "gaps")]
        counts = ((r.region, r.on_demand, r.spot, r.reserved, r.services, r.missing) for r in made.regions)
        screen.table(_REGIONS, [names, *([region, *(f"{n:,}" for n in rest)] for region, *rest in counts)])
    screen.heading("Found")
    for finding in made.findings:
        mark: Span = ("wrong  ", BAD) if finding.wrong else ("look   ", WARN)
        more = " …" if finding.rows > len(finding.examples) else ""
        count = f"{plural(finding.rows, 'price')} " if finding.rows else ""
        names_of = f": {', '.join(finding.examples)}{more}" if finding.examples else ""
        screen.paragraph(mark, f"{count}{finding.what}{names_of}", hang=9)
    if not made.findings:
        screen.paragraph("nothing that looks wrong")


def _days(age: SourceAge) -> str:
    if age.oldest is None:
        return "no date"
    days = f"{age.oldest}" if age.oldest == age.newest else f"{age.oldest} … {age.newest}"
    return f"{days}, {age.undated:,} without" if age.undated else days
