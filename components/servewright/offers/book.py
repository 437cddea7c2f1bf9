"""
What was found, as a price book that a spec can name; and what the last such book says it was made from.

The comments at its head name each offer file with version and rows: the next refresh takes nothing older, and no file that lost its rows.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.catalog.rates import CPU_SERVICE
from servewright.offers.codes import NOT_AN_OFFER, OLDER, ROW_COUNT
from servewright.offers.faults import fault
from servewright.offers.query import NO_UPFRONT_YEAR, ON_DEMAND, Key
from servewright.offers.rules import Found, Tier

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from servewright.catalog.price_book import PriceBook
    from servewright.diagnostics import Diagnostic
    from servewright.offers.changes import Accepted
    from servewright.offers.quotes import Gathered

MADE: Final = "# Made by `servewright prices refresh`. A change of this file is a change of prices: review it as one."

LARGEST_LOSS: Final = Decimal("0.30")
"""
The share of its rows that an offer file may lose before somebody must look (judgement, as for prices).
"""

_FILE: Final = re.compile(r"AWS offer file ([A-Za-z0-9]+) (20[0-9]{12}) ([a-z0-9-]+)(?:, ([0-9]+) rows)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """
    One offer file that prices came from; *rows* is None where that was not written down.
    """

    offer: str
    region: str
    version: str
    rows: int | None

    @property
    def words(self) -> str:
        """
        How a source names it.
        """
        return f"AWS offer file {self.offer} {self.version} {self.region}"

    @property
    def name(self) -> str:
        """
        What --accept takes for its rows.
        """
        return f"rows/{self.offer}/{self.region}"


def origin(gathered: Gathered) -> Origin:
    """
    Return what is written down of an offer file.
    """
    return Origin(offer=gathered.offer, region=gathered.region, version=gathered.version, rows=gathered.rows)


def origins_in(text: str) -> dict[tuple[str, str], Origin]:
    """
    Return the newest of each offer and region that *text* (a book, or tables of the catalogue) names.
    """
    found: dict[tuple[str, str], Origin] = {}
    for match in _FILE.finditer(text):
        offer, version, region, rows = match.groups()
        if (offer, region) not in found or found[offer, region].version < version:
            found[offer, region] = Origin(offer=offer, region=region, version=version, rows=None if rows is None else int(rows))
    return found


def origin_faults(gathered: Gathered, declared: str, before: Origin | None, accepted: Accepted) -> Iterator[Diagnostic]:
    """
    Yield what speaks against an offer file beside its prices: another version than its index names, an older one, lost rows.
    """
    if gathered.version != declared:
        text = f"is version {gathered.version}, and its index names {declared}: it changed on the way"
        yield fault(gathered.file, NOT_AN_OFFER, text, line=4, path="Version", value=gathered.version, hint="Run it again.")
    if before is None:
        return
    if gathered.version < before.version:
        text = f"is older than {before.version}, which the standing prices come from"
        yield fault(gathered.file, OLDER, text, line=4, path="Version", value=gathered.version, hint="Is it the current folder or mirror?")
    name = before.name
    if before.rows is not None and gathered.rows < before.rows * (1 - LARGEST_LOSS) and name not in accepted.keys:
        text = f"has {gathered.rows:,} rows, and the file before had {before.rows:,}: more than {LARGEST_LOSS * 100:.0f} % are gone"
        yield fault(gathered.file, ROW_COUNT, text, path=name, hint=f"Look at the file, then --accept {name} takes it.")


def rows_beside(book: PriceBook, found: Iterable[Key]) -> tuple[Found, ...]:
    """
    Return what *book* sets beside *found*, to be written once more: a price that was accepted as it stands stays in the next book.
    """
    tiers: dict[tuple[Key, str], list[Tier]] = {}
    for each in book.instances:
        key = Key(CPU_SERVICE, each.purchase, each.instance_type, each.region)
        tiers.setdefault((key, "hour"), []).append(Tier(start=Decimal(0), end=None, amount=each.amount))
    for price in book.services:
        key = Key(price.service, price.component, price.variant, price.region)
        tiers.setdefault((key, price.unit), []).append(Tier(start=price.start, end=price.end, amount=price.amount))
    new = frozenset(found)
    return tuple(
        Found(key=key, unit=unit, tiers=tuple(rows), sku="", file="", line=0) for (key, unit), rows in tiers.items() if key not in new
    )


def book_text(published: str, origins: Iterable[Origin], found: Iterable[Found], kept: Iterable[Found] = ()) -> str:
    """
    Return the price book of *found*, as AWS's index of *published* names its files, and of what was *kept*. Same prices, same bytes.
    """
    stayed = sorted(kept, key=lambda each: each.key)
    files = sorted(origins, key=lambda each: (each.offer, each.region))
    rows = sorted((*found, *stayed), key=lambda each: each.key)
    hours = [each for each in rows if each.key.is_hours and each.key.component in (ON_DEMAND, NO_UPFRONT_YEAR)]
    units = [each for each in rows if not each.key.is_hours]
    regions = " ".join(sorted({each.region for each in files}))
    lines = [MADE, *(f"# {each.words}, {each.rows} rows" for each in files)]
    lines += [f"# Kept from the book before, the files have no price of it: {each.key}" for each in stayed]
    lines += [
        "apiVersion: servewright.dev/prices/v1",
        "name: AWS list prices",
        "currency: USD",
        f"as_of: {published[:10]}",
        f"source: {_quoted(f'public offer files of AWS, index of {published}, {regions}'[:200])}",
    ]
    lines += ["instances:", *(_hours(each) for each in hours)] if hours else []
    lines += ["services:", *(_unit(each, tier) for each in units for tier in each.tiers)] if units else []
    return "\n".join(lines) + "\n"


def _hours(each: Found) -> str:
    key = each.key
    return f'  - {{type: {key.variant}, region: {key.region}, purchase: {key.component}, usd_per_hour: "{each.amount:f}"}}'


def _unit(each: Found, tier: Tier) -> str:
    key = each.key
    bounds = f", start: {tier.start:f}" if tier.start else ""
    bounds += "" if tier.end is None else f", end: {tier.end:f}"
    variant = f", variant: {_quoted(key.variant)}" if key.variant else ""
    named = f"service: {_quoted(key.service)}, component: {_quoted(key.component)}{variant}, region: {key.region}"
    return f'  - {{{named}, unit: {_quoted(each.unit)}, usd: "{tier.amount:f}"{bounds}}}'


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
