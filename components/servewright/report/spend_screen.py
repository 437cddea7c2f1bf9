"""
What was paid against the estimate, on the screen: key by key, where it is going, and what the month will come to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.report.figures import aligned, dollars, plural, usd
from servewright.report.screen import BAD, GOOD, QUIET, STRONG, WARN, Column, Screen, Span
from servewright.spend.trend import NoTrend

if TYPE_CHECKING:
    from decimal import Decimal

    from servewright.report.spend import SpendReport
    from servewright.spend.trend import Forecast, Trend

_COLUMNS = (Column(wrap=True), *(Column(side="right"),) * 3, Column())
_STYLES = {"within": GOOD, "above": BAD, "below": WARN, "not estimated": BAD, "not paid": WARN, "unknown": WARN}
_WORDS = {
    "within": "min to max",
    "above": "above max",
    "below": "below min",
    "not estimated": "not on the bill",
    "not paid": "not paid",
    "unknown": "unknown",
}
_SHOWN = 20


def spend_screen(screen: Screen, report: SpendReport) -> None:
    """
    Write *report*.
    """
    days = report.comparison.covered
    span = f"{days.first} to {days.last}, {plural(days.days, 'day')}"
    screen.heading("Estimated and paid", f"{span}; {report.spend.format}, by {report.comparison.level}")
    _rows(screen, report)
    for remark in report.remarks:
        screen.paragraph((remark, QUIET))
    if isinstance(report.trend, NoTrend):
        screen.paragraph((f"no trend and no forecast: {report.trend.why}", QUIET))
    else:
        _trend(screen, report.trend, report.limit)


def _rows(screen: Screen, report: SpendReport) -> None:
    rows = report.comparison.rows
    shown = [*rows[:_SHOWN], report.comparison.total]
    expected = aligned(usd(row.estimate.expected) for row in shown)
    paid = aligned(usd(row.paid) for row in shown)
    difference = aligned(_signed(row.difference) for row in shown)
    table: list[tuple[Span, ...]] = [("USD in these days", *((text, QUIET) for text in ("estimated", "paid", "difference")), "")]
    for row, *figures in zip(shown, expected, paid, difference, strict=True):
        style = STRONG if row is report.comparison.total else ""
        least = "≥ " if row is report.comparison.total and report.at_least else ""
        table.append(((row.key, style), f"{least}{figures[0]}", figures[1], figures[2], (_WORDS[row.verdict], _STYLES[row.verdict])))
        if row.by_price is not None and row.by_quantity is not None:
            split = f"  {_signed(row.by_quantity)} by hours, {_signed(row.by_price)} by the price of an hour"
            table.append(((split, QUIET),))
    screen.table(_COLUMNS, table)
    if len(rows) > _SHOWN:
        rest = sum((row.paid for row in rows[_SHOWN:]), start=rows[0].paid * 0)
        screen.paragraph((f"{len(rows) - _SHOWN} more with smaller differences: {dollars(rest)} paid; --json has them", QUIET))


def _trend(screen: Screen, trend: Trend, limit: Decimal | None) -> None:
    slope = f"{'−' if trend.slope < 0 else '+'}{dollars(abs(trend.slope))}"
    screen.paragraph(f"trend: {dollars(trend.a_day)} a day at the end, {slope} from week to week in a day's spend", hang=4)
    if trend.weeks:
        weeks = " → ".join(dollars(amount) for _, amount in trend.weeks[-6:])
        screen.paragraph((f"weeks, the last to {trend.weeks[-1][0]}: {weeks}", QUIET), hang=4)
    _forecast(screen, trend.forecast, limit)


def _forecast(screen: Screen, forecast: Forecast, limit: Decimal | None) -> None:
    absent = f", {plural(forecast.days_absent, 'day')} of the month not in the file taken as usual" if forecast.days_absent else ""
    known = f"{dollars(forecast.paid)} paid, {plural(forecast.days_left, 'day')} to come{absent}"
    band = f"{dollars(forecast.low)} to {dollars(forecast.high)} in 4 of 5 cases; " if forecast.high != forecast.low else ""
    screen.paragraph(f"forecast to {forecast.until}: {dollars(forecast.expected)} ({band}{known})", hang=4)
    if limit is None:
        return
    if forecast.expected > limit:
        over = dollars(forecast.expected - limit)
        screen.paragraph((f"that is {over} above the budget of {dollars(limit)} a month", BAD), indent=4)
    elif forecast.high > limit:
        screen.paragraph((f"the budget of {dollars(limit)} a month holds as expected, and breaks at the upper end", WARN), indent=4)
    else:
        screen.paragraph((f"the budget of {dollars(limit)} a month holds", GOOD), indent=4)


def _signed(amount: Decimal | None) -> str:
    if amount is None:
        return usd(amount)
    return f"{'+' if amount > 0 else '−' if amount < 0 else ''}{usd(abs(amount))}"
