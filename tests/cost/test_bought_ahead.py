"""
Capacity that is bought ahead on the bill: paid whether used or not, at its own price or at none that is known.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

import tiny_catalog
from cluster_records import deployment, node_class, node_pool, scaled_object
from servewright.catalog.rates import hourly_rate
from servewright.cost.bill import price_records
from servewright.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.cost.model import Bill, Line
    from servewright.cost.records import ResourceRecord

CATALOG = tiny_catalog.with_price_ahead(tiny_catalog.tiny_catalog(), "g6.xlarge", "0.60")
RESERVED = {"purchase": "reserved", "committed-nodes": "2", "term": "1y", "payment": "no-upfront"}
BASE = deployment("chat-base", hours=(2,) * 168, replicas=2, shape="steady")


def reserved(**changes: str) -> list[ResourceRecord]:
    """
    Return a pool of two reserved nodes with other terms.
    """
    return [node_pool("base", shape="steady", ahead={**RESERVED, **changes}), node_class("base")]


def line(bill: Bill, pool: str, name: str) -> Line:
    """
    Return the line of *pool* whose name starts with *name*.
    """
    (found,) = (each for each in bill.lines if each.resource.endswith(f"::{pool}") and each.name.startswith(name))
    return found


def priced(*records: Iterable[ResourceRecord]) -> Bill:
    """
    Return the bill of all *records*.
    """
    return price_records([each for group in records for each in group], CATALOG)


def test_a_base_costs_the_same_whatever_happens() -> None:
    """
    Two replicas on two reserved nodes at 0.60 USD: 1,460 hours in min, expected and max, 876 USD, with their volumes.
    """
    bill = priced([BASE], reserved())
    hours = line(bill, "base", "instance hours")

    assert hours.quantity == Range.exactly(1460)
    assert hours.monthly == Range.exactly(876)
    assert (hours.name, hours.purchase) == ("instance hours (g6.xlarge, reserved)", "reserved")
    assert line(bill, "base", "root volume").quantity == Range.exactly(200)
    assert bill.complete


def test_what_is_reserved_is_paid_though_nothing_runs() -> None:
    """
    Without a Deployment the commitment stays: its hours are paid, and said; no node stands, so there is no volume.
    """
    bill = priced(reserved())

    assert line(bill, "base", "instance hours").monthly == Range.exactly(876)
    assert line(bill, "base", "root volume").quantity == Range.exactly(0)
    assert "base: 2 nodes are paid though no registered pod selects them (reserved: bought ahead)" in bill.assumptions


def test_more_nodes_than_reserved_are_bought_on_demand() -> None:
    """
    One node is reserved and two run: 730 hours at 0.60 USD, and 730 at the on-demand price of 1.00 USD.
    """
    bill = priced([BASE], reserved(**{"committed-nodes": "1"}))
    ahead, more = line(bill, "base", "instance hours (g6.xlarge, reserved)"), line(bill, "base", "instance hours (g6.xlarge, on-demand)")

    assert (ahead.quantity, ahead.monthly) == (Range.exactly(730), Range.exactly(438))
    assert (more.quantity, more.monthly) == (Range.exactly(730), Range.exactly(730 * plain_price()))
    assert bill.complete


def test_a_bill_at_the_limits_reserves_no_more_than_that() -> None:
    """
    A pool of two reserved nodes and a limit of four: the other two are bought on demand.
    """
    records = [node_pool("base", shape="steady", ahead=RESERVED, limits={"nodes": "4"}), node_class("base")]
    bill = priced([BASE], records)
    volumes = line(bill, "base", "root volume").monthly.expected
    assert volumes is not None
    most = 1460 * Decimal("0.60") + 1460 * plain_price() + 2 * volumes

    assert any(f"up to ${most:,.0f} a month" in words for words in bill.assumptions)


def plain_price() -> Decimal:
    """
    Return the on-demand price of the pool's nodes.
    """
    price = hourly_rate(CATALOG, "g6.xlarge", "us-east-1", "on-demand").price
    assert price is not None
    return price.amount


def test_fewer_replicas_save_nothing_but_their_volumes() -> None:
    """
    One of two committed nodes is used: 1,460 hours are paid, and one volume.
    """
    half = deployment("chat-base", hours=(1,) * 168, replicas=1, shape="steady")
    bill = priced([half], reserved())

    assert line(bill, "base", "instance hours").quantity == Range.exactly(1460)
    assert line(bill, "base", "root volume").quantity == Range.exactly(100)


def test_the_burst_beside_a_base_has_its_own_hours() -> None:
    """
    Base and burst are two pools of two Deployments: neither's replicas are packed with the other's.
    """
    beyond = deployment("chat", hours=(0,) * 84 + (1,) * 84)
    burst = [node_pool("burst", purchase="spot"), node_class("burst"), scaled_object("chat", minimum=0, maximum=3)]
    bill = priced([BASE, beyond], reserved(), burst)

    assert line(bill, "base", "instance hours").quantity == Range.exactly(1460)
    # 84 hours and one start and stop of 300 s + 600 s a week, with the overlap of the band "<5%"; none at least, three at most.
    expected = (Decimal("84.25") * 730 / 168 * (1 + Decimal("0.000010540"))).quantize(Decimal("0.000001"))
    assert line(bill, "burst", "instance hours").quantity == Range(Decimal(0), expected, Decimal(2190))


def test_the_buyer_s_own_rate_is_the_price() -> None:
    """
    A rate on the pool is billed as given; its source says whose it is.
    """
    hours = line(priced([BASE], reserved(**{"rate-usd-per-hour": "0.55"})), "base", "instance hours")

    assert hours.unit_price == Range.exactly(Decimal("0.55"))
    assert hours.source == "the spec's own rate"


@pytest.mark.parametrize("terms", [{"term": "3y"}, {"payment": "all-upfront"}])
def test_without_row_and_rate_the_price_is_unknown_and_never_0(terms: dict[str, str]) -> None:
    """
    The table holds one year without upfront payment only: other terms are unknown, the bill says "at least", the volumes stay.
    """
    bill = priced([BASE], reserved(**terms))
    hours = line(bill, "base", "instance hours")

    assert hours.unit_price == Range.unknown()
    assert hours.monthly == Range.unknown()
    assert not bill.complete
    assert [unknown.id for unknown in bill.unknown] == [hours.id]
    assert "give it as capacity.base.rate" in bill.unknown[0].why
    assert bill.monthly == Range.exactly(16)


def test_a_capacity_reservation_costs_what_on_demand_does() -> None:
    """
    It is billed on demand while it exists, used or not.
    """
    ahead = {"purchase": "capacity-reservation", "committed-nodes": "2"}
    pool = node_pool("base", shape="steady", purchase="reserved", ahead=ahead)

    for records in ([BASE, pool, node_class("base")], [pool, node_class("base")]):
        assert line(price_records(records, CATALOG), "base", "instance hours").monthly == Range.exactly(1460)


def test_a_block_has_a_price_of_its_own() -> None:
    """
    Its row where there is one, else the buyer's rate, else unknown: never the on-demand price.
    """
    sold = tiny_catalog.with_price_ahead(CATALOG, "g6.xlarge", "0.70", "capacity-block")
    ahead = {"purchase": "capacity-block", "committed-nodes": "2"}
    pool = node_pool("base", shape="steady", purchase="reserved", ahead=ahead)

    assert line(price_records([pool, node_class("base")], sold), "base", "instance hours").monthly == Range.exactly(1022)
    assert line(price_records([pool, node_class("base")], CATALOG), "base", "instance hours").monthly == Range.unknown()
