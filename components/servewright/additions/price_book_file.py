"""
A price book: what is really paid, where that is not what ships with Servewright.

    apiVersion: servewright.dev/prices/v1
    name: acme enterprise discount
    currency: USD
    as_of: 2026-10-01
    source: "private agreement 4711"
    discounts: [{percent: 12%, service: EC2, purchase: on-demand}]
    instances: [{type: p4d.24xlarge, region: us-east-1, purchase: on-demand, usd_per_hour: "32.77"}]
    services: [{service: VPC, component: NAT gateway hour, region: us-east-1, unit: hour, usd: "0.045"}]
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.additions.codes import UNKNOWN_VERSION
from servewright.additions.price_book_checks import book_findings
from servewright.additions.price_book_fields import BOOK_VERSION, BookFields
from servewright.additions.price_book_notices import notices
from servewright.catalog.price_book import Discount, InstanceHours, PriceBook, ServicePrice, with_price_book
from servewright.errors import InvalidInputError
from servewright.spec.codes import MISSING, UNKNOWN_FIELD
from servewright.spec.document import MAX_FAULTS, Document, read_document
from servewright.spec.faults import nearest_hint
from servewright.spec.fields import fault_at, faults_of
from servewright.spec.secret_scan import scan
from servewright.spec.secret_text import masked
from servewright.spec.structure import field_names, part_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from servewright.catalog.query import Catalog
    from servewright.diagnostics import Diagnostic
    from servewright.spec.source_file import SourceFile

_SHORTEST: Final = (
    f'the shortest book: {{apiVersion: {BOOK_VERSION}, name: acme, currency: USD, as_of: 2026-10-01, source: "agreement 4711", '
    "discounts: [{percent: 12%}]}"
)
_EXAMPLES: Final = {
    "name": "name: acme enterprise discount",
    "currency": "currency: USD",
    "as_of": "as_of: 2026-10-01, the day the prices are of",
    "source": 'source: "private agreement 4711", printed with each price',
    "percent": "percent: 12%",
    "type": "type: p4d.24xlarge",
    "region": "region: us-east-1",
    "purchase": "purchase: on-demand, spot, reserved-1yr or capacity-block",
    "usd_per_hour": 'usd_per_hour: "32.77"',
    "service": "service: EBS",
    "component": "component: storage",
    "unit": "unit: GB-month",
    "usd": 'usd: "0.08"',
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBookFile:
    """
    The *book* of a file, and the *document* with the places of its entries.
    """

    book: PriceBook
    document: Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """
    A *catalog* under price *books*, and the *warnings* about them.
    """

    catalog: Catalog
    books: tuple[PriceBook, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()


def with_price_books(catalog: Catalog, files: Iterable[SourceFile], as_of: date | None = None) -> Priced:
    """
    Return *catalog* under the books in *files*, each laid over those before it; *as_of* is the clock for their age.

    Raises InvalidInputError with the faults of all of them.
    """
    read: list[PriceBookFile] = []
    faults: list[Diagnostic] = []
    for file in files:
        try:
            read.append(read_price_book(file.shown, file.raw, catalog))
        except InvalidInputError as error:
            faults += error.diagnostics
    if faults:
        raise InvalidInputError(tuple(faults[:MAX_FAULTS]))
    priced = Priced(catalog=catalog)
    for one in read:
        said = notices(one.book, one.document, priced.catalog, as_of or catalog.build_date)
        priced = Priced(
            catalog=with_price_book(priced.catalog, one.book), books=(*priced.books, one.book), warnings=(*priced.warnings, *said)
        )
    return priced


def read_price_book(file: str, raw: bytes, catalog: Catalog) -> PriceBookFile:
    """
    Return what stands in *raw*, named *file*, in the names of *catalog*; raises InvalidInputError with all faults.
    """
    document = read_document(file, raw)
    secrets, hidden = scan(document)
    tree = {name: value for name, value in document.tree.items() if name != "apiVersion"}
    faults = [*secrets, *_heading(document), *(_in_our_words(fault) for fault in faults_of(document, BookFields, tree))]
    if not faults:
        fields = BookFields.model_validate(tree)
        faults += (fault_at(document, f.code, f.path, f.message, f.hint) for f in book_findings(fields, catalog))
        if not faults:
            return PriceBookFile(book=_book(fields), document=document)
    first = sorted(faults, key=lambda fault: (fault.line, fault.column, fault.code, fault.path))[:MAX_FAULTS]
    raise InvalidInputError(tuple(masked(fault, hidden) for fault in first))


def _heading(document: Document) -> Iterator[Diagnostic]:
    if document.tree.get("apiVersion") != BOOK_VERSION:
        yield fault_at(document, UNKNOWN_VERSION, "apiVersion", f"must be {BOOK_VERSION}", _SHORTEST)


_INDEX: Final = re.compile(r"\[[0-9]+\]$")


def _in_our_words(fault: Diagnostic) -> Diagnostic:
    """
    Return *fault* with the hint for a book: those of the fields are for specs.
    """
    *above, name = fault.path.split(".")
    if fault.code == MISSING:
        return replace(fault, hint=_EXAMPLES.get(fault.message.removesuffix(" is missing")))
    if fault.code == UNKNOWN_FIELD:
        loc = tuple(_INDEX.sub("", step) for step in above)
        part = part_at(BookFields, loc)
        return replace(fault, hint=nearest_hint(name, ("apiVersion", *field_names(BookFields)) if part is None else field_names(part)))
    return fault


def _book(fields: BookFields) -> PriceBook:
    return PriceBook(
        name=fields.name,
        as_of=fields.as_of,
        source=fields.source,
        discounts=tuple(
            Discount(
                share=each.percent,
                service=each.service,
                purchase=each.purchase,
                regions=each.regions or (),
                instance_types=each.instance_types or (),
                free=each.free,
            )
            for each in fields.discounts or ()
        ),
        instances=tuple(
            InstanceHours(instance_type=each.type, region=each.region, purchase=each.purchase, amount=each.usd_per_hour, free=each.free)
            for each in fields.instances or ()
        ),
        services=tuple(
            ServicePrice(
                service=each.service,
                component=each.component,
                variant=each.variant or "",
                region=each.region,
                unit=each.unit,
                amount=each.usd,
                start=each.start or Decimal(0),
                end=each.end,
                free=each.free,
            )
            for each in fields.services or ()
        ),
    )
