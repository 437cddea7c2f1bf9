"""
What the fields of stack and platform may not be together, and what is not built yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from servewright.catalog.load import load_catalog
from servewright.errors import InvalidInputError
from servewright.spec.load import parse_request
from servewright.spec.request import BudgetRequest
from spec_texts import MINIMAL, zones_of

if TYPE_CHECKING:
    from servewright.diagnostics import Diagnostic

PINNED = MINIMAL + "    revision: 6f6073b423013f6a7d4d9f39144961bfbfbc386b\n"


def said(extra: str, *, environment: str = "dev") -> list[Diagnostic]:
    """
    Return the faults of the pinned minimal spec with *extra* fields, or its warnings where there is none.
    """
    owner = "" if "owner" in extra else "owner: team\n"
    try:
        request = parse_request("spec.yaml", f"environment: {environment}\n{PINNED}{owner}{extra}".encode(), zones_of)
    except InvalidInputError as error:
        return list(error.diagnostics)
    return list(request.warnings)


@pytest.mark.parametrize(
    ("extra", "code", "path"),
    [
        ("labels: {'a b': x}\n", "SW203", 'labels["a b"]'),
        ("labels: {karpenter.sh/nodepool: x}\n", "SW203", 'labels["karpenter.sh/nodepool"]'),
        ("labels: {servewright.dev/model: x}\n", "SW203", 'labels["servewright.dev/model"]'),
        ("labels: {team: 'a b'}\n", "SW203", "labels.team"),
        ("labels: {team: 5}\n", "SW116", "labels.team"),
        ("platform: {region: eu-west-9}\n", "SW206", "platform.region"),
        ("platform: {region: eu-west-1, zones: [us-east-1a]}\n", "SW207", "platform.zones[0]"),
        ("platform: {zones: [us-east-1z]}\n", "SW207", "platform.zones[0]"),
        ("platform: {zones: [us-east-1a, us-east-1a]}\n", "SW209", "platform.zones[1]"),
        ("platform: {cluster: {subnets: [subnet-0a1b2c3d]}}\n", "SW211", "platform.cluster.subnets"),
        ("platform: {cluster: {security_groups: [sg-0a1b2c3d]}}\n", "SW211", "platform.cluster.security_groups"),
        (
            "platform: {cluster: {discovery_tag: a=b, subnets: [subnet-0a1b2c3d], security_groups: [sg-0a1b2c3d]}}\n",
            "SW211",
            "platform.cluster.discovery_tag",
        ),
        (f"platform: {{cluster: {{name: {'c' * 60}}}}}\n", "SW211", "platform.cluster.name"),
        ("platform: {cluster: {kubernetes_version: '1.30'}}\n", "SW202", "platform.cluster.kubernetes_version"),
        ("platform: {cluster: {create: {}}}\n", "SW220", "platform.cluster.create"),
        ("platform: {kind: kubernetes}\n", "SW220", "platform.kind"),
        ("platform: {operators: {karpenter: install}}\n", "SW220", "platform.operators.karpenter"),
        ("platform: {operators: {karpenter: {install: {}}}}\n", "SW220", "platform.operators.karpenter"),
        ("platform: {operators: {keda: {existing: {}, install: {}}}}\n", "SW211", "platform.operators.keda"),
        ("platform: {operators: {keda: {install: {replicas: 2}}}}\n", "SW201", "platform.operators.keda.install.replicas"),
        ("platform: {operators: instal}\n", "SW202", "platform.operators"),
        ("platform: {operators: {kedda: existing}}\n", "SW201", "platform.operators.kedda"),
        ("platform: {operators: {keda: exists}}\n", "SW202", "platform.operators.keda"),
        ("platform: {operators: {keda: {existing: {labels: {a: b}}}}}\n", "SW201", "platform.operators.keda.existing.labels"),
        ("budgets: {alerts: [50%, 50%]}\n", "SW209", "budgets.alerts[1]"),
        ("budgets: {notify: [a@example.com, a@example.com]}\n", "SW209", "budgets.notify[1]"),
        ("isolation: {namespace: kube-system}\n", "SW211", "isolation.namespace"),
        ("isolation: {namespace: monitoring}\n", "SW211", "isolation.namespace"),
        ("isolation: {teams: [a]}\n", "SW201", "isolation.teams"),
        ("monitoring: {alerts: []}\n", "SW201", "monitoring.alerts"),
        ("network: {rdma: efa}\n", "SW220", "network"),
        ("nodes: {tuning: off}\n", "SW220", "nodes"),
    ],
)
def test_one_contradiction_is_one_fault(extra: str, code: str, path: str) -> None:
    """
    Each rule speaks once, at the field it means.
    """
    assert [(fault.code, fault.path) for fault in said(extra)] == [(code, path)]


@pytest.mark.parametrize("section", ["network: {}", "network: {rdma: auto}", "nodes: {}", "nodes: {tuning: auto}"])
def test_a_section_that_waits_gives_one_warning(section: str) -> None:
    """
    Until a section is built, its default is accepted and said to do nothing.
    """
    assert [(found.code, found.severity) for found in said(f"{section}\n")] == [("SW402", "warning")]


@pytest.mark.parametrize("section", ["gateway", "caches", "monitoring", "network", "nodes"])
def test_a_section_that_is_off_is_silent(section: str) -> None:
    """
    The state off is what is built.
    """
    assert said(f"{section}: off\n") == []


def test_budgets_can_be_off() -> None:
    """
    Off is a choice, not a default: no budget, no warning, no line among the defaults.
    """
    assert said("budgets: off\n") == []
    request = parse_request("spec.yaml", f"{PINNED}budgets: off\n".encode(), zones_of)
    assert request.budget == BudgetRequest(enabled=False, limit=None, alerts=(), notify=())
    assert [default.path for default in request.defaults if default.path.startswith("budgets")] == []


def test_a_wrong_label_name_is_shown_where_it_stands() -> None:
    """
    The fault is the name's, so it points at the name and not at its value.
    """
    (fault,) = said("labels: {team: a, 'a b': x}\n")
    assert (fault.path, fault.line, fault.column, fault.value) == ('labels["a b"]', 8, 19, None)


def test_an_absent_owner_is_a_warning() -> None:
    """
    Costs without a name are allowed and noticed.
    """
    text = f"{PINNED}"
    assert [(warning.code, warning.path) for warning in parse_request("s", text.encode(), zones_of).warnings] == [("SW403", "owner")]


@pytest.mark.parametrize(("environment", "warned"), [("dev", False), ("staging", True), ("prod", True)])
def test_one_zone_outside_dev_is_a_warning(environment: str, *, warned: bool) -> None:
    """
    One zone is one point of failure.
    """
    found = [warning.code for warning in said("platform: {zones: [us-east-1a]}\n", environment=environment)]
    assert ("SW405" in found) is warned


def models(*names: str) -> str:
    """
    Return a spec of as many models of one source, each with its name where it has one.
    """
    first = MINIMAL.replace("models:\n", "").rstrip("\n")
    return "models:\n" + "".join(f"{first}\n" + (f"    name: {name}\n" if name else "") for name in names)


@pytest.mark.parametrize(
    ("names", "faults"),
    [
        (("chat", "draft"), []),
        (("chat", ""), []),
        (("chat", "chat"), [("SW209", "models[1].name")]),
        (("", ""), [("SW209", "models[1]")]),
        (("chat", "draft", "chat", "draft"), [("SW209", "models[2].name"), ("SW209", "models[3].name")]),
        (("chat", "chat-base"), []),
    ],
)
def test_models_of_one_stack_have_different_names(names: tuple[str, ...], faults: list[tuple[str, str]]) -> None:
    """
    Services and Deployments are named after the model: two of one name, given or made from the source, are refused at the second.
    """
    text = models(*names).encode()
    if not faults:
        assert len(parse_request("spec.yaml", text, zones_of).models) == len(names)
        return
    with pytest.raises(InvalidInputError) as caught:
        parse_request("spec.yaml", text, zones_of)
    assert [(fault.code, fault.path) for fault in caught.value.diagnostics] == faults


def test_a_region_without_zone_names_asks_for_them() -> None:
    """
    A region that exists and whose zones we cannot name is not called unknown.
    """
    catalog = load_catalog()
    unnamed = [region for region in catalog.regions() if not catalog.zones(region)]
    for region in unnamed:
        text = f"platform: {{region: {region}}}\n{PINNED}"
        with pytest.raises(InvalidInputError) as caught:
            parse_request("spec.yaml", text.encode(), catalog.zones, names=catalog)
        assert [(fault.code, fault.path) for fault in caught.value.diagnostics] == [("SW207", "platform.zones")]
        given = f"platform: {{region: {region}, zones: [{region}a]}}\n{PINNED}"
        assert parse_request("spec.yaml", given.encode(), catalog.zones, names=catalog).stack.zones == (f"{region}a",)


def test_an_unknown_region_is_answered_with_the_nearest() -> None:
    """
    With the catalogue's names at hand the answer has the region that was meant.
    """
    catalog = load_catalog()
    with pytest.raises(InvalidInputError) as caught:
        parse_request("spec.yaml", f"platform: {{region: us-est-1}}\n{PINNED}".encode(), catalog.zones, names=catalog)
    (fault,) = caught.value.diagnostics
    assert (fault.code, fault.path) == ("SW206", "platform.region")
    assert "us-east-1" in (fault.hint or "")
