"""
The namespaces of installed operators: one is privileged, and who may call what.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kubernetes_objects import object_faults
from operators_made import ALL, SUBSETS, installing
from servewright.resources.operators.namespaces import operator_namespaces
from servewright.spec.stack_rules import NODE_SYSTEM

ENFORCE = "pod-security.kubernetes.io/enforce"


def _manifests(*install: str, **stack: Any) -> list[dict[str, Any]]:
    return [dict(each.manifest) for each in operator_namespaces(installing(*install, **stack))]


def _policies(*install: str) -> dict[tuple[str, str], dict[str, Any]]:
    found = [each for each in _manifests(*install) if each["kind"] == "NetworkPolicy"]
    return {(each["metadata"]["namespace"], each["metadata"]["name"]): each["spec"] for each in found}


@pytest.mark.parametrize("install", SUBSETS, ids="+".join)
def test_each_namespace_once_and_only_where_it_is_needed(install: tuple[str, ...]) -> None:
    """
    Those of KEDA and Prometheus are restricted, device plugin and exporter share the one privileged namespace; every object is valid.
    """
    manifests = _manifests(*install)
    levels = {each["metadata"]["name"]: each["metadata"]["labels"][ENFORCE] for each in manifests if each["kind"] == "Namespace"}
    wanted = {
        "keda": "restricted",
        "prometheus": "restricted",
        "nvidia-device-plugin": "privileged",
        "dcgm-exporter": "privileged",
    }
    places = {"keda": "keda", "prometheus": "monitoring", "nvidia-device-plugin": NODE_SYSTEM, "dcgm-exporter": NODE_SYSTEM}

    assert levels == {places[name]: wanted[name] for name in install}
    assert {each["metadata"]["name"]: object_faults(each) for each in manifests if object_faults(each)} == {}
    assert len({each.key for each in operator_namespaces(installing(*install)) if each.kind == "NetworkPolicy"}) == len(_policies(*install))


def test_the_privileged_namespace_is_closed() -> None:
    """
    Nothing in or out but the exporter's metrics, to Prometheus: device plugin and exporter talk to the kubelet by files.
    """
    policies = _policies(*ALL)

    assert policies[NODE_SYSTEM, "default-deny"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert policies[NODE_SYSTEM, "allow-metrics"] == {
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": "dcgm-exporter"}},
        "policyTypes": ["Ingress"],
        "ingress": [
            {
                "from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}],
                "ports": [{"port": 9400, "protocol": "TCP"}],
            }
        ],
    }
    assert (NODE_SYSTEM, "allow-metrics") not in _policies("nvidia-device-plugin")


def test_prometheus_answers_keda_and_its_own_namespace() -> None:
    """
    It has no password. Whatever else is in the cluster does not reach it; it reaches what it scrapes.
    """
    policies = _policies("prometheus")

    assert policies["monitoring", "default-deny"] == {"podSelector": {}, "policyTypes": ["Ingress"]}
    (rule,) = policies["monitoring", "allow-scaling"]["ingress"]
    assert rule["from"] == [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "keda"}}}]
    assert policies["monitoring", "allow-own"]["ingress"] == [{"from": [{"podSelector": {}}]}]


def test_an_existing_keda_is_let_in_where_it_is() -> None:
    """
    The opening is for the namespace that the spec names, not for the one that we would use.
    """
    plan = installing("prometheus")
    elsewhere = tuple(replace(each, namespace="scaling") if each.name == "keda" else each for each in plan.operators)
    made = operator_namespaces(replace(plan, operators=elsewhere))
    (policy,) = (each.manifest for each in made if each.key == "monitoring-allow-scaling")

    assert "scaling" in str(policy)
    assert "keda" not in str(policy["spec"])


def test_keda_has_no_rules() -> None:
    """
    The API server calls its webhook and metrics from addresses that nobody can name.
    """
    assert _policies("keda") == {}
