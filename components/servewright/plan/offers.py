"""
The ways to buy the nodes of a share: the types a pool may admit, its purchase option, and the fallback where spot has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from servewright.catalog.model import Commitment
from servewright.errors import InternalError
from servewright.plan.packing import assumed_daemonsets, replicas_per_node
from servewright.plan.pool_price import PoolRate, pool_rate, rate_of
from servewright.plan.spot import NO_INTERRUPTION, SpotEffects, spot_effects

if TYPE_CHECKING:
    from servewright.catalog.model import InstanceType, Rate
    from servewright.catalog.query import Catalog
    from servewright.plan.model import PodResources, Purchase, Role
    from servewright.spec.request import BaseCapacity, Capacity, ModelRequest, ShareName, Stack


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """
    Where and how capacity is bought: the same for all models of a stack.
    """

    catalog: Catalog
    stack: Stack
    capacity: Capacity


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """
    One way to buy the nodes, before its hours are known: *types* cheapest first, *expected_share* of the share's hours, *max_share* of
    its replicas at most. *commitment* holds the terms of what is bought ahead.
    """

    role: Role
    purchase: Purchase
    types: tuple[InstanceType, ...]
    rate: PoolRate
    effects: SpotEffects
    expected_share: Decimal
    max_share: Decimal
    commitment: Commitment | None = None


def commitment_of(base: BaseCapacity | None) -> Commitment | None:
    """
    Return the terms under which the base is bought ahead, None where it is plain on-demand.
    """
    if base is None or base.purchase == "on-demand":
        return None
    return Commitment(term=base.term, payment=base.payment, rate=base.rate, reservation=base.reservation)


def share_rate(market: Market, share: ShareName, instance: InstanceType) -> Rate:
    """
    Return the rate of *instance* as *share* buys it first.
    """
    base, burst = market.capacity.base, market.capacity.burst
    if share == "base" and base is not None:
        return rate_of(market.catalog, market.stack, instance.name, base.purchase, commitment_of(base))
    if burst is None:
        msg = f"the share {share} is not bought"
        raise InternalError(msg)
    return rate_of(market.catalog, market.stack, instance.name, burst.purchase)


def allowed(market: Market, request: ModelRequest, instance: InstanceType, gpus: int) -> bool:
    """
    Tell whether *instance* may carry replicas of *gpus* GPUs: not excluded, whole GPUs and enough of them, within the request's pins, and
    on spot under an availability SLO only with a published interruption band (assumption spot_band_missing).
    """
    pins = request.instance_types
    whole = instance.gpu_count == int(instance.gpu_count) and instance.gpu_count >= gpus
    return instance.excluded is None and whole and (not pins or instance.name in pins) and not too_uncertain(market, request, instance)


def too_uncertain(market: Market, request: ModelRequest, instance: InstanceType) -> bool:
    """
    Tell whether *instance* would serve an availability SLO on spot alone although nobody says how often it is interrupted.
    """
    if not market.capacity.spot or market.capacity.base is not None or request.slo.availability is None:
        return False
    rate = rate_of(market.catalog, market.stack, instance.name, "spot")
    return rate.price is not None and rate.interruption_band is None


def equivalents(
    market: Market, requests: tuple[ModelRequest, ...], instance: InstanceType, pod: PodResources, per_node: int
) -> tuple[InstanceType, ...]:
    """
    Return the types a spot pool may admit beside *instance*, by price: those that hold as many replicas of the same pod on as many GPUs
    and cost no more than the on-demand price of *instance*; they make an interruption less likely to find no capacity.
    """
    ceiling = rate_of(market.catalog, market.stack, instance.name, "on-demand").price
    own = rate_of(market.catalog, market.stack, instance.name, "spot").price
    if own is None or ceiling is None or instance.gpu_id is None:
        return (instance,)
    # A cheaper one is a placement of its own, there it is the first; beside a base it may come in, since the base fixes the placement.
    floor = own.amount if market.capacity.base is None else Decimal(0)
    found = [(own.amount, instance.name, instance)]
    for other in market.catalog.instances_with_gpu(instance.gpu_id):
        same = other.gpu_count == instance.gpu_count and other.name != instance.name
        if not same or not all(allowed(market, request, other, pod.gpus) for request in requests):
            continue
        if replicas_per_node(other, pod, assumed_daemonsets(market.catalog)) != per_node:
            continue
        price = rate_of(market.catalog, market.stack, other.name, "spot").price
        if price is not None and floor <= price.amount <= ceiling.amount:
            found.append((price.amount, other.name, other))
    if market.capacity.base is None:
        return (instance, *(other for _, _, other in sorted(found[1:], key=lambda entry: entry[:2])))
    return tuple(other for _, _, other in sorted(found, key=lambda entry: entry[:2]))


def offers(
    market: Market, share: ShareName, types: tuple[InstanceType, ...], held_fallback: tuple[InstanceType, ...] = ()
) -> tuple[Offer, ...]:
    """
    Return the offers of *share*, the one filled first in front. A price that is not known stays unknown.

    *held_fallback* are the types that a lock holds for the fallback; without them it is the cheapest of *types*.
    """
    if share == "base":
        return (_base_offer(market, types[0]),)
    burst = market.capacity.burst
    if burst is None:
        msg = "the burst is not bought"
        raise InternalError(msg)
    rate = pool_rate(tuple(rate_of(market.catalog, market.stack, t.name, burst.purchase) for t in types))
    effects = spot_effects(market.catalog, rate.expected.interruption_band) if burst.purchase == "spot" else NO_INTERRUPTION
    part = min(effects.fallback_share, burst.fallback.max_share) if burst.fallback is not None else Decimal(0)
    main = Offer(
        role="burst",
        purchase=burst.purchase,
        types=types,
        rate=rate,
        effects=effects,
        expected_share=1 - part,
        max_share=Decimal(1),
    )
    if burst.fallback is None:
        return (main,)
    spare = _cheapest_on_demand(market, held_fallback or types)
    return (
        main,
        Offer(
            role="fallback",
            purchase=burst.fallback.purchase,
            types=(spare[0],),
            rate=spare[1],
            effects=NO_INTERRUPTION,
            expected_share=part,
            max_share=burst.fallback.max_share,
        ),
    )


def _base_offer(market: Market, instance: InstanceType) -> Offer:
    base = market.capacity.base
    if base is None:
        msg = "the base is not bought"
        raise InternalError(msg)
    return Offer(
        role="base",
        purchase=base.purchase,
        types=(instance,),
        rate=pool_rate((share_rate(market, "base", instance),)),
        effects=NO_INTERRUPTION,
        expected_share=Decimal(1),
        max_share=Decimal(1),
        commitment=commitment_of(base),
    )


def _cheapest_on_demand(market: Market, types: tuple[InstanceType, ...]) -> tuple[InstanceType, PoolRate]:
    """
    Return the type for the fallback: the cheapest with a known price, else the first.
    """
    entries = [(t, pool_rate((rate_of(market.catalog, market.stack, t.name, "on-demand"),))) for t in types]
    priced = [(rate.price.expected, t.name, t, rate) for t, rate in entries if rate.price.expected is not None]
    if not priced:
        return entries[0]
    _, _, instance, rate = min(priced, key=lambda entry: entry[:2])
    return instance, rate
