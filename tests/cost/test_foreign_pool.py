"""
NodePools that are not ours: priced from what is registered, else unknown, and never $0 in silence.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from cluster_records import deployment
from compute_records import bill_of, line_of, reasons
from foreign_pools import CAPACITY, CATEGORY, FAMILY, TYPES, foreign_pool, node_class, requirement
from servewright.cost.records import UNKNOWN
from servewright.ranges import Range

ON_DEMAND = requirement(CAPACITY, "In", "on-demand")
BOTH = requirement(CAPACITY, "In", "spot", "on-demand")
ONE = requirement(TYPES, "In", "g6.xlarge")
TWO = requirement(TYPES, "In", "g6.xlarge", "g6.12xlarge")
USAGE = {"jobs": {"nodes": Range.of(1, 2, 3)}}


def pods(**changes: Any) -> Any:
    """
    Return two pods of one GPU that select the pool by its name.
    """
    made = deployment(hours=None, replicas=2, **changes)
    made.inputs["spec"]["template"]["spec"]["nodeSelector"] = {"karpenter.sh/nodepool": "jobs"}
    return made


def test_a_pool_without_known_pods_is_not_nothing() -> None:
    """
    Its limit of 8 GPUs is the maximum, 8 x 730 h at 1.00 USD; what is expected is unknown and asked for.
    """
    bill = bill_of(foreign_pool(ONE, ON_DEMAND, limits={"nvidia.com/gpu": "8"}), node_class())

    assert line_of(bill, "instance hours").monthly == Range(Decimal(0), None, Decimal(5840))
    assert line_of(bill, "root volume").quantity == Range(Decimal(0), None, Decimal(800))
    assert all("give nodes (their mean number) of jobs in a usage file" in why for why in reasons(bill))
    assert not bill.complete
    assert not any("0 node-hours" in words for words in bill.assumptions)


def test_a_pool_without_limits_is_unbounded_and_loud() -> None:
    """
    Nothing bounds its maximum, even where the usage file says what is expected.
    """
    silent, said = (bill_of(foreign_pool(ONE, ON_DEMAND), node_class(), usage=usage) for usage in (None, USAGE))

    assert line_of(silent, "instance hours").monthly == Range(Decimal(0), None, None)
    assert line_of(said, "instance hours").monthly == Range(Decimal(730), Decimal(1460), None)
    assert all("unbounded: the pool has no limit that Karpenter knows" in why for why in [*reasons(silent), *reasons(said)])


def test_the_user_can_say_how_many_nodes_run() -> None:
    """
    2 nodes at 1.00 USD with 100 GiB each at 0.08.
    """
    bill = bill_of(foreign_pool(ONE, ON_DEMAND, limits={"nodes": "4"}), node_class(), usage=USAGE)

    assert line_of(bill, "instance hours").monthly == Range.of(730, 1460, 2920)
    assert line_of(bill, "root volume").monthly == Range.of(8, 16, 32)
    assert bill.complete


def test_more_nodes_than_the_limits_allow_are_refused() -> None:
    """
    A usage file that contradicts the pool is a fault, not a quantity.
    """
    bill = bill_of(foreign_pool(ONE, ON_DEMAND, limits={"nodes": "1"}), node_class(), usage=USAGE)

    assert (bill.lines, reasons(bill)) == ((), ["nodes of the usage file is more than the limits of the pool allow: 2"])


def test_registered_pods_make_its_hours() -> None:
    """
    Two pods that select it by name are two nodes of one GPU each; that others may run there is said.
    """
    bill = bill_of(foreign_pool(ONE, ON_DEMAND, limits={"nodes": "4"}), node_class(), pods())

    assert line_of(bill, "instance hours").quantity == Range.exactly(1460)
    assert bill.complete
    assert any("only the registered pods that select its nodes are counted" in words for words in bill.assumptions)


@pytest.mark.parametrize("selector", [{"kubernetes.io/os": "linux"}, {"kubernetes.io/arch": "amd64", "kubernetes.io/os": "linux"}, {}])
def test_pods_that_any_node_may_run_are_not_taken_for_the_pool_s(selector: dict[str, str]) -> None:
    """
    A pool for linux on amd64 is not what such pods select: existing nodes have those labels, too.
    """
    made = pods()
    made.inputs["spec"]["template"]["spec"]["nodeSelector"] = selector
    plain = [requirement("kubernetes.io/os", "In", "linux"), requirement("kubernetes.io/arch", "In", "amd64")]
    bill = bill_of(foreign_pool(ONE, ON_DEMAND, *plain, limits={"nodes": "4"}), node_class(), made)

    assert line_of(bill, "instance hours").quantity == Range(Decimal(0), None, Decimal(2920))


def test_a_pool_that_cannot_be_read_leaves_others_readable() -> None:
    """
    One unknown requirement makes its own pool unknown, and no other.
    """
    blind = foreign_pool(requirement(TYPES, "In", UNKNOWN))
    blind = replace(blind, urn=f"{blind.urn}-2", name="blind", inputs={**blind.inputs, "metadata": {"name": "blind"}})
    bill = bill_of(foreign_pool(ONE, ON_DEMAND, limits={"nodes": "4"}), node_class(), pods(), blind)

    assert line_of(bill, "instance hours").quantity == Range.exactly(1460)
    assert [each.what for each in bill.unknown] == ["NodePool blind"]


def test_what_the_user_says_goes_before_the_registered_pods() -> None:
    """
    A key of the usage file that changes nothing would be a silent one.
    """
    bill = bill_of(foreign_pool(ONE, ON_DEMAND, limits={"nodes": "4"}), node_class(), pods(), usage={"jobs": {"nodes": Range.exactly(3)}})

    assert line_of(bill, "instance hours").quantity == Range.of(2190, 2190, 2920)


def test_spot_is_expected_and_on_demand_the_most() -> None:
    """
    Karpenter takes spot nodes where both may launch, and on-demand ones when there are none.
    """
    line = line_of(bill_of(foreign_pool(ONE, BOTH, limits={"nodes": "4"}), node_class()), "instance hours", "spot")

    assert line.unit_price == Range(Decimal("0.40"), Decimal("0.40"), Decimal("1.00"))
    assert line.monthly.max == 2920


def test_without_a_capacity_type_spot_is_expected() -> None:
    """
    Karpenter then takes any, and prefers spot.
    """
    assert line_of(bill_of(foreign_pool(ONE, limits={"nodes": "4"}), node_class()), "instance hours").purchase == "spot"


@pytest.mark.parametrize(
    ("limits", "nodes", "price"),
    [
        # 16 vCPU: 4 x g6.xlarge at 1.00 are 4.00 an hour, a third of a g6.12xlarge (48 vCPU, 5.00) is 1.67
        ({"cpu": "16"}, 4, "1.00"),
        # 8 GPUs: 8 x 1.00, or 2 x 5.00 (4 GPUs each): the latter is dearer
        ({"nvidia.com/gpu": "8"}, 2, "5.00"),
        # 10 nodes could all be the dearest
        ({"nodes": "10"}, 10, "5.00"),
        # the tightest limit counts: 3.00 x ... against 4.00 of the vCPUs
        ({"nodes": "10", "cpu": "16"}, 4, "1.00"),
        ({"nodes": "10", "nvidia.com/gpu": "8"}, 2, "5.00"),
    ],
)
def test_the_maximum_is_the_dearest_way_to_the_limit(limits: dict[str, str], nodes: int, price: str) -> None:
    """
    Of g6.xlarge (4 vCPU, 1 GPU, 1.00 USD) and g6.12xlarge (48 vCPU, 4 GPUs, 5.00 USD) the one that costs most within the limit.
    """
    line = line_of(bill_of(foreign_pool(TWO, ON_DEMAND, limits=limits), node_class()), "instance hours")

    assert line.quantity.max == nodes * 730
    assert line.unit_price == Range(Decimal("1.00"), Decimal("1.00"), Decimal(price))


def test_volumes_count_the_most_nodes_of_any_type() -> None:
    """
    8 GPUs are at most 8 nodes, though 2 dearer ones make the maximum of the hours.
    """
    bill = bill_of(foreign_pool(TWO, ON_DEMAND, limits={"nvidia.com/gpu": "8"}), node_class())

    assert line_of(bill, "root volume").quantity.max == 800


def test_a_limit_that_a_type_has_nothing_of_does_not_bound() -> None:
    """
    A limit on GPUs leaves CPU types without one.
    """
    types = requirement(TYPES, "In", "g6.xlarge", "m7i.large")
    bill = bill_of(foreign_pool(types, ON_DEMAND, limits={"nvidia.com/gpu": "8"}), node_class())

    assert line_of(bill, "instance hours").quantity.max is None
    assert "unbounded" in reasons(bill)[0]


def test_a_pool_whose_limits_allow_nothing_costs_nothing() -> None:
    """
    Nothing can be scheduled there, and the bill says so.
    """
    bill = bill_of(foreign_pool(ONE, ON_DEMAND, limits={"cpu": "0"}), node_class())

    assert bill.monthly == Range.exactly(0)
    assert bill.complete
    assert "jobs: 0 node-hours, because its limits allow no node" in bill.assumptions


def test_a_static_pool_keeps_its_replicas() -> None:
    """
    3 nodes whatever runs, and a fourth while one is replaced.
    """
    bill = bill_of(foreign_pool(ONE, ON_DEMAND, limits={"nodes": "4"}, replicas=3), node_class())

    assert line_of(bill, "instance hours").quantity == Range.of(2190, 2190, 2920)
    assert bill.complete


def test_pods_that_select_a_static_pool_change_nothing() -> None:
    """
    Two pods on three kept nodes are three nodes, and pods that cannot be read leave the pool readable.
    """
    pool = foreign_pool(ONE, ON_DEMAND, limits={"nodes": "4"}, replicas=3)
    blind = pods()
    blind.inputs["spec"]["replicas"] = UNKNOWN

    for made in (pods(), blind):
        bill = bill_of(pool, node_class(), made)
        assert line_of(bill, "instance hours").quantity == Range.of(2190, 2190, 2920)
        assert not any(each.what.endswith("jobs") for each in bill.unknown)


def test_an_open_choice_of_types_has_no_price() -> None:
    """
    A category admits types that no table of ours lists; nothing stands in for them, even where the nodes are known.
    """
    bill = bill_of(foreign_pool(requirement(CATEGORY, "In", "c", "m"), ON_DEMAND, limits={"cpu": "100"}), node_class(), usage=USAGE)

    assert line_of(bill, "instance hours").unit_price == Range.unknown()
    assert "it names neither types nor families" in reasons(bill)[0]


def test_families_are_named_types() -> None:
    """
    A family of which one type has no price leaves the price unknown; the reason names some and counts the others.
    """
    bill = bill_of(foreign_pool(requirement(FAMILY, "In", "g6"), ON_DEMAND, limits={"nodes": "4"}), node_class())

    assert line_of(bill, "instance hours").unit_price == Range.unknown()
    assert "and 2 more of 8 types" in reasons(bill)[0]


@pytest.mark.parametrize(("family", "sizes"), [("al2023@latest", [20]), ("Bottlerocket@v1.50", [4, 20])])
def test_karpenter_s_own_volumes_stand_where_a_class_names_none(family: str, sizes: list[int]) -> None:
    """
    They follow from the family of images, and are said.
    """
    bill = bill_of(foreign_pool(ONE, ON_DEMAND, limits={"nodes": "4"}), node_class(amiSelectorTerms=[{"alias": family}]), usage=USAGE)

    assert sorted(line.quantity.expected or 0 for line in bill.lines if line.component == "storage") == [2 * size for size in sizes]
    assert any(words.startswith("shared: names no volumes, for which Karpenter takes") for words in bill.assumptions)


def test_volumes_that_cannot_be_read_leave_the_hours() -> None:
    """
    An image of one's own has volumes that nothing tells.
    """
    bill = bill_of(foreign_pool(ONE, ON_DEMAND, limits={"nodes": "4"}), node_class(amiSelectorTerms=[{"id": "ami-1"}]), usage=USAGE)

    assert line_of(bill, "instance hours").monthly.expected == 1460
    assert [each.what for each in bill.unknown] == ["volumes of jobs"]


def test_a_class_that_is_not_registered_leaves_the_volumes_unknown() -> None:
    """
    The hours stay on the bill.
    """
    bill = bill_of(foreign_pool(ONE, ON_DEMAND, limits={"nodes": "4"}), usage=USAGE)

    assert line_of(bill, "instance hours").monthly.expected == 1460
    assert "names an EC2NodeClass that is not registered: shared" in reasons(bill)[0]


def test_nodes_of_auto_mode_are_not_priced_without_their_fee() -> None:
    """
    EKS Auto Mode adds a fee to each node: the hours alone would be too little.
    """
    pool = foreign_pool(ONE, ON_DEMAND, limits={"nodes": "4"})
    pool.inputs["spec"]["template"]["spec"]["nodeClassRef"]["group"] = "eks.amazonaws.com"
    bill = bill_of(pool, usage=USAGE)

    assert bill.lines == ()
    assert "adds a fee to each node" in reasons(bill)[0]


@pytest.mark.parametrize(
    ("pool", "why"),
    [
        (foreign_pool(ONE, ON_DEMAND, limits={"cpu": UNKNOWN}), "spec.limits.cpu is not known before deployment"),
        (foreign_pool(ONE, ON_DEMAND, limits={"cpu": "many"}), "spec.limits.cpu not a Kubernetes quantity: 'many'"),
        (foreign_pool(ONE, ON_DEMAND, replicas=UNKNOWN), "spec.replicas is not known before deployment"),
        (foreign_pool(requirement(TYPES, "In", UNKNOWN)), "spec.template.spec.requirements[0].values[0] is not known before deployment"),
        (
            foreign_pool(requirement(TYPES, "In", "m5.large")),
            "node.kubernetes.io/instance-type names a type that the catalogue does not have",
        ),
    ],
)
def test_what_cannot_be_read_is_unknown_with_its_path(pool: Any, why: str) -> None:
    """
    Nothing of such a pool is billed, least of all as 0.
    """
    bill = bill_of(pool, node_class())

    assert bill.lines == ()
    assert reasons(bill)[0].startswith(why)
    assert not bill.complete


def test_the_addresses_of_unknown_nodes_are_at_least_what_is_known() -> None:
    """
    What is listed beside the bill does not take an unknown number for 0 either.
    """
    bill = bill_of(foreign_pool(ONE, ON_DEMAND, limits={"nodes": "4"}), node_class())
    (listed,) = (each.requests for each in bill.not_priced if each.what.startswith("public IPv4 of nodes"))

    assert listed.startswith("at least 0 node-months")
