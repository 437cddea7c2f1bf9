"""
Every set of operators that a stack may install, on its own nodes and on existing ones: what must hold for all of them.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

import pytest

from operators_made import SUBSETS, installing
from servewright.catalog.load import load_catalog
from servewright.cost.bill import price_records
from servewright.cost.model import Bill
from servewright.cost.records import ResourceRecord
from servewright.plan.model import Plan
from servewright.plan.operators import pods_of
from servewright.record.offline import record_plan
from servewright.resources.labels import PURPOSE
from servewright.resources.naming import Names
from servewright.resources.node_pool import node_pool
from servewright.resources.operators.releases import operator_releases

CATALOG = load_catalog()
NODES: tuple[Literal["pool", "existing"], ...] = ("pool", "existing")

every_subset = pytest.mark.parametrize("install", SUBSETS, ids="+".join)
both_nodes = pytest.mark.parametrize("nodes", NODES)


@cache
def _plan(install: tuple[str, ...], nodes: str) -> Plan:
    return installing(*install, environment="prod", system_nodes=nodes)


@cache
def _records(install: tuple[str, ...], nodes: str, *, known: bool = False) -> tuple[ResourceRecord, ...]:
    return record_plan(_plan(install, nodes), CATALOG, known=known)


@cache
def _bill(install: tuple[str, ...], nodes: str) -> Bill:
    return price_records(_records(install, nodes), CATALOG)


@both_nodes
@every_subset
def test_every_urn_is_unique_and_the_same_when_outputs_are_known(install: tuple[str, ...], nodes: str) -> None:
    """
    Nothing is registered behind an output, and no two resources share a name (the recorder refuses that).
    """
    urns = [each.urn for each in _records(install, nodes)]

    assert len(urns) == len(set(urns))
    assert urns == [each.urn for each in _records(install, nodes, known=True)]
    releases = [each for each in _records(install, nodes) if each.type == "kubernetes:helm.sh/v3:Release"]
    assert len(releases) == len(install) + ("prometheus" in install)
    assert len({(each.inputs["name"], each.inputs["namespace"]) for each in releases}) == len(releases)


@both_nodes
@every_subset
def test_the_bill_is_complete(install: tuple[str, ...], nodes: str) -> None:
    """
    Nothing is unknown or unsupported, and each installed pod is either on a billed node or listed.
    """
    bill = _bill(install, nodes)
    listed = {each.what for each in bill.not_priced if each.what.startswith("pods of ")}
    cpu = {name for name in install if any(pod.nodes == "cpu" for pod in pods_of(name, "prod"))}

    assert (bill.unknown, bill.unsupported) == ((), ())
    assert listed == ({f"pods of {name} on existing nodes" for name in cpu} if nodes == "existing" else set())


@every_subset
def test_the_plan_says_what_the_bill_says(install: tuple[str, ...]) -> None:
    """
    Nodes and price of the CPU pool are one figure, from one law.
    """
    (pool,) = (each for each in _plan(install, "pool").pools if each.purpose == "cpu")
    lines = [line for line in _bill(install, "pool").lines if line.resource.endswith("-system")]

    assert sum(line.monthly.expected or 0 for line in lines) == pool.monthly.expected
    assert {line.monthly.min for line in lines} == {line.monthly.max for line in lines}
    (hours,) = (line for line in lines if line.unit == "hours")
    assert hours.quantity.expected == (pool.nodes.expected or 0) * 730
    assert pool.nodes.max is not None
    assert pool.limit_nodes > pool.nodes.max


@both_nodes
@every_subset
def test_every_pod_has_a_place(install: tuple[str, ...], nodes: str) -> None:
    """
    Each pod's selector is fulfilled by a pool whose every taint it tolerates; on existing nodes it asks for nothing.
    """
    plan = _plan(install, nodes)
    names = Names.of(plan.stack)
    templates = [node_pool(plan, pool, names, CATALOG)["spec"]["template"] for pool in plan.pools]
    for each in operator_releases(plan, CATALOG):
        if not each.nodes.selector:
            assert nodes == "existing"
            assert each.nodes.tolerations == []
            continue
        homes = [t for t in templates if each.nodes.selector.items() <= t["metadata"]["labels"].items()]
        assert homes
        for home in homes:
            tolerated = {toleration["key"] for toleration in each.nodes.tolerations}
            assert {taint["key"] for taint in home["spec"]["taints"]} <= tolerated
        purposes = {home["metadata"]["labels"][PURPOSE] for home in homes}
        assert purposes <= {"gpu" if any(pod.daemonset for pod in each.pods) else "cpu"}
