"""
The screen of a row of steps: bars that begin where the one before ends, and what each step's month comes to.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.report.diff_words import ARROW, share, signed
from servewright.report.figures import aligned, dollars, per_million, unit_price, usd
from servewright.report.money_table import amounts_of
from servewright.report.screen import BAD, GOOD, QUIET, STRONG, WARN, Column, Screen, Span
from servewright.report.waterfall import expected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from servewright.report.step_costs import Step
    from servewright.report.waterfall import Waterfall

_BAR: Final = 24
_LONGEST_LABEL: Final = 32
"""
Characters of a bar, and of a label in a table (judgement): a longer one is cut, so that the columns beside it keep their room.
"""

_NUMBER: Final = Column(side="right")
_BARS: Final = (Column(wrap=True), _NUMBER, Column())
_MONTHS: Final = (Column(wrap=True, most=0.5), _NUMBER, _NUMBER, _NUMBER, Column(wrap=True))


def show_waterfall(console: Console, data: Waterfall, steps: Sequence[Step]) -> None:
    """
    Write the bars of *data*, the months of its *steps* by component, and what has no price.
    """
    screen = Screen(console)
    ages = [day for step in steps for day in (step.preview.prices_oldest, step.preview.prices_newest)]
    screen.side_by_side([(data.title, STRONG)], f"prices {min(ages)} … {max(ages)}")
    screen.paragraph(_sentence(data), indent=0)
    screen.blank()
    screen.table(_BARS, [[("$ a month, expected", QUIET), "", ""], *_bars(data)])
    screen.heading("After each step", "expected; hardware is that of the busiest hour")
    head: list[Span] = [(text, QUIET) for text in ("", "$ a month", "1M tokens", "a request", "hardware")]
    screen.table(_MONTHS, [head, *(_month(step) for step in steps)])
    _components(screen, steps)
    for step in steps:
        for unknown in step.preview.bill.unknown:
            screen.paragraph((f"{step.label}: ", WARN), f"{unknown.what} has no price: {unknown.why}", hang=4)
        for unsupported in step.preview.bill.unsupported:
            screen.paragraph((f"{step.label}: ", WARN), f"{unsupported.type} is not supported", hang=4)


def _sentence(data: Waterfall) -> str:
    first, last = expected(data.start), expected(data.end)
    if first is None or last is None:
        return "start or end has no price for a part of it: the change is not known"
    moved = share(last - first, first)
    return f"{dollars(first)}{ARROW}{dollars(last)} a month: {signed(last - first)}{f', {moved}' if moved else ''}"


def _bars(data: Waterfall) -> list[list[Span]]:
    ends = [Decimal(0)]
    rows: list[tuple[str, str, Decimal | None, Decimal | None, str]] = [_whole(data.start.label, expected(data.start))]
    running = expected(data.start)
    for step in data.steps:
        moved = expected(step)
        after = None if running is None or moved is None else running + moved
        rows.append((step.label, signed(moved), running, after, GOOD if moved is not None and moved < 0 else BAD if moved else ""))
        running = after
    rows.append(_whole(data.end.label, expected(data.end)))
    ends += [each for _, _, low, high, _ in rows for each in (low, high) if each is not None]
    top = max(ends)
    return [[_cut(label), (amount, style), (_bar(low, high, top), style)] for label, amount, low, high, style in rows]


def _whole(label: str, amount: Decimal | None) -> tuple[str, str, Decimal | None, Decimal | None, str]:
    return label, dollars(amount), None if amount is None else Decimal(0), amount, STRONG


def _bar(low: Decimal | None, high: Decimal | None, top: Decimal) -> str:
    """
    Return a bar from *low* to *high* on a line whose end is *top*; one that is there is seen, and what is not known has none.
    """
    if low is None or high is None or not top:
        return "?" if low is None or high is None else ""
    begin, end = sorted((round(low / top * _BAR), round(high / top * _BAR)))
    begin = min(begin, _BAR - 1)
    sign = "█" if low == 0 else "░" if high < low else "▒"
    return " " * begin + sign * max(1, end - begin) if low != high else " " * begin + "│"


def _month(step: Step) -> list[Span]:
    month = step.monthly
    amount = usd(None if month is None else month.expected)
    return [_cut(step.label), amount, per_million(step.per_million_tokens), unit_price(step.per_request), (step.hardware, QUIET)]


def _components(screen: Screen, steps: Sequence[Step]) -> None:
    names = list(dict.fromkeys(name for step in steps for name in step.components))
    screen.heading("By component", "$ a month, expected, of what is known")
    cells = [[_expected(step, name) for name in names] for step in steps]
    columns = [aligned([row[number] for row in cells]) for number in range(len(names))]
    rows: list[list[Span]] = [[("", QUIET), *((name, QUIET) for name in names)]]
    rows += [[_cut(step.label), *(column[number] for column in columns)] for number, step in enumerate(steps)]
    screen.table((Column(wrap=True), *([_NUMBER] * len(names))), rows)


def _expected(step: Step, name: str) -> str:
    amounts = [line.monthly for line in step.preview.bill.lines if line.component == name]
    if amounts:
        return amounts_of(amounts)[1]
    return usd(None if step.monthly is None else Decimal(0))


def _cut(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1].rstrip()}…"
