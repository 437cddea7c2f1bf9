"""
The screen of a program's bill: what it is, the money by component, every line, and loudly what is missing from it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from servewright.cost.census import take_census
from servewright.ranges import Range
from servewright.report.elsewhere import elsewhere
from servewright.report.figures import aligned, plural
from servewright.report.gates import judged_block
from servewright.report.lines import show_bill
from servewright.report.money_table import amounts_of, components, headline
from servewright.report.price_sources import money_by_age
from servewright.report.screen import BAD, QUIET, STRONG, WARN, Column, Screen, Span

if TYPE_CHECKING:
    from rich.console import Console

    from servewright.cost.model import Unsupported
    from servewright.report.program import ProgramBill

_COLUMNS: Final = (Column(wrap=True), *(Column(side="right", least=9),) * 3)
_NAMES: Final = 5
_PLACED: Final = ("aws:", "kubernetes:")
_SIDES: Final = {
    ("preview", "before"): "as deployed before the change",
    ("preview", "after"): "as the program leaves it",
    ("export", "before"): "as deployed",
    ("export", "after"): "as deployed",
}


def show_program(console: Console, made: ProgramBill) -> None:
    """
    Write the bill of a program, every line with its source, and what is unknown and unsupported at its end.
    """
    screen = Screen(console)
    _header(screen, made)
    _money(screen, made)
    judged_block(screen, made.gates, made.outcomes)
    if made.bill.lines or made.bill.free:
        show_bill(screen, made.bill)
    elsewhere(screen, made.bill)
    _notes(screen, made)
    _missing(screen, made)


def _header(screen: Screen, made: ProgramBill) -> None:
    program = made.program
    rest = f" · stack {program.stack} · {_SIDES[program.source, made.side]}"
    age = f"prices {made.prices_oldest} … {made.prices_newest}, as of {made.as_of}"
    screen.side_by_side(((program.project, STRONG), rest), age)
    counted = take_census(made.records, made.bill)
    parts = f"{counted.priced} priced, {counted.free} free, {counted.unknown} unknown, {counted.unsupported} unsupported"
    screen.paragraph(f"{plural(counted.total, 'resource')}: {parts}", indent=0)
    words = money_by_age(made.bill)
    if words:
        screen.paragraph((words, QUIET), indent=0)


def _money(screen: Screen, made: ProgramBill) -> None:
    lines = made.bill.lines
    screen.blank()
    parts = components(lines)
    money = [amounts_of([line.monthly for line in lines if line.component == part]) for part in parts]
    rowless = _without_a_line(made)
    if rowless:
        parts.append(f"{rowless} without a line")
        money.append(amounts_of([Range.unknown()]))
    money.append(amounts_of([line.monthly for line in lines], at_least=not made.bill.complete))
    columns = [aligned(row[i] for row in money) for i in range(3)]
    rows: list[list[Span]] = [[("$ a month", STRONG), *((head, QUIET) for head in ("min", "expected", "max"))]]
    rows += [[part, *(column[i] for column in columns)] for i, part in enumerate(parts)]
    rows.append([("total", STRONG), *((column[-1], STRONG) for column in columns)])
    screen.table(_COLUMNS, rows)
    if not made.bill.complete:
        screen.blank()
        screen.paragraph((f"{headline(made.bill)} a month; each is listed at the end", WARN), hang=4)


def _without_a_line(made: ProgramBill) -> int:
    """
    Return how much of what is unknown is in no row of the table: the rows would look complete without it.
    """
    listed = {line.id for line in made.bill.lines}
    return sum(unknown.id not in listed for unknown in made.bill.unknown) + len(made.bill.unsupported)


def _notes(screen: Screen, made: ProgramBill) -> None:
    if made.notes:
        screen.heading("About this program")
        for note in made.notes:
            screen.paragraph(("! ", WARN), note.text, hang=4)


def _missing(screen: Screen, made: ProgramBill) -> None:
    if made.bill.complete:
        return
    screen.heading("Not in the total")
    for unknown in made.bill.unknown:
        owner = unknown.resource.split("::", 3)[-1]
        what = unknown.what if owner in unknown.what else f"{owner}: {unknown.what}"
        screen.paragraph(("! ", BAD), f"unknown: {what}: {unknown.why}", hang=4)
    by_type: dict[str, list[Unsupported]] = defaultdict(list)
    for each in made.bill.unsupported:
        by_type[each.type].append(each)
    for token, found in sorted(by_type.items()):
        names = [each.resource.split("::", 3)[-1] for each in found]
        more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
        text = f"unsupported: {len(found)} × {token} ({', '.join(names[:_NAMES])}{more}): nothing of it is on the bill"
        screen.paragraph(("! ", BAD), text, hang=4)
    _regions(screen, made)


def _regions(screen: Screen, made: ProgramBill) -> None:
    """
    Say what helps where something is unknown for want of a region.
    """
    open_ends = {item.resource for item in made.bill.unknown}
    lost = [record for record in made.records if record.urn in open_ends and record.region is None and record.type.startswith(_PLACED)]
    if lost:
        text = f"the region of {plural(len(lost), 'resource')} is not known from the program: --region says it"
        screen.paragraph(("! ", WARN), text, hang=4)
