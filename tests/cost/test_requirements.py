"""
What the requirements of a NodePool admit.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tiny_catalog
from foreign_pools import CAPACITY, CATEGORY, FAMILY, TYPES, foreign_pool, requirement
from servewright.cost.properties import UnreadableProperty
from servewright.cost.records import SECRET, UNKNOWN
from servewright.cost.requirements import Admitted, admitted_by, offered_labels

CATALOG = tiny_catalog.tiny_catalog()
ZONE = "topology.kubernetes.io/zone"
AWS = "karpenter.k8s.aws/instance-"
G6 = requirement(FAMILY, "In", "g6")


def admitted(*requirements: dict[str, Any]) -> Admitted:
    """
    Return what *requirements* admit.
    """
    return admitted_by(foreign_pool(*requirements), CATALOG)


def sizes(*requirements: dict[str, Any]) -> list[str]:
    """
    Return the sizes of g6 that *requirements* admit.
    """
    return [name.partition(".")[2] for name in admitted(G6, *requirements).instance_types]


@pytest.mark.parametrize(
    ("narrowing", "left"),
    [
        ([], {"xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge", "12xlarge", "24xlarge", "48xlarge"}),
        ([requirement(AWS + "size", "In", "xlarge", "2xlarge")], {"xlarge", "2xlarge"}),
        ([requirement(AWS + "size", "NotIn", "48xlarge", "24xlarge", "16xlarge", "12xlarge", "8xlarge")], {"xlarge", "2xlarge", "4xlarge"}),
        ([requirement(AWS + "cpu", "Lt", "16")], {"xlarge", "2xlarge"}),
        ([requirement(AWS + "cpu", "Lte", "16")], {"xlarge", "2xlarge", "4xlarge"}),
        ([requirement(AWS + "cpu", "Gt", "96")], {"48xlarge"}),
        ([requirement(AWS + "cpu", "Gte", "96")], {"24xlarge", "48xlarge"}),
        ([requirement(AWS + "memory", "In", "16384")], {"xlarge"}),
        ([requirement(AWS + "gpu-count", "Gt", "1")], {"12xlarge", "24xlarge", "48xlarge"}),
        ([requirement(AWS + "gpu-count", "In", "8")], {"48xlarge"}),
        ([requirement(AWS + "gpu-name", "In", "l4"), requirement(AWS + "size", "In", "xlarge")], {"xlarge"}),
        ([requirement(AWS + "gpu-manufacturer", "In", "nvidia"), requirement(TYPES, "In", "g6.xlarge", "m7i.large")], {"xlarge"}),
        ([requirement(AWS + "generation", "Gt", "5"), requirement(AWS + "size", "In", "xlarge")], {"xlarge"}),
        ([requirement("kubernetes.io/arch", "In", "amd64"), requirement(TYPES, "NotIn", "g6.xlarge")], None),
        ([requirement(AWS + "hypervisor", "In", "nitro"), requirement(AWS + "size", "In", "xlarge")], {"xlarge"}),
        ([requirement("beta.kubernetes.io/instance-type", "In", "g6.xlarge")], {"xlarge"}),
    ],
)
def test_requirements_on_well_known_labels_narrow(narrowing: list[dict[str, Any]], left: set[str] | None) -> None:
    """
    Each operator means what Kubernetes says, and all requirements hold together.
    """
    found = set(sizes(*narrowing))

    assert found == left if left is not None else ("xlarge" not in found and len(found) == 7)


def test_a_label_that_a_type_does_not_have() -> None:
    """
    CPU types have no GPU labels: Exists and In leave them out, DoesNotExist and NotIn take them, a comparison does not.
    """
    names = requirement(TYPES, "In", "g6.xlarge", "m7i.large")
    key = AWS + "gpu-name"

    assert admitted(names, requirement(key, "Exists")).instance_types == ("g6.xlarge",)
    assert admitted(names, requirement(key, "DoesNotExist")).instance_types == ("m7i.large",)
    assert admitted(names, requirement(key, "NotIn", "t4")).instance_types == ("g6.xlarge", "m7i.large")
    assert admitted(names, requirement(AWS + "gpu-count", "Gte", "0")).instance_types == ("g6.xlarge",)


@pytest.mark.parametrize(
    ("category", "family"),
    [("p", "p6-b200"), ("g", "g6e"), ("gr", "gr6"), ("c", "c7i-flex"), ("t", "t4g"), ("trn", "trn1"), ("inf", "inf2")],
)
def test_categories_are_what_stands_before_the_generation(category: str, family: str) -> None:
    """
    As Karpenter reads the names of types.
    """
    found = admitted(requirement(CATEGORY, "In", category)).instance_types

    assert any(name.startswith(f"{family}.") for name in found)
    assert all(name.startswith(category) for name in found)


@pytest.mark.parametrize(("name", "gpu"), [("p4d.24xlarge", "a100"), ("p4de.24xlarge", "a100"), ("g7e.2xlarge", "rtx-pro-server-6000")])
def test_gpus_have_karpenter_s_names(name: str, gpu: str) -> None:
    """
    Karpenter does not tell 40 from 80 GB by name, and calls some GPUs otherwise than the catalogue.
    """
    assert admitted(requirement(TYPES, "In", name), requirement(AWS + "gpu-name", "In", gpu)).instance_types == (name,)


def test_labels_of_one_s_own_do_not_narrow() -> None:
    """
    They only mark nodes: what may launch stays the same, whatever the operator.
    """
    own = [requirement("team", "In", "search"), requirement("acme.io/tier", "Exists"), requirement("kops.k8s.io/x", "NotIn", "y")]

    assert admitted(G6, *own) == admitted(G6)


@pytest.mark.parametrize(
    "key",
    [
        AWS + "ebs-bandwidth",
        AWS + "gpu-memory",
        AWS + "accelerator-name",
        "topology.k8s.aws/zone-id",
        "karpenter.sh/other",
        "eks.amazonaws.com/instance-family",
        "node.kubernetes.io/windows-build",
    ],
)
def test_well_known_labels_that_the_catalogue_lacks_are_not_ignored(key: str) -> None:
    """
    They narrow the choice in a way that nothing here can follow.
    """
    with pytest.raises(UnreadableProperty, match=r"requirements\[1\] narrows the choice in a way that is not priced yet"):
        admitted(G6, requirement(key, "In", "1"))


@pytest.mark.parametrize("made", [requirement("kubernetes.io/os", "In", "windows"), requirement("kubernetes.io/os", "NotIn", "linux")])
def test_only_linux_has_prices(made: dict[str, Any]) -> None:
    """
    A pool for Windows alone is not billed at the price of Linux.
    """
    with pytest.raises(UnreadableProperty, match="leaves out linux, for which the prices are"):
        admitted(G6, made)


@pytest.mark.parametrize(
    ("requirements", "kinds"),
    [
        ([], ("reserved", "spot", "on-demand")),
        ([requirement(CAPACITY, "In", "on-demand", "spot")], ("spot", "on-demand")),
        ([requirement(CAPACITY, "NotIn", "spot", "reserved")], ("on-demand",)),
        ([requirement(CAPACITY, "Exists")], ("reserved", "spot", "on-demand")),
        ([requirement(CAPACITY, "In", "spot"), requirement(CAPACITY, "In", "on-demand")], ()),
    ],
)
def test_capacity_types_come_in_karpenter_s_order(requirements: list[dict[str, Any]], kinds: tuple[str, ...]) -> None:
    """
    Reserved before spot before on demand; without a requirement any may launch.
    """
    assert admitted(G6, *requirements).capacity_types == kinds


def test_zones_that_are_left_out_leave_the_region_s_others() -> None:
    """
    NotIn is read against the zones of the region; a region without known zones is not guessed.
    """
    out = requirement(ZONE, "NotIn", "us-east-1a")
    pool = foreign_pool(G6, out)

    assert admitted(G6, out).zones == tuple(zone for zone in sorted(CATALOG.zones("us-east-1")) if zone != "us-east-1a")
    assert admitted(G6).zones == ()
    with pytest.raises(UnreadableProperty, match="leaves out zones of a region whose zones are not in the catalogue: mars-1"):
        admitted_by(replace(pool, region="mars-1"), CATALOG)


def test_a_choice_without_types_or_families_is_open() -> None:
    """
    EC2 has categories and sizes that the catalogue does not list in full; named families it does.
    """
    assert admitted(requirement(CATEGORY, "In", "g")).open_types
    assert admitted(requirement(TYPES, "NotIn", "g6.xlarge")).open_types
    assert not admitted(G6).open_types
    assert not admitted(requirement(TYPES, "In", "g6.xlarge")).open_types


@pytest.mark.parametrize(
    ("requirements", "why"),
    [
        ([requirement(FAMILY, "In", "g6", "m5")], r"requirements\[0\]\.values names families that the catalogue does not have: m5"),
        ([G6, requirement(AWS + "cpu", "Gt", "many")], r"requirements\[1\] cannot be read: Gt many"),
        ([G6, requirement(AWS + "cpu", "Gt")], r"requirements\[1\] cannot be read: Gt"),
        ([G6, requirement(AWS + "cpu", "Near", "4")], r"requirements\[1\] cannot be read: Near 4"),
        ([G6, requirement(AWS + "cpu", "Gt", "10000")], "requirements name no node.kubernetes.io/instance-type that the catalogue has"),
        ([{"operator": "In", "values": ["g6"]}], r"requirements\[0\]\.key is missing"),
        ([{"key": FAMILY, "values": ["g6"]}], r"requirements\[0\]\.operator is missing"),
        ([requirement(FAMILY, "In", UNKNOWN)], r"requirements\[0\]\.values\[0\] is not known before deployment"),
        ([requirement(FAMILY, "In", SECRET)], r"requirements\[0\]\.values\[0\] is secret"),
        ([requirement(CAPACITY, "In", "Spot"), G6], "has no pricer for Spot yet"),
    ],
)
def test_what_cannot_be_followed_is_said_with_its_path(requirements: list[dict[str, Any]], why: str) -> None:
    """
    Nothing is guessed.
    """
    with pytest.raises(UnreadableProperty, match=why):
        admitted(*requirements)


def test_a_named_type_that_the_catalogue_lacks_stays() -> None:
    """
    It may launch, so its missing price must be seen.
    """
    assert admitted(requirement(TYPES, "In", "g6.xlarge", "m5.large")).instance_types == ("g6.xlarge", "m5.large")


def test_labels_with_one_value_are_offered() -> None:
    """
    A pod that selects such a label may run here.
    """
    pool = foreign_pool(G6, requirement("team", "In", "a"), requirement("tier", "In", "a", "b"), requirement("x", "Exists"))

    assert offered_labels(pool) == {FAMILY: "g6", "team": "a"}


@given(st.integers(min_value=0, max_value=400), st.sampled_from(["cpu", "gpu-count", "memory"]))
def test_a_bound_splits_the_types_in_two(bound: int, what: str) -> None:
    """
    Gt and Lte are each other's complement among types that have the label, and so are In and NotIn.
    """

    def left(operator: str) -> set[str]:
        try:
            return set(sizes(requirement(AWS + what, operator, str(bound))))
        except UnreadableProperty:
            return set()

    assert left("Gt") | left("Lte") == set(sizes()) == left("In") | left("NotIn")
    assert not left("Gt") & left("Lte")
    assert left("Gte") == left("Gt") | left("In")
