"""
The one pool for everything of a stack that needs no GPU: its type, its nodes and its limit.

    type    of CPU_TYPES the one whose nodes for all pods cost least; ties by fewer nodes, then by name
    nodes   as many as hold the pods (`plan.cpu_pods`)
    limit   nodes + 1: room for a pod that is rolled out beside its predecessor, or for a node that is replaced

It admits one type only: Karpenter packs before it prices, and with several the nodes and their price could not be told beforehand.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.errors import InternalError
from servewright.plan.cpu_pods import CpuPod, nodes_needed
from servewright.plan.model import PoolPlan
from servewright.plan.operators import cpu_pods
from servewright.plan.packing import assumed_daemonsets
from servewright.plan.pool_price import rate_of
from servewright.ranges import Range
from servewright.units import HOURS_PER_MONTH

if TYPE_CHECKING:
    from servewright.catalog.model import InstanceType
    from servewright.catalog.query import Catalog
    from servewright.spec.request import Operator, Stack

CPU_TYPES: Final = ("m7i.large", "m7i.xlarge", "m7i.2xlarge")
"""
What the pool may be of: current general-purpose Intel, priced in all seven regions of the price table.
"""

_SPARE_NODES: Final = 1
_WEIGHT: Final = 100
_ROOT_GIB: Final = 30
"""
System, images and Prometheus' 8 GiB of samples (`resources.operators.prometheus`) together take half of it; judgement.
"""

_IDLE_S: Final = 300


def cpu_pool(stack: Stack, operators: tuple[Operator, ...], catalog: Catalog) -> PoolPlan:
    """
    Return the pool; it launches nothing until a pod that selects it is registered.
    """
    pods = tuple(
        CpuPod(workload=p.name, cpu_millicores=p.cpu_millicores, memory_mib=p.memory_mib, replicas=p.replicas, apart=p.apart)
        for p in cpu_pods(operators, stack.environment)
    )
    instance, nodes = _cheapest(stack, pods, catalog)
    return PoolPlan(
        name="system",
        purpose="cpu",
        share="base",
        role="base",
        purchase="on-demand",
        shape=f"{stack.name}-system",
        gpu_id=None,
        instance_types=(instance.name,),
        zones=stack.zones,
        serves=(),
        replicas_per_node=0,
        nodes=Range.exactly(nodes),
        limit_nodes=nodes + _SPARE_NODES,
        weight=_WEIGHT,
        root_volume_gib=_ROOT_GIB,
        use_local_nvme=False,
        consolidate_after_s=_IDLE_S,
        expected_share=Decimal(1),
        monthly=_monthly(stack, instance, nodes, catalog),
    )


def _cheapest(stack: Stack, pods: tuple[CpuPod, ...], catalog: Catalog) -> tuple[InstanceType, int]:
    """
    Return the type and its nodes; where a price is not known, vCPUs stand for it.
    """
    daemonsets = assumed_daemonsets(catalog)
    types = [found for found in map(catalog.instance, CPU_TYPES) if found is not None]
    held = [(instance, nodes_needed(pods, instance, daemonsets)) for instance in types]
    fitting = [(instance, nodes) for instance, nodes in held if nodes is not None]
    if not fitting:
        msg = f"none of {', '.join(CPU_TYPES)} holds the pods of the operators"
        raise InternalError(msg)
    prices = {instance.name: rate_of(catalog, stack, instance.name, "on-demand").price for instance, _ in fitting}
    priced = all(price is not None for price in prices.values())

    def order(choice: tuple[InstanceType, int]) -> tuple[Decimal, int, Decimal]:
        instance, nodes = choice
        price = prices[instance.name]
        hourly = price.amount if priced and price is not None else Decimal(instance.vcpu)
        # Without a pod every type costs nothing: then the cheapest node.
        return nodes * hourly, nodes, hourly

    return min(fitting, key=order)


def _monthly(stack: Stack, instance: InstanceType, nodes: int, catalog: Catalog) -> Range:
    """
    Return what the nodes and their root volumes cost a month, unknown where a price is.
    """
    price = rate_of(catalog, stack, instance.name, "on-demand").price
    storage = catalog.price("EBS", "storage", "gp3", stack.region)
    if nodes and (price is None or storage is None):
        return Range.unknown()
    hourly, volume = (Decimal(0) if each is None else each.amount for each in (price, storage))
    return Range.exactly(nodes * (HOURS_PER_MONTH * hourly + _ROOT_GIB * volume))
