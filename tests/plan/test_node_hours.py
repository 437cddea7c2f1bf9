"""
The law of node-hours, against hand-computed months.
"""

from __future__ import annotations

import decimal
from dataclasses import replace
from decimal import Decimal

from servewright.plan.node_hours import (
    PoolDemand,
    ReplicaDemand,
    node_count,
    node_starts,
    nodes_from_hours,
    pool_hours,
)
from servewright.ranges import Range

OFFICE = ((1,) * 8 + (3,) * 10 + (1,) * 6) * 5 + (1,) * 48
DEMAND = ReplicaDemand(by_hour=OFFICE, minimum=1, maximum=4, start_seconds=300)
POOL = PoolDemand(pool="base", replicas_per_node=1, expected_share=Decimal(1), idle_seconds=600, unit_price=Range.exactly(1))
BURST = replace(POOL, pool="burst", expected_share=Decimal("0.75"), unit_price=Range.of(1, 1, 1), recovery_overlap=Decimal("0.001"))
FALLBACK = replace(POOL, pool="fallback", expected_share=Decimal("0.25"), max_share=Decimal("0.5"), unit_price=Range.exactly(2))


def test_one_pool_by_hand() -> None:
    """
    One node all week (168 h), two more for 10 h on 5 days (100 h), 10 launches at 300 s and 10 removals at 600 s (2.5 h).
    """
    hours = pool_hours(DEMAND, [POOL])["base"]

    assert hours.min == 730
    assert hours.max == 4 * 730
    assert hours.expected == (Decimal("270.5") * 730 / 168).quantize(Decimal("0.000001"))


def test_two_replicas_on_a_node_round_up_to_whole_nodes() -> None:
    """
    Packed by two, three replicas need two nodes: one all week, one for 50 h with 5 launches and removals.
    """
    hours = pool_hours(DEMAND, [replace(POOL, replicas_per_node=2)])["base"]

    assert hours.min == 730
    assert hours.max == 2 * 730
    assert hours.expected == ((168 + 50 + Decimal("1.25")) * 730 / 168).quantize(Decimal("0.000001"))


def test_spot_with_fallback_by_hand() -> None:
    """
    Shares split the expected hours and the spot part pays the recovery overlap; the maximum fills the dearer fallback first, to half.
    """
    hours = pool_hours(DEMAND, [BURST, FALLBACK])
    month = Decimal("270.5") * 730 / 168

    assert hours["burst"].expected == (month * Decimal("0.75") * Decimal("1.001")).quantize(Decimal("0.000001"))
    assert hours["fallback"].expected == (month * Decimal("0.25")).quantize(Decimal("0.000001"))
    assert hours["burst"].min == 730
    assert hours["fallback"].min == 0
    assert hours["burst"].max == 2 * 730
    assert hours["fallback"].max == 2 * 730


def test_the_dearest_pool_is_filled_first_whatever_its_role() -> None:
    """
    Where spot costs more than its fallback, all maximum replicas stand on spot.
    """
    hours = pool_hours(DEMAND, [replace(BURST, unit_price=Range.exactly(3)), FALLBACK])

    assert hours["burst"].max == 4 * 730
    assert hours["fallback"].max == 0
    assert hours["burst"].min == 0
    assert hours["fallback"].min == 730


def test_the_share_of_one_replica_is_one_replica() -> None:
    """
    A max share of 50 % of one replica is rounded up to the whole one.
    """
    hours = pool_hours(replace(DEMAND, maximum=1), [BURST, FALLBACK])

    assert hours["burst"].max == 0
    assert hours["fallback"].max == 730


def test_a_share_above_its_ceiling_is_cut_and_the_rest_moves() -> None:
    """
    A fallback that may not hold a replica gets no hours; the burst pool keeps them.
    """
    closed = replace(FALLBACK, max_share=Decimal(0))
    alone = pool_hours(DEMAND, [replace(BURST, expected_share=Decimal(1))])["burst"]

    assert pool_hours(DEMAND, [BURST, closed]) == {"burst": alone, "fallback": Range.exactly(0)}


def test_a_limit_is_compared_with_the_share_of_the_replicas() -> None:
    """
    Of nine replicas a tenth is less than one: a fallback of at most five nodes keeps its tenth of all hours, also of the busy ones.
    """
    busy = ReplicaDemand(by_hour=(1,) * 84 + (9,) * 84, minimum=1, maximum=9, start_seconds=300)
    tenth = replace(FALLBACK, expected_share=Decimal("0.1"), node_limit=5)
    rest = replace(BURST, expected_share=Decimal("0.9"), node_limit=10, recovery_overlap=Decimal(0))
    hours = pool_hours(busy, [rest, tenth])
    month = (84 + 9 * 84 + 8 * Decimal("0.25")) * 730 / 168

    assert hours["fallback"].expected == (month / 10).quantize(Decimal("0.000001"))
    assert hours["burst"].expected == (month * 9 / 10).quantize(Decimal("0.000001"))


def test_what_exceeds_a_limit_in_an_hour_moves() -> None:
    """
    Half of three replicas do not fit on a fallback of one node: it gets (118 x 0.5 + 50 x 1) of 268 replica-hours, the burst pool the rest.
    """
    half = replace(FALLBACK, expected_share=Decimal("0.5"), node_limit=1)
    other = replace(BURST, expected_share=Decimal("0.5"), recovery_overlap=Decimal(0))
    hours = pool_hours(DEMAND, [other, half])
    month = Decimal("270.5") * 730 / 168

    assert hours["fallback"].expected == (month * 109 / 268).quantize(Decimal("0.000001"))
    assert hours["burst"].expected == (month * 159 / 268).quantize(Decimal("0.000001"))


def test_idle_time_does_not_lift_a_pool_above_its_limit() -> None:
    """
    A pool that is full in every hour stands all month and no longer, whatever the nodes of the week idle; the rest moves.
    """
    waves = ReplicaDemand(by_hour=((1,) * 21 + (9,) * 21) * 4, minimum=1, maximum=9, start_seconds=0)
    full = replace(FALLBACK, expected_share=Decimal(1), node_limit=1, idle_seconds=8000)
    other = replace(BURST, expected_share=Decimal(0), idle_seconds=8000, recovery_overlap=Decimal(0))
    hours = pool_hours(waves, [other, full])
    alone = pool_hours(waves, [replace(POOL, idle_seconds=8000)])["base"]

    assert hours["fallback"].expected == 730
    assert hours["burst"].expected == (alone.expected or 0) - 730


def test_the_minimum_fills_the_cheapest_pool_within_its_limit() -> None:
    """
    Four replicas always: a cheap fallback that may hold two of them takes two, the burst pool the others.
    """
    always = ReplicaDemand(by_hour=(4,) * 168, minimum=4, maximum=4, start_seconds=300)
    hours = pool_hours(always, [replace(BURST, unit_price=Range.exactly(3)), FALLBACK])

    assert hours["burst"].min == 1460
    assert hours["fallback"].min == 1460


def test_what_no_pool_may_hold_stays_pending() -> None:
    """
    Two pools of one node each hold two replicas of four together, in all members.
    """
    one, two = replace(BURST, node_limit=1, recovery_overlap=Decimal(0)), replace(FALLBACK, node_limit=1)
    hours = pool_hours(replace(DEMAND, minimum=4), [one, two])

    assert hours == {"burst": Range.exactly(730), "fallback": Range.exactly(730)}


def test_a_node_limit_counts_whole_nodes_in_each_zone() -> None:
    """
    Three nodes of four places over two zones hold nine replicas: with ten, five stand in each zone, which takes four nodes.
    """
    spread = ReplicaDemand(by_hour=(12,) * 168, minimum=0, maximum=12, start_seconds=0, zones=2)
    limited = replace(POOL, replicas_per_node=4, node_limit=3)

    assert (node_count(9, 4, zones=2), node_count(10, 4, zones=2)) == (3, 4)
    assert pool_hours(spread, [limited])["base"].max == 3 * 730


def test_a_limit_bounds_the_hours() -> None:
    """
    A pool that may launch two nodes never pays for more, though the autoscaler may ask for four replicas.
    """
    hours = pool_hours(DEMAND, [replace(POOL, node_limit=2)])["base"]

    assert hours.max == 2 * 730
    assert hours.expected == ((168 + 50 + Decimal("1.25")) * 730 / 168).quantize(Decimal("0.000001"))


def test_zones_round_up_each_for_themselves() -> None:
    """
    Three replicas over two zones, four per node: one node in each zone.
    """
    assert node_count(3, 4, zones=2) == 2
    assert node_count(9, 4, zones=2) == 3  # five and four
    assert pool_hours(replace(DEMAND, zones=2), [replace(POOL, replicas_per_node=4)])["base"].max == 2 * 730


def test_hours_outside_the_bounds_are_bounded() -> None:
    """
    The autoscaler keeps minimum and maximum whatever the traffic asks for.
    """
    hours = pool_hours(replace(DEMAND, by_hour=(0, 99) * 84), [POOL])["base"]

    # Each single-hour gap of the three upper nodes lasts 3,600 s and costs 900 s of it.
    assert hours.expected == ((168 + 3 * 84 + 3 * 84 * Decimal("0.25")) * 730 / 168).quantize(Decimal("0.000001"))


def test_nothing_costs_nothing() -> None:
    """
    No replicas at all: no hours in any member.
    """
    idle = ReplicaDemand(by_hour=(0,) * 168, minimum=0, maximum=0, start_seconds=300)

    assert pool_hours(idle, [BURST, FALLBACK]) == {"burst": Range.exactly(0), "fallback": Range.exactly(0)}


def test_starts_are_the_rises_of_the_week() -> None:
    """
    Ten launches a week are 43.452381 in an average month; a share of the pool takes that share of them.
    """
    assert node_starts(DEMAND, [POOL]) == {"base": Decimal("43.452381")}
    assert node_starts(DEMAND, [BURST, FALLBACK]) == {"burst": Decimal("32.589286"), "fallback": Decimal("10.863095")}
    assert node_starts(replace(DEMAND, by_hour=(2,) * 168), [POOL]) == {"base": 0}


def test_the_caller_s_decimal_context_changes_nothing() -> None:
    """
    The law rounds by its own context: a program that set another precision gets the same hours.
    """
    with decimal.localcontext(prec=5, rounding=decimal.ROUND_UP):
        coarse = pool_hours(DEMAND, [BURST, FALLBACK])

    assert coarse == pool_hours(DEMAND, [BURST, FALLBACK])


def test_mean_nodes_are_hours_over_the_month() -> None:
    """
    730 hours are one node; unknown stays unknown.
    """
    assert nodes_from_hours(Range(Decimal(365), Decimal(730), None)) == Range(Decimal("0.5"), Decimal(1), None)
