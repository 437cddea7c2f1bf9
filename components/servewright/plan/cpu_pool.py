"""
The one pool for everything of a stack that needs no GPU: its type, its nodes and its limit.

    type    of CPU_TYPES the one whose nodes for all pods cost least; ties by the cheaper maximum, then by fewer nodes
    nodes   as many as hold the pods (`plan.cpu_pods`): with the gateway at its fewest replicas, over the hours of the week, at its most
    limit   the most + 1: room for a pod that is rolled out beside its predecessor, or for a node that is replaced

It admits one type only: Karpenter packs before it prices, and with several the nodes and their price could not be told beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.errors import InternalError
from servewright.plan.cpu_pods import CpuPod, nodes_needed
from servewright.plan.gateway_pods import gateway_pods, tier_pods
from servewright.plan.model import PoolPlan
from servewright.plan.operators import cpu_pods
from servewright.plan.packing import assumed_daemonsets
from servewright.plan.pool_price import rate_of
from servewright.ranges import Range
from servewright.units import HOURS_PER_MONTH

if TYPE_CHECKING:
    from servewright.catalog.model import InstanceType
    from servewright.catalog.query import Catalog
    from servewright.plan.gateway_plan import CacheTier, GatewayPlan
    from servewright.plan.monitoring_plan import MonitoringPlan
    from servewright.plan.packing import DaemonSets
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pods:
    """
    What runs on the pool: *steady* pods and the *gateway*, whose replicas follow the traffic.
    """

    steady: tuple[CpuPod, ...]
    gateway: GatewayPlan | None

    def nodes(self, instance: InstanceType, daemonsets: DaemonSets) -> Range | None:
        """
        Return the nodes of the type *instance* that hold them; None where one holds none of some pod.
        """
        if self.gateway is None:
            needed = nodes_needed(self.steady, instance, daemonsets)
            return None if needed is None else Range.exactly(needed)
        replicas = self.gateway.replicas
        counts = {each: self._beside(each, instance, daemonsets) for each in {replicas.minimum, replicas.maximum, *replicas.by_hour}}
        if None in counts.values():
            return None
        nodes = {each: count or 0 for each, count in counts.items()}
        mean = Decimal(sum(nodes[each] for each in replicas.by_hour)) / len(replicas.by_hour)
        return Range.of(nodes[replicas.minimum], mean, nodes[replicas.maximum])

    def _beside(self, replicas: int, instance: InstanceType, daemonsets: DaemonSets) -> int | None:
        assert self.gateway is not None  # noqa: S101 - the caller asked
        return nodes_needed((*self.steady, gateway_pods(self.gateway, replicas)), instance, daemonsets)


def cpu_pool(
    stack: Stack,
    operators: tuple[Operator, ...],
    catalog: Catalog,
    gateway: GatewayPlan | None = None,
    tiers: tuple[CacheTier, ...] = (),
    *,
    monitoring: MonitoringPlan | None = None,
) -> PoolPlan:
    """
    Return the pool for *operators*, what *monitoring* adds to them, the *gateway* and its *tiers*; it launches nothing until a pod that
    selects it is registered.
    """
    operated = tuple(
        CpuPod(workload=p.name, cpu_millicores=p.cpu_millicores, memory_mib=p.memory_mib, replicas=p.replicas, apart=p.apart)
        for p in cpu_pods(operators, stack.environment, monitoring)
    )
    stores = tier_pods(tiers, watched=monitoring is not None)
    instance, nodes = _cheapest(stack, _Pods(steady=(*operated, *stores), gateway=gateway), catalog)
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
        nodes=nodes,
        limit_nodes=int(nodes.max or 0) + _SPARE_NODES,
        weight=_WEIGHT,
        root_volume_gib=_ROOT_GIB,
        use_local_nvme=False,
        consolidate_after_s=_IDLE_S,
        expected_share=Decimal(1),
        monthly=_monthly(stack, instance, nodes, catalog),
    )


def largest_pod_mib(cpu_millicores: int, catalog: Catalog) -> tuple[str, int]:
    """
    Return the type of the pool with the most memory for one pod that also requests *cpu_millicores*, and that memory.
    """
    daemonsets = assumed_daemonsets(catalog)
    room = [
        ((found.allocatable_memory_mib or 0) - daemonsets.memory_mib, found.name)
        for found in map(catalog.instance, CPU_TYPES)
        if found is not None and (found.allocatable_cpu_millicores or 0) - daemonsets.cpu_millicores >= cpu_millicores
    ]
    memory, name = max(room, default=(0, CPU_TYPES[-1]))
    return name, memory


def _cheapest(stack: Stack, pods: _Pods, catalog: Catalog) -> tuple[InstanceType, Range]:
    """
    Return the type and its nodes; where a price is not known, vCPUs stand for it.
    """
    daemonsets = assumed_daemonsets(catalog)
    types = [found for found in map(catalog.instance, CPU_TYPES) if found is not None]
    held = [(instance, pods.nodes(instance, daemonsets)) for instance in types]
    fitting = [(instance, nodes) for instance, nodes in held if nodes is not None]
    if not fitting:
        msg = f"none of {', '.join(CPU_TYPES)} holds the pods of the operators, the gateway and its stores"
        raise InternalError(msg)
    prices = {instance.name: rate_of(catalog, stack, instance.name, "on-demand").price for instance, _ in fitting}
    priced = all(price is not None for price in prices.values())

    def order(choice: tuple[InstanceType, Range]) -> tuple[Decimal, ...]:
        instance, needed = choice
        nodes, most = needed.expected or Decimal(0), needed.max or Decimal(0)
        price = prices[instance.name]
        hourly = price.amount if priced and price is not None else Decimal(instance.vcpu)
        # Without a pod every type costs nothing: then the cheapest node.
        return nodes * hourly, most * hourly, nodes, hourly

    return min(fitting, key=order)


def _monthly(stack: Stack, instance: InstanceType, nodes: Range, catalog: Catalog) -> Range:
    """
    Return what the nodes and their root volumes cost a month, unknown where a price is.
    """
    price = rate_of(catalog, stack, instance.name, "on-demand").price
    storage = catalog.price("EBS", "storage", "gp3", stack.region)
    if nodes.max and (price is None or storage is None):
        return Range.unknown()
    hourly, volume = (Decimal(0) if each is None else each.amount for each in (price, storage))
    return nodes.times(Range.exactly(HOURS_PER_MONTH * hourly + _ROOT_GIB * volume))
