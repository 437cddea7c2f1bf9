"""
Network policies, checked as an enforcing network would: which address and port a pod can reach, and who can reach it.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from emitted import Emitted


def engine_labels(emitted: Emitted) -> dict[str, str]:
    """
    Return the labels that the pods of all engines have in common: what a policy selects by must be among them.
    """
    each = [deployment["spec"]["template"]["metadata"]["labels"].items() for _, _, deployment in emitted.engines()]
    return dict(set(each[0]).intersection(*each[1:]))


def policies_of(emitted: Emitted, direction: str) -> list[dict[str, Any]]:
    """
    Return the specs that select the engine's pods and govern *direction*.
    """
    labels = engine_labels(emitted)
    specs = [policy["spec"] for policy in emitted.of_kind("NetworkPolicy")]
    return [
        spec for spec in specs if direction in spec["policyTypes"] and spec["podSelector"].get("matchLabels", {}).items() <= labels.items()
    ]


def can_reach(emitted: Emitted, address: str, port: int) -> bool:
    """
    Tell whether an engine pod can open a connection to *address* outside the cluster.
    """
    target = ip_address(address)
    for spec in policies_of(emitted, "Egress"):
        for rule in spec.get("egress", []):
            blocks = [peer["ipBlock"] for peer in rule["to"] if "ipBlock" in peer]
            inside = any(
                target in ip_network(block["cidr"]) and not any(target in ip_network(each) for each in block.get("except", []))
                for block in blocks
                if ip_network(block["cidr"]).version == target.version
            )
            if inside and any(each["port"] == port for each in rule["ports"]):
                return True
    return False


def test_everything_is_denied_first(emitted: Emitted) -> None:
    """
    One policy selects every pod of the namespace and allows nothing, in either direction.
    """
    denied = [policy["spec"] for policy in emitted.of_kind("NetworkPolicy") if policy["metadata"]["name"] == "default-deny"]

    assert denied == [{"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}]


@pytest.mark.parametrize("address", ["18.160.0.1", "52.216.1.2", "2600:9000::1"])
def test_weights_can_be_fetched(emitted: Emitted, address: str) -> None:
    """
    Hub and S3 are public addresses on port 443, and on no other port.
    """
    assert can_reach(emitted, address, 443)
    assert not can_reach(emitted, address, 80)
    assert not can_reach(emitted, address, 22)


@pytest.mark.parametrize("address", ["169.254.169.254", "fd00:ec2::254", "10.100.0.1", "172.20.0.1", "192.168.3.4", "100.64.1.1"])
def test_neither_credentials_nor_private_networks_can_be_reached(emitted: Emitted, address: str) -> None:
    """
    The metadata service, the cluster's services and the VPC are closed on every port that any rule opens.
    """
    assert not any(can_reach(emitted, address, port) for port in (53, 80, 443, 8000))


def test_the_pod_identity_agent_is_open_only_for_weights_in_s3(dev: Emitted, large: Emitted) -> None:
    """
    Credentials for a bucket come from the agent on the node; without a bucket there is nothing to ask for.
    """
    assert can_reach(large, "169.254.170.23", 80)
    assert not can_reach(dev, "169.254.170.23", 80)


def test_names_can_be_resolved(emitted: Emitted) -> None:
    """
    DNS goes to the cluster's own servers and to the cache on the node, over UDP and TCP.
    """
    (rule,) = [
        rule
        for spec in policies_of(emitted, "Egress")
        for rule in spec.get("egress", [])
        if {"port": 53, "protocol": "UDP"} in rule["ports"]
    ]

    assert rule["to"][0]["podSelector"] == {"matchLabels": {"k8s-app": "kube-dns"}}
    assert {"port": 53, "protocol": "TCP"} in rule["ports"]
    assert can_reach(emitted, "169.254.20.10", 53)


def test_only_clients_and_the_monitoring_may_call_the_engine(emitted: Emitted) -> None:
    """
    Pods in namespaces labelled servewright.dev/client=true, and the namespace where Prometheus runs; both on the port http.
    """
    rules = [rule for spec in policies_of(emitted, "Ingress") for rule in spec.get("ingress", [])]
    peers = [peer["namespaceSelector"]["matchLabels"] for rule in rules for peer in rule["from"]]

    assert peers == [{"servewright.dev/client": "true"}, {"kubernetes.io/metadata.name": "monitoring"}]
    assert all(rule["ports"] == [{"port": "http", "protocol": "TCP"}] for rule in rules)
