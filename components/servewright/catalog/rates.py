"""
The hourly price of an instance. Plan and bill both ask here, so the price that made a choice is the price on the bill.

On-demand: the region's row. Spot: the region's row of the spot feed as the price; the rows seen by zone only widen its band, since
they are one undated snapshot. A spot price above on-demand is kept as found. Reserved and capacity blocks: the rate that the spec gives,
else the row for one year without upfront payment, or the block's. A capacity reservation is billed on demand while it exists.
What has no row is unknown, with the reason.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from servewright.catalog.model import Price, Rate
from servewright.catalog.partitions import other_partition

if TYPE_CHECKING:
    from servewright.catalog.instance_prices import InstancePrice
    from servewright.catalog.model import Commitment, Purchase
    from servewright.catalog.query import Catalog

CPU_SERVICE: Final = "EC2"
CPU_COMPONENT: Final = "on-demand Linux shared"

OWN_RATE: Final = "the spec's own rate"
"""
The source of a price that the user gives: it has no date and no row.
"""

_IN_WORDS: Final[dict[str, str]] = {"on-demand": "on demand", "spot": "as spot", "capacity-block": "by capacity block"}

_RESERVED_ROW: Final = ("1y", "no-upfront")
"""
The one kind of commitment that the price tables hold (standard reserved instances, one year, nothing upfront).
"""


@lru_cache(maxsize=4096)
def hourly_rate(
    catalog: Catalog,
    instance_type: str,
    region: str,
    purchase: Purchase,
    zones: tuple[str, ...] = (),
    *,
    commitment: Commitment | None = None,
) -> Rate:
    """
    Return the rate of *instance_type* in *region*. *zones* narrow the band where they are zone ids ("use1-az2"): zone names
    are another letter in each account, so they narrow nothing. *commitment* holds the terms of what is bought ahead.
    """
    price = _price(catalog, instance_type, region, purchase, commitment)
    if price is None:
        sold = _sold_as(purchase)
        reason = _reason(catalog, instance_type, region, purchase, commitment)
        gone = catalog.instance_prices.evidence_not_sold(instance_type, region, sold) is not None
        return Rate(instance_type=instance_type, region=region, purchase=purchase, price=None, reason=reason, not_sold=gone)
    seen = [price.amount]
    band = None
    if purchase == "spot":
        seen += [row.price.amount for row in _zone_rows(catalog, instance_type, region, zones)]
        band = catalog.instance_prices.band(instance_type, region)
    return Rate(
        instance_type=instance_type,
        region=region,
        purchase=purchase,
        price=price,
        low=min(seen),
        high=max(seen),
        interruption_band=band,
    )


def _price(catalog: Catalog, instance_type: str, region: str, purchase: Purchase, commitment: Commitment | None) -> Price | None:
    if commitment is not None and commitment.rate is not None:
        return Price(amount=commitment.rate, unit="instance-hour", source=OWN_RATE, as_of="", as_of_from=None)
    rows = catalog.instance_prices
    if purchase == "reserved":
        terms = None if commitment is None else (commitment.term, commitment.payment)
        return rows.price(instance_type, region, "reserved-1yr") if terms == _RESERVED_ROW else None
    if purchase == "capacity-block":
        return rows.price(instance_type, region, "capacity-block")
    sold = _sold_as(purchase)
    price = rows.price(instance_type, region, sold)
    if price is None and sold == "on-demand":
        return catalog.price(CPU_SERVICE, CPU_COMPONENT, instance_type, region)
    return price


def _sold_as(purchase: Purchase) -> Literal["on-demand", "spot", "capacity-block"]:
    """
    Return the option under which an instance must be sold: what is bought ahead is on-demand capacity, but for blocks, as which types
    are sold that cannot be had on demand.
    """
    return purchase if purchase in ("spot", "capacity-block") else "on-demand"


def _zone_rows(catalog: Catalog, instance_type: str, region: str, zones: tuple[str, ...]) -> tuple[InstancePrice, ...]:
    rows = catalog.instance_prices.by_zone(instance_type, region)
    return tuple(row for row in rows if row.zone_id in zones) or rows


def _reason(catalog: Catalog, instance_type: str, region: str, purchase: Purchase, commitment: Commitment | None) -> str:
    if catalog.instance(instance_type) is None:
        return f"{instance_type} is no instance type of our catalogue"
    sold = _sold_as(purchase)
    evidence = catalog.instance_prices.evidence_not_sold(instance_type, region, sold)
    if evidence is not None:
        return f"{instance_type} is not sold {_IN_WORDS[sold]} in {region} as far as our sources go: {evidence}"
    terms = "" if commitment is None else " ".join(part for part in (commitment.term, commitment.payment) if part)
    what = f"{purchase} ({terms})" if terms else purchase
    abroad = other_partition(region)
    if abroad:
        return f"{region} is a region of {abroad}: our price table covers the partition aws only"
    missing = f"the {what} price of {instance_type} in {region} is not covered by our price table"
    if purchase in ("reserved", "capacity-block"):
        pinned = f"pin hardware: {{instance_types: [{instance_type}]}} and " if purchase == "reserved" else ""
        return f"{missing}: {pinned}give it as capacity.base.rate"
    snapshot = [row.price.amount for row in catalog.instance_prices.by_zone(instance_type, region)] if purchase == "spot" else []
    return f"{missing} ({_snapshot(snapshot)})" if snapshot else missing


def _snapshot(amounts: list[Decimal]) -> str:
    low, high = min(amounts), max(amounts)
    seen = f"{low}" if low == high else f"{low} to {high}"
    return f"only an undated snapshot by zone: {seen} USD an hour"
