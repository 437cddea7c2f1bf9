"""
Which prices a region has, computed from the tables: the answer to "is this region complete?".
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

from servewright.catalog.prices import GLOBAL

if TYPE_CHECKING:
    from datetime import date

    from servewright.catalog.query import Catalog

REFERENCE_REGION: Final = "us-east-1"
"""
The region with the most complete prices: what it has and another lacks is a gap of the other.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """
    The prices of one region: GPU instance families ("g6e") by purchase option, families with an interruption band, and services.

    *services* are those with at least one price; *missing* names the prices ("EFS: storage standard") that the reference region
    has and this one lacks.
    """

    region: str
    on_demand: tuple[str, ...]
    spot: tuple[str, ...]
    spot_by_zone_only: tuple[str, ...]
    interruption: tuple[str, ...]
    services: tuple[str, ...]
    missing: tuple[str, ...]


def coverage_of(catalog: Catalog, region: str) -> Coverage:
    """
    Return what the tables hold for *region*.
    """
    rows = [row for row in catalog.instance_prices.rows if row.region == region and _has_gpu(catalog, row.instance_type)]
    spot = {row.instance_type for row in rows if row.purchase == "spot" and row.zone_id is None}
    by_zone = {row.instance_type for row in rows if row.zone_id is not None}
    here = _components(catalog, region)
    return Coverage(
        region=region,
        on_demand=_families({row.instance_type for row in rows if row.purchase == "on-demand"}),
        spot=_families(spot),
        spot_by_zone_only=_families(by_zone - spot),
        interruption=_families(
            {row.instance_type for row in catalog.instance_prices.bands if row.region == region and _has_gpu(catalog, row.instance_type)}
        ),
        services=tuple(sorted({service for service, _ in here})),
        missing=tuple(f"{service}: {component}" for service, component in sorted(_components(catalog, REFERENCE_REGION) - here)),
    )


def dates_of(catalog: Catalog, region: str) -> tuple[date, date]:
    """
    Return the oldest and the newest day among the dated prices of *region*: unit prices, on-demand and spot.
    """
    hourly = (row.price for row in catalog.instance_prices.rows if row.region == region and row.purchase in ("on-demand", "spot"))
    units = (row.price for row in catalog.unit_prices.rows if row.region in (region, GLOBAL))
    days = [price.as_of_from for price in chain(hourly, units) if price.as_of_from is not None]
    return min(days), max(days)


def _components(catalog: Catalog, region: str) -> set[tuple[str, str]]:
    return {(row.service, row.component) for row in catalog.unit_prices.rows if row.region in (region, GLOBAL)}


def _has_gpu(catalog: Catalog, instance_type: str) -> bool:
    found = catalog.instance(instance_type)
    return found is not None and found.gpu_id is not None


def _families(types: set[str]) -> tuple[str, ...]:
    return tuple(sorted({name.split(".", 1)[0] for name in types}))
