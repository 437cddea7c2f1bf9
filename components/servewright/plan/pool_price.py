"""
The price of a pool a month, from the same rates and the same node-hours that the bill uses.

    monthly = node-hours x hourly rate
            + mean nodes (node-hours / 730) x (root volume GiB x gp3 price + MB/s above 125 x throughput price)

A spot pool may admit several types: the cheapest is expected to launch, the others widen min and max. Hours beyond the reserved nodes
are bought on demand.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from servewright.catalog.rates import hourly_rate
from servewright.ranges import Range

if TYPE_CHECKING:
    from servewright.catalog.model import Commitment, Rate
    from servewright.catalog.query import Catalog
    from servewright.plan.model import Purchase
    from servewright.spec.request import Stack


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolRate:
    """
    What an hour of a pool's node costs: *expected* is the rate of the type expected to launch, *price* the range over all admitted types.
    """

    expected: Rate
    price: Range


def rate_of(catalog: Catalog, stack: Stack, instance_type: str, purchase: Purchase, commitment: Commitment | None = None) -> Rate:
    """
    Return the one rate of *instance_type* for this stack's region and zones, under the terms of *commitment*.
    """
    return hourly_rate(catalog, instance_type, stack.region, purchase, stack.zones, commitment=commitment)


def pool_rate(rates: tuple[Rate, ...]) -> PoolRate:
    """
    Return the rate of a pool that admits the types of *rates*: the cheapest is expected, ties by name.

    One admitted type without a price could be the cheapest or the dearest: nothing is left to say about the pool's price.
    """
    known = sorted((r for r in rates if r.price is not None), key=_by_price)
    if len(known) < len(rates):
        return PoolRate(expected=known[0] if known else rates[0], price=Range.unknown())
    amounts = [known[0].price.amount if known[0].price is not None else Decimal(0)]
    lows = [r.low if r.low is not None else _amount(r) for r in known]
    highs = [r.high if r.high is not None else _amount(r) for r in known]
    return PoolRate(expected=known[0], price=Range(min(lows), amounts[0], max(highs)))


def split_hours(hours: Range, ahead: Decimal) -> tuple[Range, Range]:
    """
    Return the *hours* within the *ahead* ones that are bought ahead, and those beyond.
    """
    members = (hours.min, hours.expected, hours.max)
    within = Range(*(None if each is None else min(each, ahead) for each in members))
    beyond = Range(*(None if each is None else max(Decimal(0), each - ahead) for each in members))
    return within, beyond


def _by_price(rate: Rate) -> tuple[Decimal, str]:
    return _amount(rate), rate.instance_type


def _amount(rate: Rate) -> Decimal:
    return Decimal("Infinity") if rate.price is None else rate.price.amount
