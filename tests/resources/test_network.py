"""
Network policies, checked as an enforcing network would: which address and port a pod can reach, and who can reach it.
"""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

import pytest

import gateways_made
import plans
from emitted import Emitted
from servewright.resources.connections import Connection, connections
from servewright.resources.naming import Names
from servewright.resources.network import network_policies, opened_by
from servewright.spec.request import SecretRef

if TYPE_CHECKING:
    from collections.abc import Callable

    from servewright.catalog.query import Catalog
    from servewright.plan.model import Plan


DATABASE = SecretRef(secret="gateway-db", key="url")  # noqa: S106 - the name of a Secret
PLANS: dict[str, Callable[[], Plan]] = {
    **plans.VARIANTS,
    "gateway": gateways_made.plan,
    "gateway, elasticache": gateways_made.elasticache,
    "gateway, public": lambda: gateways_made.asked(public=gateways_made.PUBLIC),
    "gateway, database": lambda: gateways_made.asked(database=DATABASE),
    "gateway, contexts": lambda: gateways_made.plan(tiers=(*gateways_made.TIERS, gateways_made.tier("contexts"))),
}


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


@pytest.mark.parametrize("name", sorted(PLANS))
def test_every_policy_opens_a_declared_connection(name: str) -> None:
    """
    But for the one that denies, each policy is of one connection of the table and each connection has one for every end in the namespace.
    """
    plan = PLANS[name]()
    names = Names.of(plan.stack)
    declared = [key for connection in connections(plan, names) for key in opened_by(connection)]

    assert list(network_policies(plan, names)) == ["default-deny", *declared]
    assert len(set(declared)) == len(declared)
    assert all(connection.why and (connection.source.inside or connection.target.inside) for connection in connections(plan, names))


def declared(plan: Plan) -> dict[str, Connection]:
    """
    Return the connections of *plan* by their key.
    """
    return {each.key: each for each in connections(plan, Names.of(plan.stack))}


def routes(plan: Plan) -> set[tuple[str, str, int]]:
    """
    Return (source, target, port) of each connection.
    """
    return {(each.source.name, each.target.name, each.port) for each in connections(plan, Names.of(plan.stack))}


def test_with_a_gateway_nobody_else_calls_the_engines() -> None:
    """
    Clients reach the gateway, the gateway the engines and its stores; it has no way to the internet.
    """
    assert routes(gateways_made.plan()) == {
        ("every pod", "DNS", 53),
        ("clients", "gateway", 4000),
        ("gateway", "engines", 8000),
        ("gateway", "cache-counters", 6379),
        ("gateway", "cache-responses", 6379),
        ("Prometheus", "gateway", 9090),
        ("Prometheus", "engines", 8000),
        ("engines", "the internet", 443),
    }


def test_what_a_stack_asks_for_opens_what_it_needs() -> None:
    """
    ElastiCache is in the VPC and signed in to by the pods' identity; a load balancer calls from the VPC; a database and the engines' own
    store are reached by those that use them.
    """
    plain = routes(gateways_made.plan())

    cached = routes(gateways_made.elasticache())
    assert cached - plain == {("gateway", "ElastiCache", 6379), ("gateway", "pod identity agent", 80)}
    assert routes(PLANS["gateway, public"]()) - plain == {("load balancer", "gateway", 4000)}
    assert routes(PLANS["gateway, database"]()) - plain == {("gateway", "database", 5432)}
    assert routes(PLANS["gateway, contexts"]()) - plain == {("engines", "cache-contexts", 6379)}


def test_hops_say_whether_they_are_encrypted() -> None:
    """
    What leaves the cluster is, and a store in it where it has a certificate; the rest stays in the cluster or its VPC.
    """
    secure = declared(gateways_made.plan())
    assert {key for key, each in secure.items() if each.encrypted} == {"weights", "cache-counters", "cache-responses"}
    bare = declared(gateways_made.plan(caches=replace(gateways_made.CACHES, tls=None)))
    assert {key for key, each in bare.items() if each.encrypted} == {"weights"}
    assert declared(gateways_made.elasticache())["cache-responses"].encrypted


def test_the_gateway_reaches_neither_internet_nor_metadata(catalog: Catalog) -> None:
    """
    Its policies open no public address, and only one port of private ones.
    """
    emitted = Emitted(gateways_made.elasticache(), catalog)
    labels = emitted.named("Deployment", "gateway")["spec"]["template"]["metadata"]["labels"]
    specs = [policy["spec"] for policy in emitted.of_kind("NetworkPolicy")]
    mine = [
        spec for spec in specs if "Egress" in spec["policyTypes"] and spec["podSelector"].get("matchLabels", {}).items() <= labels.items()
    ]
    blocks = {
        (peer["ipBlock"]["cidr"], each["port"])
        for spec in mine
        for rule in spec.get("egress", [])
        for peer in rule["to"]
        if "ipBlock" in peer
        for each in rule["ports"]
    }

    assert blocks == {
        ("169.254.20.10/32", 53),
        ("169.254.170.23/32", 80),
        *((cidr, 6379) for cidr in ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")),
    }
