"""
Which rows of which offer file are the price of which key of the catalogue; data/queries.csv has them, one row per component.

    usage     the usage type without its region ("EU-NatGateway-Hours" is NatGateway-Hours); | between names that mean the same
    where     columns and what must stand in them, ";" between columns, "|" between values; {region} and {type} are filled in
    units     the units that AWS may print, each with how many of them ours has ("GiBps-mo=1/1024", "Requests=10000")
    tiers     only: one price for any quantity · first: the first that is not free · all: each with its bounds
    terms     on-demand · reserved: all six standard commitments · or one of them ("1yr no upfront")
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from servewright.catalog.rates import CPU_SERVICE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from servewright.catalog.query import Catalog

ON_DEMAND: Final = "on-demand"
NO_UPFRONT_YEAR: Final = "reserved-1yr"
"""
The one commitment that the catalogue and a price book hold: standard, one year, nothing upfront.
"""

RESERVED: Final[dict[str, str]] = {
    "1yr no upfront": NO_UPFRONT_YEAR,
    "1yr partial upfront": "reserved-1yr-partial-upfront",
    "1yr all upfront": "reserved-1yr-all-upfront",
    "3yr no upfront": "reserved-3yr",
    "3yr partial upfront": "reserved-3yr-partial-upfront",
    "3yr all upfront": "reserved-3yr-all-upfront",
}

HOURS: Final = {"1yr": 365 * 24, "3yr": 3 * 365 * 24}
"""
Hours of a term: what an amount paid upfront is spread over.
"""

ANY_TYPE: Final = "*"

_PREFIX: Final = re.compile(r"(?:EU|[A-Z]{3}[0-9])-")
"""
The region before a usage type: "EU-" is eu-west-1, the others are three letters and a digit ("APN1-"); us-east-1 often has none.
"TS-LoadBalancerUsage" is another thing than LoadBalancerUsage.
"""


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """
    The name of one price: of a *service*, or (service "EC2", the purchase as component) of an instance hour.
    """

    service: str
    component: str
    variant: str
    region: str

    def __str__(self) -> str:
        return "/".join((self.service, self.component, *((self.variant,) if self.variant else ()), self.region))

    @property
    def is_hours(self) -> bool:
        """
        Whether it is the hour of an instance, *variant* its type and *component* how it is bought.
        """
        return self.service == CPU_SERVICE


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """
    One row of data/queries.csv.
    """

    service: str
    component: str
    variant: str
    unit: str
    offer: str
    usage: tuple[str, ...]
    where: tuple[tuple[str, tuple[str, ...]], ...]
    units: Mapping[str, Fraction]
    tiers: str
    terms: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """
    A query for one *key*: *term* is None on demand, else length and payment ("1yr", "no upfront").
    """

    key: Key
    query: Query
    usage: tuple[str, ...]
    where: tuple[tuple[str, tuple[str, ...]], ...]
    term: tuple[str, str] | None


@cache
def load_queries() -> tuple[Query, ...]:
    """
    Return the queries that ship with the package.
    """
    text = (files("servewright.offers") / "data" / "queries.csv").read_text(encoding="utf-8")
    return tuple(_query(row) for row in csv.DictReader(text.splitlines()))


def asked(catalog: Catalog, region: str, services: Iterable[str] = ()) -> Iterator[Asked]:
    """
    Yield what is asked for in *region*: each query, those with a type for each type of *catalog*. *services* narrow it.
    """
    wanted = set(services)
    for query in load_queries():
        if wanted and query.service not in wanted:
            continue
        for variant in _variants(query, catalog):
            yield from _asked(query, variant, region)


def usage_name(usage: str, region: str) -> str:
    """
    Return a usage type without its region.
    """
    if usage.startswith(f"{region}-"):  # KMS writes it out: "ap-southeast-1-KMS-Keys"
        return usage[len(region) + 1 :]
    found = _PREFIX.match(usage)
    return usage if found is None else usage[found.end() :]


def _asked(query: Query, variant: str, region: str) -> Iterator[Asked]:
    usage = tuple(name.replace("{type}", variant) for name in query.usage)
    where = tuple((column, tuple(value.replace("{region}", region) for value in values)) for column, values in query.where)
    for component, term in _terms(query):
        key = Key(query.service, component, variant, region)
        yield Asked(key=key, query=query, usage=usage, where=where, term=term)


def _terms(query: Query) -> Iterator[tuple[str, tuple[str, str] | None]]:
    hours = query.service == CPU_SERVICE
    if query.terms == ON_DEMAND:
        yield (ON_DEMAND if hours else query.component), None
        return
    for words in RESERVED if query.terms == "reserved" else (query.terms,):
        length, _, payment = words.partition(" ")
        yield (RESERVED[words] if hours else query.component), (length, payment)


def _variants(query: Query, catalog: Catalog) -> tuple[str, ...]:
    if query.variant != ANY_TYPE:
        return (query.variant,)
    if query.service == CPU_SERVICE:
        return tuple(each.name for each in catalog.instances)
    rows = catalog.unit_prices.rows
    return tuple(dict.fromkeys(row.variant for row in rows if (row.service, row.component) == (query.service, query.component)))


def _query(row: dict[str, str]) -> Query:
    columns = [pair.partition("=") for pair in row["where"].split(";")]
    units = [pair.rpartition("=") for pair in row["units"].split("|")]
    return Query(
        service=row["service"],
        component=row["component"],
        variant=row["variant"],
        unit=row["unit"],
        offer=row["offer"],
        usage=tuple(row["usage"].split("|")),
        where=tuple((name, tuple(values.split("|"))) for name, _, values in columns),
        units={name.lower(): Fraction(factor) for name, _, factor in units},
        tiers=row["tiers"],
        terms=row["terms"],
    )
