"""
The CPU pool: its type, its nodes and its limit follow from the pods that the stack brings.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

import tiny_catalog
from operators_made import ALL, SUBSETS, operators
from servewright.catalog.load import load_catalog
from servewright.catalog.query import Catalog
from servewright.plan import cpu_pool as subject
from servewright.plan.cpu_pods import CpuPod, nodes_needed
from servewright.plan.cpu_pool import CPU_TYPES, cpu_pool
from servewright.plan.model import PoolPlan
from servewright.plan.operators import cpu_pods
from servewright.plan.packing import assumed_daemonsets
from servewright.ranges import Range
from servewright.spec.request import Environment
from stacks_made import dev_stack

CATALOG = load_catalog()


def _pool(*install: str, catalog: Catalog = CATALOG, environment: Environment = "dev", region: str = "us-east-1") -> PoolPlan:
    return cpu_pool(dev_stack(environment=environment, region=region), operators(*install), catalog)


def test_without_pods_it_launches_nothing() -> None:
    """
    No node and no price; the limit leaves room for one.
    """
    pool = _pool()

    assert (pool.nodes, pool.monthly, pool.limit_nodes) == (Range.exactly(0), Range.exactly(0), 1)
    assert pool.instance_types == ("m7i.large",)


def test_dev_needs_one_node() -> None:
    """
    Six pods of 710 m and 2.7 GiB beside 400 m of DaemonSets: one m7i.large, 0.1008 x 730 + 30 GiB x 0.08 USD.
    """
    pool = _pool(*ALL)

    assert (pool.nodes, pool.limit_nodes, pool.instance_types) == (Range.exactly(1), 2, ("m7i.large",))
    assert pool.monthly == Range.exactly(Decimal("75.984"))


def test_prod_needs_two_nodes() -> None:
    """
    KEDA's replicas stand apart.
    """
    assert _pool(*ALL, environment="prod").nodes == Range.exactly(2)
    assert _pool("prometheus", environment="prod").nodes == Range.exactly(1)


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
@pytest.mark.parametrize("install", SUBSETS, ids="+".join)
def test_the_limit_holds_all_pods_and_a_replacement(install: tuple[str, ...], environment: Environment) -> None:
    """
    The limit is what the packing needs on the pool's own type, and one node more.
    """
    pool = _pool(*install, environment=environment)
    (name,) = pool.instance_types
    instance = CATALOG.instance(name)
    assert instance is not None
    pods = [
        CpuPod(workload=p.name, cpu_millicores=p.cpu_millicores, memory_mib=p.memory_mib, replicas=p.replicas, apart=p.apart)
        for p in cpu_pods(operators(*install), environment)
    ]

    assert pool.nodes == Range.exactly(nodes_needed(pods, instance, assumed_daemonsets(CATALOG)))
    assert pool.limit_nodes == (pool.nodes.max or 0) + 1


def test_the_cheapest_type_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Pods too large to share a small node make the larger type cheaper; at the same price fewer nodes win.
    """
    big = tuple(replace(pod, containers=(replace(pod.containers[0], cpu_millicores=1000),)) for pod in cpu_pods(operators(*ALL), "dev"))

    monkeypatch.setattr(subject, "cpu_pods", lambda *_: big[:3])
    # three m7i.large, or one m7i.xlarge of twice the price
    assert (_pool(*ALL).instance_types, _pool(*ALL).nodes) == (("m7i.xlarge",), Range.exactly(1))
    monkeypatch.setattr(subject, "cpu_pods", lambda *_: big[:2])
    # two m7i.large cost what one m7i.xlarge costs
    assert (_pool(*ALL).instance_types, _pool(*ALL).nodes) == (("m7i.xlarge",), Range.exactly(1))


def test_without_prices_vcpus_stand_for_them() -> None:
    """
    Where a type has no price the pool is still planned, on the fewest vCPUs, and its price is unknown.
    """
    pool = _pool(*ALL, region="sa-east-1")
    assert (pool.instance_types, pool.nodes, pool.monthly) == (("m7i.large",), Range.exactly(1), Range.unknown())
    # the tiny catalogue has one price of three
    assert _pool(*ALL, catalog=tiny_catalog.tiny_catalog()).instance_types == ("m7i.large",)


def test_all_types_are_in_the_catalogue() -> None:
    """
    Each may be launched, is priced in us-east-1 and has its allocatable.
    """
    for name in CPU_TYPES:
        instance = CATALOG.instance(name)
        assert instance is not None
        assert instance.excluded is None
        assert instance.allocatable_cpu_millicores
