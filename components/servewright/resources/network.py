"""
NetworkPolicies: nothing enters or leaves the namespace, but for the openings named here.

They take effect where the cluster's CNI enforces them (on EKS: vpc-cni with enableNetworkPolicy "true"). The kubelet's probes come
from the node and need no opening.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.resources import labels

if TYPE_CHECKING:
    from servewright.plan.model import Plan
    from servewright.resources.naming import Names

HTTP_PORT_NAME: Final = "http"

_NODE_LOCAL_DNS: Final = "169.254.20.10/32"
"""
NodeLocal DNSCache's address (https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns, 2026-11); unused where it is not installed.
"""

_POD_IDENTITY_AGENT: Final = "169.254.170.23/32"
"""
The EKS Pod Identity agent's address on every node (EKS user guide, "How EKS Pod Identity works", 2026-11); it answers on port 80.
"""

_METADATA: Final = "169.254.169.254/32"
"""
The node's credentials (EC2 user guide, instance metadata). Link-local covers it; it stands alone too, so that nobody has to know that.
"""

_NOT_PUBLIC_V4: Final = (_METADATA, "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
_NOT_PUBLIC_V6: Final = ("fc00::/7", "fe80::/10")
"""
Private, carrier-grade and link-local ranges (RFC 1918, 6598, 3927, 4193, 4291; fd00:ec2::254 is the metadata service too): cluster and
VPC are not where weights come from.
"""


def network_policies(plan: Plan, names: Names) -> dict[str, dict[str, Any]]:
    """
    Return the policies by their name within the stack.
    """
    policies = {
        "default-deny": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
        "allow-dns": _egress({}, [_dns()]),
        "allow-clients": _ingress(names, [{"namespaceSelector": {"matchLabels": {labels.CLIENT: "true"}}}]),
        "allow-metrics": _ingress(names, [{"namespaceSelector": _namespace(prometheus_namespace(plan))}]),
        "allow-weights": _egress(labels.stack_selector(names), [_internet_https()]),
    }
    if any(model.weights_source.startswith("s3://") for model in plan.models):
        policies["allow-pod-identity"] = _egress(labels.stack_selector(names), [_pod_identity()])
    return {key: _policy(plan, names, key, spec) for key, spec in policies.items()}


def prometheus_namespace(plan: Plan) -> str:
    """
    Return where the Prometheus lives that scrapes the engines.
    """
    return next((operator.namespace for operator in plan.operators if operator.name == "prometheus"), "monitoring")


def _policy(plan: Plan, names: Names, key: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": key, "namespace": names.namespace, "labels": labels.object_labels(plan, names)},
        "spec": spec,
    }


def _ingress(names: Names, peers: list[dict[str, Any]]) -> dict[str, Any]:
    ports = [{"port": HTTP_PORT_NAME, "protocol": "TCP"}]
    return {
        "podSelector": {"matchLabels": labels.stack_selector(names)},
        "policyTypes": ["Ingress"],
        "ingress": [{"from": peers, "ports": ports}],
    }


def _egress(selector: dict[str, str], rules: list[dict[str, Any]]) -> dict[str, Any]:
    pods = {"matchLabels": selector} if selector else {}
    return {"podSelector": pods, "policyTypes": ["Egress"], "egress": rules}


def _namespace(name: str) -> dict[str, Any]:
    return {"matchLabels": {"kubernetes.io/metadata.name": name}}


def _dns() -> dict[str, Any]:
    cluster_dns = {"namespaceSelector": _namespace("kube-system"), "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}
    return {
        "to": [cluster_dns, {"ipBlock": {"cidr": _NODE_LOCAL_DNS}}],
        "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}],
    }


def _internet_https() -> dict[str, Any]:
    return {
        "to": [
            {"ipBlock": {"cidr": "0.0.0.0/0", "except": list(_NOT_PUBLIC_V4)}},
            {"ipBlock": {"cidr": "::/0", "except": list(_NOT_PUBLIC_V6)}},
        ],
        "ports": [{"port": 443, "protocol": "TCP"}],
    }


def _pod_identity() -> dict[str, Any]:
    return {"to": [{"ipBlock": {"cidr": _POD_IDENTITY_AGENT}}], "ports": [{"port": 80, "protocol": "TCP"}]}
