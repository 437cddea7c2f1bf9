"""
The second half of the search: on which instance types a shape runs, how many replicas and nodes that takes, and what it costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.plan.model import SCALE_DOWN_S
from servewright.plan.node_hours import PoolDemand, ReplicaDemand, nodes_from_hours, pool_hours
from servewright.plan.packing import assumed_daemonsets, replicas_per_node
from servewright.plan.pod import pod_resources
from servewright.plan.pool_price import PoolRate, pool_rate, rate_of
from servewright.plan.spot import NO_INTERRUPTION, SpotEffects, spot_effects
from servewright.plan.start_time import GP3_INCLUDED_MBPS, ROOT_THROUGHPUT_MBPS, Disk, disk, start_time
from servewright.plan.traffic import plan_replicas
from servewright.ranges import ZERO, Range, total

if TYPE_CHECKING:
    from servewright.catalog.model import InstanceType, Price
    from servewright.catalog.query import Catalog
    from servewright.plan.model import PodResources, Purchase, Replicas, Role, StartTime
    from servewright.plan.shapes import Shape
    from servewright.spec.request import Capacity, ModelRequest, Stack

CONSOLIDATE_AFTER_S: Final = 600
"""
How long Karpenter keeps an empty node, at least; longer where a replica takes longer to start (a node must not go while it loads).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """
    Where and how capacity is bought: the same for all candidates of one model.
    """

    catalog: Catalog
    stack: Stack
    capacity: Capacity
    request: ModelRequest
    factors: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedPool:
    """
    One pool of a placement: *types* cheapest first, *hours* and *monthly* of its nodes.
    """

    role: Role
    purchase: Purchase
    types: tuple[InstanceType, ...]
    rate: PoolRate
    effects: SpotEffects
    expected_share: Decimal
    max_share: Decimal
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
class NoPrice:
    """
    A placement that cannot be ranked, since a price is not known; *why* is the rate's reason.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offer:
    """
    One way to buy the nodes, before its hours are known.
    """

    role: Role
    purchase: Purchase
    types: tuple[InstanceType, ...]
    rate: PoolRate
    effects: SpotEffects
    expected_share: Decimal
    max_share: Decimal


def placements(market: Market, shape: Shape, load_bytes: float) -> tuple[Placement | NoPrice, ...]:
    """
    Return one placement for each instance type that can hold *shape*, by name.
    """
    found = []
    for instance in market.catalog.instances_with_gpu(shape.gpu.id):
        if not _allowed(market, instance, shape):
            continue
        placed = _place(market, shape, instance, load_bytes)
        if placed is not None:
            found.append(placed)
    return tuple(found)


def _allowed(market: Market, instance: InstanceType, shape: Shape) -> bool:
    pins = market.request.instance_types
    whole = instance.gpu_count == int(instance.gpu_count) and instance.gpu_count >= shape.tensor_parallel
    return instance.excluded is None and whole and (not pins or instance.name in pins)


def _place(market: Market, shape: Shape, instance: InstanceType, load_bytes: float) -> Placement | NoPrice | None:
    catalog = market.catalog
    pod = pod_resources(catalog, instance, shape.tensor_parallel, shape.memory.replica_weights_gib)
    per_node = replicas_per_node(instance, pod, assumed_daemonsets(catalog))
    if not per_node or pod.cpu_millicores <= 0 or pod.memory_mib <= 0:
        return None
    types = _equivalents(market, shape, instance, pod, per_node)
    own = rate_of(catalog, market.stack, instance.name, market.capacity.purchase)
    if own.price is None:
        return NoPrice(shape=shape, instance=instance, why=own.reason or "no price known")
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
    if isinstance(pools, str):
        return NoPrice(shape=shape, instance=instance, why=pools)
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


def _equivalents(market: Market, shape: Shape, instance: InstanceType, pod: PodResources, per_node: int) -> tuple[InstanceType, ...]:
    """
    Return the types a pool may admit beside *instance*: on spot those that hold as many replicas of the same pod on as many GPUs
    and cost no more than the on-demand price of *instance*; they make an interruption less likely to find no capacity.
    """
    if market.capacity.purchase != "spot":
        return (instance,)
    ceiling = rate_of(market.catalog, market.stack, instance.name, "on-demand").price
    own = rate_of(market.catalog, market.stack, instance.name, "spot").price
    others = []
    for other in market.catalog.instances_with_gpu(shape.gpu.id):
        same = other.gpu_count == instance.gpu_count and _allowed(market, other, shape) and other.name != instance.name
        if not same or replicas_per_node(other, pod, assumed_daemonsets(market.catalog)) != per_node:
            continue
        price = rate_of(market.catalog, market.stack, other.name, "spot").price
        # A cheaper one is a placement of its own: there it is the first, and this type the equivalent.
        if price is not None and own is not None and ceiling is not None and own.amount <= price.amount <= ceiling.amount:
            others.append((price.amount, other.name, other))
    return (instance, *(o for _, _, o in sorted(others, key=lambda entry: entry[:2])))


def _pools(market: Market, site: _Site) -> tuple[PricedPool, ...] | str:
    """
    Return the pools with hours and prices, the one filled first in front; or why the fallback has no price.
    """
    offers = _offers(market, site.types)
    if isinstance(offers, str):
        return offers
    demand = ReplicaDemand(
        by_hour=site.replicas.by_hour,
        minimum=site.replicas.minimum,
        maximum=site.replicas.maximum,
        start_seconds=site.start.total_s,
        zones=len(market.stack.zones),
    )
    hours = pool_hours(demand, [_demand_of(site, offer) for offer in offers])
    return tuple(
        PricedPool(
            role=offer.role,
            purchase=offer.purchase,
            types=offer.types,
            rate=offer.rate,
            effects=offer.effects,
            expected_share=offer.expected_share,
            max_share=offer.max_share,
            hours=hours[offer.role],
            monthly=_monthly(market, hours[offer.role], offer.rate, site.disk),
        )
        for offer in offers
    )


def _offers(market: Market, types: tuple[InstanceType, ...]) -> tuple[_Offer, ...] | str:
    purchase, fallback = market.capacity.purchase, market.capacity.fallback
    rate = pool_rate(tuple(rate_of(market.catalog, market.stack, t.name, purchase) for t in types))
    spot = purchase == "spot"
    effects = spot_effects(market.catalog, rate.expected.interruption_band) if spot else NO_INTERRUPTION
    share = min(effects.fallback_share, fallback.max_share) if fallback is not None else Decimal(0)
    main = _Offer(
        role="burst" if spot else "base",
        purchase=purchase,
        types=types,
        rate=rate,
        effects=effects,
        expected_share=1 - share,
        max_share=Decimal(1),
    )
    if fallback is None:
        return (main,)
    spare = _cheapest_on_demand(market, types)
    if spare is None:
        return "no on-demand price known for the fallback"
    return (
        main,
        _Offer(
            role="fallback",
            purchase=fallback.purchase,
            types=(spare[0],),
            rate=spare[1],
            effects=NO_INTERRUPTION,
            expected_share=share,
            max_share=fallback.max_share,
        ),
    )


def _demand_of(site: _Site, offer: _Offer) -> PoolDemand:
    return PoolDemand(
        pool=offer.role,
        replicas_per_node=site.per_node,
        expected_share=offer.expected_share,
        idle_seconds=SCALE_DOWN_S + site.consolidate_after_s,
        unit_price=offer.rate.price,
        max_share=offer.max_share,
        recovery_overlap=offer.effects.recovery_overlap,
    )


def _cheapest_on_demand(market: Market, types: tuple[InstanceType, ...]) -> tuple[InstanceType, PoolRate] | None:
    priced = []
    for instance in types:
        rate = pool_rate((rate_of(market.catalog, market.stack, instance.name, "on-demand"),))
        if rate.price.expected is not None:
            priced.append((rate.price.expected, instance.name, instance, rate))
    if not priced:
        return None
    _, _, instance, rate = min(priced, key=lambda entry: entry[:2])
    return instance, rate


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
