"""
Node pools on the bill: an independent month by hand, and every state in which something is not known.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

import tiny_catalog
from cluster_records import (
    OFFICE,
    deployment,
    node_class,
    node_pool,
    on_demand_stack,
    scaled_object,
    spot_stack,
)
from servewright.cost.bill import price_records
from servewright.cost.records import UNKNOWN
from servewright.ranges import Range

if TYPE_CHECKING:
    from servewright.cost.model import Bill, Line
    from servewright.cost.records import ResourceRecord

CATALOG = tiny_catalog.tiny_catalog()


def line(bill: Bill, pool: str, name: str) -> Line:
    """
    Return the line of *pool* whose name starts with *name*.
    """
    (found,) = (each for each in bill.lines if each.resource.endswith(f"::{pool}") and each.id.endswith(f"#{name}"))
    return found


def test_one_pool_by_hand() -> None:
    """
    One replica all week and two more for 50 hours, one per g6.xlarge at 1.00 USD, volumes of 100 GiB at 0.08.

    268 node-hours a week, and 10 launches and removals of 300 s + 600 s = 2.5 h more; x 730 / 168.
    """
    bill = price_records(on_demand_stack(), CATALOG)
    hours = Decimal("1175.386905")

    assert line(bill, "base", "instance hours").quantity == Range(Decimal(730), hours, Decimal(2920))
    assert line(bill, "base", "instance hours").monthly == Range(Decimal(730), hours, Decimal(2920))
    assert line(bill, "base", "root volume").quantity == Range(Decimal(100), Decimal("161.011900"), Decimal(400))
    assert bill.monthly == Range(Decimal(738), Decimal("1188.26785700"), Decimal(2952))
    assert bill.complete


def test_the_line_says_what_it_is() -> None:
    """
    A line carries component, model, region, purchase, unit, source and date; its name has one pair of brackets.
    """
    found = line(price_records(spot_stack(), CATALOG), "burst", "instance hours")

    assert (found.component, found.model, found.region, found.purchase) == ("GPU nodes", "chat", "us-east-1", "spot")
    assert (found.name, found.unit) == ("instance hours (g6.xlarge, spot)", "hours")
    assert (found.source, found.as_of) == ("made for tests", "2026-01-01")


def test_spot_is_split_and_pays_for_recovery() -> None:
    """
    92 % of the hours stand on spot with the overlap of the band "<5%", 8 % on the fallback; the maximum fills the fallback to half.
    """
    bill = price_records(spot_stack(), CATALOG)
    month = Decimal("270.5") * 730 / 168
    # -ln(1 - 0.05) / 730 x 540 / 3600
    overlap = Decimal("0.000010540")

    burst, fallback = line(bill, "burst", "instance hours"), line(bill, "fallback", "instance hours")

    assert burst.quantity.expected == (month * Decimal("0.92") * (1 + overlap)).quantize(Decimal("0.000001"))
    assert fallback.quantity.expected == (month * Decimal("0.08")).quantize(Decimal("0.000001"))
    assert burst.quantity.max == 1460
    assert fallback.quantity.max == 1460
    assert burst.quantity.min == 730
    assert fallback.quantity.min == 0


def test_the_cheapest_type_is_billed_and_the_others_widen() -> None:
    """
    Of two admitted types the cheaper is expected; min and max cover the other and what was seen by zone.
    """
    seen = tiny_catalog.with_zone_price(CATALOG, "g6.2xlarge", "0.35")
    records = [deployment(), scaled_object(), node_pool("p", types=("g6.2xlarge", "g6.xlarge"), purchase="spot"), node_class("p")]
    bill = price_records(records, seen)

    assert line(bill, "p", "instance hours").name == "instance hours (g6.xlarge, spot)"
    assert line(bill, "p", "instance hours").unit_price == Range(Decimal("0.35"), Decimal("0.40"), Decimal("0.50"))
    assert any("billed as g6.xlarge, the cheapest admitted type (min and max also cover g6.2xlarge)" in text for text in bill.assumptions)


def test_a_pool_without_limits_is_unbounded_and_said() -> None:
    """
    Without a limit the maximum is unknown: the bill is "at least", and every line of the pool is listed.
    """
    records = [deployment(), scaled_object(), node_pool("p", limits={}), node_class("p")]
    bill = price_records(records, CATALOG)

    assert line(bill, "p", "instance hours").quantity.max is None
    assert line(bill, "p", "instance hours").quantity.expected is not None
    assert [u.why.split(":")[0] for u in bill.unknown] == ["unbounded", "unbounded"]
    assert not bill.complete


def test_a_pool_without_pods_costs_nothing_and_says_why() -> None:
    """
    Nothing selects the CPU pool: 0 hours at a known price, with the reason among the assumptions.
    """
    bill = price_records([node_pool("system", types=("m7i.large",), shape="system"), node_class("system")], CATALOG)

    assert line(bill, "system", "instance hours").monthly == Range.exactly(0)
    assert line(bill, "system", "instance hours").component == "CPU nodes"
    assert "system: 0 node-hours, because no registered pod selects its nodes" in bill.assumptions
    assert bill.complete


def test_a_missing_rate_is_unknown_and_the_rest_stays() -> None:
    """
    Without the type's price the instance hours are unknown with the rate's reason, the volumes are still priced.
    """
    bill = price_records(on_demand_stack(), tiny_catalog.without_hourly_price(CATALOG, "g6.xlarge"))

    assert line(bill, "base", "instance hours").monthly == Range.unknown()
    assert bill.monthly == Range(Decimal(8), Decimal("12.88095200"), Decimal(32))
    (unknown,) = bill.unknown
    assert unknown.id == line(bill, "base", "instance hours").id
    assert "g6.xlarge on-demand: the on-demand price of g6.xlarge in us-east-1 is not covered by our price table" in unknown.why


def test_one_admitted_type_without_a_price_leaves_the_pool_unknown() -> None:
    """
    The type without a price could be the cheapest or the dearest one.
    """
    catalog = tiny_catalog.without_hourly_price(CATALOG, "g6.2xlarge")
    records = [deployment(), scaled_object(), node_pool("p", types=("g6.2xlarge", "g6.xlarge"), purchase="spot"), node_class("p")]

    assert line(price_records(records, catalog), "p", "instance hours").unit_price == Range.unknown()


@pytest.mark.parametrize(
    ("records", "why"),
    [
        (
            [deployment(gpus=2), scaled_object(), node_pool("p"), node_class("p")],
            "node.kubernetes.io/instance-type names a type that does not hold the pods (g6.xlarge: 0)",
        ),
        (
            [deployment(), scaled_object(), node_pool("p", types=("g6.12xlarge", "g6.xlarge")), node_class("p")],
            "node.kubernetes.io/instance-type leaves open how many pods share a node (g6.12xlarge: 4, g6.xlarge: 1)",
        ),
        (
            [deployment(), scaled_object(), node_pool("p", types=("g99.xlarge",)), node_class("p")],
            "node.kubernetes.io/instance-type names a type that the catalogue does not have: g99.xlarge",
        ),
        (
            [deployment(), scaled_object(), node_pool("p", share="0.9"), node_class("p")],
            'metadata.annotations["servewright.dev/expected-share"] and those of the pools beside it add up to 0.9, not 1',
        ),
        (
            [deployment(), scaled_object(), node_pool("p")],
            "spec.template.spec.nodeClassRef.name names an EC2NodeClass that is not registered: p",
        ),
        (
            [deployment(spread=True), scaled_object(), node_pool("p", zones=()), node_class("p")],
            "topology.kubernetes.io/zone is not said, though pods are spread over zones",
        ),
    ],
)
def test_what_cannot_be_read_is_unknown_with_its_path(records: list[ResourceRecord], why: str) -> None:
    """
    A pool whose quantity rests on something unreadable has no lines and one Unknown that says why.
    """
    bill = price_records(records, CATALOG)

    assert bill.lines == ()
    assert [u.why for u in bill.unknown if u.resource.endswith("::p")] == [why]


def test_an_unknown_property_of_another_resource_is_named_with_it() -> None:
    """
    The pool's hours rest on the Deployment: what is unknown there is said at the pool with the Deployment's name.
    """
    made = deployment()
    annotations = {**made.inputs["metadata"]["annotations"], "servewright.dev/replicas-by-hour": UNKNOWN}
    unknown = replace(made, inputs={**made.inputs, "metadata": {**made.inputs["metadata"], "annotations": annotations}})
    bill = price_records([unknown, scaled_object(), node_pool("p"), node_class("p")], CATALOG)

    path = 'metadata.annotations["servewright.dev/replicas-by-hour"] is not known before deployment'
    assert {u.resource.rpartition("::")[2]: u.why for u in bill.unknown} == {"p": f"chat: {path}", "chat": path}


def test_without_a_region_there_is_no_price() -> None:
    """
    A pool whose region is not known is unknown, not priced in some default region.
    """
    stray = replace(node_pool("p"), region=None)
    bill = price_records([deployment(), scaled_object(), stray, node_class("p")], CATALOG)

    assert [u.why for u in bill.unknown] == ["region is not known"]


def test_deployments_of_one_shape_are_packed_jointly() -> None:
    """
    Two models with equal pods on one pool share its nodes: 4 + 4 replicas at most, four per node.
    """
    records = [
        deployment("a", hours=OFFICE),
        scaled_object("a"),
        deployment("b", hours=(2,) * 168),
        scaled_object("b"),
        node_pool("p", types=("g6.12xlarge",)),
        node_class("p"),
    ]
    found = line(price_records(records, CATALOG), "p", "instance hours")

    # Three replicas at night on one node, five in office hours on two: 168 + 50 hours and 5 x 900 s.
    assert found.quantity == Range(Decimal(730), (Decimal("219.25") * 730 / 168).quantize(Decimal("0.000001")), Decimal(1460))
    assert found.model is None


def test_pods_of_other_sizes_on_one_pool_are_not_guessed() -> None:
    """
    Joint packing of unequal pods has no formula here.
    """
    records = [deployment("a"), deployment("b", cpu="1"), node_pool("p"), node_class("p")]

    assert "leaves open how many pods share a node" in price_records(records, CATALOG).unknown[0].why


def test_without_replicas_by_hour_the_minimum_is_expected_and_said() -> None:
    """
    A Deployment that is not ours is expected at its minimum, as an assumption that everybody can see.
    """
    records = [deployment(hours=None, start=None), scaled_object(minimum=2), node_pool("p", share=None), node_class("p")]
    bill = price_records(records, CATALOG)

    assert line(bill, "p", "instance hours").quantity.expected == 1460
    assert "chat: carries no replicas by hour, its minimum of 2 stands for the expected ones" in bill.assumptions
