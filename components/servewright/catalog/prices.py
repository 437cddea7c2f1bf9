"""
Unit prices of everything but GPU instance hours: by service, component, variant and region.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Final

from servewright.catalog.partitions import other_partition

if TYPE_CHECKING:
    from servewright.catalog.model import Price

GLOBAL: Final = "global"
"""
The region of prices that are the same everywhere.
"""

UNSPECIFIED: Final = "unspecified"
"""
The region of prices whose source names none; they answer no look-up.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTier:
    """
    One row: the *price* of the units from *start* up to *end* a month (None: open, or its end is not in the source).
    """

    service: str
    component: str
    variant: str
    region: str
    start: Decimal
    end: Decimal | None
    price: Price


@dataclass(frozen=True, kw_only=True, eq=False)
class Prices:
    """
    All unit prices. Without slots: the index is cached on the instance.
    """

    rows: tuple[PriceTier, ...]

    def tiers(self, service: str, component: str, variant: str, region: str) -> tuple[PriceTier, ...]:
        """
        Return the tiers of a price, the first one first; empty where the price is unknown. A region falls back only on global prices, which
        are those of partition `aws`: a region of another one has none.
        """
        key = (service, component, variant)
        everywhere = () if other_partition(region) else self._tiers.get((*key, GLOBAL), ())
        return self._tiers.get((*key, region)) or everywhere

    def price(self, service: str, component: str, variant: str, region: str) -> Price | None:
        """
        Return the price of the first tier, None where it is unknown.
        """
        tiers = self.tiers(service, component, variant, region)
        return tiers[0].price if tiers else None

    def gap(self, service: str, region: str) -> str:
        """
        Return in words why a price of *service* in *region* is missing. That a service is not sold there, no table of ours says.
        """
        elsewhere = other_partition(region)
        if elsewhere:
            return f"{region} is a region of {elsewhere}: our price table covers the partition aws only"
        regions = sorted({row.region for row in self.rows if row.service == service} - {UNSPECIFIED})
        if not regions:
            unplaced = any(row.service == service for row in self.rows)
            why = "has rows in our price table for no region, since their sources name none"
            return f"{service} {why}" if unplaced else f"{service} is not covered by our price table"
        if region in regions or GLOBAL in regions:
            return f"this price of {service} in {region} is not covered by our price table (others of the service are)"
        return f"prices of {service} in {region} are not covered by our price table (it has {', '.join(regions)})"

    @cached_property
    def _tiers(self) -> dict[tuple[str, str, str, str], tuple[PriceTier, ...]]:
        grouped: dict[tuple[str, str, str, str], list[PriceTier]] = {}
        for row in self.rows:
            if row.region != UNSPECIFIED:
                grouped.setdefault((row.service, row.component, row.variant, row.region), []).append(row)
        return {key: tuple(sorted(rows, key=lambda row: row.start)) for key, rows in grouped.items()}
