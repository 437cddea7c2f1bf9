"""
The second half of the search: on which instance types a shape runs, how many replicas and nodes that takes, and what it costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from servewright.plan.model import SCALE_DOWN_S
from servewright.plan.node_hours import PoolDemand, ReplicaDemand, nodes_from_hours, pool_hours
from servewright.plan.offers import Market, Offer, allowed, equivalents, offers
from servewright.plan.packing import assumed_daemonsets, replicas_per_node
from servewright.plan.pod import pod_resources
from servewright.plan.pool_price import rate_of
from servewright.plan.start_time import GP3_INCLUDED_MBPS, ROOT_THROUGHPUT_MBPS, Disk, disk, start_time
from servewright.plan.traffic import plan_replicas
from servewright.ranges import ZERO, Range, total

if TYPE_CHECKING:
    from servewright.catalog.model import InstanceType, Price
    from servewright.plan.model import PodResources, Replicas, StartTime
    from servewright.plan.pool_price import PoolRate
    from servewright.plan.shapes import Shape

CONSOLIDATE_AFTER_S: Final = 600
"""
How long Karpenter keeps an empty node, at least; longer where a replica takes longer to start (a node must not go while it loads).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedPool:
    """
    One pool of a placement: how its nodes are bought, their *hours* a month and what they cost.
    """

    offer: Offer
    hours: Range
    monthly: Range


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """
    A shape on an instance type, spread over *zones* zones, with replicas, pools and price.
    """

    shape: Shape
    instance: InstanceType
    pod: PodResources
    replicas_per_node: int
    replicas: Replicas
    start: StartTime
    disk: Disk
    consolidate_after_s: int
    zones: int
    pools: tuple[PricedPool, ...]
    monthly: Range


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSold:
    """
    A placement that cannot be had in the region as far as our sources go; *why* names them.
    """

    shape: Shape
    instance: InstanceType
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Site:
    """
    What the pools of one placement have in common.
    """

    types: tuple[InstanceType, ...]
    per_node: int
    replicas: Replicas
    start: StartTime
    consolidate_after_s: int
    disk: Disk


def placements(market: Market, shape: Shape, load_bytes: float) -> tuple[Placement | NotSold, ...]:
    """
    Return one placement for each instance type that can hold *shape*, by name.
    """
    found = []
    for instance in market.catalog.instances_with_gpu(shape.gpu.id):
        if not allowed(market, instance, shape):
            continue
        placed = _place(market, shape, instance, load_bytes)
        if placed is not None:
            found.append(placed)
    return tuple(found)


def _place(market: Market, shape: Shape, instance: InstanceType, load_bytes: float) -> Placement | NotSold | None:
    catalog = market.catalog
    pod = pod_resources(catalog, instance, shape.tensor_parallel, shape.memory.replica_weights_gib)
    per_node = replicas_per_node(instance, pod, assumed_daemonsets(catalog))
    if not per_node or pod.cpu_millicores <= 0 or pod.memory_mib <= 0:
        return None
    types = equivalents(market, shape, instance, pod, per_node)
    own = rate_of(catalog, market.stack, instance.name, market.capacity.purchase)
    if own.not_sold:
        return NotSold(shape=shape, instance=instance, why=own.reason or "not sold here")
    start = start_time(catalog, load_bytes)
    site = _Site(
        types=types,
        per_node=per_node,
        replicas=plan_replicas(market.request, market.factors, shape.capacity, shape.extra_headroom),
        start=start,
        consolidate_after_s=max(CONSOLIDATE_AFTER_S, start.total_s),
        disk=disk(catalog, load_bytes / 2**30, per_node, types),
    )
    pools = _pools(market, site)
    return Placement(
        shape=shape,
        instance=instance,
        pod=pod,
        replicas_per_node=per_node,
        replicas=site.replicas,
        start=start,
        disk=site.disk,
        consolidate_after_s=site.consolidate_after_s,
        zones=len(market.stack.zones),
        pools=pools,
        monthly=total(p.monthly for p in pools),
    )


def _pools(market: Market, site: _Site) -> tuple[PricedPool, ...]:
    """
    Return the pools with hours and prices, the one filled first in front; an unknown price stays unknown.
    """
    found = offers(market, site.types)
    demand = ReplicaDemand(
        by_hour=site.replicas.by_hour,
        minimum=site.replicas.minimum,
        maximum=site.replicas.maximum,
        start_seconds=site.start.total_s,
        zones=len(market.stack.zones),
    )
    hours = pool_hours(demand, [_demand_of(site, offer) for offer in found])
    return tuple(
        PricedPool(offer=offer, hours=hours[offer.role], monthly=_monthly(market, hours[offer.role], offer.rate, site.disk))
        for offer in found
    )


def _demand_of(site: _Site, offer: Offer) -> PoolDemand:
    return PoolDemand(
        pool=offer.role,
        replicas_per_node=site.per_node,
        expected_share=offer.expected_share,
        idle_seconds=SCALE_DOWN_S + site.consolidate_after_s,
        unit_price=offer.rate.price,
        max_share=offer.max_share,
        recovery_overlap=offer.effects.recovery_overlap,
    )


def _monthly(market: Market, hours: Range, rate: PoolRate, holds: Disk) -> Range:
    gp3 = market.catalog.price("EBS", "storage", "gp3", market.stack.region)
    fast = market.catalog.price("EBS", "provisioned throughput above 125 MB/s", "gp3", market.stack.region)
    nodes = nodes_from_hours(hours)
    extra = 0 if holds.use_local_nvme else ROOT_THROUGHPUT_MBPS - GP3_INCLUDED_MBPS
    return hours.times(rate.price) + _priced(nodes, holds.root_volume_gib, gp3) + _priced(nodes, extra, fast)


def _priced(nodes: Range, each: int, price: Price | None) -> Range:
    """
    Return the price of *each* units on every node; nothing where there is no unit, unknown where there is no price.
    """
    if each == 0:
        return ZERO
    return nodes.times(Range.exactly(each)).times(Range.exactly(None if price is None else price.amount))
