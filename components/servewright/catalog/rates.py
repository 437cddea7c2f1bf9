"""
The hourly price of an instance. Plan and bill both ask here, so the price that made a choice is the price on the bill.

On-demand: the region's row. Spot: the region's row of the spot feed as the price; the rows seen by zone only widen its band, since
they are one undated snapshot. A spot price above on-demand is kept as found. What has no row is unknown, with the reason.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.catalog.model import Rate

if TYPE_CHECKING:
    from servewright.catalog.instance_prices import InstancePrice
    from servewright.catalog.model import Price, Purchase
    from servewright.catalog.query import Catalog

CPU_SERVICE: Final = "EC2"
CPU_COMPONENT: Final = "on-demand Linux shared"

_IN_WORDS: Final[dict[str, str]] = {"on-demand": "on demand", "spot": "as spot"}


def hourly_rate(catalog: Catalog, instance_type: str, region: str, purchase: Purchase, zones: tuple[str, ...] = ()) -> Rate:
    """
    Return the rate of *instance_type* in *region*. *zones* narrow the band where they are zone ids ("use1-az2"): zone names
    are another letter in each account, so they narrow nothing.
    """
    price = _price(catalog, instance_type, region, purchase)
    if price is None:
        reason = _reason(catalog, instance_type, region, purchase)
        gone = catalog.instance_prices.evidence_not_sold(instance_type, region, purchase) is not None
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


def _price(catalog: Catalog, instance_type: str, region: str, purchase: Purchase) -> Price | None:
    price = catalog.instance_prices.price(instance_type, region, purchase)
    if price is None and purchase == "on-demand":
        return catalog.price(CPU_SERVICE, CPU_COMPONENT, instance_type, region)
    return price


def _zone_rows(catalog: Catalog, instance_type: str, region: str, zones: tuple[str, ...]) -> tuple[InstancePrice, ...]:
    rows = catalog.instance_prices.by_zone(instance_type, region)
    return tuple(row for row in rows if row.zone_id in zones) or rows


def _reason(catalog: Catalog, instance_type: str, region: str, purchase: Purchase) -> str:
    if catalog.instance(instance_type) is None:
        return f"{instance_type} is no instance type of our catalogue"
    evidence = catalog.instance_prices.evidence_not_sold(instance_type, region, purchase)
    if evidence is not None:
        return f"{instance_type} is not sold {_IN_WORDS[purchase]} in {region} as far as our sources go: {evidence}"
    missing = f"the {purchase} price of {instance_type} in {region} is not covered by our price table"
    snapshot = [row.price.amount for row in catalog.instance_prices.by_zone(instance_type, region)] if purchase == "spot" else []
    return f"{missing} ({_snapshot(snapshot)})" if snapshot else missing


def _snapshot(amounts: list[Decimal]) -> str:
    low, high = min(amounts), max(amounts)
    seen = f"{low}" if low == high else f"{low} to {high}"
    return f"only an undated snapshot by zone: {seen} USD an hour"
