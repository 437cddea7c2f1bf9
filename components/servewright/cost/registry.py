"""
Which pricer owns which type, and what a pricer gets and gives.

Every type is priced by a function, free with a reason, or unsupported (loud). A pricer is a pure function of one record and the
context; it states quantities and where the price stands, and never turns something unknown into 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from servewright.catalog.partitions import other_partition
from servewright.catalog.usage import NO_USAGE, Usage
from servewright.cost.model import Line, NotPriced, Unknown
from servewright.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from servewright.catalog.query import Catalog
    from servewright.cost.records import ResourceRecord


_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """
    What a pricer may look at beside its own record: all custom resources and the components of installed operators by type, in order of
    their URNs, the catalogue, what the user says about *usage*, and the day *as_of* which dated tables are read.
    """

    catalog: Catalog
    by_type: Mapping[str, tuple[ResourceRecord, ...]]
    usage: Usage = NO_USAGE
    as_of: date | None = None
    _answers: dict[tuple[object, str], object] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def today(self) -> date:
        """
        The day that dated tables are read for: the catalogue's build date where none was given.
        """
        return self.as_of or self.catalog.build_date

    def once(self, ask: Callable[[ResourceRecord, Context], _Answer], record: ResourceRecord) -> _Answer:
        """
        Return what *ask*, a function of its two arguments alone, says of *record*: worked out once for a bill, however many pricers ask.
        """
        key = (ask, record.urn)
        if key not in self._answers:
            self._answers[key] = ask(record, self)
        return cast("_Answer", self._answers[key])

    def of_type(self, type_token: str) -> tuple[ResourceRecord, ...]:
        """
        Return the resources of *type_token*.
        """
        return self.by_type.get(type_token, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """
    What one resource puts on the bill. *free* is the reason why it costs nothing by itself; *assumed* names the assumed constants that
    its quantities use; *assumptions* are sentences of its own.
    """

    lines: tuple[Line, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    not_priced: tuple[NotPriced, ...] = ()
    assumptions: tuple[str, ...] = ()
    assumed: frozenset[str] = field(default_factory=frozenset)
    free: str | None = None

    def __add__(self, other: Priced) -> Priced:
        return Priced(
            lines=self.lines + other.lines,
            unknown=self.unknown + other.unknown,
            not_priced=self.not_priced + other.not_priced,
            assumptions=self.assumptions + other.assumptions,
            assumed=self.assumed | other.assumed,
            free=self.free or other.free,
        )


Pricer = Callable[["ResourceRecord", Context], Priced]

_PRICERS: Final[dict[str, Pricer]] = {}


def prices(*type_tokens: str) -> Callable[[Pricer], Pricer]:
    """
    Make the decorated function the pricer of *type_tokens*; a type has one.
    """

    def register(pricer: Pricer) -> Pricer:
        for token in type_tokens:
            if token in _PRICERS:
                msg = f"{token} has two pricers"
                raise ValueError(msg)
            _PRICERS[token] = pricer
        return pricer

    return register


def free(type_token: str, reason: str) -> None:
    """
    Declare that resources of *type_token* cost nothing by themselves, because of *reason*.
    """

    @prices(type_token)
    def costs_nothing(_record: ResourceRecord, _context: Context) -> Priced:
        return Priced(free=reason)


def pricer_of(type_token: str) -> Pricer | None:
    """
    Return the pricer of *type_token*, None where the type is unsupported.
    """
    return _PRICERS.get(type_token)


def known_types() -> tuple[str, ...]:
    """
    Return all types that are priced or free, sorted.
    """
    return tuple(sorted(_PRICERS))


def joined(parts: Iterable[Priced]) -> Priced:
    """
    Return *parts* as one.
    """
    return reduce(Priced.__add__, parts, Priced())


def priced_line(record: ResourceRecord, *, why: str | None = None, **fields: Any) -> Priced:  # noqa: ANN401 - the fields of Line
    """
    Return the line of *record* with *fields*, and its Unknown with the reason *why* where its amount is not known.
    """
    line = Line(resource=record.urn, region=fields.pop("region", record.region or "unknown"), **fields)
    if line.monthly.known:
        return Priced(lines=(line,))
    return Priced(lines=(line,), unknown=(Unknown(id=line.id, resource=record.urn, what=line.name, why=why or "not known"),))


def catalog_line(
    record: ResourceRecord,
    context: Context,
    key: tuple[str, str, str],
    *,
    region: str | None = None,
    why: str | None = None,
    **fields: Any,  # noqa: ANN401 - the fields of Line
) -> Priced:
    """
    Return the line of *record* whose unit price stands in the catalogue under *key* (service, component, variant).

    *region* is that of the price where it is not the record's own; worldwide prices hold in the partition `aws` only. Without a region or
    a price the line is unknown; *why* is the reason where the quantity is.
    """
    abroad = record.region is not None and other_partition(record.region) is not None
    place = record.region if abroad else region or record.region
    price = None if place is None else context.catalog.price(*key, place)
    if price is None:
        gap = "the region is not known" if place is None else context.catalog.price_gap(key[0], place)
        why = f"no price for {key[0]} {key[1]}: {gap}"
    return priced_line(
        record,
        why=why,
        region=place or "unknown",
        purchase=None,
        unit_price=Range.unknown() if price is None else Range.exactly(price.amount),
        source=None if price is None else price.source,
        as_of=None if price is None else price.as_of,
        as_of_from=None if price is None else price.as_of_from,
        **fields,
    )
