"""
The prices that hold, each with its source and day, and what a price book changed of them: the value that screen and JSON are made from.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

from servewright.catalog.prices import GLOBAL
from servewright.catalog.rates import CPU_COMPONENT, CPU_SERVICE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from servewright.catalog.model import Price
    from servewright.catalog.price_book import PriceBook
    from servewright.catalog.query import Catalog

PRICE_LIST_VERSION: Final = "servewright.dev/price-list/v1"
HOURS: Final = "instance hours"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPrice:
    """
    One *price* under the catalogue's keys; *before* is the one that holds without books (None: there is none), *book* the name of the last
    book that set it. *start* is the first unit of its tier.
    """

    service: str
    component: str
    variant: str
    region: str
    zone: str | None
    purchase: str | None
    start: Decimal
    price: Price
    before: Price | None
    book: str | None

    @property
    def changed(self) -> bool:
        """
        Whether a book set it.
        """
        return self.book is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """
    The prices of a *region*, under *books*, on a day.
    """

    region: str
    as_of: date
    books: tuple[PriceBook, ...]
    rows: tuple[ListedPrice, ...]


def listed_prices(catalog: Catalog, shipped: Catalog, books: tuple[PriceBook, ...]) -> tuple[ListedPrice, ...]:
    """
    Return all prices of *catalog*, which is *shipped* under *books*: instance hours first, then the services by name.
    """
    return tuple(
        sorted(
            (*_hours(catalog, shipped, books), *_units(catalog, shipped, books)),
            key=lambda row: (
                row.component != HOURS,
                row.service,
                row.component,
                row.variant,
                row.purchase or "",
                row.zone or "",
                row.start,
            ),
        )
    )


def chosen(rows: tuple[ListedPrice, ...], region: str, *, types: str | None = None, service: str | None = None) -> tuple[ListedPrice, ...]:
    """
    Return the rows of *region*, those that are the same everywhere included; *types* is a name or pattern of instance types.
    """
    there = (row for row in rows if row.region in (region, GLOBAL))
    return tuple(
        row
        for row in there
        if (types is None or (row.service == CPU_SERVICE and fnmatchcase(row.variant, types))) and service in (None, row.service)
    )


def price_list_document(made: PriceList) -> dict[str, Any]:
    """
    Return the value of price-list-v1.json.
    """
    return {
        "apiVersion": PRICE_LIST_VERSION,
        "as_of": made.as_of.isoformat(),
        "region": made.region,
        "currency": "USD",
        "books": [{"name": book.name, "as_of": book.as_of.isoformat(), "source": book.source} for book in made.books],
        "prices": [
            {
                "service": row.service,
                "component": row.component,
                "variant": row.variant,
                "region": row.region,
                "zone": row.zone,
                "purchase": row.purchase,
                "from": f"{row.start:f}",
                "unit": row.price.unit,
                "usd": f"{row.price.amount:f}",
                "usd_before": None if row.before is None else f"{row.before.amount:f}",
                "book": row.book,
                "source": row.price.source,
                "as_of": row.price.as_of,
            }
            for row in made.rows
        ],
    }


def _hours(catalog: Catalog, shipped: Catalog, books: tuple[PriceBook, ...]) -> Iterator[ListedPrice]:
    old = {(row.instance_type, row.region, row.zone_id, row.purchase): row.price for row in shipped.instance_prices.rows}
    cpu = {(row.variant, row.region) for row in shipped.unit_prices.rows if row.component == CPU_COMPONENT}
    for row in catalog.instance_prices.rows:
        # A book's price of a type without accelerator stands among the unit prices too.
        if row.purchase == "on-demand" and (row.instance_type, row.region) in cpu:
            continue
        yield ListedPrice(
            service=CPU_SERVICE,
            component=HOURS,
            variant=row.instance_type,
            region=row.region,
            zone=row.zone_id,
            purchase=row.purchase,
            start=Decimal(0),
            price=row.price,
            before=old.get((row.instance_type, row.region, row.zone_id, row.purchase)),
            book=_set_by(row.price, books),
        )


def _units(catalog: Catalog, shipped: Catalog, books: tuple[PriceBook, ...]) -> Iterator[ListedPrice]:
    old = {(row.service, row.component, row.variant, row.region, row.start): row.price for row in shipped.unit_prices.rows}
    for row in catalog.unit_prices.rows:
        hours = (row.service, row.component) == (CPU_SERVICE, CPU_COMPONENT)
        yield ListedPrice(
            service=row.service,
            component=HOURS if hours else row.component,
            variant=row.variant,
            region=row.region,
            zone=None,
            purchase="on-demand" if hours else None,
            start=row.start,
            price=row.price,
            before=old.get((row.service, row.component, row.variant, row.region, row.start)),
            book=_set_by(row.price, books),
        )


def _set_by(price: Price, books: tuple[PriceBook, ...]) -> str | None:
    return next((book.name for book in reversed(books) if book.sets(price)), None)
