"""
The slope of days and the forecast of their month.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.spend.read import parse_spend
from servewright.spend.trend import LEAST_DAYS, NoTrend, Trend, slope_of, trend_of
from spend_exports import csv_of, days

START = date(2026, 10, 1)


def trend(amounts: list[Decimal], first: date = START) -> Trend:
    """
    Return the trend of *amounts*, one a day.
    """
    found = trend_of(parse_spend("spend.csv", csv_of(zip(days(len(amounts), first), amounts, strict=True), "date,amount")))
    assert isinstance(found, Trend)
    return found


@given(amount=st.integers(1, 10**6), count=st.integers(LEAST_DAYS, 30))
def test_the_same_every_day_is_flat(amount: int, count: int) -> None:
    """A constant has no slope, and its month is its amount times the days, without a band."""
    found = trend([Decimal(amount)] * count)
    assert found.slope == 0
    assert found.forecast.low == found.forecast.expected == found.forecast.high == amount * 31


@given(base=st.integers(1000, 10**5), step=st.integers(-30, 30))
def test_a_line_is_continued(base: int, step: int) -> None:
    """What grows by the same amount each day is forecast to go on so."""
    found = trend([Decimal(base + step * number) for number in range(21)])
    assert found.slope == 7 * step
    assert found.forecast.expected == sum(base + step * number for number in range(31))


def test_a_few_odd_days_do_not_move_the_slope() -> None:
    """A day of ten times the spend, or one without any, leaves the trend where it was."""
    amounts = [Decimal(100 + number) for number in range(28)]
    odd = [*amounts]
    odd[4], odd[25] = Decimal(1000), Decimal(0)
    assert abs(trend(odd).slope - trend(amounts).slope) < Decimal("0.5")


def test_week_ends_stay_week_ends() -> None:
    """The days to come are forecast by their weekday: a business-hours stack is not forecast as if each day were a Monday."""
    amounts = [Decimal(100) if day.weekday() < 5 else Decimal(20) for day in days(31, START)]
    found = trend(amounts[:23])
    assert found.forecast.expected == sum(amounts)


def test_at_the_end_of_a_month_the_next_is_forecast() -> None:
    """Once all days of a month are there, nothing of it is left to forecast."""
    found = trend([Decimal(10)] * 31)
    assert (found.forecast.until, found.forecast.paid, found.forecast.expected) == (date(2026, 11, 30), 0, 300)


@given(amounts=st.lists(st.integers(0, 10**4), min_size=LEAST_DAYS, max_size=40))
def test_the_band_holds_the_forecast(amounts: list[int]) -> None:
    """Low, expected and high are in this order, and never below what is paid."""
    ahead = trend([Decimal(each) for each in amounts]).forecast
    assert ahead.paid <= ahead.low <= ahead.expected <= ahead.high


@given(amounts=st.lists(st.integers(0, 10**4), min_size=LEAST_DAYS, max_size=30), factor=st.integers(2, 50))
def test_all_is_in_proportion(amounts: list[int], factor: int) -> None:
    """Spend times a factor has trend and forecast times that factor."""
    once, many = (trend([Decimal(each * by) for each in amounts]) for by in (1, factor))
    assert many.slope == pytest.approx(once.slope * factor)
    assert many.forecast.expected == pytest.approx(once.forecast.expected * factor)


def test_few_days_and_months_have_no_trend() -> None:
    """Less than two weeks, or amounts by month, say nothing; why is told."""
    few = parse_spend("spend.csv", csv_of([(day, 1) for day in days(LEAST_DAYS - 1)], "date,amount"))
    months = parse_spend("spend.csv", b"date,end,amount\n2026-09-01,2026-10-01,900\n2026-10-01,2026-11-01,910\n")
    assert isinstance(trend_of(few), NoTrend)
    assert isinstance(trend_of(months), NoTrend)


def test_one_day_has_no_slope() -> None:
    """Without a pair of days there is no slope."""
    assert slope_of({START: Decimal(5)}) == 0


def test_days_before_the_first_are_part_of_their_month() -> None:
    """A file that begins on the 5th forecasts the whole month: the first four days are taken as usual, and counted as absent."""
    found = trend([Decimal(100)] * 26, date(2026, 10, 5)).forecast
    assert (found.expected, found.paid, found.days_absent, found.days_left) == (3100, 2600, 4, 1)
