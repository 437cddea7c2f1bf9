"""
Laws of the bill: it is the sum of its parts, its members are in order, and more never costs less.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import reduce
from math import ceil
from random import Random
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

import tiny_catalog
from cluster_records import budget, deployment, node_class, node_pool, scaled_object, service
from servewright.catalog.instance_prices import InstancePrices
from servewright.cost.bill import price_records
from servewright.plan.node_hours import PoolDemand, ReplicaDemand, node_count, node_starts, pool_hours
from servewright.plan.spot import spot_effects
from servewright.ranges import Range, total, total_of_known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servewright.catalog.query import Catalog
    from servewright.cost.model import Bill
    from servewright.cost.records import ResourceRecord

TYPES = ("g6.xlarge", "g6.12xlarge")
CATALOG = reduce(lambda catalog, kind: tiny_catalog.with_price_ahead(catalog, kind, "0.60"), TYPES, tiny_catalog.tiny_catalog())

weeks = st.lists(st.integers(0, 9), min_size=8, max_size=8).map(lambda values: tuple(v for v in values for _ in range(21)))
bounds = st.tuples(st.integers(0, 9), st.integers(0, 9)).map(sorted)


@st.composite
def stacks(draw: st.DrawFn) -> list[ResourceRecord]:
    """
    Draw one model on one pool, or on spot with a fallback, over one or two zones; with or without a base that is reserved.
    """
    low, high = draw(bounds)
    zones = draw(st.sampled_from([("us-east-1a",), ("us-east-1a", "us-east-1b")]))
    kind = draw(st.sampled_from(TYPES))
    share = draw(st.sampled_from(["0", "0.08", "0.25", "1"]))
    records = [
        deployment(hours=draw(weeks), start=draw(st.integers(0, 4000)), tokens=(10**8, 10**7), spread=draw(st.booleans())),
        scaled_object(minimum=low, maximum=high),
        service(),
        budget(draw(st.integers(0, 5))),
    ]
    if draw(st.booleans()):
        records += draw(always(kind, zones))
    idle = draw(st.integers(0, 8000))
    if draw(st.booleans()):
        return [*records, node_pool("base", types=(kind,), zones=zones, idle=idle), node_class("base", throughput=250)]
    limit = draw(st.sampled_from(["0", "0.1", "0.5", "1"]))
    nodes = {"nodes": str(draw(st.integers(0, 9)))}
    return [
        *records,
        node_pool("burst", types=(kind,), zones=zones, idle=idle, purchase="spot", share=str(1 - Decimal(share))),
        node_class("burst"),
        node_pool("fallback", types=(kind,), zones=zones, idle=idle, share=share, max_share=limit, limits=nodes),
        node_class("fallback"),
    ]


@st.composite
def always(draw: st.DrawFn, kind: str, zones: tuple[str, ...]) -> list[ResourceRecord]:
    """
    Draw a base of its own on nodes of *kind*: as many nodes are committed as it needs, fewer or more.
    """
    replicas, committed = draw(st.integers(0, 5)), draw(st.integers(0, 4))
    ahead = {"purchase": "reserved", "term": "1y", "payment": "no-upfront", "committed-nodes": str(committed)}
    return [
        deployment("chat-base", hours=(replicas,) * 168, replicas=replicas, shape="steady", spread=draw(st.booleans())),
        node_pool("steady", shape="steady", types=(kind,), zones=zones, ahead=ahead),
        node_class("steady"),
    ]


@settings(deadline=None)
@given(st.sampled_from(TYPES).flatmap(lambda kind: always(kind, ("us-east-1a", "us-east-1b"))))
def test_a_base_costs_the_same_whatever_happens(records: list[ResourceRecord]) -> None:
    """
    Its hours are one number, never below what is committed, those beyond are bought on demand, and its volumes never exceed its nodes.
    """
    bill = price_records(records, CATALOG)
    parts = [line for line in bill.lines if line.name.startswith("instance hours")]
    hours = total(line.quantity for line in parts)
    (volumes,) = (line.quantity for line in bill.lines if line.name.startswith("root volume"))
    committed = int(records[1].inputs["metadata"]["annotations"]["servewright.dev/committed-nodes"])
    assert hours.expected is not None
    assert volumes.expected is not None

    assert hours.min == hours.expected == hours.max
    assert hours.expected >= committed * 730
    assert [line.quantity.expected for line in parts if line.purchase == "reserved"] == [committed * 730]
    assert volumes.expected <= hours.expected / 730 * 100


def catalog_with(spot: Decimal, on_demand: Decimal) -> Catalog:
    """
    Return the tiny catalogue in which both types cost *spot* and *on_demand*.
    """
    catalog = CATALOG
    for purchase, amount in (("spot", spot), ("on-demand", on_demand)):
        table = catalog.instance_prices
        rows = tuple(
            tiny_catalog.with_amount(row, amount) if row.purchase == purchase and row.instance_type in TYPES else row for row in table.rows
        )
        catalog = tiny_catalog.with_instance_prices(catalog, InstancePrices(rows=rows, bands=table.bands, not_sold=()))
    return catalog


rates = st.decimals(min_value=Decimal("0.0001"), max_value=Decimal(200), places=4)


@settings(deadline=None)
@given(stacks())
def test_the_bill_is_the_sum_of_its_parts(records: list[ResourceRecord]) -> None:
    """
    The total equals the sum of the lines exactly, in all three members, in any order, and each line is quantity x unit price.
    """
    bill = price_records(records, CATALOG)
    lines = list(bill.lines)
    Random(0).shuffle(lines)  # noqa: S311 - an order, not a secret

    assert bill.complete
    assert bill.monthly == total(line.monthly for line in bill.lines) == total(line.monthly for line in lines)
    for line in lines:
        assert line.monthly == line.quantity.times(line.unit_price)


@settings(deadline=None)
@given(stacks(), rates, rates)
def test_the_members_of_the_total_are_in_order(records: list[ResourceRecord], spot: Decimal, on_demand: Decimal) -> None:
    """
    For min <= expected <= max of the total it makes no difference whether spot or its fallback is dearer.
    """
    monthly = price_records(records, catalog_with(spot, on_demand)).monthly

    assert monthly.min is not None
    assert monthly.expected is not None
    assert monthly.max is not None
    assert monthly.min <= monthly.expected <= monthly.max


@st.composite
def groups(draw: st.DrawFn) -> tuple[ReplicaDemand, list[PoolDemand]]:
    """
    Draw a demand and two or three pools of one packing, of which the first may hold all replicas; nothing is interrupted.
    """
    low, high = draw(bounds)
    shares = [draw(st.integers(0, 9)) for _ in range(draw(st.integers(1, 2)))]
    whole = sum(shares) + draw(st.integers(1, 9))
    idle, per_node = draw(st.integers(0, 20000)), draw(st.integers(1, 4))
    first = PoolDemand(
        pool="first",
        replicas_per_node=per_node,
        expected_share=1 - Decimal(sum(shares)) / whole,
        idle_seconds=idle,
        unit_price=Range.exactly(1),
    )
    others = [
        replace(
            first,
            pool=f"other {index}",
            expected_share=Decimal(share) / whole,
            unit_price=Range.exactly(draw(st.integers(1, 3))),
            max_share=draw(st.sampled_from([Decimal(0), Decimal("0.1"), Decimal("0.5"), Decimal(1)])),
            node_limit=draw(st.none() | st.integers(0, 9)),
        )
        for index, share in enumerate(shares)
    ]
    zones, start = draw(st.integers(1, 3)), draw(st.integers(0, 4000))
    return ReplicaDemand(by_hour=draw(weeks), minimum=low, maximum=high, start_seconds=start, zones=zones), [first, *others]


@settings(deadline=None)
@given(groups())
def test_limits_lose_no_expected_hours(group: tuple[ReplicaDemand, list[PoolDemand]]) -> None:
    """
    Over the pools of one packing, expected hours and launches add up to those of the same demand on one unlimited pool.
    """
    demand, pools = group
    alone = [replace(pools[0], expected_share=Decimal(1))]
    rounding = Decimal("0.000001") * len(pools)

    assert abs(expected_hours(demand, pools) - expected_hours(demand, alone)) <= rounding
    assert abs(launches(demand, pools) - launches(demand, alone)) <= rounding


@settings(deadline=None)
@given(groups())
def test_no_pool_stands_above_its_limits(group: tuple[ReplicaDemand, list[PoolDemand]]) -> None:
    """
    No member of a pool's hours exceeds its nodes at its limit, standing all month.
    """
    demand, pools = group
    found = pool_hours(demand, pools)

    for pool in pools:
        allowed = node_count(ceil(pool.max_share * demand.maximum), pool.replicas_per_node, demand.zones)
        most = (allowed if pool.node_limit is None else min(allowed, pool.node_limit)) * 730
        hours = found[pool.pool]
        assert [member for member in (hours.min, hours.expected, hours.max) if member is None or member > most] == []


@settings(deadline=None)
@given(stacks(), st.permutations(range(11)))
def test_the_order_of_the_records_makes_no_difference(records: list[ResourceRecord], order: list[int]) -> None:
    """
    Any permutation of the records gives the same bill.
    """
    shuffled = [records[index] for index in order if index < len(records)] + records[len(order) :]

    assert price_records(shuffled, CATALOG) == price_records(records, CATALOG)


@settings(deadline=None)
@given(st.tuples(weeks, weeks), st.tuples(bounds, bounds), st.sampled_from(TYPES), st.integers(0, 8000))
def test_more_replicas_never_cost_less(
    hourly: tuple[tuple[int, ...], tuple[int, ...]], limits: tuple[list[int], list[int]], kind: str, idle: int
) -> None:
    """
    Raising minimum, maximum and the replicas of any hour lowers no member of the total.
    """

    def monthly(hours: tuple[int, ...], minimum: int, maximum: int) -> list[Decimal]:
        records = [
            deployment(hours=hours),
            scaled_object(minimum=minimum, maximum=maximum),
            node_pool("burst", types=(kind,), purchase="spot", share="0.92", idle=idle),
            node_class("burst"),
            node_pool("fallback", types=(kind,), share="0.08", max_share="0.5", idle=idle),
            node_class("fallback"),
        ]
        found = price_records(records, CATALOG).monthly
        return [member for member in (found.min, found.expected, found.max) if member is not None]

    (low, high), (raised, extra) = limits
    summed = tuple(a + b for a, b in zip(*hourly, strict=True))
    before, after = monthly(hourly[0], low, high), monthly(summed, low + raised, high + raised + extra)

    assert all(a <= b for a, b in zip(before, after, strict=True))


@settings(max_examples=25, deadline=None)
@given(stacks(), st.sampled_from(["EBS", "SNS", "AWS Budgets", "DataTransfer"]))
def test_a_missing_price_makes_the_total_at_least_and_is_listed(records: list[ResourceRecord], service_name: str) -> None:
    """
    Without a price the known lines stay, the others are listed one by one, and the total is that of the known ones.
    """
    whole = price_records(records, CATALOG)
    bill = price_records(records, tiny_catalog.without_unit_price(CATALOG, service_name))
    lost = [line.id for line in bill.lines if not line.monthly.known]

    assert [line.id for line in bill.lines] == [line.id for line in whole.lines]
    assert sorted(unknown.id for unknown in bill.unknown) == sorted(lost)
    assert bill.complete == (lost == [])
    assert bill.monthly == total_of_known(line.monthly for line in bill.lines)
    assert known_amounts(bill) == [line.monthly for line in whole.lines if line.id not in lost]


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(["<5%", "5-10%", "10-15%", "15-20%", ">20%"]), st.sampled_from(["<5%", "5-10%", "10-15%", "15-20%", ">20%"]))
def test_a_worse_band_never_helps(one: str, other: str) -> None:
    """
    A higher interruption band means no smaller fallback share and no smaller overlap.
    """
    worse, better = sorted((spot_effects(CATALOG, one), spot_effects(CATALOG, other)), key=lambda e: -e.interrupted_share)

    assert worse.fallback_share >= better.fallback_share
    assert worse.recovery_overlap >= better.recovery_overlap


def expected_hours(demand: ReplicaDemand, pools: Sequence[PoolDemand]) -> Decimal:
    """
    Return the expected hours of all *pools*.
    """
    return sum((hours.expected for hours in pool_hours(demand, pools).values() if hours.expected is not None), Decimal(0))


def launches(demand: ReplicaDemand, pools: Sequence[PoolDemand]) -> Decimal:
    """
    Return the node launches a month on all *pools*.
    """
    return sum(node_starts(demand, pools).values(), Decimal(0))


def known_amounts(bill: Bill) -> list[object]:
    """
    Return the amounts of the lines that are known.
    """
    return [line.monthly for line in bill.lines if line.monthly.known]
