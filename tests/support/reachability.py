"""
Who may talk to whom under a set of NetworkPolicies, worked out anew from the API reference and from nothing of ours.

A connection stands when the policies that select its source let it out and those that select its target let it in; a pod that no policy
selects in a direction is open in it (networking.k8s.io/v1, Kubernetes 1.36). The kubelet of a pod's own node always reaches it and is no
actor here.

Whether a range of addresses (ipBlock) also means pods with such an address is left to the network plug-in: Amazon's takes addresses as
they are, others take ranges for what is outside the cluster. `reached` answers for either.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from object_names import selector_matches
from pod_rules import containers

Port = tuple[str, int]
"""
Protocol and number.
"""

NAME_LABEL: Final = "kubernetes.io/metadata.name"
"""
The label that the API server sets on every namespace (Kubernetes 1.22 and later).
"""

ANY_OTHER: Final[Port] = ("TCP", 12345)
"""
Stands for every port that nothing names: open only where a rule has no ports.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """
    A pod or an address. *namespace* is None for what is no pod; *ports* are what a pod listens on, by name.
    """

    name: str
    address: str
    namespace: str | None = None
    namespace_labels: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    ports: Mapping[str, Port] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, order=True)
class Reach:
    """
    *source* may open a connection to *port* of *target*.
    """

    source: str
    target: str
    port: Port


def pod_of_namespace(name: str, namespace: str, labels: Mapping[str, str] | None = None, **marks: str) -> Actor:
    """
    Return a pod called *name* in *namespace*, which carries the labels *marks* (servewright.dev/…) besides its name.
    """
    marked = {f"servewright.dev/{key}": value for key, value in marks.items()}
    return Actor(
        name=name,
        address=f"10.0.99.{sum(name.encode()) % 250 + 1}",
        namespace=namespace,
        namespace_labels={NAME_LABEL: namespace, **marked},
        labels=labels or {},
    )


OUTSIDE: Final = (
    pod_of_namespace("clients", "apps", client="true"),
    pod_of_namespace("others", "elsewhere"),
    pod_of_namespace("prometheus", "monitoring", {"app.kubernetes.io/name": "prometheus"}),
    pod_of_namespace("dns", "kube-system", {"k8s-app": "kube-dns"}),
    pod_of_namespace("kube-system", "kube-system", {"k8s-app": "aws-node"}),
    Actor(name="node-local-dns", address="169.254.20.10"),
    Actor(name="pod-identity-agent", address="169.254.170.23"),
    Actor(name="metadata", address="169.254.169.254"),
    Actor(name="metadata-v6", address="fd00:ec2::254"),
    Actor(name="vpc", address="10.0.7.7"),
    Actor(name="vpc-shared", address="100.64.7.7"),
    Actor(name="vpc-172", address="172.20.7.7"),
    Actor(name="vpc-192", address="192.168.7.7"),
    Actor(name="vpc-v6", address="fd12:3456::7"),
    Actor(name="link-local", address="169.254.7.7"),
    Actor(name="link-local-v6", address="fe80::7"),
    Actor(name="internet", address="198.51.100.7"),
    Actor(name="internet-v6", address="2001:db8::7"),
)
"""
Everyone else: pods of other namespaces, one of each sort that a policy could tell apart, and the addresses that matter.
"""


def actors_of(objects: Iterable[Mapping[str, Any]]) -> tuple[Actor, ...]:
    """
    Return the pods of *objects*, one for each workload, by the workload's name.
    """
    found = list(objects)
    namespaces = {o["metadata"]["name"]: o["metadata"].get("labels", {}) for o in found if o["kind"] == "Namespace"}
    workloads = [o for o in found if isinstance(o.get("spec"), Mapping) and "containers" in o["spec"].get("template", {}).get("spec", {})]
    return tuple(_pod(each, number, namespaces) for number, each in enumerate(workloads, start=1))


def policies_of(objects: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """
    Return the NetworkPolicies among *objects*.
    """
    return tuple(o for o in objects if o["kind"] == "NetworkPolicy")


def reached(objects: Iterable[Mapping[str, Any]], outside: Iterable[Actor] = OUTSIDE, *, ranges_mean_pods: bool) -> frozenset[Reach]:
    """
    Return every connection that may be opened from or to the pods of *objects*, which *outside* surrounds.

    *ranges_mean_pods* says whether an ipBlock also selects the pods whose addresses lie in it.
    """
    found = list(objects)
    own, network = actors_of(found), Network(policies_of(found), ranges_mean_pods=ranges_mean_pods)
    everyone = (*own, *outside)
    ports = _ports_that_matter(own, network.policies)
    pairs = [(source, target) for source in everyone for target in everyone if source in own or target in own]
    return frozenset(
        Reach(source.name, target.name, port) for source, target in pairs for port in ports if network.connects(source, target, port)
    )


def permitted(
    objects: Iterable[Mapping[str, Any]], outside: Iterable[Actor] = OUTSIDE, *, ranges_mean_pods: bool
) -> frozenset[tuple[str, Reach]]:
    """
    Return what the policies of each pod of *objects* allow it, ("Egress" or "Ingress", connection), whatever the other end says to it.
    """
    found = list(objects)
    own, network = actors_of(found), Network(policies_of(found), ranges_mean_pods=ranges_mean_pods)
    doors = [(pod, other, port) for pod in own for other in (*own, *outside) for port in _ports_that_matter(own, network.policies)]
    out = {("Egress", Reach(pod.name, other.name, port)) for pod, other, port in doors if network.lets_out(pod, other, port)}
    return frozenset(
        out | {("Ingress", Reach(other.name, pod.name, port)) for pod, other, port in doors if network.lets_in(other, pod, port)}
    )


@dataclass(frozen=True, slots=True)
class Network:
    """
    The policies in force, and what a range of addresses means to those who hold them.
    """

    policies: tuple[Mapping[str, Any], ...]
    ranges_mean_pods: bool

    def connects(self, source: Actor, target: Actor, port: Port) -> bool:
        """
        Tell whether *source* may open a connection to *port* of *target*: both ends must allow it.
        """
        return self.lets_out(source, target, port) and self.lets_in(source, target, port)

    def lets_out(self, source: Actor, target: Actor, port: Port) -> bool:
        """
        Tell whether the policies of *source* allow it.
        """
        return self._allows(source, "Egress", target, (target, port))

    def lets_in(self, source: Actor, target: Actor, port: Port) -> bool:
        """
        Tell whether the policies of *target* allow it.
        """
        return self._allows(target, "Ingress", source, (target, port))

    def _allows(self, bound: Actor, direction: str, other: Actor, door: tuple[Actor, Port]) -> bool:
        selecting = [policy for policy in self.policies if _selects(policy, bound, direction)]
        list_of_peers = {"Ingress": "from", "Egress": "to"}[direction]
        rules = [rule for policy in selecting for rule in policy["spec"].get(direction.lower()) or []]
        return not selecting or any(
            _opens(rule.get("ports"), *door) and self._names(rule.get(list_of_peers), other, bound) for rule in rules
        )

    def _names(self, peers: list[Mapping[str, Any]] | None, other: Actor, bound: Actor) -> bool:
        """
        Tell whether *peers* of a rule on the pod *bound* name *other*; no list is everyone.
        """
        return not peers or any(self._is_peer(each, other, bound) for each in peers)

    def _is_peer(self, peer: Mapping[str, Any], other: Actor, bound: Actor) -> bool:
        if "ipBlock" in peer:
            return (other.namespace is None or self.ranges_mean_pods) and _in_range(peer["ipBlock"], other.address)
        if other.namespace is None:
            return False
        near = other.namespace == bound.namespace
        if "namespaceSelector" in peer:
            near = selector_matches(peer["namespaceSelector"] or {}, dict(other.namespace_labels))
        return near and selector_matches(peer.get("podSelector") or {}, dict(other.labels))


def _pod(workload: Mapping[str, Any], number: int, namespaces: Mapping[str, Mapping[str, str]]) -> Actor:
    namespace, template = workload["metadata"].get("namespace", "default"), workload["spec"]["template"]
    ports = {
        str(port.get("name", port["containerPort"])): (port.get("protocol", "TCP"), port["containerPort"])
        for _, _, container in containers(template["spec"])
        for port in container.get("ports", [])
    }
    return Actor(
        name=workload["metadata"]["name"],
        address=f"10.0.64.{number}",
        namespace=namespace,
        namespace_labels={**namespaces.get(namespace, {}), NAME_LABEL: namespace},
        labels=template["metadata"].get("labels", {}),
        ports=ports,
    )


def _ports_that_matter(own: Iterable[Actor], policies: Iterable[Mapping[str, Any]]) -> frozenset[Port]:
    """
    Return the ports on which pods listen or that a policy names by number, with both ends of a range, and one that nothing names.
    """
    ports = {port for actor in own for port in actor.ports.values()}
    for policy in policies:
        for direction in ("ingress", "egress"):
            for rule in policy["spec"].get(direction) or []:
                for each in rule.get("ports") or []:
                    numbers = [n for n in (each.get("port"), each.get("endPort")) if isinstance(n, int)]
                    ports |= {(each.get("protocol", "TCP"), number) for number in numbers}
    return frozenset({*ports, ("TCP", 443), ("TCP", 80), ("UDP", 53), ANY_OTHER})


def _selects(policy: Mapping[str, Any], actor: Actor, direction: str) -> bool:
    """
    Tell whether *policy* binds *actor* in *direction*; what is no pod is bound by none.
    """
    if policy["metadata"].get("namespace", "default") != actor.namespace or direction not in _directions(policy["spec"]):
        return False
    return selector_matches(policy["spec"].get("podSelector") or {}, dict(actor.labels))


def _directions(spec: Mapping[str, Any]) -> list[str]:
    """
    Return the directions that a policy binds: what it says, else the incoming one, and the outgoing one where it has a rule for it.
    """
    said = spec.get("policyTypes")
    return list(said) if said else ["Ingress", *(["Egress"] if spec.get("egress") else [])]


def _opens(ports: list[Mapping[str, Any]] | None, target: Actor, port: Port) -> bool:
    """
    Tell whether *ports* of a rule hold *port* of *target*; no list is every port.
    """
    return not ports or any(_is(each, target, port) for each in ports)


def _is(opened: Mapping[str, Any], target: Actor, port: Port) -> bool:
    """
    Tell whether *opened* is *port*. A name means what *target* calls so; an address calls nothing so.
    """
    protocol, number = port
    wanted = opened.get("port")
    if opened.get("protocol", "TCP") != protocol:
        return False
    if isinstance(wanted, str):
        return target.ports.get(wanted) == port
    return wanted is None or wanted <= number <= opened.get("endPort", wanted)


def _in_range(block: Mapping[str, Any], address: str) -> bool:
    one = ipaddress.ip_address(address)
    return one in ipaddress.ip_network(block["cidr"]) and not any(one in ipaddress.ip_network(cut) for cut in block.get("except") or [])


def told(reaches: Iterable[Reach]) -> list[str]:
    """
    Return *reaches* in words, for a test to compare and to show.
    """
    return [f"{each.source} -> {each.target}:{each.port[1]}/{each.port[0]}" for each in sorted(reaches)]
