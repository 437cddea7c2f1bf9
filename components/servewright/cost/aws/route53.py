"""
Route 53: hosted zones by the month, queries by use. Prices are those of an account's first 25 zones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.catalog.prices import GLOBAL
from servewright.cost.aws.lines import Key, by_use, stated
from servewright.cost.registry import Priced, prices

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

_ZONE: Final[Key] = ("Route53", "hosted zone", "")
_QUERIES: Final[Key] = ("Route53", "standard queries", "")

_QUERIES_PER_UNIT: Final = 1_000_000


@prices("aws:route53/zone:Zone")
def price_zone(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the month of a public or private zone, and the queries that it answers.
    """
    month = stated(record, context, _ZONE, component="network", name="hosted zone", unit="zone-months", count=1, region=GLOBAL)
    return month + by_use(
        record,
        context,
        _QUERIES,
        "queries",
        component="network",
        name="DNS queries",
        unit="million queries",
        per_unit=_QUERIES_PER_UNIT,
    )
