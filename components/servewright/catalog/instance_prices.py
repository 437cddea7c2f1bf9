"""
Hourly prices of accelerator instances, interruption bands, and what is known not to be sold.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from servewright.catalog.model import Price

Offer = Literal["on-demand", "spot", "reserved-1yr", "capacity-block"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstancePrice:
    """
    One row: the hourly *price* of a type in a region, or in one zone of it where *zone_id* ("use1-az2") is given.
    """

    instance_type: str
    region: str
    zone_id: str | None
    purchase: Offer
    price: Price


@dataclass(frozen=True, slots=True, kw_only=True)
class InterruptionBand:
    """
    How often spot instances of a type were interrupted in a region, as the spot advisor words it.
    """

    instance_type: str
    region: str
    band: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSold:
    """
    Types (by name pattern) that are not sold in a region under a purchase option ("any": under none), and the *evidence*.
    """

    pattern: str
    region: str
    purchase: Literal["on-demand", "spot", "any"]
    evidence: str


@dataclass(frozen=True, kw_only=True, eq=False)
class InstancePrices:
    """
    All hourly prices of accelerator instances. Without slots: the indexes are cached on the instance.
    """

    rows: tuple[InstancePrice, ...]
    bands: tuple[InterruptionBand, ...]
    not_sold: tuple[NotSold, ...]

    def price(self, instance_type: str, region: str, purchase: Offer) -> Price | None:
        """
        Return the price of the whole region.
        """
        return self._by_region.get((instance_type, region, purchase))

    def by_zone(self, instance_type: str, region: str) -> tuple[InstancePrice, ...]:
        """
        Return the spot rows of the region's zones.
        """
        return self._by_zone.get((instance_type, region), ())

    def band(self, instance_type: str, region: str) -> str | None:
        """
        Return the published interruption band, None where there is none.
        """
        return self._bands.get((instance_type, region))

    def evidence_not_sold(self, instance_type: str, region: str, purchase: Offer) -> str | None:
        """
        Return what says that the type is not sold there in this way, None where nothing says so.
        """
        return next(
            (
                row.evidence
                for row in self.not_sold
                if row.region == region and row.purchase in (purchase, "any") and fnmatchcase(instance_type, row.pattern)
            ),
            None,
        )

    @cached_property
    def _by_region(self) -> dict[tuple[str, str, str], Price]:
        return {(row.instance_type, row.region, row.purchase): row.price for row in self.rows if row.zone_id is None}

    @cached_property
    def _by_zone(self) -> dict[tuple[str, str], tuple[InstancePrice, ...]]:
        grouped: dict[tuple[str, str], list[InstancePrice]] = {}
        for row in self.rows:
            if row.zone_id is not None and row.purchase == "spot":
                grouped.setdefault((row.instance_type, row.region), []).append(row)
        return {key: tuple(rows) for key, rows in grouped.items()}

    @cached_property
    def _bands(self) -> dict[tuple[str, str], str]:
        return {(row.instance_type, row.region): row.band for row in self.bands}
