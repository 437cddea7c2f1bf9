"""
Replicas by hour and tokens a month.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from requests_made import model_request
from servewright.plan.traffic import monthly_tokens, plan_replicas, replicas_for, utc_week
from ten_specs import TEN_SPECS, plan_text

STEADY = (Decimal(1),) * 168
NIGHTS_OFF = (Decimal("0.1"),) * 60 + (Decimal(1),) * 108


@given(rate=st.decimals("0.01", "500", places=2), more=st.decimals("0", "50", places=2), capacity=st.floats(0.05, 80))
def test_more_traffic_never_needs_fewer_replicas(rate: Decimal, more: Decimal, capacity: float) -> None:
    """
    On the same replica shape a higher rate never needs fewer replicas.
    """
    headroom = Decimal("0.25")

    assert replicas_for(rate + more, headroom, capacity) >= replicas_for(rate, headroom, capacity)


@given(rate=st.decimals("0.01", "500", places=2), capacity=st.floats(0.05, 80))
def test_replicas_cover_rate_and_headroom(rate: Decimal, capacity: float) -> None:
    """
    The replicas serve rate and head-room, and one fewer would not.
    """
    needed = replicas_for(rate, Decimal("0.25"), capacity)
    wanted = float(rate) * 1.25

    assert needed * capacity >= wanted * (1 - 1e-12)
    assert needed == 1 or (needed - 1) * capacity < wanted * (1 + 1e-12)


def test_hours_follow_the_profile_within_the_bounds() -> None:
    """
    Quiet hours have fewer replicas than the busiest, never below the minimum, never above the maximum.
    """
    request = replace(model_request("x/y", rate="10"), min_replicas=2, max_replicas=9)

    replicas = plan_replicas(request, NIGHTS_OFF, capacity=1.0)

    assert replicas.by_hour == (2,) * 60 + (9,) * 108
    assert (replicas.busiest, replicas.minimum, replicas.maximum) == (12, 2, 9)


def test_the_maximum_follows_the_environments_rule() -> None:
    """
    Without an explicit maximum, dev adds one replica to the busiest hour's and prod half as many again.
    """
    dev = plan_replicas(model_request("x/y", rate="10"), STEADY, capacity=2.0)
    prod = plan_replicas(replace(model_request("x/y", rate="10"), max_replicas_rule="x1.5"), STEADY, capacity=2.0)

    assert (dev.busiest, dev.maximum) == (6, 7)
    assert (prod.busiest, prod.maximum) == (6, 9)


def test_tokens_of_a_month_are_those_of_730_hours() -> None:
    """
    Six requests a second of 1,200 and 250 tokens are 6 x 3,600 x 730 requests a month.
    """
    found = monthly_tokens(model_request("x/y").traffic, STEADY)

    assert (found.input, found.output) == (15_768_000 * 1200, 15_768_000 * 250)
    assert found.all == 15_768_000 * 1450


@given(week=st.lists(st.integers(0, 9), min_size=168, max_size=168), east=st.integers(-12, 14))
def test_a_week_of_another_zone_is_the_same_week_turned(week: list[int], east: int) -> None:
    """
    The hour that is *h* on a clock *east* of UTC is the hour *h - east* of UTC, and the way back gives the week as it was.
    """
    local = tuple(week)

    turned = utc_week(local, east)

    assert all(turned[(hour - east) % 168] == local[hour] for hour in range(168))
    assert utc_week(turned, -east) == local


def test_models_in_two_time_zones_are_busy_one_after_the_other() -> None:
    """
    Office hours in Los Angeles are those in Berlin, nine hours later on the same clock.
    """
    berlin, pacific = (by_hour(zone) for zone in ("Europe/Berlin", "America/Los_Angeles"))

    assert len(set(berlin)) > 1
    assert pacific == utc_week(berlin, -9)
    assert berlin == utc_week(by_hour("UTC"), 1)


def by_hour(timezone: str) -> tuple[int, ...]:
    """
    Return the replicas of a model whose users sit in *timezone*.
    """
    faster = TEN_SPECS["llama-3.1-8b"].replace("second: 6, ", "second: 60, ")
    text = faster.replace("tokens: 250", f"tokens: 250, profile: business-hours, timezone: {timezone}")
    return plan_text("chat", text).models[0].replicas.by_hour
