"""
The namespaces of the operators that a stack installs, and what may reach their pods.

`keda` and `monitoring` are Pod Security `restricted`. Device plugin and DCGM exporter mount paths of the node and the exporter runs as
root: they live in the one privileged namespace, where nothing else does.

KEDA's namespace has no rules: the API server calls its webhook and its metrics from addresses that no object knows, and it calls the
API server at such addresses. Prometheus has no password, so only its own namespace and KEDA reach it; it reaches everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.plan.operators import DCGM_EXPORTER, KEDA, PROMETHEUS, installed
from servewright.resources import labels
from servewright.resources.manifests import KubernetesObject
from servewright.resources.namespace import Level, security_labels
from servewright.resources.naming import Names
from servewright.resources.network import prometheus_namespace
from servewright.spec.stack_rules import NODE_SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.plan.model import Plan

PROMETHEUS_PORT: Final = 9090
DCGM_PORT: Final = 9400


def operator_namespaces(plan: Plan) -> tuple[KubernetesObject, ...]:
    """
    Return each namespace once, with its network rules behind it.
    """
    names = Names.of(plan.stack)
    mine = installed(plan.operators)
    spaces = dict.fromkeys(each.namespace for each in plan.operators if each.name in mine)
    objects = [KubernetesObject(key=space, manifest=_namespace(plan, names, space)) for space in spaces]
    for space in spaces:
        objects += [_policy(plan, names, space, key, spec) for key, spec in _rules(plan, space, mine)]
    return tuple(objects)


def _namespace(plan: Plan, names: Names, name: str) -> dict[str, Any]:
    level: Level = "privileged" if name == NODE_SYSTEM else "restricted"
    own = {**labels.object_labels(plan, names), **security_labels(level, plan.stack.cluster.kubernetes_version)}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": own}}


def _rules(plan: Plan, space: str, mine: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    if space == NODE_SYSTEM:
        yield "default-deny", {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
        if DCGM_EXPORTER in mine:
            yield "allow-metrics", _reach("dcgm-exporter", prometheus_namespace(plan), DCGM_PORT)
    elif PROMETHEUS in mine and space == prometheus_namespace(plan):
        yield "default-deny", {"podSelector": {}, "policyTypes": ["Ingress"]}
        yield "allow-own", {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{"from": [{"podSelector": {}}]}]}
        keda = next((each.namespace for each in plan.operators if each.name == KEDA), KEDA)
        yield "allow-scaling", _reach("prometheus", keda, PROMETHEUS_PORT)


def _reach(app: str, namespace: str, port: int) -> dict[str, Any]:
    peer = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}}
    return {
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": app}},
        "policyTypes": ["Ingress"],
        "ingress": [{"from": [peer], "ports": [{"port": port, "protocol": "TCP"}]}],
    }


def _policy(plan: Plan, names: Names, space: str, key: str, spec: dict[str, Any]) -> KubernetesObject:
    manifest = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": key, "namespace": space, "labels": labels.object_labels(plan, names)},
        "spec": spec,
    }
    return KubernetesObject(key=f"{space}-{key}", manifest=manifest, needs=(("Namespace", space),))
