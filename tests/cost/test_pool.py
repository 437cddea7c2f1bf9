"""
NodePools as offers.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

import tiny_catalog
from cluster_records import node_pool
from servewright.catalog.model import Commitment
from servewright.cost.pool import is_foreign, node_limit, read_pool
from servewright.cost.properties import UnreadableProperty

if TYPE_CHECKING:
    from servewright.cost.pool import Pool
    from servewright.cost.records import ResourceRecord

CATALOG = tiny_catalog.tiny_catalog()


def offered_by(made: ResourceRecord) -> Pool:
    """
    Return what *made* may launch.
    """
    return read_pool(made, CATALOG)


def with_spec(made: ResourceRecord, **spec: Any) -> ResourceRecord:
    """
    Return *made* with other keys in its spec.
    """
    return replace(made, inputs={**made.inputs, "spec": {**made.inputs["spec"], **spec}})


def with_requirements(*requirements: dict[str, Any]) -> ResourceRecord:
    """
    Return a pool with further requirements.
    """
    made = node_pool("base")
    template = made.inputs["spec"]["template"]
    spec = {**template["spec"], "requirements": [*template["spec"]["requirements"], *requirements]}
    return with_spec(made, template={**template, "spec": spec})


def test_a_pool_says_what_it_may_launch() -> None:
    """
    Types, purchase, zones, limits and shares are read from requirements, limits and annotations.
    """
    pool = offered_by(
        node_pool("p", types=("g6.2xlarge", "g6.xlarge"), purchase="spot", zones=("b", "a"), share="0.92", max_share="0.5", idle=60)
    )

    assert pool.instance_types == ("g6.2xlarge", "g6.xlarge")
    assert (pool.purchase, pool.zones, pool.node_class) == ("spot", ("a", "b"), "p")
    assert (pool.expected_share, pool.max_share, pool.idle_seconds) == (Decimal("0.92"), Decimal("0.5"), 60)


@pytest.mark.parametrize(
    ("limits", "nodes"),
    [
        ({"nodes": "3"}, 3),
        ({"cpu": "9"}, 2),  # g6.xlarge has 4 vCPU
        ({"memory": "48Gi"}, 3),  # and 16 GiB
        ({"nvidia.com/gpu": "5"}, 5),
        ({"nodes": "3", "cpu": "8"}, 2),  # the tightest one binds
        ({"nodes": "0"}, 0),
        ({"nvidia.com/gpus": "5"}, None),  # no such key: no limit
        ({}, None),
    ],
)
def test_only_limits_that_karpenter_counts_bound_a_pool(limits: dict[str, str], nodes: int | None) -> None:
    """
    The tightest known limit bounds the nodes; an unknown key bounds nothing.
    """
    instance = CATALOG.instance("g6.xlarge")
    assert instance is not None

    assert node_limit(offered_by(node_pool("base", limits=limits)), instance) == nodes


def test_a_limit_on_a_device_that_the_type_lacks_does_not_bound_it() -> None:
    """
    A CPU type has no GPU that a limit could count.
    """
    instance = CATALOG.instance("m7i.large")
    assert instance is not None

    assert node_limit(offered_by(node_pool("base", limits={"nvidia.com/gpu": "1"})), instance) is None


def test_a_malformed_limit_is_said_with_its_path() -> None:
    """
    A limit that cannot be read does not count as none.
    """
    instance = CATALOG.instance("g6.xlarge")
    assert instance is not None

    with pytest.raises(UnreadableProperty, match=r"base: spec\.limits\.cpu not a Kubernetes quantity: 'many'"):
        node_limit(offered_by(node_pool("base", limits={"cpu": "many"})), instance)


def test_two_requirements_on_one_key_mean_what_both_allow() -> None:
    """
    Karpenter intersects requirements.
    """
    made = with_requirements({"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["us-east-1a", "us-east-1b"]})

    assert offered_by(made).zones == ("us-east-1a",)


@pytest.mark.parametrize(
    "requirement",
    [
        {"key": "karpenter.k8s.aws/instance-ebs-bandwidth", "operator": "Gt", "values": ["2000"]},
        {"key": "topology.k8s.aws/zone-id", "operator": "In", "values": ["use1-az1"]},
    ],
)
def test_other_requirements_are_not_guessed(requirement: dict[str, Any]) -> None:
    """
    A requirement whose effect on the price is not known makes the pool unreadable.
    """
    with pytest.raises(UnreadableProperty, match="narrows the choice in a way that is not priced yet"):
        offered_by(with_requirements(requirement))


@pytest.mark.parametrize("purchase", ["Spot", "capacity-block"])
def test_other_purchases_are_not_guessed(purchase: str) -> None:
    """
    A capacity type that Karpenter does not have, or a misspelt one, has no pricer.
    """
    with pytest.raises(UnreadableProperty, match=f"has no pricer for {purchase} yet"):
        offered_by(node_pool("base", purchase=purchase))


@pytest.mark.parametrize(
    ("capacity_type", "said", "purchase"),
    [
        ("on-demand", None, "on-demand"),
        ("on-demand", "on-demand", "on-demand"),
        ("on-demand", "reserved", "reserved"),
        ("spot", None, "spot"),
        ("spot", "spot", "spot"),
        ("reserved", None, "capacity-reservation"),
        ("reserved", "capacity-reservation", "capacity-reservation"),
        ("reserved", "capacity-block", "capacity-block"),
    ],
)
def test_an_annotation_says_what_karpenter_does_not(capacity_type: str, said: str | None, purchase: str) -> None:
    """
    A commitment is on-demand capacity to Karpenter, and a reservation of which nothing is said is billed on demand.
    """
    ahead = {} if said is None else {"purchase": said}

    assert offered_by(node_pool("base", purchase=capacity_type, ahead=ahead)).purchase == purchase


@pytest.mark.parametrize(
    ("capacity_type", "said"), [("on-demand", "spot"), ("on-demand", "capacity-block"), ("spot", "reserved"), ("reserved", "reserved")]
)
def test_an_annotation_that_contradicts_the_capacity_type_is_said(capacity_type: str, said: str) -> None:
    """
    Two places that say different things leave the price open.
    """
    with pytest.raises(UnreadableProperty, match=f"says {said}, which is not capacity of the type {capacity_type}"):
        offered_by(node_pool("base", purchase=capacity_type, ahead={"purchase": said}))


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (("on-demand", "spot"), ("spot", True)),
        (("on-demand", "reserved"), ("on-demand", False)),
        (("on-demand", "reserved", "spot"), ("spot", True)),
        (("reserved", "spot"), ("spot", False)),
    ],
)
def test_of_several_capacity_types_the_preferred_one_is_expected(kinds: tuple[str, ...], expected: tuple[str, bool]) -> None:
    """
    Spot before on demand, which stands by; what is reserved is billed by the reservation.
    """
    made = node_pool("base", purchase="on-demand")
    made.inputs["spec"]["template"]["spec"]["requirements"][1]["values"] = list(kinds)
    pool = offered_by(made)

    assert (pool.purchase, pool.fallback) == expected


def test_a_pool_that_no_capacity_type_is_left_for_is_not_guessed() -> None:
    """
    Requirements that contradict each other launch nothing that could be priced.
    """
    with pytest.raises(UnreadableProperty, match="leaves no capacity type"):
        offered_by(with_requirements({"key": "karpenter.sh/capacity-type", "operator": "NotIn", "values": ["on-demand"]}))


def test_whose_pool_it_is_stands_on_its_annotations_and_labels() -> None:
    """
    Anything with our prefix makes a pool ours; nothing of it makes it another program's.
    """
    made = node_pool("base")
    bare = with_spec(
        replace(made, inputs={**made.inputs, "metadata": {"name": "base"}}), template={"spec": made.inputs["spec"]["template"]["spec"]}
    )

    assert not is_foreign(made)
    assert not is_foreign(replace(made, inputs={**made.inputs, "metadata": {"name": "base"}}))
    assert is_foreign(bare)


def test_the_terms_of_what_is_bought_ahead_are_read() -> None:
    """
    Term, payment, rate and nodes; plain on-demand capacity has no terms, whatever stands there.
    """
    terms = {"purchase": "reserved", "committed-nodes": "2", "term": "3y", "payment": "all-upfront", "rate-usd-per-hour": "21.5"}
    pool = offered_by(node_pool("base", ahead=terms))

    assert (pool.commitment, pool.committed_nodes) == (Commitment(term="3y", payment="all-upfront", rate=Decimal("21.5")), 2)
    assert offered_by(node_pool("base", ahead={"term": "1y"})).commitment is None


def test_committed_nodes_are_a_whole_number() -> None:
    """
    Half a node cannot be bought ahead.
    """
    with pytest.raises(UnreadableProperty, match=r"is not a whole number: 1\.5"):
        offered_by(node_pool("base", ahead={"purchase": "reserved", "committed-nodes": "1.5"}))


def test_a_pool_without_types_is_not_guessed() -> None:
    """
    A pool that leaves the type open could launch anything.
    """
    with pytest.raises(UnreadableProperty, match=r"requirements name no node\.kubernetes\.io/instance-type"):
        offered_by(node_pool("base", types=()))


def test_shares_are_between_0_and_1() -> None:
    """
    A share above 1 is refused.
    """
    with pytest.raises(UnreadableProperty, match=r"is a share of 0 to 1, not 2"):
        offered_by(node_pool("base", share="2"))


@pytest.mark.parametrize(("text", "seconds"), [(None, 0), ("600s", 600), ("1h30m", 5400), ("Never", 604_800)])
def test_without_the_annotation_consolidation_keeps_idle_nodes(text: str | None, seconds: int) -> None:
    """
    ConsolidateAfter stands for the idle time where the plan's figure is absent; a node that is never removed idles all week.
    """
    made = node_pool("base")
    bare = replace(made, inputs={**made.inputs, "metadata": {"name": "base"}})
    disruption = {} if text is None else {"consolidateAfter": text}

    assert offered_by(with_spec(bare, disruption=disruption)).idle_seconds == seconds


def test_a_malformed_duration_is_said() -> None:
    """
    What is no duration is not taken for none.
    """
    made = node_pool("base")
    bare = replace(made, inputs={**made.inputs, "metadata": {"name": "base"}})

    with pytest.raises(UnreadableProperty, match=r"spec\.disruption\.consolidateAfter is not a duration: soon"):
        offered_by(with_spec(bare, disruption={"consolidateAfter": "soon"}))
