"""
EKS managed node groups: every type, every size, and never $0 in silence.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from compute_records import bill_of, launch_template, line_of, node_group, reasons
from servewright.cost.records import SECRET, UNKNOWN
from servewright.ranges import Range

USAGE = {"group": {"nodes": Range.of(1, 3, 3)}}


def test_a_group_by_hand() -> None:
    """
    1, 2 and 4 nodes all month at 0.10 USD, with 20 GiB each at 0.08 to 0.10.
    """
    bill = bill_of(node_group())

    assert line_of(bill, "instance hours").quantity == Range.of(730, 1460, 2920)
    assert line_of(bill, "instance hours").monthly == Range.of(73, 146, 292)
    assert line_of(bill, "root volume").quantity == Range.of(20, 40, 80)
    assert line_of(bill, "root volume").monthly == Range(Decimal("1.60"), Decimal(4), Decimal(8))
    assert bill.complete
    assert any("for which EKS takes 20 GiB" in words for words in bill.assumptions)


def test_every_type_of_the_list_is_in_the_range() -> None:
    """
    On demand EKS launches the first type; the price reaches from the cheapest to the dearest of the list.
    """
    bill = bill_of(node_group(instanceTypes=["m7i.large", "m7i.xlarge", "c7i.large"]))

    assert line_of(bill, "instance hours").unit_price == Range(Decimal("0.08"), Decimal("0.10"), Decimal("0.20"))
    assert line_of(bill, "instance hours").name == "instance hours (m7i.large or 2 other types, on-demand)"


def test_spot_is_priced_as_spot_and_the_cheapest_is_expected() -> None:
    """
    The list says the dearer type first; capacity is bought by price.
    """
    bill = bill_of(node_group(instanceTypes=["g6.2xlarge", "g6.xlarge"], capacityType="SPOT"))
    line = line_of(bill, "instance hours", "spot")

    assert line.unit_price == Range(Decimal("0.40"), Decimal("0.40"), Decimal("0.50"))
    assert (line.component, line.name) == ("GPU nodes", "instance hours (g6.xlarge or 1 other type, spot)")


def test_one_type_without_a_price_leaves_the_list_unknown() -> None:
    """
    It could be the cheapest or the dearest: no other type stands in for it.
    """
    bill = bill_of(node_group(instanceTypes=["m7i.large", "m8i.large"]))

    assert line_of(bill, "instance hours").monthly == Range.unknown()
    assert "m8i.large on-demand" in reasons(bill)[0]


def test_scale_from_zero_is_not_nothing() -> None:
    """
    A group that starts with no nodes and may grow to 6 costs something that is not known; its maximum is.
    """
    bill = bill_of(node_group(sizes=(0, 0, 6)))

    assert line_of(bill, "instance hours").monthly == Range(Decimal(0), None, Decimal(438))
    assert not bill.complete
    assert all("starts with no instances and may grow to 6: give nodes" in why for why in reasons(bill))


def test_a_group_that_stays_empty_is_nothing() -> None:
    """
    With a maximum of 0 nothing can run.
    """
    bill = bill_of(node_group(sizes=(0, 0, 0)))

    assert line_of(bill, "instance hours").monthly == Range.exactly(Decimal(0))
    assert bill.complete


def test_the_user_can_say_how_many_nodes_run() -> None:
    """
    `nodes` of the usage file is expected; minimum and maximum stay the group's.
    """
    bill = bill_of(node_group(sizes=(0, 0, 6)), usage=USAGE)

    assert line_of(bill, "instance hours").quantity == Range.of(0, 2190, 4380)
    assert bill.complete


def test_more_nodes_than_the_group_allows_leave_the_expected_number_unknown() -> None:
    """
    A usage file that contradicts the group gives no quantity; what the group itself allows stays on the bill.
    """
    bill = bill_of(node_group(sizes=(0, 0, 2)), usage=USAGE)

    assert {line.quantity.expected for line in bill.lines} == {None}
    assert line_of(bill, "instance hours").quantity.max == 1460
    assert set(reasons(bill)) == {"nodes of the usage file is not within 0 and 2: 3"}


def test_without_a_desired_size_the_minimum_is_expected_and_said() -> None:
    """
    The minimum is what AWS starts with; the bill says that it stands for more than that.
    """
    bill = bill_of(node_group(sizes=(2, None, 4)))

    assert line_of(bill, "instance hours").quantity == Range.of(1460, 1460, 2920)
    assert any("scalingConfig.desiredSize is absent, its minimum of 2 stands" in words for words in bill.assumptions)


def test_two_groups_are_both_billed() -> None:
    """
    A second pool of the same cluster is a bill of its own.
    """
    bill = bill_of(node_group("one"), node_group("two"))

    assert [line.resource.rpartition("::")[2] for line in bill.lines if line.name.startswith("instance hours")] == ["one", "two"]


def test_without_a_type_eks_takes_its_own() -> None:
    """
    The documented default, t3.medium at 0.04, stands among the assumptions.
    """
    bill = bill_of(node_group(instanceTypes=None))

    assert line_of(bill, "instance hours").monthly.expected == Decimal("58.40")
    assert "group: names no instance type, for which EKS takes t3.medium" in bill.assumptions


def test_a_launch_template_gives_its_volumes_not_the_default_disk() -> None:
    """
    200 GiB of gp3 for each node, not the 20 GiB that a group without a template has.
    """
    bill = bill_of(node_group(launchTemplate={"name": "nodes", "version": "1"}), launch_template())

    assert line_of(bill, "root volume").name == "root volume (gp3, 200 GiB)"
    assert line_of(bill, "root volume").quantity == Range.of(200, 400, 800)
    assert bill.complete


def test_dedicated_hardware_has_no_price() -> None:
    """
    The template asks for it: the hours are unknown, the volumes cost the same.
    """
    bill = bill_of(node_group(launchTemplate={"name": "nodes"}), launch_template(placement={"tenancy": "dedicated"}))

    assert [line.component for line in bill.lines] == ["storage"]
    assert reasons(bill) == ["nodes: placement.tenancy is dedicated, whose prices are not in our table"]


def test_a_template_without_a_root_volume_is_said() -> None:
    """
    The data volume is billed, the image's own root volume is unknown.
    """
    data = {"deviceName": "/dev/xvdb", "ebs": {"volumeSize": 50, "volumeType": "gp3"}}
    bill = bill_of(node_group(launchTemplate={"name": "nodes"}), launch_template(blockDeviceMappings=[data]))

    assert line_of(bill, "volume /dev/xvdb").quantity == Range.of(50, 100, 200)
    assert [each.what for each in bill.unknown] == ["root volume of group"]


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        ({"id": UNKNOWN, "version": "1"}, "launchTemplate.id does not say before deployment"),
        ({"id": "lt-0abc"}, "launchTemplate.id does not say before deployment"),
        ({"name": UNKNOWN}, "launchTemplate.name does not say before deployment"),
        ({"name": "other"}, "launchTemplate.name names a launch template that is not registered: other"),
        (UNKNOWN, "launchTemplate is not known before deployment"),
    ],
)
def test_a_template_that_cannot_be_found_leaves_the_volumes_unknown(reference: Any, why: str) -> None:
    """
    The hours of the types that the group names stay on the bill; the volumes are never the default disk.
    """
    bill = bill_of(node_group(launchTemplate=reference), launch_template())

    assert line_of(bill, "instance hours").monthly.expected == 146
    assert [line.name for line in bill.lines if line.component == "storage"] == []
    assert reasons(bill)[0].startswith(why)


def test_a_template_of_another_region_is_another_template() -> None:
    """
    Names are unique within a region only.
    """
    away = replace(launch_template(), region="eu-west-1")
    bill = bill_of(node_group(launchTemplate={"name": "nodes"}), away)

    assert "is not registered: nodes" in reasons(bill)[0]


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        ({"scalingConfig": UNKNOWN}, "scalingConfig is not known before deployment"),
        (
            {"scalingConfig": {"minSize": 1, "desiredSize": UNKNOWN, "maxSize": 4}},
            "scalingConfig.desiredSize is not known before deployment",
        ),
        ({"scalingConfig": {"minSize": 1, "desiredSize": 1, "maxSize": SECRET}}, "scalingConfig.maxSize is secret"),
        ({"scalingConfig": {"desiredSize": 1, "maxSize": 4}}, "scalingConfig.minSize is missing"),
        ({"scalingConfig": {"minSize": 1, "desiredSize": 9, "maxSize": 4}}, "scalingConfig.desiredSize is not within 1 and 4: 9"),
        (
            {"scalingConfig": {"minSize": 5, "desiredSize": 5, "maxSize": 4}},
            "scalingConfig.minSize is more than scalingConfig.maxSize: 5 and 4",
        ),
        ({"scalingConfig": {"minSize": "NaN", "maxSize": 4}}, "scalingConfig.minSize is not a number of 0 or more: 'NaN'"),
        ({"capacityType": "MAYBE"}, "capacityType is no capacity type: MAYBE"),
        ({"amiType": "WINDOWS_CORE_2022_x86_64"}, "amiType is WINDOWS_CORE_2022_x86_64, whose prices are not in our table"),
    ],
)
def test_what_cannot_be_read_is_unknown_with_its_path(inputs: dict[str, Any], why: str) -> None:
    """
    Nothing of such a group is billed, least of all as 0.
    """
    bill = bill_of(node_group(**inputs))

    assert (bill.lines, reasons(bill)) == ((), [why])


def test_types_that_are_not_known_yet_leave_the_disks() -> None:
    """
    The disks are known without the types; the hours are unknown with their path.
    """
    bill = bill_of(node_group(instanceTypes=[UNKNOWN]))

    assert [line.component for line in bill.lines] == ["storage"]
    assert reasons(bill) == ["instanceTypes[0] is not known before deployment"]


def test_a_warm_pool_is_loud() -> None:
    """
    Nodes that wait cost money by their state.
    """
    assert "wait in a warm pool" in reasons(bill_of(node_group(warmPoolConfig={"minSize": 1})))[0]
