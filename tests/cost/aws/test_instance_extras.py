"""
Detailed monitoring and public addresses, of instances and of what templates launch.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from cluster_records import record
from compute_records import bill_of, group, instance, launch_template, line_of, node_group, reasons
from servewright.cost.records import UNKNOWN
from servewright.ranges import Range

PUBLIC: dict[str, Any] = {"networkInterfaces": [{"associatePublicIpAddress": "true"}], "monitoring": {"enabled": True}}
PRIVATE: dict[str, Any] = {"networkInterfaces": [{"associatePublicIpAddress": False}]}
ADDRESS = "aws:ec2/eip:Eip"
ASSOCIATION = "aws:ec2/eipAssociation:EipAssociation"


@pytest.mark.parametrize("user", [group(), node_group(sizes=(1, 3, 5), launchTemplate={"name": "nodes"})], ids=["group", "node group"])
def test_each_instance_of_a_group_has_what_its_template_asks(user: Any) -> None:
    """
    1, 3 and 5 instances: 730 h x 0.005 of an address, and seven metrics at 0.30, for each.
    """
    bill = bill_of(user, launch_template(instanceType="m7i.large", **PUBLIC))

    assert line_of(bill, "public IPv4 address hours").monthly == Range.of(Decimal("3.65"), Decimal("10.95"), Decimal("18.25"))
    assert line_of(bill, "detailed monitoring").monthly == Range.of(Decimal("2.10"), Decimal("6.30"), Decimal("10.50"))
    assert bill.complete


def test_an_instance_takes_from_its_template_what_it_does_not_say() -> None:
    """
    What it says itself goes first.
    """
    template = launch_template(instanceType="m7i.large", **PUBLIC)
    inherits = instance(launchTemplate={"name": "nodes"}, associatePublicIpAddress=None)
    refuses = instance(launchTemplate={"name": "nodes"}, monitoring=False)

    bill = bill_of(inherits, template)
    assert line_of(bill, "public IPv4 address hours").monthly.expected == Decimal("3.65")
    assert line_of(bill, "detailed monitoring").monthly.expected == Decimal("2.10")
    assert [line.component for line in bill_of(refuses, template).lines] == ["EC2 instances", "storage"]


@pytest.mark.parametrize(("interfaces", "listed"), [({}, 1), (PRIVATE, 0)])
def test_a_group_that_leaves_its_addresses_to_the_subnet_lists_them(interfaces: dict[str, Any], listed: int) -> None:
    """
    Neither billed nor forgotten; a template that refuses them has none.
    """
    bill = bill_of(group(), launch_template(instanceType="m7i.large", **interfaces))

    assert [each.what for each in bill.not_priced] == ["public IPv4 of group, if its subnet gives one"] * listed
    assert not any("IPv4" in line.name for line in bill.lines)


@pytest.mark.parametrize(
    ("inputs", "what"),
    [
        ({"networkInterfaces": [{"associatePublicIpAddress": "perhaps"}]}, "public IPv4 of group"),
        ({"networkInterfaces": UNKNOWN}, "public IPv4 of group"),
        ({"monitoring": {"enabled": UNKNOWN}}, "detailed monitoring of group"),
    ],
)
def test_what_a_template_leaves_open_is_unknown(inputs: dict[str, Any], what: str) -> None:
    """
    The hours of the group stay on the bill.
    """
    bill = bill_of(group(), launch_template(instanceType="m7i.large", **inputs))

    assert line_of(bill, "instance hours").monthly.expected == 219
    assert [each.what for each in bill.unknown] == [what]


def test_addresses_of_a_group_that_may_grow_are_asked_for() -> None:
    """
    A group that starts with none has an unknown number of addresses, with the reason of its hours.
    """
    bill = bill_of(group(minSize=0, desiredCapacity=0), launch_template(instanceType="m7i.large", **PUBLIC))

    assert line_of(bill, "public IPv4 address hours").monthly == Range(Decimal(0), None, Decimal("18.25"))
    assert all(why.startswith("starts with no instances and may grow to 5") for why in reasons(bill))


def test_an_elastic_ip_takes_the_place_of_an_instance_s_own_address() -> None:
    """
    One address, billed once: attached by itself or by an association; another instance's changes nothing.
    """
    box, fixed = instance(associatePublicIpAddress=True), record(ADDRESS, "fixed", {"instance": UNKNOWN})
    attached = replace(fixed, references={"instance": (box.urn,)})
    joined = replace(record(ASSOCIATION, "a", {}), references={"instanceId": (box.urn,), "allocationId": (fixed.urn,)})

    def addresses(*records: Any) -> list[str]:
        bill = bill_of(box, *records)
        return [line.resource.rsplit("::", 1)[-1] for line in bill.lines if "IPv4" in line.name]

    assert addresses(attached) == ["fixed"]
    assert addresses(fixed, joined) == ["fixed"]
    assert sorted(addresses(fixed)) == ["box", "fixed"]
