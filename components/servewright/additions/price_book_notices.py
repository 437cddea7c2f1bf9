"""
What is said of a price book that is no fault: it is old, it is of a day to come, or a discount of it fits nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.additions.codes import BOOK_AHEAD, BOOK_FITS_NOTHING, BOOK_STALE
from servewright.catalog.rates import CPU_COMPONENT, CPU_SERVICE
from servewright.plan.dated import STALE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from servewright.catalog.price_book import Discount, PriceBook
    from servewright.catalog.query import Catalog
    from servewright.diagnostics import Diagnostic
    from servewright.spec.document import Document


def notices(book: PriceBook, document: Document, catalog: Catalog, as_of: date) -> tuple[Diagnostic, ...]:
    """
    Return the warnings about *book* on *as_of*; *catalog* has the prices that it is laid over.
    """
    return tuple(
        document.source.diagnostic(code, path, message, phase="fields", severity="warning", hint=hint)
        for code, path, message, hint in _said(book, catalog, as_of)
    )


def _said(book: PriceBook, catalog: Catalog, as_of: date) -> Iterator[tuple[str, str, str, str]]:
    age = (as_of - book.as_of).days
    if book.as_of + STALE < as_of:
        yield BOOK_STALE, "as_of", f"the prices of {book.name} are {age} days old", "ask for them again and set as_of"
    if age < 0:
        yield BOOK_AHEAD, "as_of", f"{book.name} is of a day to come: today is {as_of.isoformat()}", "--as-of sets the clock"
    for index, discount in enumerate(book.discounts):
        if not _fits_something(discount, catalog):
            message = "no price of the catalogue fits this discount"
            yield BOOK_FITS_NOTHING, f"discounts[{index}]", message, "servewright prices show lists the prices"


def _fits_something(discount: Discount, catalog: Catalog) -> bool:
    hours = any(discount.fits_hours(r.instance_type, r.region, r.purchase) for r in catalog.instance_prices.rows)
    return hours or any(_fits(discount, row.service, row.component, row.variant, row.region) for row in catalog.unit_prices.rows)


def _fits(discount: Discount, service: str, component: str, variant: str, region: str) -> bool:
    if (service, component) == (CPU_SERVICE, CPU_COMPONENT):
        return discount.fits_hours(variant, region, "on-demand")
    return discount.fits_units(service, region)
