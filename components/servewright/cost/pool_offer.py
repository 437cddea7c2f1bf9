"""
What the nodes of a pool are and cost: the type expected to launch, and the range of prices over all that it admits.

    price = of each admitted type, in the pool's region, as it is bought; the cheapest is expected
    spot with on-demand nodes in their place: max is the on-demand price
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from servewright.catalog.rates import hourly_rate
from servewright.cost.properties import UnreadableProperty
from servewright.cost.requirements import INSTANCE_TYPE
from servewright.plan.pool_price import PoolRate, pool_rate
from servewright.ranges import Range

if TYPE_CHECKING:
    from servewright.catalog.model import InstanceType, Purchase, Rate
    from servewright.cost.pool import Pool
    from servewright.cost.registry import Context

_OPEN: Final = "it names neither types nor families: EC2 has more types than our price table"
_NAMED_GAPS: Final = 3
"""
How many types without a price are named one by one; a pool may admit hundreds.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolOffer:
    """
    What a pool's nodes are and cost: *instance* is the type expected to launch. *price_gap* says why the price is unknown, else None.
    """

    pool: Pool
    instance: InstanceType
    rate: PoolRate
    price_gap: str | None


def offer_of(pool: Pool, context: Context) -> PoolOffer:
    """
    Return what the nodes of *pool* are and cost.
    """
    region = pool.record.region
    if region is None:
        raise UnreadableProperty(pool.record, "region", "is not known")
    rates = _rates(pool, pool.purchase, region, context)
    rate = pool_rate(rates)
    if pool.fallback:
        rate = _with_fallback(rate, pool_rate(_rates(pool, "on-demand", region, context)))
    return PoolOffer(
        pool=pool,
        instance=instance_of(pool, rate.expected.instance_type, context),
        rate=PoolRate(expected=rate.expected, price=Range.unknown()) if pool.open_types else rate,
        price_gap=_OPEN if pool.open_types else _price_gap(rates, pool),
    )


def _rates(pool: Pool, purchase: Purchase, region: str, context: Context) -> tuple[Rate, ...]:
    types = pool.instance_types
    return tuple(hourly_rate(context.catalog, name, region, purchase, pool.zones, commitment=pool.commitment) for name in types)


def _with_fallback(spot: PoolRate, demand: PoolRate) -> PoolRate:
    """
    Return the rate of a pool that takes on-demand nodes when there are no spot ones: they are its dearest.
    """
    high = None if demand.price.max is None else max(demand.price.max, spot.price.max or demand.price.max)
    return PoolRate(expected=spot.expected, price=Range(spot.price.min, spot.price.expected, high))


def _price_gap(rates: tuple[Rate, ...], pool: Pool) -> str | None:
    missing = [f"{rate.instance_type} {pool.purchase}: {rate.reason or 'no price'}" for rate in rates if rate.price is None]
    more = len(missing) - _NAMED_GAPS
    named = "; ".join(missing if more <= 0 else missing[:_NAMED_GAPS]) or None
    return named if more <= 0 else f"{named}; and {more} more of {len(rates)} types"


def instance_of(pool: Pool, name: str, context: Context) -> InstanceType:
    """
    Return the instance type *name*, which *pool* admits.
    """
    instance = context.catalog.instance(name)
    if instance is None:
        raise UnreadableProperty(pool.record, INSTANCE_TYPE, f"names a type that the catalogue does not have: {name}")
    return instance
