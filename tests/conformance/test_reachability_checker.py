"""
The evaluator of NetworkPolicies, tried on policies whose meaning the API reference spells out.
"""

from __future__ import annotations

from typing import Any

import pytest

from reachability import OUTSIDE, Actor, Reach, reached, told

CLIENT, WEB, STORE = "client", "web", "store"
TRUSTED = {"namespaceSelector": {"matchLabels": {"servewright.dev/client": "true"}}}
EVERY_POD: dict[str, Any] = {}
IPV4 = ["internet", "link-local", "metadata", "node-local-dns", "pod-identity-agent", "vpc", "vpc-172", "vpc-192", "vpc-shared"]


def _workload(name: str, *ports: dict[str, Any]) -> dict[str, Any]:
    template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": [{"name": name, "ports": list(ports)}]}}
    return {"kind": "Deployment", "metadata": {"name": name, "namespace": "shop"}, "spec": {"template": template}}


def _policy(selector: dict[str, Any], types: list[str], **rules: Any) -> dict[str, Any]:
    spec = {"podSelector": selector, "policyTypes": types, **rules}
    return {"kind": "NetworkPolicy", "metadata": {"name": "one", "namespace": "shop"}, "spec": spec}


def _only(name: str) -> dict[str, Any]:
    return {"matchLabels": {"app": name}}


PODS = [
    {"kind": "Namespace", "metadata": {"name": "shop", "labels": {"team": "shop"}}},
    _workload(WEB, {"name": "http", "containerPort": 8080}, {"name": "metrics", "containerPort": 9090}),
    _workload(STORE, {"name": "http", "containerPort": 6379}),
]
DENY = _policy(EVERY_POD, ["Ingress", "Egress"])
LEAVES = _policy(EVERY_POD, ["Egress"], egress=[{}])
ENTERS = _policy(EVERY_POD, ["Ingress"], ingress=[{}])


def _found(*policies: dict[str, Any], outside: tuple[Actor, ...] = (), ranges_mean_pods: bool = False) -> list[str]:
    return told(reached([*PODS, *policies], outside, ranges_mean_pods=ranges_mean_pods))


def _callers(peer: dict[str, Any], outside: tuple[Actor, ...] = OUTSIDE, *, ranges_mean_pods: bool = False) -> list[str]:
    """
    Return who reaches the web pod where it lets *peer* in and all pods of the namespace may leave.
    """
    way_in = _policy(_only(WEB), ["Ingress"], ingress=[{"from": [peer], "ports": [{"port": 8080}]}])
    found = reached([*PODS, DENY, LEAVES, way_in], outside, ranges_mean_pods=ranges_mean_pods)
    return sorted(each.source for each in found if each.target == WEB)


def _outsiders(*names: str) -> tuple[Actor, ...]:
    return tuple(actor for actor in OUTSIDE if actor.name in names)


def test_without_policies_everything_is_open() -> None:
    """
    Each pod reaches itself, its neighbour and everyone else, and is reached by all, on every port.
    """
    found = reached(PODS, _outsiders("internet"), ranges_mean_pods=False)
    pairs = {(r.source, r.target) for r in found}
    assert pairs == {(a, b) for a in (WEB, STORE, "internet") for b in (WEB, STORE, "internet")} - {("internet", "internet")}
    assert Reach(WEB, STORE, ("TCP", 12345)) in found


def test_default_deny_closes_everything() -> None:
    """
    A policy over all pods with both types and no rule leaves nothing.
    """
    assert _found(DENY, outside=OUTSIDE, ranges_mean_pods=True) == []


def test_a_policy_binds_only_the_pods_that_it_selects_in_its_own_namespace() -> None:
    """
    The store is closed to all; what leaves it, and everything about its neighbour, stays open. The same policy elsewhere binds nobody.
    """
    closed = _policy(_only(STORE), ["Ingress"])
    assert {r.target for r in reached([*PODS, closed], (), ranges_mean_pods=False)} == {WEB}
    elsewhere = {**closed, "metadata": {"name": "one", "namespace": "other"}}
    assert _found(elsewhere) == _found()


def test_both_ends_must_allow() -> None:
    """
    A way in without a way out is none, nor the reverse; together they are exactly that way.
    """
    way_in = _policy(_only(STORE), ["Ingress"], ingress=[{"from": [{"podSelector": _only(WEB)}], "ports": [{"port": 6379}]}])
    way_out = _policy(_only(WEB), ["Egress"], egress=[{"to": [{"podSelector": _only(STORE)}], "ports": [{"port": 6379}]}])
    assert _found(DENY, way_in) == _found(DENY, way_out) == []
    assert _found(DENY, way_in, way_out) == ["web -> store:6379/TCP"]


def test_policies_add_up() -> None:
    """
    Two policies on one pod open what either opens, and a deny takes nothing away.
    """
    ports = [_policy(_only(WEB), ["Ingress"], ingress=[{"ports": [{"port": p}]}]) for p in (8080, 9090)]
    assert _found(DENY, LEAVES, *ports) == [f"{who} -> web:{p}/TCP" for who in (STORE, WEB) for p in (8080, 9090)]


def test_a_port_by_name_is_that_of_each_target() -> None:
    """
    "http" is 8080 on one pod and 6379 on the other.
    """
    way_in = _policy(EVERY_POD, ["Ingress"], ingress=[{"ports": [{"port": "http"}]}])
    expected = [f"{who} -> {door}" for who in (STORE, WEB) for door in ("store:6379/TCP", "web:8080/TCP")]
    assert _found(DENY, LEAVES, way_in) == expected
    way_out = _policy(EVERY_POD, ["Egress"], egress=[{"ports": [{"port": "http"}]}])
    assert _found(DENY, ENTERS, way_out, outside=_outsiders("internet", "others")) == [
        *(f"{who} -> {door}" for who in ("internet", "others", STORE) for door in _doors(who)),
        *(f"{WEB} -> {door}" for door in _doors(WEB)),
    ]


def _doors(source: str) -> list[str]:
    """
    Return what *source* reaches where everything enters and pods leave for doors called "http" alone.
    """
    if source in (STORE, WEB):
        return ["store:6379/TCP", "web:8080/TCP"]
    ports = [("TCP", p) for p in (80, 443, 6379, 8080, 9090, 12345)] + [("UDP", 53)]
    return [f"{pod}:{p}/{protocol}" for pod in (STORE, WEB) for protocol, p in sorted(ports)]


@pytest.mark.parametrize(
    ("ports", "expected"),
    [
        ([{"port": 8080}], ["8080/TCP"]),
        ([{"port": 8080, "protocol": "UDP"}], ["8080/UDP"]),
        ([{"port": 8080, "endPort": 9090}], ["8080/TCP", "9090/TCP"]),
        ([{"protocol": "UDP"}], ["53/UDP"]),
        ([{"port": "metrics"}], ["9090/TCP"]),
        ([{"port": "nothing"}], []),
        ([], ["80/TCP", "443/TCP", "6379/TCP", "8080/TCP", "9090/TCP", "12345/TCP", "53/UDP"]),
    ],
)
def test_what_ports_mean(ports: list[dict[str, Any]], expected: list[str]) -> None:
    """
    A number, a range, a protocol alone, a name; no list is every port; TCP where nothing is said.
    """
    way_in = _policy(_only(WEB), ["Ingress"], ingress=[{"from": [{"podSelector": _only(STORE)}], "ports": ports}])
    assert _found(DENY, LEAVES, way_in) == [f"store -> web:{port}" for port in expected]


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        ({"podSelector": _only(STORE)}, [STORE]),
        ({"podSelector": {}}, [STORE, WEB]),
        ({"podSelector": {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": [STORE]}]}}, [WEB]),
        ({"namespaceSelector": {}}, ["clients", "dns", "kube-system", "others", "prometheus", STORE, WEB]),
        (TRUSTED, ["clients"]),
        ({"namespaceSelector": {"matchLabels": {"team": "shop"}}}, [STORE, WEB]),
        ({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}, ["dns", "kube-system"]),
        (
            {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
                "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
            },
            ["dns"],
        ),
        ({"ipBlock": {"cidr": "0.0.0.0/0"}}, IPV4),
        (
            {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16"]}},
            ["internet", "vpc-172", "vpc-192"],
        ),
        ({"ipBlock": {"cidr": "::/0", "except": ["fc00::/7"]}}, ["internet-v6", "link-local-v6"]),
        ({"ipBlock": {"cidr": "169.254.169.254/32"}}, ["metadata"]),
    ],
)
def test_what_peers_mean(peer: dict[str, Any], expected: list[str]) -> None:
    """
    Pods of the own namespace, of all, of marked ones, or certain pods in certain ones; ranges with what is cut out of them.
    """
    assert _callers(peer) == expected


def test_a_range_may_mean_pods() -> None:
    """
    Where the plug-in takes addresses as they are, the range of the VPC is every pod in it.
    """
    peer, outside = {"ipBlock": {"cidr": "10.0.0.0/8"}}, _outsiders("others", "vpc", "internet")
    assert _callers(peer, outside) == ["vpc"]
    assert _callers(peer, outside, ranges_mean_pods=True) == ["others", STORE, "vpc", WEB]


def test_types_follow_from_rules_where_they_are_absent() -> None:
    """
    Without policyTypes a policy binds what comes in, and what goes out only where it says something about that.
    """
    bare = {"kind": "NetworkPolicy", "metadata": {"name": "one", "namespace": "shop"}, "spec": {"podSelector": {}}}
    assert {r.target for r in reached([*PODS, bare], _outsiders("internet"), ranges_mean_pods=False)} == {"internet"}
    out = {**bare, "spec": {"podSelector": {}, "egress": [{"to": [{"podSelector": _only(STORE)}]}]}}
    assert _found(out, outside=_outsiders("internet")) == []
