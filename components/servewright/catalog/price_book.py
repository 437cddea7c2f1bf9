"""
A private price book laid over the catalogue: absolute prices, and percent off the prices that were there before it.

What the book sets absolutely holds, whatever its discounts say. Of its discounts the last that fits a price wins; they do not add up.
An absolute price takes the place of all tiers of a unit price, and of the zones' spot band. Plan and bill look their prices up in the
catalogue that comes out, so both use the book.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from servewright.catalog.instance_prices import InstancePrice
from servewright.catalog.model import Price
from servewright.catalog.prices import PriceTier
from servewright.catalog.rates import CPU_COMPONENT, CPU_SERVICE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from servewright.catalog.instance_prices import Offer
    from servewright.catalog.query import Catalog

BOOK: Final = "price book "
"""
How the source of a price begins that a book sets; its name, its day and what it rests on follow.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """
    The *share* (0..1) that is taken off each price that fits. Empty and None fit everything; *instance_types* are names or patterns.

    *purchase* and *instance_types* only fit instance hours. *free* is why nothing is left, where the share is 1.
    """

    share: Decimal
    service: str | None = None
    purchase: Offer | None = None
    regions: tuple[str, ...] = ()
    instance_types: tuple[str, ...] = ()
    free: str | None = None

    def fits_hours(self, instance_type: str, region: str, purchase: Offer) -> bool:
        """
        Tell whether instance hours of this kind are discounted.
        """
        named = not self.instance_types or any(fnmatchcase(instance_type, pattern) for pattern in self.instance_types)
        return self.service in (None, CPU_SERVICE) and self.purchase in (None, purchase) and self._there(region) and named

    def fits_units(self, service: str, region: str) -> bool:
        """
        Tell whether the unit prices of *service*, instance hours apart, are discounted in *region*.
        """
        hours_only = self.purchase is not None or bool(self.instance_types)
        return not hours_only and self.service in (None, service) and self._there(region)

    def _there(self, region: str) -> bool:
        return not self.regions or region in self.regions


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceHours:
    """
    What an hour of a type costs in a region under a purchase option, in USD. *free* says why, where it is 0.
    """

    instance_type: str
    region: str
    purchase: Offer
    amount: Decimal
    free: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePrice:
    """
    What a unit of a service costs, under the keys of the catalogue, from *start* up to *end* units a month (None: open).
    """

    service: str
    component: str
    variant: str
    region: str
    unit: str
    amount: Decimal
    start: Decimal = Decimal(0)
    end: Decimal | None = None
    free: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBook:
    """
    Private prices in USD as of a day, and the *source* that they rest on.
    """

    name: str
    as_of: date
    source: str
    discounts: tuple[Discount, ...] = ()
    instances: tuple[InstanceHours, ...] = ()
    services: tuple[ServicePrice, ...] = ()

    def sets(self, price: Price) -> bool:
        """
        Tell whether *price* comes out of this book.
        """
        return price.source.startswith(self._label)

    @property
    def _label(self) -> str:
        return f"{BOOK}{self.name} of {self.as_of.isoformat()} ({self.source})"

    def price(self, amount: Decimal, unit: str, free: str | None = None) -> Price:
        """
        Return a price that the book sets.
        """
        source = self._label if free is None else f"{self._label}, free: {free}"
        return Price(amount=amount, unit=unit, source=source, as_of=self.as_of.isoformat(), as_of_from=self.as_of)

    def discounted(self, price: Price, discount: Discount) -> Price:
        """
        Return *price* after *discount*. It is as old as the older of the two: a discount does not make the price under it newer.
        """
        rests_on_book = price.as_of_from is not None and self.as_of <= price.as_of_from
        free = "" if discount.free is None else f", free: {discount.free}"
        return replace(
            price,
            amount=price.amount * (1 - discount.share),
            source=f"{self._label}, {_percent(discount.share)} off{free}: {price.source}",
            as_of=self.as_of.isoformat() if rests_on_book else price.as_of,
            as_of_from=self.as_of if rests_on_book else price.as_of_from,
        )


def with_price_book(catalog: Catalog, book: PriceBook) -> Catalog:
    """
    Return *catalog* with the prices of *book*.
    """
    hours = {(each.instance_type, each.region, each.purchase): each for each in book.instances}
    units = {(each.service, each.component, each.variant, each.region) for each in book.services}
    kept = (row for row in catalog.instance_prices.rows if (row.instance_type, row.region, row.purchase) not in hours)
    tiers = (row for row in catalog.unit_prices.rows if (row.service, row.component, row.variant, row.region) not in units)
    rows = (*(_hours(row, book) for row in kept), *_set_hours(book))
    priced = (*(_tier(row, book, hours) for row in tiers), *_set_tiers(book))
    return replace(
        catalog,
        instance_prices=replace(catalog.instance_prices, rows=rows),
        unit_prices=replace(catalog.unit_prices, rows=priced),
    )


def discount_of_hours(book: PriceBook, instance_type: str, region: str, purchase: Offer) -> Discount | None:
    """
    Return the discount that holds for these instance hours: the last that fits.
    """
    return next((each for each in reversed(book.discounts) if each.fits_hours(instance_type, region, purchase)), None)


def _hours(row: InstancePrice, book: PriceBook) -> InstancePrice:
    discount = discount_of_hours(book, row.instance_type, row.region, row.purchase)
    return row if discount is None else replace(row, price=book.discounted(row.price, discount))


def _set_hours(book: PriceBook) -> Iterator[InstancePrice]:
    for each in book.instances:
        yield InstancePrice(
            instance_type=each.instance_type,
            region=each.region,
            zone_id=None,
            purchase=each.purchase,
            price=book.price(each.amount, "instance-hour", each.free),
        )


def _tier(row: PriceTier, book: PriceBook, hours: dict[tuple[str, str, Offer], InstanceHours]) -> PriceTier:
    """
    Return *row* under the book; hours of types without accelerator stand among the unit prices.
    """
    if (row.service, row.component) == (CPU_SERVICE, CPU_COMPONENT):
        given = hours.get((row.variant, row.region, "on-demand"))
        if given is not None:
            return replace(row, price=book.price(given.amount, row.price.unit, given.free))
        discount = discount_of_hours(book, row.variant, row.region, "on-demand")
    else:
        discount = next((each for each in reversed(book.discounts) if each.fits_units(row.service, row.region)), None)
    return row if discount is None else replace(row, price=book.discounted(row.price, discount))


def _set_tiers(book: PriceBook) -> Iterator[PriceTier]:
    for each in book.services:
        yield PriceTier(
            service=each.service,
            component=each.component,
            variant=each.variant,
            region=each.region,
            start=each.start,
            end=each.end,
            price=book.price(each.amount, each.unit, each.free),
        )


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f}%"
