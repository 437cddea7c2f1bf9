"""
Who may talk to whom: what the emitted NetworkPolicies let through is what is declared (resources/connections.py), no more and no less.

The evaluator (tests/support/reachability.py) sees the emitted objects and outsiders that it makes up; the declaration is read by its
names alone, never by the selectors and ranges that it holds.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

import pytest

import gateways_made
import plans
from emitted import Emitted
from one_fault import GONE, changed
from reachability import Reach, actors_of, permitted, reached, told
from servewright.catalog.load import load_catalog
from servewright.plan.model import Plan
from servewright.resources.connections import Connection, connections
from servewright.spec.request import SecretRef

S3: Final = "s3://acme-models/llama"


def _of_s3(plan: Plan) -> Plan:
    return replace(plan, models=tuple(replace(model, weights_source=S3) for model in plan.models))


def _with_contexts(plan: Plan, **changes: Any) -> Plan:
    return replace(plan, tiers=(*plan.tiers, gateways_made.tier("contexts", **changes)))


def _with_database(plan: Plan) -> Plan:
    assert plan.gateway is not None
    request = replace(plan.gateway.request, database=SecretRef(secret="gateway-db", key="url"))  # noqa: S106 - the name of a Secret
    return replace(plan, gateway=replace(plan.gateway, request=request))


CASES: Final[dict[str, Callable[[], Plan]]] = {
    "engines alone": plans.plan,
    "weights in a bucket": lambda: _of_s3(plans.plan()),
    "gateway": gateways_made.plan,
    "public gateway": lambda: gateways_made.asked(public=gateways_made.PUBLIC),
    "gateway without stores": lambda: gateways_made.plan(tiers=(), caches=None),
    "gateway with ElastiCache": gateways_made.elasticache,
    # with two stores there each has the same opening, and one would do
    "public gateway with ElastiCache": lambda: replace(
        gateways_made.asked(public=gateways_made.PUBLIC), tiers=(gateways_made.elasticache_tier("responses"),)
    ),
    "gateway with database": lambda: _with_database(gateways_made.plan()),
    "gateway and contexts": lambda: _with_contexts(gateways_made.plan()),
    "gateway with everything": lambda: _with_database(_with_contexts(_of_s3(gateways_made.asked(public=gateways_made.PUBLIC)))),
}

PODS: Final = frozenset({"clients", "others", "prometheus", "dns", "kube-system"})
ADDRESSES: Final = frozenset({"vpc", "vpc-shared", "vpc-172", "vpc-192"})
STRAY: Final = "stray"
"""
A pod that somebody starts in the namespace for a look around: no policy knows its labels, though its ports are called as others' are.
"""

PORTS: Final = [
    {"name": "http", "containerPort": 8000},
    {"name": "metrics", "containerPort": 9090},
    {"name": "valkey", "containerPort": 6379},
]

NAMES: Final[dict[str, frozenset[str]]] = {
    "clients": frozenset({"clients"}),
    "Prometheus": frozenset({"prometheus"}),
    "DNS": frozenset({"dns", "node-local-dns"}),
    "the internet": frozenset({"internet", "internet-v6"}),
    "pod identity agent": frozenset({"pod-identity-agent"}),
    "load balancer": ADDRESSES,
    "ElastiCache": ADDRESSES,
    "database": ADDRESSES,
}
"""
Who is meant by each end outside of the stack.
"""

IN_THE_VPC: Final = frozenset({"load balancer", "ElastiCache", "database"})
"""
Ends of which nothing is known but that they have an address of the VPC; pods have one too, where the network plug-in does not tell them
apart.
"""

DNS: Final = 53

every_case = pytest.mark.parametrize("case", CASES)
telling_cases = pytest.mark.parametrize("case", ["engines alone", "public gateway with ElastiCache", "gateway with everything"])
either_network = pytest.mark.parametrize("ranges_mean_pods", [False, True], ids=["ranges-are-outside", "ranges-are-addresses"])


@functools.cache
def _plan(case: str) -> Plan:
    return CASES[case]()


@functools.cache
def _objects(case: str) -> tuple[dict[str, Any], ...]:
    emitted = Emitted(_plan(case), load_catalog())
    template = {"metadata": {"labels": {"run": STRAY}}, "spec": {"containers": [{"name": STRAY, "ports": PORTS}]}}
    metadata = {"name": STRAY, "namespace": emitted.names.namespace}
    stray = {"kind": "Deployment", "metadata": metadata, "spec": {"template": template}}
    return (*(dict(each.manifest) for each in emitted.objects), stray)


def _own(case: str) -> frozenset[str]:
    return frozenset(actor.name for actor in actors_of(_objects(case)))


def _declared(case: str, *, ranges_mean_pods: bool) -> frozenset[Reach]:
    """
    Return what is declared for a case, between the parties that the evaluator knows.
    """
    emitted = Emitted(_plan(case), load_catalog())
    found = connections(emitted.plan, emitted.names)
    return frozenset(reach for each in found for reach in _meant(each, case, ranges_mean_pods=ranges_mean_pods))


def _meant(each: Connection, case: str, *, ranges_mean_pods: bool) -> Iterator[Reach]:
    for source in _party(each.source.name, case, ranges_mean_pods=ranges_mean_pods):
        for target in _party(each.target.name, case, ranges_mean_pods=ranges_mean_pods):
            yield from (Reach(source, target, (protocol, each.port)) for protocol in each.protocols)


def _party(name: str, case: str, *, ranges_mean_pods: bool) -> frozenset[str]:
    """
    Return the actors that *name* means: pods of the stack by what they are, all others by the table above.
    """
    if name in NAMES:
        return NAMES[name] | (PODS if ranges_mean_pods and name in IN_THE_VPC else frozenset())
    own = _own(case)
    stores = frozenset(each for each in own if each.startswith("cache-"))
    engines = own - stores - {"gateway", STRAY}
    return {"every pod": own, "gateway": own & {"gateway"}, "engines": engines, **{each: frozenset({each}) for each in stores}}[name]


def _policies(case: str) -> list[int]:
    return [place for place, each in enumerate(_objects(case)) if each["kind"] == "NetworkPolicy"]


def _with(case: str, place: int, *changed: dict[str, Any]) -> list[dict[str, Any]]:
    """
    Return the objects of a case with the one at *place* replaced by *changed*.
    """
    objects = _objects(case)
    return [*objects[:place], *changed, *objects[place + 1 :]]


def _variants(policy: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """
    Yield *policy* with one thing closed or opened in it, and what that is.
    """
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for index, rule in enumerate(policy["spec"].get(direction, [])):
            at = f"spec {direction} {index}"
            yield f"{at} for everyone", changed(policy, f"{at} {peers}", GONE)
            yield f"{at} on every port", changed(policy, f"{at} ports", GONE)
            for field in (peers, "ports"):
                for number, _ in enumerate(rule[field] if len(rule[field]) > 1 else []):
                    yield f"{at} {field} without {number}", changed(policy, f"{at} {field} {number}", GONE)
    if policy["spec"]["podSelector"]:
        yield "over every pod", changed(policy, "spec podSelector", {})


@every_case
def test_every_party_is_there(case: str) -> None:
    """
    A gateway where one is planned, a store for each tier in the cluster, an engine for each share: with no pods nothing could be wrong.
    """
    plan = _plan(case)
    engines = sum(len(model.workloads) for model in plan.models)
    stores = {tier.key for tier in plan.tiers if tier.provider == "cluster"}
    others = {STRAY, *stores, *(["gateway"] if plan.gateway is not None else [])}
    assert _own(case) >= others
    assert len(_own(case) - others) == engines


@every_case
@either_network
def test_what_the_policies_let_through_is_what_is_declared(case: str, *, ranges_mean_pods: bool) -> None:
    """
    In both directions: nothing is open that is not declared, and nothing that is declared is shut.
    """
    assert told(reached(_objects(case), ranges_mean_pods=ranges_mean_pods)) == told(_declared(case, ranges_mean_pods=ranges_mean_pods))


@every_case
def test_each_end_allows_what_is_declared_and_nothing_else(case: str) -> None:
    """
    Where both ends are pods of the stack each is as narrow as the other: neither relies on what the other shuts.
    """
    own, declared = _own(case), _declared(case, ranges_mean_pods=False)
    out, into = (
        {("Egress", each) for each in declared if each.source in own},
        {("Ingress", each) for each in declared if each.target in own},
    )
    found = permitted(_objects(case), ranges_mean_pods=False)
    for direction, meant in (("Egress", out), ("Ingress", into)):
        assert told(each for way, each in found if way == direction) == told(each for _, each in meant)


@every_case
def test_only_the_gateway_has_an_engine_for_a_neighbour(case: str) -> None:
    """
    Said once more without the declared list: a client never reaches an engine past the gateway, a store answers its own caller alone, a
    pod that nobody expects resolves names and no more, and nobody reaches the node's credentials.
    """
    found = reached(_objects(case), ranges_mean_pods=True)
    engines, stores = _party("engines", case, ranges_mean_pods=True), {each for each in _own(case) if each.startswith("cache-")}
    into_engines = {each.source for each in found if each.target in engines}
    assert into_engines == {"prometheus", "gateway" if "gateway" in _own(case) else "clients"}
    for store in stores:
        callers = engines if store == "cache-contexts" else {"gateway"}
        assert {(each.source, each.port) for each in found if each.target == store} == {(caller, ("TCP", 6379)) for caller in callers}
    assert not [each for each in found if each.target == STRAY or (each.source == STRAY and each.port[1] != DNS)]
    assert not [each for each in found if each.target.startswith(("metadata", "link-local"))]
    assert not [each for each in found if each.source in {"internet", "internet-v6"}]


@telling_cases
def test_a_missing_policy_is_noticed(case: str) -> None:
    """
    Without any one of the policies, the denying one among them, something else is open or shut.
    """
    whole = reached(_objects(case), ranges_mean_pods=False)
    names = {_objects(case)[place]["metadata"]["name"]: place for place in _policies(case)}
    assert [name for name, place in names.items() if reached(_with(case, place), ranges_mean_pods=False) == whole] == []


@telling_cases
def test_a_wider_or_narrower_opening_is_noticed(case: str) -> None:
    """
    Any one peer or port less, any list of peers, ports or pods that means all: something else is allowed to a pod.
    """
    whole = permitted(_objects(case), ranges_mean_pods=False)
    same = [
        f"{_objects(case)[place]['metadata']['name']}: {what}"
        for place in _policies(case)
        for what, variant in _variants(_objects(case)[place])
        if permitted(_with(case, place, variant), ranges_mean_pods=False) == whole
    ]
    assert same == []


def test_each_range_that_is_cut_out_of_the_internet_counts() -> None:
    """
    The private and link-local ranges of either family: without any one of them an address is open that was not. The metadata service's
    stands within another one, for those who read the list.
    """
    objects = _objects("engines alone")
    (place,) = [place for place in _policies("engines alone") if objects[place]["metadata"]["name"] == "allow-weights"]
    whole = reached(objects, ranges_mean_pods=False)
    same = []
    for number, peer in enumerate(objects[place]["spec"]["egress"][0]["to"]):
        for cut, block in enumerate(peer["ipBlock"]["except"]):
            variant = changed(objects[place], f"spec egress 0 to {number} ipBlock except {cut}", GONE)
            if reached(_with("engines alone", place, variant), ranges_mean_pods=False) == whole:
                same.append(block)
    assert same == ["169.254.169.254/32"]
