"""
The hours of EC2 instances: how many, of which types, how bought.

    hours  = instances x 730
    price  = the region's, as Linux on shared tenancy; over several types from the lowest to the highest

The rate is that of `catalog.rates`, as everywhere. Which of several types launches is the strategy's: the first of the list, or the
cheapest. One type without a price could be the cheapest or the dearest: the price of the whole list is then unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from servewright.catalog.rates import hourly_rate
from servewright.cost.properties import UnreadableProperty
from servewright.cost.registry import Context, Priced, priced_line
from servewright.plan.pool_price import PoolRate, pool_rate
from servewright.ranges import Range
from servewright.units import HOURS_PER_MONTH

if TYPE_CHECKING:
    from servewright.catalog.model import Purchase, Rate
    from servewright.cost.records import ResourceRecord

COMPONENT: Final = "EC2 instances"

_LINUX: Final = "EC2 hours are priced as Linux on shared tenancy: what an image's licence adds is not on the resource"
_BURSTABLE: Final = "t"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """
    Instances of one group: the *types* that may launch, in order. *first* is True where the first one is expected, else the cheapest.
    """

    types: tuple[str, ...]
    purchase: Purchase
    first: bool = False


def instance_hours(
    record: ResourceRecord,
    context: Context,
    fleet: Fleet,
    instances: Range,
    *,
    why: str | None = None,
    component: str = COMPONENT,
    label: str = "instance hours",
) -> Priced:
    """
    Return the line of *instances* of *fleet* all month; *why* is the reason where their number is not known.
    """
    if record.region is None:
        raise UnreadableProperty(record, "region", "is not known")
    rates = tuple(hourly_rate(context.catalog, name, record.region, fleet.purchase) for name in fleet.types)
    gap = "; ".join(f"{rate.instance_type} {fleet.purchase}: {rate.reason or 'no price'}" for rate in rates if rate.price is None)
    rate = _expected(pool_rate(rates), rates, fleet)
    price = None if gap else rate.expected.price
    line = priced_line(
        record,
        why="; ".join(reason for reason in (gap, why) if reason) or None,
        component=component,
        model=None,
        purchase=fleet.purchase,
        name=f"{label} ({_named(rate.expected.instance_type, fleet)}, {fleet.purchase})",
        unit="hours",
        quantity=instances.times(Range.exactly(HOURS_PER_MONTH)),
        unit_price=rate.price,
        source=None if price is None else price.source,
        as_of=None if price is None else price.as_of,
        as_of_from=None if price is None else price.as_of_from,
    )
    return line + Priced(assumptions=(_LINUX, *_credits(record, fleet)))


def component_of(context: Context, types: tuple[str, ...]) -> str:
    """
    Return what nodes of *types* are called on the bill.
    """
    known = (context.catalog.instance(name) for name in types)
    return "GPU nodes" if any(each is not None and each.gpu_count > 0 for each in known) else "CPU nodes"


def _expected(rate: PoolRate, rates: tuple[Rate, ...], fleet: Fleet) -> PoolRate:
    """
    Return *rate* with the type that the fleet's strategy launches as the expected one.
    """
    if not fleet.first or rates[0].price is None:
        return rate
    amount = None if rate.price.expected is None else rates[0].price.amount
    return PoolRate(expected=rates[0], price=Range(rate.price.min, amount, rate.price.max))


def _named(expected: str, fleet: Fleet) -> str:
    others = len(set(fleet.types)) - 1
    return expected if others < 1 else f"{expected} or {others} other {'type' if others == 1 else 'types'}"


def _credits(record: ResourceRecord, fleet: Fleet) -> tuple[str, ...]:
    """
    Return what burstable types may cost beyond their hours.
    """
    burstable = [name for name in fleet.types if name.startswith(_BURSTABLE) and name[1:2].isdigit()]
    if not burstable:
        return ()
    return (f"{record.name}: CPU credits that {burstable[0]} uses beyond its baseline are not counted",)
