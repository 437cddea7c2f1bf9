"""
Auto Scaling groups, plain and of mixed purchases.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cluster_records import record
from compute_records import bill_of, group, launch_template, line_of, reasons
from servewright.cost.aws.autoscaling import FREE_TYPES
from servewright.cost.records import UNKNOWN
from servewright.ranges import Range


def mixed(types: tuple[str, ...] = ("g6.2xlarge", "g6.xlarge"), override: dict[str, Any] | None = None, **distribution: Any) -> Any:
    """
    Return the inputs of a group of *types* whose purchases follow *distribution*; *override* adds to each type.
    """
    overrides = [{"instanceType": name, **(override or {})} for name in types]
    template = {"launchTemplateSpecification": {"launchTemplateName": "nodes"}, "overrides": overrides}
    return {"launchTemplate": None, "mixedInstancesPolicy": {"launchTemplate": template, "instancesDistribution": distribution}}


def test_a_group_by_hand() -> None:
    """
    1, 3 and 5 instances at 0.10 USD, 200 GiB each at 0.08.
    """
    bill = bill_of(group(), launch_template(instanceType="m7i.large"))

    assert line_of(bill, "instance hours").monthly == Range.of(73, 219, 365)
    assert line_of(bill, "root volume").monthly == Range.of(16, 48, 80)
    assert bill.complete


def test_without_a_desired_capacity_the_minimum_is_expected_and_said() -> None:
    """
    The minimum is AWS' default for it.
    """
    bill = bill_of(group(desiredCapacity=None), launch_template(instanceType="m7i.large"))

    assert line_of(bill, "instance hours").quantity == Range.of(730, 730, 3650)
    assert "group: desiredCapacity is absent, its minimum of 1 stands for the expected instances" in bill.assumptions


def test_a_group_that_starts_with_none_is_asked_for() -> None:
    """
    It may grow to 5: what is expected is unknown until the usage file says it.
    """
    empty, template = group(minSize=0, desiredCapacity=0), launch_template(instanceType="m7i.large")

    assert line_of(bill_of(empty, template), "instance hours").monthly == Range(Decimal(0), None, Decimal(365))
    assert bill_of(empty, template, usage={"*": {"nodes": Range.exactly(2)}}).complete


def test_purchases_are_split_by_base_and_percentage() -> None:
    """
    Base 1 and 30 percent of the rest, rounded towards on demand: of 1, 3 and 5 instances 1, 2 and 3 are on demand.
    """
    inputs = mixed(onDemandBaseCapacity=1, onDemandPercentageAboveBaseCapacity=30)
    bill = bill_of(group(**inputs), launch_template())

    assert line_of(bill, "instance hours", "on-demand").quantity == Range.of(730, 1460, 2190)
    assert line_of(bill, "spot instance hours", "spot").quantity == Range.of(0, 730, 1460)
    assert line_of(bill, "root volume").quantity == Range.of(200, 600, 1000)


@pytest.mark.parametrize("mean", ["2", "2.2", "2.5", "3.7", "4.999", "5"])
@pytest.mark.parametrize(("base", "share"), [(0, 50), (0, 34), (1, 30), (2, 0), (0, 100), (9, 10)])
def test_a_mean_that_is_not_whole_keeps_the_ranges_in_order(mean: str, base: int, share: int) -> None:
    """
    A usage file gives a mean: both purchases stay between their least and their most, and are together what it says.
    """
    inputs = mixed(onDemandBaseCapacity=base, onDemandPercentageAboveBaseCapacity=share)
    bill = bill_of(group(**inputs, minSize=2), launch_template(), usage={"*": {"nodes": Range.exactly(Decimal(mean))}})
    hours = [line.quantity for line in bill.lines if "instance hours" in line.name]

    for each in hours:
        assert (each.min or 0) <= (each.expected or 0) <= (each.max or 0)
    assert sum(each.expected or 0 for each in hours) == Decimal(mean) * 730


@pytest.mark.parametrize(
    ("distribution", "demand", "spot"), [({}, (1, 3, 5), None), ({"onDemandPercentageAboveBaseCapacity": 0}, None, (1, 3, 5))]
)
def test_a_purchase_that_never_happens_has_no_line(distribution: dict[str, Any], demand: Any, spot: Any) -> None:
    """
    All on demand is AWS' default; at 0 percent everything is spot.
    """
    bill = bill_of(group(**mixed(**distribution)), launch_template())
    found = {line.purchase: line.quantity for line in bill.lines if "instance hours" in line.name}
    month = Range.exactly(730)

    assert found == {
        purchase: Range.of(*counts).times(month) for purchase, counts in (("on-demand", demand), ("spot", spot)) if counts is not None
    }


def test_the_first_type_is_expected_on_demand_and_the_cheapest_as_spot() -> None:
    """
    Strategies: prioritized for on-demand instances, lowest-price for spot ones; both ranges hold every type.
    """
    bill = bill_of(group(**mixed(onDemandPercentageAboveBaseCapacity=50)), launch_template())

    assert line_of(bill, "instance hours").unit_price == Range(Decimal("1.00"), Decimal("1.20"), Decimal("1.20"))
    assert line_of(bill, "spot instance hours").unit_price == Range(Decimal("0.40"), Decimal("0.40"), Decimal("0.50"))


def test_the_lowest_price_may_be_asked_for() -> None:
    """
    With that strategy the cheapest type is expected on demand, too.
    """
    bill = bill_of(group(**mixed(onDemandAllocationStrategy="lowest-price")), launch_template())

    assert line_of(bill, "instance hours").unit_price.expected == 1


def test_a_spot_market_of_the_template_is_spot() -> None:
    """
    A group without a policy buys as its template says.
    """
    template = launch_template(instanceType="g6.xlarge", instanceMarketOptions={"marketType": "spot"})

    assert line_of(bill_of(group(), template), "instance hours", "spot").monthly.expected == Decimal("876.00")


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        ({"minSize": UNKNOWN}, "minSize is not known before deployment"),
        ({"maxSize": None}, "maxSize is missing"),
        ({"desiredCapacity": 7}, "desiredCapacity is not within 1 and 5: 7"),
        ({"desiredCapacityType": "vcpu"}, "desiredCapacityType counts no instances, so that their number is not known"),
        ({"launchTemplate": {"id": UNKNOWN}}, "launchTemplate.id does not say before deployment which template it is"),
        ({"launchTemplate": None}, "launchTemplate is missing"),
        ({"launchTemplate": None, "launchConfiguration": "old"}, "launchConfiguration is not read: EC2 takes no new ones"),
        (mixed(override={"weightedCapacity": "2"}), "mixedInstancesPolicy.launchTemplate.overrides[0].weightedCapacity weighs types"),
        (
            mixed(override={"instanceRequirements": {}}),
            "mixedInstancesPolicy.launchTemplate.overrides[0].instanceRequirements chooses types",
        ),
        (mixed(types=(UNKNOWN,)), "mixedInstancesPolicy.launchTemplate.overrides[0].instanceType is not known before deployment"),
        (
            mixed(onDemandPercentageAboveBaseCapacity=150),
            "mixedInstancesPolicy.instancesDistribution.onDemandPercentageAboveBaseCapacity is a percentage of 0 to 100, not 150",
        ),
    ],
)
def test_what_cannot_be_read_is_unknown_with_its_path(inputs: dict[str, Any], why: str) -> None:
    """
    Nothing of such a group is billed, least of all as 0.
    """
    bill = bill_of(group(**inputs), launch_template(instanceType="m7i.large"))

    assert bill.lines == ()
    assert [reason[: len(why)] for reason in reasons(bill)] == [why]


def test_a_template_that_chooses_by_attributes_is_not_guessed() -> None:
    """
    Which types fit the attributes is AWS' to say.
    """
    bill = bill_of(group(), launch_template(instanceRequirements={"vcpuCount": {"min": 4}}))

    assert reasons(bill) == ["nodes: instanceRequirements chooses types by attributes, which is not priced"]


def test_a_warm_pool_is_loud() -> None:
    """
    What waits there is paid by its state, and the rest of the group stays on the bill.
    """
    bill = bill_of(group(warmPool={"minSize": 1}), launch_template(instanceType="m7i.large"))

    assert line_of(bill, "instance hours").monthly.expected == 219
    assert "wait in a warm pool" in reasons(bill)[0]


@pytest.mark.parametrize("token", sorted(FREE_TYPES))
def test_free_types_are_listed_with_their_reason(token: str) -> None:
    """
    What only steers a group costs nothing, and the bill says why.
    """
    bill = bill_of(record(token, "x", {}))

    assert [(each.type, each.reason) for each in bill.free] == [(token, FREE_TYPES[token])]
