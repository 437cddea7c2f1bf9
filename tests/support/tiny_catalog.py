"""
The shipped catalogue with a tiny frozen price table and frozen constants, so that a price refresh changes no golden of logic.

Prices are round numbers made for mental arithmetic; they are nobody's prices.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from servewright.catalog.instance_prices import InstancePrice, InstancePrices, InterruptionBand, Offer
from servewright.catalog.load import load_catalog
from servewright.catalog.model import Assumption, Price
from servewright.catalog.prices import Prices, PriceTier

if TYPE_CHECKING:
    from servewright.catalog.assumptions import Assumptions
    from servewright.catalog.query import Catalog

REGION = "us-east-1"
DAY = date(2026, 1, 1)

ON_DEMAND = {"g6.xlarge": "1.00", "g6.2xlarge": "1.20", "g6.12xlarge": "5.00", "m7i.large": "0.10"}
SPOT = {"g6.xlarge": "0.40", "g6.2xlarge": "0.50", "g6.12xlarge": "2.00"}
BANDS = {"g6.xlarge": "<5%", "g6.2xlarge": "5-10%", "g6.12xlarge": ">20%"}

UNIT_PRICES = {
    ("CloudWatch", "logs ingested", "", REGION): "0.50",
    ("AWS Budgets", "budget monitoring and notifications", "", "global"): "0",
    ("DataTransfer", "cross-AZ (each direction)", "", REGION): "0.01",
    ("DataTransfer", "internet egress", "", REGION): "0.09",
    ("EBS", "provisioned IOPS above 3000", "gp3", REGION): "0.005",
    ("EBS", "provisioned throughput above 125 MB/s", "gp3", REGION): "0.04",
    ("EBS", "storage", "gp3", REGION): "0.08",
    ("EKS", "control plane", "standard support", REGION): "0.10",
    ("KMS", "customer managed key", "", REGION): "1",
    ("KMS", "symmetric requests", "", REGION): "0.03",
    ("SNS", "email notifications over 1k", "", REGION): "2",
    ("SNS", "publish requests over 1M", "", REGION): "0.5",
    ("VPC", "NAT gateway data processed", "", REGION): "0.045",
    ("VPC", "NAT gateway hour", "", REGION): "0.045",
    ("VPC", "interface endpoint hour", "per AZ/ENI", REGION): "0.01",
    ("VPC", "public IPv4 address", "in use", REGION): "0.005",
}

CONSTANTS = {
    "node_launch": ("90", None, None),
    "spot_fallback_share": ("0.08", "0.02", "0.25"),
    "spot_recovery": ("540", "240", "1200"),
    "log_volume_per_replica": ("1", "0.2", "5"),
    "answer_bytes_per_token": ("4.5", "4", "6"),
    "vector_bytes_per_dimension": ("20", "5.4", "22"),
    "daemonset_cpu_per_gpu_node": ("400", None, None),
    "daemonset_memory_per_gpu_node": ("900", None, None),
}


def tiny_catalog() -> Catalog:
    """
    Return the catalogue with the prices and constants of this file.
    """
    shipped = load_catalog()
    return replace(
        shipped,
        unit_prices=Prices(rows=tuple(_tier(key, usd) for key, usd in UNIT_PRICES.items())),
        instance_prices=InstancePrices(
            rows=tuple(_hourly(name, "on-demand", usd) for name, usd in ON_DEMAND.items())
            + tuple(_hourly(name, "spot", usd) for name, usd in SPOT.items()),
            bands=tuple(InterruptionBand(instance_type=name, region=REGION, band=band) for name, band in BANDS.items()),
            not_sold=(),
        ),
        assumptions=_frozen(shipped.assumptions),
    )


def without_unit_price(catalog: Catalog, service: str) -> Catalog:
    """
    Return *catalog* without the unit prices of *service*.
    """
    rows = tuple(row for row in catalog.unit_prices.rows if row.service != service)
    return replace(catalog, unit_prices=Prices(rows=rows))


def without_hourly_price(catalog: Catalog, instance_type: str) -> Catalog:
    """
    Return *catalog* without the hourly prices of *instance_type*.
    """
    prices = catalog.instance_prices
    rows = tuple(row for row in prices.rows if row.instance_type != instance_type)
    return with_instance_prices(catalog, InstancePrices(rows=rows, bands=prices.bands, not_sold=prices.not_sold))


def with_zone_price(catalog: Catalog, instance_type: str, usd: str) -> Catalog:
    """
    Return *catalog* with a spot price of *instance_type* seen in one zone.
    """
    prices = catalog.instance_prices
    seen = replace(_hourly(instance_type, "spot", usd), zone_id="use1-az1")
    return with_instance_prices(catalog, InstancePrices(rows=(*prices.rows, seen), bands=prices.bands, not_sold=prices.not_sold))


def with_price_ahead(catalog: Catalog, instance_type: str, usd: str, offer: Offer = "reserved-1yr") -> Catalog:
    """
    Return *catalog* with a price of *instance_type* bought ahead.
    """
    prices = catalog.instance_prices
    rows = (*prices.rows, _hourly(instance_type, offer, usd))
    return with_instance_prices(catalog, InstancePrices(rows=rows, bands=prices.bands, not_sold=prices.not_sold))


def with_instance_prices(catalog: Catalog, prices: InstancePrices) -> Catalog:
    """
    Return *catalog* with other hourly prices.
    """
    return replace(catalog, instance_prices=prices)


def with_date(catalog: Catalog, instance_type: str, day: date) -> Catalog:
    """
    Return *catalog* with the hourly prices of *instance_type* as of *day*.
    """
    prices = catalog.instance_prices
    rows = tuple(
        replace(row, price=replace(row.price, as_of=day.isoformat(), as_of_from=day)) if row.instance_type == instance_type else row
        for row in prices.rows
    )
    return with_instance_prices(catalog, InstancePrices(rows=rows, bands=prices.bands, not_sold=prices.not_sold))


def with_amount(row: InstancePrice, amount: Decimal) -> InstancePrice:
    """
    Return *row* with another price.
    """
    return replace(row, price=replace(row.price, amount=amount))


def _price(usd: str, unit: str) -> Price:
    return Price(amount=Decimal(usd), unit=unit, source="made for tests", as_of=DAY.isoformat(), as_of_from=DAY)


def _tier(key: tuple[str, str, str, str], usd: str) -> PriceTier:
    service, component, variant, region = key
    return PriceTier(
        service=service, component=component, variant=variant, region=region, start=Decimal(0), end=None, price=_price(usd, "unit")
    )


def _hourly(name: str, offer: str, usd: str) -> InstancePrice:
    price = _price(usd, "instance-hour")
    return InstancePrice(instance_type=name, region=REGION, zone_id=None, purchase=cast("Offer", offer), price=price)


def _frozen(shipped: Assumptions) -> Assumptions:
    frozen = {
        name: Assumption(name=name, value=value, unit="", low=low, high=high, kind="judgement", remark="made for tests")
        for name, (value, low, high) in CONSTANTS.items()
    }
    return replace(shipped, constants={**shipped.constants, **frozen})
