"""
The CPU pool on the bill: by hand, with operators, Deployments and DaemonSets, and every state in which it cannot be said.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

import tiny_catalog
from cluster_records import deployment, node_class, scaled_object
from operator_records import cpu_pool, operator, workload
from servewright.cost.bill import price_records
from servewright.cost.records import UNKNOWN
from servewright.ranges import Range

if TYPE_CHECKING:
    from servewright.cost.model import Bill
    from servewright.cost.records import ResourceRecord

CATALOG = tiny_catalog.tiny_catalog()


def _hours(*records: ResourceRecord) -> Range:
    bill = price_records([*records, node_class("system")], CATALOG)
    (line,) = (each for each in bill.lines if each.name.startswith("instance hours"))
    return line.quantity


def _bill(*records: ResourceRecord) -> Bill:
    return price_records([*records, node_class("system")], CATALOG)


def test_one_node_by_hand() -> None:
    """
    900 m and 600 m fill the 1,530 m that an m7i.large has left: 730 h at 0.10 USD, 100 GiB at 0.08; min, expected and max are one.
    """
    bill = _bill(cpu_pool(), *operator("keda", workload("a", "900m"), workload("b", "600m")))

    assert [(line.component, line.name.split(" (")[0], line.monthly) for line in bill.lines] == [
        ("CPU nodes", "instance hours", Range.exactly(Decimal(73))),
        ("storage", "root volume", Range.exactly(Decimal(8))),
    ]
    assert bill.complete
    assert "system: 2 pods without a GPU, packed onto m7i.large, largest first" in bill.assumptions


def test_pods_of_all_operators_are_packed_together() -> None:
    """
    Three operators of one pod each are two nodes, not three.
    """
    three = [each for name in ("a", "b", "c") for each in operator(name, workload(name, "700m"))]

    assert _hours(cpu_pool(), *three) == Range.exactly(Decimal(1460))


def test_replicas_apart_take_nodes_of_their_own() -> None:
    """
    Two small pods apart are two nodes.
    """
    assert _hours(cpu_pool(), *operator("keda", workload("a", replicas=2, apart=True))) == Range.exactly(Decimal(1460))


def test_a_daemonset_is_on_every_node() -> None:
    """
    It takes its part of each node, and launches none.
    """
    pod = operator("a", workload("a", "1500m"))

    assert _hours(cpu_pool(), *pod) == Range.exactly(Decimal(730))
    assert _hours(cpu_pool(), *operator("n", workload("n", "30m", replicas=None))) == Range.exactly(Decimal(0))
    three = operator("b", workload("b", "500m", replicas=3))
    assert _hours(cpu_pool(), *three) == Range.exactly(Decimal(730))
    assert _hours(cpu_pool(), *three, *operator("n", workload("n", "31m", replicas=None))) == Range.exactly(Decimal(1460))


def test_deployments_without_a_gpu_are_packed_with_them() -> None:
    """
    One to four pods of 1,000 m, one a node: 268 node-hours a week; the operator's 500 m fit beside the first.
    """
    selected = _on_cpu(deployment("web", gpus=0, cpu="1", memory="1Gi"))
    hours = _hours(cpu_pool(limits={"nodes": "9"}), selected, scaled_object("web", 1, 4), *operator("a", workload("a", "500m")))

    assert hours == Range(Decimal(730), Decimal("1164.523810"), Decimal(2920))


@pytest.mark.parametrize(
    ("topology", "selected", "nodes"), [("kubernetes.io/hostname", "web", 4), ("kubernetes.io/hostname", "other", 1), ("zone", "web", 1)]
)
def test_replicas_that_keep_each_other_off_take_nodes_of_their_own(topology: str, selected: str, nodes: int) -> None:
    """
    Four small replicas that a rule keeps off each other's nodes are four nodes; a rule about other pods or other places leaves one.
    """
    web = _on_cpu(deployment("web", gpus=0, cpu="100m", memory="64Mi", hours=(4,) * 168, replicas=4))
    term = {"topologyKey": topology, "labelSelector": {"matchLabels": {"app": selected}}}
    rule = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    web.inputs["spec"]["template"]["spec"]["affinity"] = rule

    assert _hours(cpu_pool(limits={"nodes": "9"}), web) == Range.exactly(Decimal(730 * nodes))


def test_what_the_limit_leaves_out_costs_nothing() -> None:
    """
    Pods above the limit stay pending: the pool never launches more.
    """
    five = operator("a", workload("a", "1000m", replicas=5))

    assert _hours(cpu_pool(limits={"nodes": "3"}), *five) == Range.exactly(Decimal(2190))
    bill = _bill(cpu_pool(limits={}), *five)
    assert "unbounded" in bill.unknown[0].why


def test_an_empty_pool_costs_nothing_and_says_why() -> None:
    """
    No pod selects it: 0 hours, a line with a price, and the reason.
    """
    bill = _bill(cpu_pool())

    assert bill.monthly == Range.exactly(Decimal(0))
    assert "system: 0 node-hours, because no registered pod selects its nodes" in bill.assumptions


def test_every_admitted_type_must_need_as_many_nodes() -> None:
    """
    Where two types would take different numbers of nodes, or one holds a pod and the other does not, nothing is guessed.
    """
    two_types = cpu_pool(types=("m7i.large", "m7i.xlarge"))
    for pods in (workload("a", "1000m", replicas=2), workload("a", "2000m")):
        bill = _bill(two_types, *operator("a", pods))
        assert "leaves open how many nodes hold its pods" in bill.unknown[0].why
    assert "none" in _bill(cpu_pool(), *operator("a", workload("a", "2"))).unknown[0].why


@pytest.mark.parametrize(
    ("change", "where", "why"),
    [
        ({"cpu": UNKNOWN}, "podRequests[0].cpu", "is not known before deployment"),
        ({"cpu": "much"}, "podRequests[0].cpu", "not a Kubernetes quantity"),
        ({"memory": None}, "podRequests[0].memory", "is missing"),
        ({"replicas": None}, "podRequests[0].replicas", "is missing"),
        ({"replicas": "1.5"}, "podRequests[0].replicas", "is not a whole number"),
        ({"name": None}, "podRequests[0].name", "is missing"),
    ],
)
def test_what_cannot_be_read_is_unknown(change: dict[str, Any], where: str, why: str) -> None:
    """
    A size that is not there, or nonsense, makes the pool unknown with the place; it is never 0.
    """
    bill = _bill(cpu_pool(), *operator("keda", {**workload("a"), **change}))

    assert not bill.complete
    (found,) = (each for each in bill.unknown if each.resource.endswith("::system"))
    assert where in found.why
    assert why in found.why


def _on_cpu(record: ResourceRecord) -> ResourceRecord:
    record.inputs["spec"]["template"]["spec"]["nodeSelector"] = {"servewright.dev/purpose": "cpu"}
    return record
