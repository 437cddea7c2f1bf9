"""
The ways to buy a placement's nodes: the types a pool may admit, its purchase option, and the fallback where spot has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from servewright.plan.packing import assumed_daemonsets, replicas_per_node
from servewright.plan.pool_price import PoolRate, pool_rate, rate_of
from servewright.plan.spot import NO_INTERRUPTION, SpotEffects, spot_effects

if TYPE_CHECKING:
    from servewright.catalog.model import InstanceType
    from servewright.catalog.query import Catalog
    from servewright.plan.model import PodResources, Purchase, Role
    from servewright.plan.shapes import Shape
    from servewright.spec.request import Capacity, ModelRequest, Stack


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
class Offer:
    """
    One way to buy the nodes, before its hours are known: *types* cheapest first, *expected_share* of the hours, *max_share* of the
    replicas at most.
    """

    role: Role
    purchase: Purchase
    types: tuple[InstanceType, ...]
    rate: PoolRate
    effects: SpotEffects
    expected_share: Decimal
    max_share: Decimal


def allowed(market: Market, instance: InstanceType, shape: Shape) -> bool:
    """
    Tell whether *instance* may carry *shape*: not excluded, whole GPUs and enough of them, within the request's pins, and on spot
    under an availability SLO only with a published interruption band (assumption spot_band_missing).
    """
    pins = market.request.instance_types
    whole = instance.gpu_count == int(instance.gpu_count) and instance.gpu_count >= shape.tensor_parallel
    return instance.excluded is None and whole and (not pins or instance.name in pins) and not _too_uncertain(market, instance)


def _too_uncertain(market: Market, instance: InstanceType) -> bool:
    if market.capacity.purchase != "spot" or market.request.slo.availability is None:
        return False
    rate = rate_of(market.catalog, market.stack, instance.name, "spot")
    return rate.price is not None and rate.interruption_band is None


def equivalents(market: Market, shape: Shape, instance: InstanceType, pod: PodResources, per_node: int) -> tuple[InstanceType, ...]:
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
        same = other.gpu_count == instance.gpu_count and allowed(market, other, shape) and other.name != instance.name
        if not same or replicas_per_node(other, pod, assumed_daemonsets(market.catalog)) != per_node:
            continue
        price = rate_of(market.catalog, market.stack, other.name, "spot").price
        # A cheaper one is a placement of its own: there it is the first, and this type the equivalent.
        if price is not None and own is not None and ceiling is not None and own.amount <= price.amount <= ceiling.amount:
            others.append((price.amount, other.name, other))
    return (instance, *(o for _, _, o in sorted(others, key=lambda entry: entry[:2])))


def offers(market: Market, types: tuple[InstanceType, ...]) -> tuple[Offer, ...]:
    """
    Return the offers, the one filled first in front. A price that is not known stays unknown.
    """
    purchase, fallback = market.capacity.purchase, market.capacity.fallback
    rate = pool_rate(tuple(rate_of(market.catalog, market.stack, t.name, purchase) for t in types))
    spot = purchase == "spot"
    effects = spot_effects(market.catalog, rate.expected.interruption_band) if spot else NO_INTERRUPTION
    share = min(effects.fallback_share, fallback.max_share) if fallback is not None else Decimal(0)
    main = Offer(
        role=market.capacity.share,
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
    return (
        main,
        Offer(
            role="fallback",
            purchase=fallback.purchase,
            types=(spare[0],),
            rate=spare[1],
            effects=NO_INTERRUPTION,
            expected_share=share,
            max_share=fallback.max_share,
        ),
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
