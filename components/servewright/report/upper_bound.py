"""
What is unknown on a bill, at a price that is known: instance hours that are bought ahead or on spot, as if they were bought on demand.

A figure beside the bill, never on it: there unknown stays unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from servewright.catalog.rates import hourly_rate
from servewright.ranges import Range, total

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.cost.model import Bill, Line

_DEARER: Final = "on-demand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """
    The instance hours of the line *id* at the on-demand price of their *instance_type*.
    """

    id: str
    instance_type: str
    monthly: Range


def bounds_of(bill: Bill, catalog: Catalog) -> tuple[Bound, ...]:
    """
    Return a bound for each unknown line of *bill* that has one: hours not bought on demand, of a type whose on-demand price is known.
    """
    unknown = {each.id for each in bill.unknown}
    found = (_bound(line, catalog) for line in bill.lines if line.id in unknown)
    return tuple(each for each in found if each is not None)


def bounded_total(bill: Bill, bounds: tuple[Bound, ...]) -> Range | None:
    """
    Return the month of *bill* with *bounds* in the place of what is unknown; None where a part has none.
    """
    by_line = {each.id: each.monthly for each in bounds}
    if bill.complete or bill.unsupported or not {each.id for each in bill.unknown} <= set(by_line):
        return None
    whole = total(line.monthly if line.monthly.known else by_line.get(line.id, line.monthly) for line in bill.lines)
    return whole if whole.known else None


def _bound(line: Line, catalog: Catalog) -> Bound | None:
    instance = catalog.instance(line.name.partition(" (")[2].partition(",")[0])
    if instance is None or line.purchase in (None, _DEARER):
        return None
    price = hourly_rate(catalog, instance.name, line.region, _DEARER).price
    if price is None:
        return None
    return Bound(id=line.id, instance_type=instance.name, monthly=line.quantity.times(Range.exactly(price.amount)))
