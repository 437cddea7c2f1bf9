"""
docs/pricers.md, "Compute": its worked numbers are those of bills, and its tables name what the modules say.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cluster_records import record
from compute_records import bill_of, group, launch_template, line_of, node_group
from foreign_pools import CAPACITY, TYPES, foreign_pool, node_class, requirement
from servewright.cost.aws import autoscaling, ebs, ec2, eks
from servewright.ranges import Range

PAGE = (Path(__file__).parents[3] / "docs" / "pricers.md").read_text(encoding="utf-8")
SECTION = PAGE.split("\n## Compute\n")[1].split("\n## ")[0]
FREE = {**autoscaling.FREE_TYPES, **ebs.FREE_TYPES, **ec2.FREE_TYPES, **eks.FREE_TYPES}


def members(value: Range, step: str = "{:.0f}") -> list[str]:
    """
    Return the three numbers as the page writes them.
    """
    return [step.format(each) for each in (value.min, value.expected, value.max)]


def test_the_range_over_types_is_what_is_billed() -> None:
    """
    Three types in this order, on demand.
    """
    line = line_of(bill_of(node_group(instanceTypes=["m7i.large", "m7i.xlarge", "c7i.large"])), "instance hours")

    assert " / ".join(members(line.unit_price, "{:.2f}")) in SECTION


def test_the_sizes_are_what_is_billed() -> None:
    """
    2 of 1 to 4 nodes at 0.10 USD.
    """
    assert f"{' / '.join(members(line_of(bill_of(node_group()), 'instance hours').monthly))} USD" in SECTION


def test_the_mix_is_what_is_billed() -> None:
    """
    Base 1 and half of the rest, of 1, 3 and 5 instances.
    """
    template: dict[str, Any] = {
        "launchTemplateSpecification": {"launchTemplateName": "nodes"},
        "overrides": [{"instanceType": "g6.xlarge"}],
    }
    shares = {"onDemandBaseCapacity": 1, "onDemandPercentageAboveBaseCapacity": 50}
    mixed = group(launchTemplate=None, mixedInstancesPolicy={"launchTemplate": template, "instancesDistribution": shares})
    bill = bill_of(mixed, launch_template())
    demand, spot = (
        "{}, {} and {}".format(*(int(each) // 730 for each in members(line_of(bill, name).quantity)))
        for name in ("instance hours", "spot instance hours")
    )

    assert f"{demand} on demand, {spot} as spot" in SECTION


def test_the_volume_is_what_is_billed() -> None:
    """
    Size, IOPS and throughput of one gp3 volume.
    """
    bill = bill_of(record("aws:ebs/volume:Volume", "data", {"size": 100, "type": "gp3", "iops": 4000, "throughput": 200}))

    assert f"75 × 0.04 = {bill.monthly.expected:.0f} USD" in SECTION


def test_the_limit_is_what_is_billed() -> None:
    """
    8 GPUs, by the dearer of two types.
    """
    types = requirement(TYPES, "In", "g6.xlarge", "g6.12xlarge")
    pool = foreign_pool(types, requirement(CAPACITY, "In", "on-demand"), limits={"nvidia.com/gpu": "8"})

    assert f"max = 2 × 730 × 5.00 = {line_of(bill_of(pool, node_class()), 'instance hours').monthly.max:,.0f} USD" in SECTION


@pytest.mark.parametrize("token", sorted(FREE))
def test_free_types_stand_beside_their_reason(token: str) -> None:
    """
    Type and reason are in one row.
    """
    assert [row for row in SECTION.splitlines() if f"`{token}`" in row and FREE[token] in row]


@pytest.mark.parametrize("token", sorted(ec2.NOT_PRICED))
def test_unknown_types_stand_beside_their_reason(token: str) -> None:
    """
    Type and reason are in one row.
    """
    assert [row for row in SECTION.splitlines() if f"`{token}`" in row and ec2.NOT_PRICED[token][1] in row]
