"""
How replicas divide into base and burst: laws over every week and every share.
"""

from __future__ import annotations

from decimal import Decimal
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.plan.model import Replicas
from servewright.plan.shares import split_shares, together
from servewright.spec.request import BaseCapacity, BurstCapacity, Capacity

BURST = BurstCapacity(purchase="on-demand")


def capacity(share: str | None, *, burst: bool = True) -> Capacity:
    """
    Return a capacity with a base of *share* where one is given, and a burst.
    """
    base = None if share is None else BaseCapacity(purchase="on-demand", share=Decimal(share))
    return Capacity(base=base, burst=BURST if burst else None)


@st.composite
def weeks(draw: st.DrawFn) -> Replicas:
    """
    Draw the replicas of a week as the traffic gives them: within the autoscaler's bounds, the busiest hour the largest.
    """
    minimum = draw(st.integers(0, 6))
    hours = tuple(draw(st.lists(st.integers(minimum, 20), min_size=8, max_size=8)))
    busiest = max(*hours, minimum, 1)
    return Replicas(minimum=minimum, busiest=busiest, maximum=busiest + draw(st.integers(0, 10)), by_hour=hours * 21)


shares = st.decimals("0.01", "1", places=2).map(str)


@given(weeks(), st.none() | shares, st.booleans())
def test_the_shares_serve_every_hour_and_reach_the_maximum(replicas: Replicas, share: str | None, beside: bool) -> None:  # noqa: FBT001
    """
    Together the shares run at least what each hour needs and the minimum asks for; with a burst they reach the maximum, neither more
    nor less.
    """
    found = split_shares(capacity(share, burst=beside or share is None), replicas)
    whole = together(found)

    assert all(runs >= min(needed, whole.maximum) for runs, needed in zip(whole.by_hour, replicas.by_hour, strict=True))
    assert whole.minimum >= replicas.minimum
    assert whole.maximum <= replicas.maximum
    if beside or share is None:
        assert whole.maximum == replicas.maximum
        assert all(runs >= needed for runs, needed in zip(whole.by_hour, replicas.by_hour, strict=True))


@given(weeks(), shares, st.booleans())
def test_a_base_is_its_share_of_the_busiest_hour_and_at_least_the_minimum(replicas: Replicas, share: str, beside: bool) -> None:  # noqa: FBT001
    """
    Rounded up to whole replicas, never above the maximum, the same in every hour: its bounds leave an autoscaler nothing to do.
    """
    base = split_shares(capacity(share, burst=beside), replicas)[0]
    own = base.replicas

    assert base.share == "base"
    assert own.busiest == min(replicas.maximum, max(ceil(Decimal(share) * replicas.busiest), replicas.minimum))
    assert own.minimum == own.busiest == own.maximum
    assert own.by_hour == (own.busiest,) * 168


@given(weeks(), shares)
def test_a_burst_is_what_the_base_does_not_serve(replicas: Replicas, share: str) -> None:
    """
    Hour by hour what is needed beyond the base, never below 0, with nothing that has to stay: the minimum is the base's.
    """
    base, *others = split_shares(capacity(share), replicas)
    always = base.replicas.busiest
    for burst in others:
        assert burst.share == "burst"
        assert burst.replicas.by_hour == tuple(max(0, needed - always) for needed in replicas.by_hour)
        assert burst.replicas.minimum == 0
        assert burst.replicas.maximum == replicas.maximum - always > 0


@given(weeks(), shares)
def test_a_share_that_can_never_have_a_replica_is_left_out(replicas: Replicas, share: str) -> None:
    """
    A base that takes the whole maximum leaves no burst: no Deployment, no autoscaler and no pool stand there for nothing.
    """
    found = split_shares(capacity(share), replicas)

    assert len(found) == (1 if found[0].replicas.busiest == replicas.maximum else 2)
    assert all(each.replicas.maximum > 0 for each in found)


@given(weeks())
def test_without_a_base_the_burst_is_the_model(replicas: Replicas) -> None:
    """
    A burst alone has all replicas, as the traffic gives them.
    """
    (burst,) = split_shares(capacity(None), replicas)

    assert (burst.share, burst.replicas) == ("burst", replicas)
    assert together((burst,)) == replicas


@given(weeks(), shares, shares)
def test_a_larger_share_never_makes_a_smaller_base(replicas: Replicas, one: str, other: str) -> None:
    """
    More always-running capacity is asked for, more is bought.
    """
    small, large = sorted((one, other), key=Decimal)

    assert split_shares(capacity(small), replicas)[0].replicas.busiest <= split_shares(capacity(large), replicas)[0].replicas.busiest


@pytest.mark.parametrize(
    ("share", "minimum", "base", "burst"),
    [
        ("0.5", 1, 3, (0, 2, 4)),  # half of 5 is 2.5: 3; the busiest hour needs 2 more, the maximum 4 more
        ("0.6", 1, 3, (0, 2, 4)),
        ("0.61", 1, 4, (0, 1, 3)),
        ("0.1", 4, 4, (0, 1, 3)),  # the minimum runs all the time anyway: it is bought as the base
        ("1", 1, 5, (0, 0, 2)),
        ("1", 7, 7, None),
    ],
)
def test_by_hand(share: str, minimum: int, base: int, burst: tuple[int, int, int] | None) -> None:
    """
    One replica at night (or the minimum), five in the busiest hour, at most seven.
    """
    hours = (max(1, minimum),) * 84 + (max(5, minimum),) * 84
    found = split_shares(capacity(share), Replicas(minimum=minimum, busiest=max(5, minimum), maximum=7, by_hour=hours))

    assert found[0].replicas.busiest == base
    bounds = [(each.replicas.minimum, each.replicas.busiest, each.replicas.maximum) for each in found[1:]]
    assert bounds == ([] if burst is None else [burst])
