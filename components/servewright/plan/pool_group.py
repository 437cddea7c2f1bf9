"""
The pools of one share on one kind of node, for all models that run there: joint packing, joint hours, one price.

Replicas of as many GPUs on the same instance type share their pools, whatever model they serve: their hours are those of the sum of
their replicas. Their pods request the same (the most of any), so that a node holds as many of one model as of another.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from servewright.errors import InternalError
from servewright.plan.model import SCALE_DOWN_S, PodResources
from servewright.plan.node_hours import PoolDemand, ReplicaDemand, nodes_from_hours, pool_hours
from servewright.plan.offers import Market, Offer, allowed, equivalents, offers, share_rate
from servewright.plan.packing import assumed_daemonsets, replicas_per_node
from servewright.plan.pool_price import rate_of, split_hours
from servewright.plan.start_time import GP3_INCLUDED_MBPS, ROOT_THROUGHPUT_MBPS, Disk, disk
from servewright.ranges import ZERO, Range, total

if TYPE_CHECKING:
    from servewright.catalog.model import InstanceType, Price
    from servewright.plan.model import Replicas, Role, StartTime
    from servewright.spec.request import ModelRequest, ShareName

CONSOLIDATE_AFTER_S: Final = 600
"""
How long Karpenter keeps an empty node, at least; longer where a replica takes longer to start (a node must not go while it loads).
"""

_CENT_OF_A_CENT: Final = Decimal("0.0001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """
    The replicas of one model's share as a pool sees them: what a *pod* requests, how long it takes to *start*, GiB of weights on disk.

    *held* are the instance types of each role that a lock holds; without a lock, none.
    """

    request: ModelRequest
    share: ShareName
    instance: InstanceType
    pod: PodResources
    replicas: Replicas
    start: StartTime
    weights_gib: float
    held: tuple[tuple[Role, tuple[str, ...]], ...] = ()

    @property
    def key(self) -> tuple[ShareName, str, int]:
        """
        Tenants of one key share their pools.
        """
        return self.share, self.instance.name, self.pod.gpus


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedPool:
    """
    One pool: how its nodes are bought, their *hours* a month and what they cost.
    """

    offer: Offer
    hours: Range
    monthly: Range


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolGroup:
    """
    The pools of one share on one kind of node and the *tenants* that run there, in the order of the spec.
    """

    share: ShareName
    instance: InstanceType
    tenants: tuple[Tenant, ...]
    pod: PodResources
    replicas_per_node: int
    start_s: int
    consolidate_after_s: int
    disk: Disk
    zones: int
    pools: tuple[PricedPool, ...]

    @property
    def monthly(self) -> Range:
        """
        What all pools of the group cost a month.
        """
        return total(pool.monthly for pool in self.pools)

    def part_of(self, tenant: Tenant) -> Range:
        """
        Return the part of the group's price that is *tenant*'s: by its part of the minimum, of the replica-hours and of the maximum.
        """
        if len(self.tenants) == 1:
            return self.monthly
        own, all_of = tenant.replicas, [each.replicas for each in self.tenants]
        whole = self.monthly
        return Range(
            _part(whole.min, own.minimum, sum(r.minimum for r in all_of)),
            _part(whole.expected, sum(own.by_hour), sum(sum(r.by_hour) for r in all_of)),
            _part(whole.max, own.maximum, sum(r.maximum for r in all_of)),
        )


def joint_pod(tenants: tuple[Tenant, ...]) -> PodResources:
    """
    Return what each pod of *tenants* requests when they share nodes: the most of any.
    """
    pods = [tenant.pod for tenant in tenants]
    return PodResources(
        cpu_millicores=max(p.cpu_millicores for p in pods),
        memory_mib=max(p.memory_mib for p in pods),
        gpus=pods[0].gpus,
        shm_mib=max(p.shm_mib for p in pods),
    )


def price_group(market: Market, tenants: tuple[Tenant, ...]) -> PoolGroup:
    """
    Return the pools of *tenants*, which have one key; an unknown price stays unknown.
    """
    first = tenants[0]
    pod = joint_pod(tenants)
    per_node = replicas_per_node(first.instance, pod, assumed_daemonsets(market.catalog))
    if not per_node:
        msg = f"{first.instance.name} holds each of its tenants alone and not the largest of them"
        raise InternalError(msg)
    types = _types(market, tenants, pod, per_node)
    start_s = max(tenant.start.total_s for tenant in tenants)
    holds = disk(market.catalog, max(tenant.weights_gib for tenant in tenants), per_node, types)
    keep_s = max(CONSOLIDATE_AFTER_S, start_s)
    zones = len(market.stack.zones)
    found = offers(market, first.share, types, _held(market, tenants, "fallback"))
    hours = pool_hours(_demand(tenants, start_s, zones), [_pool_demand(offer, per_node, keep_s) for offer in found])
    return PoolGroup(
        share=first.share,
        instance=first.instance,
        tenants=tenants,
        pod=pod,
        replicas_per_node=per_node,
        start_s=start_s,
        consolidate_after_s=keep_s,
        disk=holds,
        zones=zones,
        pools=tuple(
            PricedPool(offer=offer, hours=hours[offer.role], monthly=_monthly(market, hours[offer.role], offer, holds)) for offer in found
        ),
    )


def _types(market: Market, tenants: tuple[Tenant, ...], pod: PodResources, per_node: int) -> tuple[InstanceType, ...]:
    if tenants[0].share == "base" or not market.capacity.spot:
        return (tenants[0].instance,)
    held = _held(market, tenants, "burst")
    return held or equivalents(market, tuple(tenant.request for tenant in tenants), tenants[0].instance, pod, per_node)


def _held(market: Market, tenants: tuple[Tenant, ...], role: Role) -> tuple[InstanceType, ...]:
    """
    Return the types that a lock holds for the pool of *role*, cheapest first at today's prices; none where no tenant is locked.

    Of a pool that it does not know yet the lock holds the type alone that it planned on: others would be chosen by today's prices. A
    tenant that is not locked moves in with those that are, onto the types that its own pins allow.
    """
    held = [dict(tenant.held).get(role, ()) for tenant in tenants if tenant.held]
    if not held:
        return ()
    free = [tenant for tenant in tenants if not tenant.held]
    names = [name for name in held[0] if all(name in other for other in held[1:])]
    types = [found for found in map(market.catalog.instance, names) if found is not None]
    kept = [each for each in types if all(allowed(market, tenant.request, each, tenant.pod.gpus) for tenant in free)]
    return tuple(sorted(kept, key=lambda each: (_price_of(market, tenants[0].share, role, each), each.name))) or (tenants[0].instance,)


def _price_of(market: Market, share: ShareName, role: Role, instance: InstanceType) -> Decimal:
    rate = rate_of(market.catalog, market.stack, instance.name, "on-demand") if role == "fallback" else share_rate(market, share, instance)
    return Decimal("Infinity") if rate.price is None else rate.price.amount


def _demand(tenants: tuple[Tenant, ...], start_s: int, zones: int) -> ReplicaDemand:
    each = [tenant.replicas for tenant in tenants]
    return ReplicaDemand(
        by_hour=each[0].by_hour if len(each) == 1 else tuple(map(sum, zip(*(r.by_hour for r in each), strict=True))),
        minimum=sum(r.minimum for r in each),
        maximum=sum(r.maximum for r in each),
        start_seconds=start_s,
        zones=zones,
        models=len(tenants),
    )


def _pool_demand(offer: Offer, per_node: int, keep_s: int) -> PoolDemand:
    return PoolDemand(
        pool=offer.role,
        replicas_per_node=per_node,
        expected_share=offer.expected_share,
        idle_seconds=SCALE_DOWN_S + keep_s,
        unit_price=offer.rate.price,
        max_share=offer.max_share,
        recovery_overlap=offer.effects.recovery_overlap,
    )


def _monthly(market: Market, hours: Range, offer: Offer, holds: Disk) -> Range:
    gp3 = market.catalog.price("EBS", "storage", "gp3", market.stack.region)
    fast = market.catalog.price("EBS", "provisioned throughput above 125 MB/s", "gp3", market.stack.region)
    nodes = nodes_from_hours(hours)
    extra = 0 if holds.use_local_nvme else ROOT_THROUGHPUT_MBPS - GP3_INCLUDED_MBPS
    return _nodes_price(market, hours, offer) + _priced(nodes, holds.root_volume_gib, gp3) + _priced(nodes, extra, fast)


def _nodes_price(market: Market, hours: Range, offer: Offer) -> Range:
    """
    Return the price of the node-hours: of a reserved base as many nodes are reserved as always run, further ones are bought on demand.
    """
    if offer.purchase != "reserved" or hours.expected is None:
        return hours.times(offer.rate.price)
    within, beyond = split_hours(hours, hours.expected)
    plain = rate_of(market.catalog, market.stack, offer.types[0].name, "on-demand").price
    more = ZERO if beyond == ZERO else beyond.times(Range.exactly(None if plain is None else plain.amount))
    return within.times(offer.rate.price) + more


def _priced(nodes: Range, each: int, price: Price | None) -> Range:
    """
    Return the price of *each* units on every node; nothing where there is no unit, unknown where there is no price.
    """
    if each == 0:
        return ZERO
    return nodes.times(Range.exactly(each)).times(Range.exactly(None if price is None else price.amount))


def _part(amount: Decimal | None, own: int, whole: int) -> Decimal | None:
    if amount is None or not whole:
        return amount
    exact = Fraction(amount) * Fraction(own, whole)
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(_CENT_OF_A_CENT, ROUND_HALF_EVEN)
