"""
The three shapes that the lines of a service take: by the hour, by what the resource says, and by use.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from servewright.cost.model import NotPriced
from servewright.cost.properties import UnreadableProperty, dotted, read
from servewright.cost.registry import Priced, catalog_line, priced_line
from servewright.cost.usage import tiered_lines, usage_of
from servewright.ranges import Range
from servewright.units import HOURS_PER_MONTH

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

Key = tuple[str, str, str]
"""
Service, component and variant of a row of the price table.
"""


def all_month(
    record: ResourceRecord, context: Context, key: Key, *, component: str, name: str, count: int | None = 1, why: str | None = None
) -> Priced:
    """
    Return the line of *count* things that are billed for every hour of the month; *why* is the reason where their number is not known.
    """
    hours = Range.exactly(None if count is None else count * HOURS_PER_MONTH)
    return catalog_line(record, context, key, why=why, component=component, model=None, name=name, unit="hours", quantity=hours)


def stated(
    record: ResourceRecord,
    context: Context,
    key: Key,
    *,
    component: str,
    name: str,
    unit: str,
    count: Decimal | int,
    region: str | None = None,
) -> Priced:
    """
    Return the line of *count* units a month that the resource itself states.
    """
    quantity = Range.exactly(count)
    return catalog_line(record, context, key, region=region, component=component, model=None, name=name, unit=unit, quantity=quantity)


def by_use(
    record: ResourceRecord, context: Context, key: Key, usage_key: str, *, component: str, name: str, unit: str, per_unit: int = 1
) -> Priced:
    """
    Return the lines of the month's *usage_key*, tier by tier; *per_unit* of its units make one unit of the price.

    Use that is certain to be nothing has no line.
    """
    used = usage_of(record, usage_key, context)
    quantity = in_units_of(used.quantity, per_unit)
    if quantity.known and not quantity.max:
        return used.basis
    lines = tiered_lines(
        record, context, key, quantity=quantity, name=name, per_unit=per_unit, why=used.why, component=component, model=None, unit=unit
    )
    return lines + used.basis


def no_row(record: ResourceRecord, *, component: str, name: str, unit: str, why: str) -> Priced:
    """
    Return a line that is due and that no row of the price table fits.
    """
    missing = {"unit_price": Range.unknown(), "source": None, "as_of": None, "as_of_from": None, "purchase": None}
    return priced_line(record, why=why, component=component, model=None, name=name, unit=unit, quantity=Range.unknown(), **missing)


def elsewhere(what: str, requests: str) -> Priced:
    """
    Return what flows because of a resource and is paid elsewhere.
    """
    return Priced(not_priced=(NotPriced(what=what, requests=requests),))


def scaled(quantity: Range, factor: Decimal) -> Range:
    """
    Return *quantity* in other units.
    """
    return quantity.times(Range.exactly(factor))


def in_units_of(quantity: Range, count: int) -> Range:
    """
    Return *quantity* in units of *count*; dividing keeps 0 and whole numbers as they are written.
    """

    def divided(value: Decimal | None) -> Decimal | None:
        return None if value is None else value / count

    return Range(divided(quantity.min), divided(quantity.expected), divided(quantity.max))


def entries(record: ResourceRecord, *keys: str | int) -> int | None:
    """
    Return how many entries the list at *keys* has: 0 where it is absent, None where the whole list is not known before deployment.

    Its entries may be unknown one by one: three subnets that do not exist yet are three subnets.
    """
    try:
        value = read(record, *keys)
    except UnreadableProperty:
        return None
    if value is None:
        return 0
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise UnreadableProperty(record, dotted(*keys), "is not a list")
    return len(value)


def says(record: ResourceRecord, key: str) -> bool:
    """
    Tell whether the resource sets *key* at all, be the value known or not.
    """
    return record.inputs.get(key) not in (None, "", [], {})
