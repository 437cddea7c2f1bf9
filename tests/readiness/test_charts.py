"""
The readiness list of a stack that installs operators: what only charts describe is named, and no sentence says more than was read.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from checked_stacks import case_of, found_in, preview_at
from servewright.cost.records import ResourceRecord
from servewright.readiness.checklist import judge
from servewright.readiness.model import Checked
from servewright.report.model import Preview

DEV = Path(__file__).resolve().parents[2] / "stacks" / "dev.yaml"
COMPONENT, RELEASE = "servewright:index:Operator", "kubernetes:helm.sh/v3:Release"
ENFORCE = "pod-security.kubernetes.io/enforce"
DIGEST = re.compile(r"@?sha256:[0-9a-f]{64}|^[0-9a-f]{64}$")


def installing() -> Preview:
    """
    Return the shipped dev stack, which installs every operator but Karpenter.
    """
    return preview_at(DEV)


def item(name: str, preview: Preview) -> Checked:
    """
    Return one item of the list.
    """
    return next(each for each in judge(case_of(preview)).items if each.id == name)


def with_records(change: Callable[[ResourceRecord], dict[str, Any] | None]) -> Preview:
    """
    Return the dev stack with the inputs that *change* returns for a record; None leaves it.
    """
    made = ((record, change(record)) for record in installing().records)
    return replace(installing(), records=tuple(r if new is None else replace(r, inputs=new) for r, new in made))


def stripped(value: Any) -> Any:
    """
    Return *value* without any digest in it.
    """
    if isinstance(value, dict):
        return {key: stripped(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [stripped(each) for each in value]
    return DIGEST.sub("", value) if isinstance(value, str) else value


def namespaces() -> dict[str, ResourceRecord]:
    """
    Return the namespaces of the dev stack by name.
    """
    return {r.inputs["metadata"]["name"]: r for r in installing().records if r.inputs.get("kind") == "Namespace"}


@pytest.mark.parametrize("name", ["pod-security", "network-policies"])
def test_every_namespace_is_in_the_evidence(name: str) -> None:
    """
    No namespace is passed over in silence: each stands in the evidence with what holds there.
    """
    found = item(name, installing())

    assert found.state == "pass"
    assert (
        {line.partition(":")[0] for line in found.evidence}
        == set(namespaces())
        == {
            "demo-dev",
            "keda",
            "monitoring",
            "servewright-node-system",
        }
    )


def test_the_evidence_says_which_level_each_namespace_enforces() -> None:
    """
    The privileged namespace is called so, with the charts that need it.
    """
    lines = dict(line.split(": ", 1) for line in item("pod-security", installing()).evidence)

    assert {name: lines[name].partition(",")[0] for name in lines} == {
        name: record.inputs["metadata"]["labels"][ENFORCE] for name, record in namespaces().items()
    }
    assert lines["servewright-node-system"] == (
        "privileged, for the pods of dcgm-exporter and nvidia-device-plugin, which reach into their nodes"
    )


def test_the_evidence_says_what_charts_leave_open() -> None:
    """
    Where a direction is not denied, it is said with the reason; "denied" is said only where policies do.
    """
    lines = dict(line.split(": ", 1) for line in item("network-policies", installing()).evidence)

    assert lines == {
        "demo-dev": "both directions denied by default",
        "keda": "egress and ingress open, since only their charts know what the pods of keda need",
        "monitoring": "egress open, since only their charts know what the pods of kube-prometheus-stack need",
        "servewright-node-system": "both directions denied by default",
    }
    nothing = replace(
        installing(), records=tuple(r for r in installing().records if r.inputs.get("metadata", {}).get("namespace") != "monitoring")
    )
    assert any(line.startswith("monitoring: egress and ingress open") for line in item("network-policies", nothing).evidence)


def test_the_images_of_operators_are_counted() -> None:
    """
    Every image that the records name is behind the sentence, by its digest or waived.
    """
    images = {image for r in installing().records if r.type == COMPONENT for image in r.inputs["images"]}
    waived = {image for image in images if "@" not in image}

    assert item("images", installing()).evidence == (
        (
            f"{len(images) + 1} images, {len(images)} of them of installed operators: {len(images) + 1 - len(waived)} by digest, "
            f"{len(waived)} waived"
        ),
    )


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        ({COMPONENT, RELEASE}, "has neither digest nor waiver"),
        ({COMPONENT}, "has neither digest nor waiver"),
        ({RELEASE}, "its values leave out the digest of"),
    ],
    ids=["both", "what the component says", "what the release gets"],
)
def test_an_operators_image_without_digest_fails(kinds: set[str], said: str) -> None:
    """
    A digest that is missing in what the component says, or in the values that helm gets, is found for each image that has one (SR103).
    """
    bare = with_records(lambda r: stripped(copy.deepcopy(dict(r.inputs))) if r.type in kinds else None)
    images = [image for r in installing().records if r.type == COMPONENT for image in r.inputs["images"] if "@" in image]
    found = item("images", bare)

    assert found.state == "fail"
    assert len([line for line in found.evidence if said in line]) == len(images) == 8


def test_a_release_that_says_no_images_fails() -> None:
    """
    Pods whose images nobody names cannot be held to a digest; a release without pods, as that of the CRDs, needs none.
    """
    silent = with_records(lambda r: {**r.inputs, "images": []} if r.type == COMPONENT else None)
    alone = replace(installing(), records=tuple(r for r in installing().records if r.type != COMPONENT))

    for bad, count in ((silent, 4), (alone, 5)):
        assert [f.evidence for f in found_in(bad.records) if f.rule == "SR103"] == ["nothing says which images its pods run"] * count


@pytest.mark.parametrize("level", ["privileged", "baseline", None])
def test_only_charts_of_nodes_may_be_below_restricted(level: str | None) -> None:
    """
    KEDA's pods belong to no node: its namespace is held to restricted like the stack's own (SR121).
    """

    def lowered(record: ResourceRecord) -> dict[str, Any] | None:
        if record is not namespaces()["keda"]:
            return None
        inputs = copy.deepcopy(dict(record.inputs))
        inputs["metadata"]["labels"][ENFORCE] = level
        return inputs

    assert item("pod-security", with_records(lowered)).evidence == (f"Namespace keda: {ENFORCE} is {level!r} (SR121)",)


def test_what_charts_offer_is_not_called_unreachable() -> None:
    """
    Services that a chart makes were not read, and the evidence says so.
    """
    found = item("no-public-endpoint", installing())

    assert "the stack describes" in found.what
    assert (
        found.evidence[-1] == "what dcgm-exporter, keda, kube-prometheus-stack and nvidia-device-plugin offer, only their charts describe"
    )


def test_installed_operators_are_in_the_list() -> None:
    """
    Both kinds are to be verified in the cluster: those that must be there, and those that nobody else may have installed.
    """
    found = item("operators", installing())

    assert found.state == "not-verifiable"
    assert found.evidence == (
        "must be there: karpenter (kube-system)",
        (
            "come with this stack, so with no other: dcgm-exporter (servewright-node-system), keda (keda), "
            "nvidia-device-plugin (servewright-node-system), prometheus (monitoring)"
        ),
    )


def test_an_operator_that_is_to_be_installed_and_is_not_fails() -> None:
    """
    The plan installs KEDA, and no release of it is registered.
    """
    without = replace(installing(), records=tuple(r for r in installing().records if r.type != RELEASE or r.name != "demo-keda"))

    assert item("operators", without).state == "fail"
    assert item("operators", without).evidence == ("the stack is to install keda (keda), and registers no release of it",)
