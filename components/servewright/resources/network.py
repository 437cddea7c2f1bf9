"""
NetworkPolicies: nothing enters or leaves the namespace, but for the openings of `resources.connections`.

They take effect where the cluster's CNI enforces them (on EKS: vpc-cni with enableNetworkPolicy "true"). The kubelet's probes come
from the node and need no opening.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servewright.resources import labels
from servewright.resources.connections import HTTP_PORT_NAME as HTTP_PORT_NAME  # noqa: PLC0414 - for all who name the port
from servewright.resources.connections import connections
from servewright.resources.connections import prometheus_namespace as prometheus_namespace  # noqa: PLC0414 - as the port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.plan.model import Plan
    from servewright.resources.connections import Connection
    from servewright.resources.naming import Names


def network_policies(plan: Plan, names: Names) -> dict[str, dict[str, Any]]:
    """
    Return the policies by their name within the stack.
    """
    policies: dict[str, dict[str, Any]] = {"default-deny": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}}
    for connection in connections(plan, names):
        policies |= dict(_openings(connection))
    return {key: _policy(plan, names, key, spec) for key, spec in policies.items()}


def opened_by(connection: Connection) -> tuple[str, ...]:
    """
    Return the names of the policies that open *connection*: one for each end that the stack's policies bind.
    """
    return tuple(key for key, _ in _openings(connection))


def _openings(connection: Connection) -> Iterator[tuple[str, dict[str, Any]]]:
    key, source, target = f"allow-{connection.key}", connection.source, connection.target
    if source.pods is not None:
        yield key, _egress(source.pods, [{"to": list(target.peers), "ports": _ports(connection, connection.port)}])
    if target.pods is not None:
        # Where both ends are of the stack, one policy lets the connection out and a second one lets it in.
        ports = _ports(connection, connection.port_name or connection.port)
        yield f"{key}-in" if source.inside else key, _ingress(target.pods, [{"from": list(source.peers), "ports": ports}])


def _policy(plan: Plan, names: Names, key: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": key, "namespace": names.namespace, "labels": labels.object_labels(plan, names)},
        "spec": spec,
    }


def _ingress(selector: dict[str, str], rules: list[dict[str, Any]]) -> dict[str, Any]:
    return {"podSelector": _selected(selector), "policyTypes": ["Ingress"], "ingress": rules}


def _egress(selector: dict[str, str], rules: list[dict[str, Any]]) -> dict[str, Any]:
    return {"podSelector": _selected(selector), "policyTypes": ["Egress"], "egress": rules}


def _selected(selector: dict[str, str]) -> dict[str, Any]:
    return {"matchLabels": selector} if selector else {}


def _ports(connection: Connection, port: str | int) -> list[dict[str, Any]]:
    return [{"port": port, "protocol": protocol} for protocol in connection.protocols]
