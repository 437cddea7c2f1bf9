"""
What was paid beside the preview of the stack that it was paid for, as one value and as JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from servewright.report.export_numbers import exact, exact_range
from servewright.spend.compare import compare
from servewright.spend.trend import NoTrend, trend_of

if TYPE_CHECKING:
    from decimal import Decimal

    from servewright.report.model import Preview
    from servewright.spend.compare import Comparison, Row
    from servewright.spend.model import Spend
    from servewright.spend.trend import Trend

WHOLE_WEEK: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendReport:
    """
    *spend* held against a bill, its *trend*, and the stack's *limit* a month. *at_least*: the bill has unknowns.
    """

    spend: Spend
    comparison: Comparison
    trend: Trend | NoTrend
    limit: Decimal | None
    at_least: bool

    @property
    def remarks(self) -> tuple[str, ...]:
        """
        What a reader must know before believing the difference.
        """
        return (*self.spend.remarks, *_about_days(self))


def spend_report(preview: Preview, spend: Spend) -> SpendReport:
    """
    Return *spend* against the bill of *preview*.
    """
    return SpendReport(
        spend=spend,
        comparison=compare(preview.bill, spend),
        trend=trend_of(spend),
        limit=preview.plan.budget.limit,
        at_least=not preview.bill.complete,
    )


def _about_days(report: SpendReport) -> tuple[str, ...]:
    days = report.comparison.covered
    said: list[str] = []
    if days.missing:
        said.append(f"{len(days.missing)} days in between are not in the file, the first {days.missing[0]}: they are not counted")
    if days.days % WHOLE_WEEK:
        said.append("not whole weeks: the estimate is that of an average day, and weekdays differ from week-ends")
    if report.spend.estimated:
        said.append(f"{len(report.spend.estimated)} days are still provisional: the trend leaves them out")
    return tuple(said)


def spend_value(report: SpendReport) -> dict[str, Any]:
    """
    Return *report* as JSON: money as decimal strings, null where it is unknown.
    """
    days = report.comparison.covered
    return {
        "file": report.spend.file,
        "format": report.spend.format,
        "level": report.comparison.level,
        "days": {"first": str(days.first), "last": str(days.last), "count": days.days, "missing": [str(day) for day in days.missing]},
        "rows": [_row_value(row) for row in report.comparison.rows],
        "total": _row_value(report.comparison.total),
        "at_least": report.at_least,
        "trend": _trend_value(report.trend),
        "remarks": list(report.remarks),
    }


def _row_value(row: Row) -> dict[str, Any]:
    return {
        "key": row.key,
        "lines": row.lines,
        "estimate": exact_range(row.estimate),
        "paid": exact(row.paid),
        "difference": exact(row.difference),
        "by_quantity": exact(row.by_quantity),
        "by_price": exact(row.by_price),
        "verdict": row.verdict,
    }


def _trend_value(trend: Trend | NoTrend) -> dict[str, Any]:
    if isinstance(trend, NoTrend):
        return {"why": trend.why}
    ahead = trend.forecast
    return {
        "why": None,
        "days": trend.days,
        "a_day": exact(trend.a_day),
        "a_week": exact(trend.slope),
        "weeks": [{"until": str(day), "paid": exact(amount)} for day, amount in trend.weeks],
        "forecast": {
            "until": str(ahead.until),
            "paid": exact(ahead.paid),
            "days_left": ahead.days_left,
            "days_absent": ahead.days_absent,
            "low": exact(ahead.low),
            "expected": exact(ahead.expected),
            "high": exact(ahead.high),
        },
    }
