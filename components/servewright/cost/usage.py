"""
Quantities that a resource does not say itself: from the user's usage file, else the documented default, named among the assumptions.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from servewright.cost.registry import Context, Priced, joined, priced_line
from servewright.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.catalog.prices import PriceTier
    from servewright.catalog.usage import UsageDefault
    from servewright.cost.records import ResourceRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """
    The *quantity* of a month in the default's unit, *given* True where the user said it.
    """

    quantity: Range
    given: bool
    default: UsageDefault
    record: ResourceRecord

    @property
    def basis(self) -> Priced:
        """
        What goes to the foot of the bill: nothing where the user said it, else the default in words.
        """
        return Priced() if self.given else Priced(assumptions=(_words(self),))

    @property
    def why(self) -> str:
        """
        Why the quantity is unknown, where it is: nothing but the user can say it.
        """
        return f"depends on use: give {self.default.key} ({self.default.unit} a month) of {self.record.name} in a usage file"


def usage_of(record: ResourceRecord, key: str, context: Context) -> Used:
    """
    Return how much *key* of *record* a month has. Each key has a row in usage_defaults.csv; InternalError where it has none.
    """
    default = context.catalog.usage_defaults.default(record.type, key)
    said = context.usage.given(record.urn, record.type, record.name, key)
    return Used(quantity=default.quantity if said is None else said, given=said is not None, default=default, record=record)


def tiered_lines(
    record: ResourceRecord,
    context: Context,
    key: tuple[str, str, str],
    *,
    quantity: Range,
    name: str,
    per_unit: int = 1,
    why: str | None = None,
    **fields: Any,  # noqa: ANN401 - the fields of Line
) -> Priced:
    """
    Return one line for each tier of the price under *key* that *quantity* reaches, so that price times quantity stays exact.

    *per_unit* is how many of the units that the tiers are bounded in make one unit of the price (10,000,000 samples). The first tier
    keeps *name*; later ones say from where on they count. An unknown quantity or price gives one unknown line, as does what no tier has.
    """
    place = fields.pop("region", None) or record.region
    tiers = () if place is None else context.catalog.price_tiers(*key, place)
    if not tiers:
        gap = "the region is not known" if place is None else context.catalog.price_gap(key[0], place)
        missing = {"unit_price": Range.unknown(), "source": None, "as_of": None, "as_of_from": None, "purchase": None}
        why = f"no price for {key[0]} {key[1]}: {gap}"
        return priced_line(record, why=why, region=place or "unknown", name=name, quantity=quantity, **missing, **fields)
    lines = []
    for tier in tiers:
        start, end = tier.start / per_unit, None if tier.end is None else tier.end / per_unit
        part = _between(quantity, start, end)
        if start and part.known and not part.max:
            continue
        lines.append(
            priced_line(
                record,
                why=why,
                region=place,
                name=_beyond(name, start),
                quantity=part,
                purchase=None,
                unit_price=Range.exactly(tier.price.amount),
                source=tier.price.source,
                as_of=tier.price.as_of,
                as_of_from=tier.price.as_of_from,
                **fields,
            )
        )
        if not quantity.known:
            break
    return joined([*lines, *_uncovered(record, tiers, quantity, region=place, name=name, per_unit=per_unit, **fields)])


def _uncovered(
    record: ResourceRecord,
    tiers: tuple[PriceTier, ...],
    quantity: Range,
    *,
    name: str,
    per_unit: int,
    **fields: Any,  # noqa: ANN401 - the fields of Line
) -> Iterator[Priced]:
    """
    Yield an unknown line for what *quantity* has where no tier of the table is: nothing continues a price.
    """
    last = tiers[-1]
    missing = {"unit_price": Range.unknown(), "source": None, "as_of": None, "as_of_from": None, "purchase": None}
    for low, high in _holes(tiers):
        start, end = low / per_unit, None if high is None else high / per_unit
        if quantity.max is None or quantity.max <= start:
            return
        words = f"ends at {low}" if high is None else f"has nothing from {low} to {high}"
        why = f"the price table {words} for {last.service} {last.component} in {last.region}"
        yield priced_line(record, why=why, name=_beyond(name, start), quantity=_between(quantity, start, end), **missing, **fields)


def _holes(tiers: tuple[PriceTier, ...]) -> Iterator[tuple[Decimal, Decimal | None]]:
    """
    Yield from where to where no tier is, upwards; None as the end where nothing follows.
    """
    reached = Decimal(0)
    for tier in tiers:
        if tier.start > reached:
            yield reached, tier.start
        if tier.end is None:
            return
        reached = tier.end
    yield reached, None


def _beyond(name: str, start: Decimal) -> str:
    """
    Return the name of the tier from *start* on: before the brackets, so that each tier is a line with an id of its own.
    """
    head, bracket, detail = name.partition(" (")
    return f"{head} beyond {start.normalize():f}{bracket}{detail}" if start else name


def _between(quantity: Range, start: Decimal, end: Decimal | None) -> Range:
    def part(value: Decimal | None) -> Decimal | None:
        return None if value is None else max((value if end is None else min(value, end)) - start, start - start)

    return Range(part(quantity.min), part(quantity.expected), part(quantity.max))


def _words(used: Used) -> str:
    row, quantity = used.default, used.quantity
    if not quantity.known:
        return f"{used.record.name}: {row.key} is not known and not counted; give it in a usage file"
    between = "" if quantity.min == quantity.max else f" ({quantity.min} to {quantity.max})"
    return f"{used.record.name}: {row.key} = {quantity.expected} {row.unit} a month{between}, a default ({row.kind}): {row.remark}"
