"""
Helm releases on the bill: what stands above them says what they run, or it is unknown.
"""

from __future__ import annotations

from dataclasses import replace

import tiny_catalog
from cluster_records import node_class, on_demand_stack, record
from operator_records import cpu_pool, operator, workload
from servewright.cost.bill import price_records
from servewright.cost.census import take_census

CATALOG = tiny_catalog.tiny_catalog()


def test_a_release_is_free_and_its_pods_are_not() -> None:
    """
    The nodes of its pods are billed by their pool; the component above it is structure.
    """
    records = [cpu_pool(), node_class("system"), *operator("keda", workload("a"))]
    bill = price_records(records, CATALOG)

    (free,) = (each for each in bill.free if each.type == "kubernetes:helm.sh/v3:Release")
    assert "billed by their pool" in free.reason
    assert bill.monthly.expected == 81
    assert bill.complete
    assert take_census(records, bill).total == 3


def test_pods_on_existing_nodes_are_listed() -> None:
    """
    Without a pool that they select, each operator's requests stand under what is not priced.
    """
    elsewhere = [workload("a", nodeSelector={}), workload("b", "250m", "1Gi", replicas=2, nodeSelector={})]
    bill = price_records([*operator("keda", *elsewhere)], CATALOG)

    found = {each.what: each.requests for each in bill.not_priced}
    assert found["pods of keda on existing nodes"] == "600m CPU and 2148 MiB (a x 1, b x 2)"
    assert bill.complete


def test_a_release_that_nobody_describes_is_unknown() -> None:
    """
    Another program's release shows values only: its pods are not taken for nothing.
    """
    alone = record("kubernetes:helm.sh/v3:Release", "redis", {"chart": "redis"})
    bill = price_records([alone], CATALOG)

    (unknown,) = bill.unknown
    assert (unknown.what, bill.complete) == ("pods of the release redis", False)
    assert "nothing above it says what pods it makes" in unknown.why

    component, release = operator("keda")
    without = replace(component, inputs={"operator": "keda"})
    (unreadable,) = price_records([without, release], CATALOG).unknown
    assert unreadable.why == "keda: podRequests is missing"


def test_what_is_installed_is_not_asked_of_the_cluster() -> None:
    """
    Operators on existing nodes are those that this stack does not bring; an installed Prometheus keeps its samples on a billed disk.
    """
    monitor = record("kubernetes:monitoring.coreos.com/v1:PodMonitor", "engines", {"metadata": {"name": "engines"}})
    stack = [*on_demand_stack(), monitor]

    def listed(*more: str) -> dict[str, str]:
        bill = price_records([*stack, *(each for name in more for each in operator(name))], CATALOG)
        return {each.what: each.requests for each in bill.not_priced}

    names = "Karpenter, KEDA, Prometheus operator and Prometheus, NVIDIA device plugin, DCGM exporter"
    assert listed()["operators on existing nodes"] == names
    assert listed("keda", "dcgm-exporter")["operators on existing nodes"] == (
        "Karpenter, Prometheus operator and Prometheus, NVIDIA device plugin"
    )
    assert "storage of Prometheus for chat" in listed()
    assert "storage of Prometheus for chat" not in listed("prometheus")
