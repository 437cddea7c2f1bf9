"""
Rules about who reaches whom: nothing is open to all, and nothing reaches a node's credentials.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

from servewright.readiness.model import Rule
from servewright.readiness.reading import count, listed, mapped, maps, text, texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from servewright.readiness.inventory import Inventory, Registered
    from servewright.readiness.model import Found

METADATA: Final = (ipaddress.ip_address("169.254.169.254"), ipaddress.ip_address("fd00:ec2::254"))
"""
The instance metadata service, IPv4 and IPv6 (EC2 user guide, instance metadata, 2026-11).
"""

_METADATA_PORT: Final = 80

INTERNAL: Final = {
    "service.beta.kubernetes.io/aws-load-balancer-internal": "true",
    "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal",
    "alb.ingress.kubernetes.io/scheme": "internal",
}
"""
What keeps a load balancer inside the VPC (AWS Load Balancer Controller guide, annotations, 2026-11).
"""

_BALANCER: Final = "service.beta.kubernetes.io/aws-load-balancer-"
_BOTH: Final = frozenset({"Ingress", "Egress"})


def denied(policies: list[Registered]) -> set[str]:
    """
    Return the directions in which *policies* deny by default: they select every pod and open nothing.
    """
    found: set[str] = set()
    for policy in policies:
        spec = mapped(policy.inputs, "spec")
        everyone = not mapped(spec, "podSelector", "matchLabels") and not listed(spec, "podSelector", "matchExpressions")
        if everyone:
            found |= {kind for kind in texts(spec, "policyTypes") if not listed(spec, kind.lower())}
    return found


def left_open(inventory: Inventory, namespace: Registered) -> list[str]:
    """
    Return the directions, "egress" and "ingress", that *namespace* does not deny by default.
    """
    policies = [each for each in inventory.of("NetworkPolicy") if each.namespace == namespace.name]
    return sorted(direction.lower() for direction in _BOTH - denied(policies))


def public(resource: Registered) -> bool:
    """
    Tell whether *resource* can be reached from outside the cluster's network.
    """
    annotations = mapped(resource.inputs, "metadata", "annotations")
    internal = any(annotations.get(key) == value for key, value in INTERNAL.items())
    if resource.kind == "Service":
        spec = mapped(resource.inputs, "spec")
        return bool(listed(spec, "externalIPs")) or spec.get("type") == "NodePort" or (spec.get("type") == "LoadBalancer" and not internal)
    return resource.kind in ("Ingress", "Gateway") and not internal


def _default_deny(inventory: Inventory) -> Iterator[Found]:
    for namespace in inventory.of("Namespace"):
        # What a chart's pods must reach, only the chart knows: the readiness list names those namespaces with what they leave open.
        missing = [] if namespace in inventory.namespaces_of_charts else left_open(inventory, namespace)
        if missing:
            yield namespace, f"no NetworkPolicy denies {' and '.join(missing)} by default"


def _ingress(inventory: Inventory) -> Iterator[Found]:
    for policy in inventory.of("NetworkPolicy"):
        for index, rule in enumerate(maps(policy.inputs, "spec", "ingress")):
            if not listed(rule, "from"):
                yield policy, f"ingress[{index}] lets everyone in"
            for peer in maps(rule, "from"):
                network = _network(peer)
                if network is not None and network.prefixlen == 0:
                    yield policy, f"ingress[{index}] lets {network} in"


def _egress(inventory: Inventory) -> Iterator[Found]:
    for policy in inventory.of("NetworkPolicy"):
        for index, rule in enumerate(maps(policy.inputs, "spec", "egress")):
            if listed(rule, "ports"):
                continue
            wide = [str(network) for peer in maps(rule, "to") if (network := _network(peer)) is not None and network.prefixlen == 0]
            if not listed(rule, "to") or wide:
                yield policy, f"egress[{index}] lets everything out{f' to {wide[0]}' if wide else ''}"


def _credentials(inventory: Inventory) -> Iterator[Found]:
    for policy in inventory.of("NetworkPolicy"):
        for index, rule in enumerate(maps(policy.inputs, "spec", "egress")):
            for address in METADATA:
                anywhere = not listed(rule, "to") and _on_port(rule, _METADATA_PORT)
                if anywhere or any(_reaches(peer, address) for peer in maps(rule, "to")):
                    yield policy, f"egress[{index}] reaches the node's credentials at {address}"


def named_callers(service: Registered) -> list[str]:
    """
    Return the ranges that alone reach the load balancer of *service*, none where everybody does.
    """
    ranges = texts(service.inputs, "spec", "loadBalancerSourceRanges")
    open_to_all = any(network is not None and network.prefixlen == 0 for network in map(_parsed, ranges))
    return [] if open_to_all else ranges


def certificate(service: Registered) -> str | None:
    """
    Return the certificate with which the load balancer of *service* speaks TLS on every port, None where it does not.
    """
    annotations = mapped(service.inputs, "metadata", "annotations")
    encrypted = set(str(annotations.get(f"{_BALANCER}ssl-ports", "*")).split(","))
    ports = [{"*", str(port.get("port")), str(port.get("name"))} for port in maps(service.inputs, "spec", "ports")]
    return text(annotations, f"{_BALANCER}ssl-cert") if all(names & encrypted for names in ports) else None


def _endpoints(inventory: Inventory) -> Iterator[Found]:
    for resource in filter(public, inventory.of("Service", "Ingress", "Gateway")):
        kind = mapped(resource.inputs, "spec").get("type", resource.kind)
        faults = "" if named_callers(resource) else " for everybody"
        faults += "" if certificate(resource) else " without TLS"
        if kind != "LoadBalancer" or listed(resource.inputs, "spec", "externalIPs") or faults:
            yield resource, f"type {kind} is reachable from outside the cluster{faults}"


def _reaches(peer: Mapping[str, Any], address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    network = _network(peer)
    if network is None or address not in network:
        return False
    return not any(_contains(cut, address) for cut in texts(peer, "ipBlock", "except"))


def _on_port(rule: Mapping[str, Any], port: int) -> bool:
    """
    Tell whether *rule* opens *port*; a name could stand for any.
    """
    ports = maps(rule, "ports")
    return not ports or any(_covers(each, port) for each in ports)


def _covers(opened: Mapping[str, Any], port: int) -> bool:
    first = count(opened, "port")
    return first is None or first <= port <= (count(opened, "endPort") or first)


def _contains(text: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    try:
        return address in ipaddress.ip_network(text)
    except ValueError:
        return False


def _network(peer: Mapping[str, Any]) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    return _parsed(mapped(peer, "ipBlock").get("cidr"))


def _parsed(said: object) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(str(said))
    except ValueError:
        return None


RULES: Final = (
    Rule(id="SR201", what="every namespace but those of charts alone denies traffic by default, both ways", check=_default_deny),
    Rule(id="SR202", what="no policy lets everyone in", check=_ingress),
    Rule(id="SR203", what="no policy lets everything out", check=_egress),
    Rule(id="SR204", what="no policy reaches the node's credentials", check=_credentials),
    Rule(id="SR205", what="nothing is reachable from outside the cluster's network, but with TLS and for named callers", check=_endpoints),
)
