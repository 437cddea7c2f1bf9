"""
Where spend is going: the slope of its days, and what its month will come to.

    slope       = the median of the slopes between all pairs of days (Theil-Sen), which a few odd days do not move
    forecast    = paid so far + for each day that is left, or not in the file: the median of its weekday over the last four
                  weeks, with the slope
    its band    = forecast ± 1.2816 s √n, s the spread of the days around that rule, n the days left (80 % where days are independent)

Nothing is said of fewer than two weeks, or where entries are longer than a day. Days that the export calls estimated are left out.
Theil-Sen: https://doi.org/10.1080/01621459.1968.10480934. 1.2816 is the normal distribution's 90th percentile.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING, Final

from servewright.spend.periods import ONE_DAY, by_day, covered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from servewright.spend.model import Spend

LEAST_DAYS: Final = 14
"""
Days below which nothing is said (judgement): each weekday is then seen less than twice.
"""

RECENT_DAYS: Final = 28
"""
Days that a forecast looks at (judgement): four of each weekday, and young enough to follow a change.
"""

MOST_DAYS: Final = 400
"""
Days whose pairs are looked at: a year and a month; more would be the past of another stack (judgement).
"""

_NINETIETH: Final = Decimal("1.2816")
_SPREAD: Final = Decimal("1.4826")
"""
The standard deviation of normal values over their median distance from the median.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """
    What the month of *until* comes to: *paid* of it is known, USD, *days_left* are to come, *days_absent* are past and not in the file.
    """

    until: date
    paid: Decimal
    days_left: int
    days_absent: int
    low: Decimal
    expected: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """
    A day's amount at present and its *slope* a week, USD, from *days* days; *weeks* are the totals of whole weeks, the latest last.
    """

    days: int
    a_day: Decimal
    slope: Decimal
    weeks: tuple[tuple[date, Decimal], ...]
    forecast: Forecast


@dataclass(frozen=True, slots=True, kw_only=True)
class NoTrend:
    """
    Nothing can be said, and *why*.
    """

    why: str


def trend_of(spend: Spend) -> Trend | NoTrend:
    """
    Return the trend of *spend*, which has one entry at least.
    """
    span = covered(spend.entries)
    if not span.daily:
        return NoTrend(why="the export has no amounts by day")
    days = {day: amount for day, amount in by_day(spend.entries).items() if day not in spend.estimated}
    if len(days) < LEAST_DAYS:
        return NoTrend(why=f"it takes {LEAST_DAYS} days that are final, the file has {len(days)}")
    recent = dict(list(days.items())[-MOST_DAYS:])
    slope = slope_of(dict(list(recent.items())[-RECENT_DAYS:]))
    return Trend(
        days=len(recent),
        a_day=Decimal(median(list(recent.values())[-7:])),
        slope=slope * 7,
        weeks=_weeks(recent),
        forecast=_forecast(days, slope),
    )


def slope_of(days: Mapping[date, Decimal]) -> Decimal:
    """
    Return how much a day's amount changes from one day to the next.
    """
    points = list(days.items())
    slopes = [(b - a) / (later - day).days for at, (day, a) in enumerate(points) for later, b in points[at + 1 :]]
    return Decimal(median(slopes)) if slopes else Decimal(0)


def _weeks(days: Mapping[date, Decimal]) -> tuple[tuple[date, Decimal], ...]:
    """
    Return whole weeks that end with the last day.
    """
    last = max(days)
    sums: defaultdict[int, list[Decimal]] = defaultdict(list)
    for day, amount in days.items():
        sums[(last - day).days // 7].append(amount)
    whole = [(last - 7 * number * ONE_DAY, sum(found, Decimal(0))) for number, found in sums.items() if len(found) == _WEEK]
    return tuple(sorted(whole))


def _forecast(days: Mapping[date, Decimal], slope: Decimal) -> Forecast:
    last = max(days)
    end = last.replace(day=monthrange(last.year, last.month)[1])
    if last == end:  # the month is over: the next one is asked for
        end = _end_of_next(last)
        paid = Decimal(0)
    else:
        paid = sum((amount for day, amount in days.items() if (day.year, day.month) == (last.year, last.month)), Decimal(0))
    recent = {day: amount for day, amount in days.items() if (last - day).days < RECENT_DAYS}
    month = [end.replace(day=number) for number in range(1, end.day + 1)]
    open_days = [day for day in month if day not in days]
    rest = sum((max(Decimal(0), _usual(recent, day, slope)) for day in open_days), Decimal(0))
    around = _spread([amount - _usual(recent, day, slope) for day, amount in recent.items()])
    band = _NINETIETH * around * Decimal(len(open_days)).sqrt()
    absent = sum(day < last for day in open_days)
    return Forecast(
        until=end,
        paid=paid,
        days_left=len(open_days) - absent,
        days_absent=absent,
        low=paid + max(Decimal(0), rest - band),
        expected=paid + rest,
        high=paid + rest + band,
    )


def _usual(recent: Mapping[date, Decimal], day: date, slope: Decimal) -> Decimal:
    """
    Return what *day* usually comes to: the median of its weekday, carried along the slope; of all days where its weekday is not there.
    """
    same = [amount + slope * (day - other).days for other, amount in recent.items() if other.weekday() == day.weekday()]
    every = [amount + slope * (day - other).days for other, amount in recent.items()]
    return Decimal(median(same or every))


def _spread(distances: Sequence[Decimal]) -> Decimal:
    return _SPREAD * Decimal(median([abs(each) for each in distances]))


def _end_of_next(day: date) -> date:
    first = day + ONE_DAY
    return first.replace(day=monthrange(first.year, first.month)[1])


_WEEK: Final = 7
