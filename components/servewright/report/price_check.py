"""
How far the prices can be trusted: their age by source, what is weak, what each region has, and what cannot be right.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from servewright.catalog.price_book import BOOK
from servewright.plan.dated import STALE
from servewright.report.price_list import HOURS, ListedPrice, listed_prices

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from servewright.catalog.price_book import PriceBook
    from servewright.catalog.query import Catalog

PRICE_CHECK_VERSION: Final = "servewright.dev/price-check/v1"

OLD: Final = timedelta(days=730)
"""
Age from which a row is weak; judgement.
"""

_FAR: Final = Decimal(3)
"""
A private price above this many times the one before, or below one over it, is looked at: a slip of the decimal point is ten
times. Judgement.
"""

_EXAMPLES: Final = 3
_UNCHECKED: Final = re.compile(r"third-party|public repository file pf:|derived from a bill")
_QUOTED: Final = re.compile(r".*public repository file pf:")
_LISTED: Final = re.compile(r".*third-party listing")
_TAIL: Final = re.compile(r"(@[0-9a-f]{7,}| [a-z_]+[/.]| \(|: ).*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceAge:
    """
    The *rows* of a source; *oldest* and *newest* bound those that have a date, *undated* counts those that have none.
    """

    source: str
    rows: int
    oldest: date | None
    newest: date | None
    undated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionPrices:
    """
    How many types have a price in a *region*, by purchase option; *services* with prices, and the *missing* prices of us-east-1.
    """

    region: str
    on_demand: int
    spot: int
    reserved: int
    services: int
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceFinding:
    """
    Something about *rows* prices: it cannot be right (*wrong*), or somebody should look at it. *examples* name some of them.
    """

    what: str
    rows: int
    examples: tuple[str, ...]
    wrong: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceCheck:
    """
    What was found on a day about the prices that ship, or about what *books* set.
    """

    as_of: date
    books: tuple[PriceBook, ...]
    ages: tuple[SourceAge, ...]
    regions: tuple[RegionPrices, ...]
    findings: tuple[PriceFinding, ...]


def checked_prices(catalog: Catalog, shipped: Catalog, books: tuple[PriceBook, ...], as_of: date) -> PriceCheck:
    """
    Return what there is to say on *as_of* about the prices of *catalog*, which is *shipped* under *books*; with books, about theirs alone.
    """
    rows = listed_prices(catalog, shipped, books)
    judged = tuple(row for row in rows if row.changed) if books else rows
    return PriceCheck(
        as_of=as_of,
        books=books,
        ages=tuple(_ages(judged)),
        regions=tuple(_regions(catalog, rows)) if not books else (),
        findings=tuple(_findings(judged, rows, books, as_of)),
    )


def price_check_document(made: PriceCheck) -> dict[str, Any]:
    """
    Return the value of price-check-v1.json.
    """
    return {
        "apiVersion": PRICE_CHECK_VERSION,
        "as_of": made.as_of.isoformat(),
        "books": [{"name": book.name, "as_of": book.as_of.isoformat(), "source": book.source} for book in made.books],
        "sources": [
            {
                "source": age.source,
                "rows": age.rows,
                "oldest": None if age.oldest is None else age.oldest.isoformat(),
                "newest": None if age.newest is None else age.newest.isoformat(),
                "undated": age.undated,
            }
            for age in made.ages
        ],
        "regions": [
            {
                "region": each.region,
                "types": {"on_demand": each.on_demand, "spot": each.spot, "reserved": each.reserved},
                "services": each.services,
                "missing": each.missing,
            }
            for each in made.regions
        ],
        "findings": [
            {"what": each.what, "rows": each.rows, "examples": list(each.examples), "wrong": each.wrong} for each in made.findings
        ],
    }


def _ages(rows: Iterable[ListedPrice]) -> Iterator[SourceAge]:
    by_source: dict[str, list[ListedPrice]] = defaultdict(list)
    for row in rows:
        by_source[_short(row.price.source)].append(row)
    for source, found in sorted(by_source.items(), key=lambda entry: (-len(entry[1]), entry[0])):
        days = sorted(row.price.as_of_from for row in found if row.price.as_of_from is not None)
        yield SourceAge(
            source=source,
            rows=len(found),
            oldest=days[0] if days else None,
            newest=days[-1] if days else None,
            undated=len(found) - len(days),
        )


def _short(source: str) -> str:
    if source.startswith(BOOK):
        return source.split(" (", 1)[0]
    if _QUOTED.match(source):
        return "quoted in public repositories, not checked against AWS"
    if _LISTED.match(source):
        return "listings of third parties, not checked against AWS"
    return _TAIL.sub("", source)


def _regions(catalog: Catalog, rows: tuple[ListedPrice, ...]) -> Iterator[RegionPrices]:
    types: dict[tuple[str, str | None], set[str]] = defaultdict(set)
    for row in rows:
        if row.component == HOURS and row.zone is None:
            types[row.region, row.purchase].add(row.variant)
    for region in sorted({row.region for row in rows} & set(catalog.regions())):
        covered = catalog.coverage(region)
        yield RegionPrices(
            region=region,
            on_demand=len(types[region, "on-demand"]),
            spot=len(types[region, "spot"]),
            reserved=len(types[region, "reserved-1yr"]),
            services=len(covered.services),
            missing=len(covered.missing),
        )


def _findings(
    judged: tuple[ListedPrice, ...], rows: tuple[ListedPrice, ...], books: tuple[PriceBook, ...], as_of: date
) -> Iterator[PriceFinding]:
    for book in books:
        if book.as_of + STALE < as_of:
            yield PriceFinding(what=f"{book.name} is {(as_of - book.as_of).days} days old", rows=0, examples=(), wrong=True)
    keys = Counter(_key(row) for row in judged)
    yield from _found("stand twice", [row for row in judged if keys[_key(row)] > 1], wrong=True)
    on_demand = {(row.variant, row.region): row.price.amount for row in rows if row.purchase == "on-demand" and row.component == HOURS}
    hours = [row for row in judged if row.component == HOURS and row.zone is None]
    for purchase, name in (("spot", "spot"), ("reserved-1yr", "reserved")):
        bought = [row for row in hours if row.purchase == purchase]
        above = [row for row in bought if row.price.amount > on_demand.get((row.variant, row.region), row.price.amount)]
        yield from _found(f"{name} above on-demand", above, wrong=bool(books) or purchase != "spot")
        alone = [row for row in bought if (row.variant, row.region) not in on_demand]
        yield from _found(f"{name} without an on-demand price to compare with", alone, wrong=False)
    if books:
        yield from _found("more than three times, or less than a third of, the price before", list(filter(_far, judged)), wrong=False)
    undated = [row for row in judged if row.price.as_of_from is None]
    old = [row for row in judged if row.price.as_of_from is not None and row.price.as_of_from + OLD < as_of]
    yield from _found("weak: no date", undated, wrong=False)
    yield from _found("weak: more than two years old", old, wrong=False)
    unchecked = [row for row in judged if _UNCHECKED.search(row.price.source)]
    yield from _found("weak: quoted by third parties, not checked against AWS", unchecked, wrong=False)


def _found(what: str, rows: list[ListedPrice], *, wrong: bool) -> Iterator[PriceFinding]:
    if rows:
        yield PriceFinding(what=what, rows=len(rows), examples=tuple(_named(row) for row in rows[:_EXAMPLES]), wrong=wrong)


def _far(row: ListedPrice) -> bool:
    if row.before is None or not row.price.amount or not row.before.amount:
        return False
    times = row.price.amount / row.before.amount
    return times > _FAR or times < 1 / _FAR


def _key(row: ListedPrice) -> tuple[object, ...]:
    return row.service, row.component, row.variant, row.region, row.zone, row.purchase, row.start


def _named(row: ListedPrice) -> str:
    what = (row.variant, row.purchase) if row.component == HOURS else (row.service, row.component, row.variant)
    return f"{' '.join(part for part in what if part)} in {row.region}"
