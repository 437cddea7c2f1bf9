"""
What the figures rest on, as sentences for the foot of the bill.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.catalog.prices import GLOBAL
from servewright.units import HOURS_PER_MONTH

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.catalog.model import Assumption
    from servewright.catalog.query import Catalog


def assumption_texts(catalog: Catalog, regions: Iterable[str], assumed: Iterable[str], own: Iterable[str]) -> tuple[str, ...]:
    """
    Return the general sentences, one for each constant in *assumed*, and those that the pricers wrote themselves (*own*).
    """
    return (
        f"a month has {HOURS_PER_MONTH} hours (365 x 24 / 12)",
        *(_dates(catalog, region) for region in sorted(set(regions) - {GLOBAL})),
        "public list prices before taxes, discounts and free tiers, which belong to the account",
        "pods are packed onto as few nodes as their requests allow, less what DaemonSets take",
        *(_constant(catalog.assumption(name)) for name in sorted(set(assumed))),
        *dict.fromkeys(own),
    )


def _dates(catalog: Catalog, region: str) -> str:
    oldest, newest = catalog.prices_between(region)
    return f"prices in {region} are of {oldest} to {newest}, catalogue built {catalog.build_date}; each line names its own date"


def _constant(row: Assumption) -> str:
    between = f" ({row.low} to {row.high})" if row.low and row.high else ""
    return f"{row.name} = {row.value} {row.unit}{between}, {row.kind}: {row.remark}"
