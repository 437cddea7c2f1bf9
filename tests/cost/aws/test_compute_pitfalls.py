"""
What other estimators got wrong about compute, one test for each, against the shipped tables.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from cluster_records import record
from compute_records import cluster, instance, line_of, node_group
from foreign_pools import TYPES, foreign_pool, requirement
from servewright.catalog.load import load_catalog
from servewright.cost.bill import price_records
from servewright.cost.properties import UnreadableProperty
from servewright.cost.requirements import admitted_by
from servewright.ranges import Range

CATALOG = load_catalog()
SERVICE, COMPONENT = "EC2", "on-demand Linux shared"


def test_a_type_has_one_price_on_demand() -> None:
    """
    Where two rows answered for one type and region, one of them would be taken in silence: the two tables share none.
    """
    plain = {(row.variant, row.region) for row in CATALOG.unit_prices.rows if (row.service, row.component) == (SERVICE, COMPONENT)}
    accelerated = {
        (row.instance_type, row.region) for row in CATALOG.instance_prices.rows if row.purchase == "on-demand" and not row.zone_id
    }

    assert plain & accelerated == set()
    assert min(len(plain), len(accelerated)) > 100


def test_neither_the_first_type_alone_nor_the_desired_size_alone() -> None:
    """
    A list of types is a range of prices, sizes are a range of nodes, a group that scales from zero is not $0, and a second group counts.
    """
    groups = [
        node_group("zero", (0, 0, 8), instanceTypes=["g6.xlarge", "g6e.xlarge"]),
        node_group("steady", (1, 2, 4), instanceTypes=["g6.xlarge", "g6e.xlarge"]),
    ]
    bill = price_records(groups, CATALOG)
    zero, steady = (line for line in sorted(bill.lines, key=lambda each: -(each.quantity.max or 0)) if line.component == "GPU nodes")

    assert zero.monthly.expected is None
    assert zero.monthly.max == 8 * 730 * Decimal("1.861")
    assert steady.unit_price == Range(Decimal("0.8048"), Decimal("0.8048"), Decimal("1.861"))
    assert steady.quantity == Range.of(730, 1460, 2920)
    assert not bill.complete


def test_no_price_is_made_of_another_region_s() -> None:
    """
    What eu-west-1 has no row for is unknown there, whatever it costs in us-east-1 and however prices of the two compare elsewhere.
    """
    home = instance(instanceType="c6i.large")
    away = replace(home, region="eu-west-1")

    assert line_of(price_records([home], CATALOG), "instance hours").monthly.known
    assert line_of(price_records([away], CATALOG), "instance hours").monthly == Range.unknown()


@pytest.mark.parametrize("name", ["p5e.48xlarge", "trn2.48xlarge"])
def test_types_sold_in_blocks_alone_are_unknown_on_demand(name: str) -> None:
    """
    They have no price on demand, which is neither 0 nor a reason to lose the resource.
    """
    bill = price_records([instance(instanceType=name)], CATALOG)

    assert line_of(bill, "instance hours").monthly == Range.unknown()
    assert not bill.complete


@pytest.mark.parametrize(
    ("name", "gpu"),
    [("g6f.large", "l4"), ("g5g.xlarge", "t4g"), ("gr6f.4xlarge", "l4"), ("p6-b200.48xlarge", "b200"), ("g7e.2xlarge", "l40")],
)
def test_types_have_the_gpus_that_ec2_reports(name: str, gpu: str) -> None:
    """
    A fraction of an L4 is an L4, not an L40; a g5g has an NVIDIA T4g; a g7e has no L40. A count of 0 (g6f) is a GPU node all the same.
    """
    pool = foreign_pool(requirement(TYPES, "In", name), requirement("karpenter.k8s.aws/instance-gpu-name", "In", gpu))
    (line,) = (each for each in price_records([node_group(instanceTypes=[name])], CATALOG).lines if "instance hours" in each.name)

    assert line.component == "GPU nodes"
    if gpu == "l40":
        with pytest.raises(UnreadableProperty, match="name no node"):
            admitted_by(pool, CATALOG)
    else:
        assert admitted_by(pool, CATALOG).instance_types == (name,)


def test_a_version_string_is_worth_365_dollars_a_month() -> None:
    """
    1.33 and 1.35 are the same resource but for one text; on 2026-11-21 the one costs 438, the other 73 USD a month.
    """
    old, new = (price_records([cluster(version=each)], CATALOG, as_of=date(2026, 11, 21)).monthly for each in ("1.33", "1.35"))

    assert (old, new) == (Range.exactly(Decimal(438)), Range.exactly(Decimal(73)))


def test_a_block_is_never_free() -> None:
    """
    A prepaid block and a reservation without instances both cost money.
    """
    block = record("aws:ec2/capacityBlockReservation:CapacityBlockReservation", "block", {"capacityBlockOfferingId": "cb-1"})
    kept = record(
        "aws:ec2/capacityReservation:CapacityReservation",
        "kept",
        {"instanceType": "p5.48xlarge", "instancePlatform": "Linux/UNIX", "instanceCount": 1},
    )
    bill = price_records([block, kept], CATALOG)

    assert [each.what for each in bill.unknown] == ["capacity block of block"]
    assert line_of(bill, "instance hours").monthly.min == 730 * Decimal("55.04")
