"""
One row of a table of hardware or prices to one value.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, cast

from servewright.catalog.cells import Row, day, decimal, integer
from servewright.catalog.hardware import Exclusion, excluded_by
from servewright.catalog.instance_prices import InstancePrice, InterruptionBand, NotSold, Offer
from servewright.catalog.model import CacheNode, ComputeFormat, Gpu, InstanceType, Price
from servewright.catalog.prices import PriceTier


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """
    A source that many rows share: its *text*, and the day of its figures as in Price.
    """

    text: str
    as_of: str
    as_of_from: date | None


def source(row: Row) -> Source:
    """
    Return the shared source of *row*.
    """
    return Source(text=row["text"], as_of=row["as_of"], as_of_from=day(row["as_of_from"]))


def gpu(row: Row) -> Gpu:
    """
    Return the GPU of *row*.
    """
    return Gpu(
        id=row["id"],
        names=tuple(row["names"].split()),
        full_name=row["full_name"],
        vendor=row["vendor"],
        usable_memory_mib=int(row["usable_memory_mib"]),
        memory_bandwidth_tbps=decimal(row["memory_bandwidth_tbps"]),
        formats=frozenset(cast("list[ComputeFormat]", row["formats"].split())),
        nvlink=row["nvlink"] == "yes",
        source=f"{row['source']}; memory: {row['memory_source']}",
    )


def exclusion(row: Row) -> Exclusion:
    """
    Return the exclusion of *row*.
    """
    return Exclusion(pattern=row["pattern"], reason=row["reason"], source=row["source"])


def instance(row: Row, exclusions: tuple[Exclusion, ...], sources: dict[str, Source]) -> InstanceType:
    """
    Return the instance type of *row*, with the reason of the exclusion that matches it.
    """
    return InstanceType(
        name=row["name"],
        gpu_id=row["gpu_id"] or None,
        gpu_count=Decimal(row["gpu_count"]),
        vcpu=int(row["vcpu"]),
        memory_mib=int(row["memory_mib"]),
        architecture="arm64" if row["architecture"] == "arm64" else "amd64",
        allocatable_cpu_millicores=integer(row["allocatable_cpu_millicores"]),
        allocatable_memory_mib=integer(row["allocatable_memory_mib"]),
        max_pods=integer(row["max_pods"]),
        local_nvme_gb=int(row["local_nvme_gb"]),
        efa_interfaces=int(row["efa_interfaces"]),
        source=sources[row["source"]].text,
        excluded=excluded_by(row["name"], exclusions),
    )


def cache_node(row: Row) -> CacheNode:
    """
    Return the cache node of *row*.
    """
    return CacheNode(node_type=row["node_type"], memory_mib=int(row["memory_bytes"]) // 2**20, source=f"{row['source']} ({row['as_of']})")


def instance_price(row: Row, sources: dict[str, Source]) -> InstancePrice:
    """
    Return the hourly price of *row*.
    """
    where = sources[row["source"]]
    price = Price(
        amount=Decimal(row["usd_per_hour"]),
        unit="instance-hour",
        source=where.text,
        as_of=where.as_of,
        as_of_from=where.as_of_from,
    )
    return InstancePrice(
        instance_type=row["instance_type"],
        region=row["region"],
        zone_id=row["zone_id"] or None,
        purchase=cast("Offer", row["purchase"]),
        price=price,
    )


def interruption_band(row: Row) -> InterruptionBand:
    """
    Return the interruption band of *row*.
    """
    return InterruptionBand(instance_type=row["instance_type"], region=row["region"], band=row["band"])


def not_sold(row: Row) -> NotSold:
    """
    Return the statement of *row* that something is not sold.
    """
    purchase = cast("Literal['on-demand', 'spot', 'any']", row["purchase"])
    return NotSold(pattern=row["pattern"], region=row["region"], purchase=purchase, evidence=row["evidence"])


def price_tier(row: Row) -> PriceTier:
    """
    Return the unit price of *row*.
    """
    price = Price(
        amount=Decimal(row["usd"]),
        unit=row["unit"],
        source=row["source"],
        as_of=row["as_of"],
        as_of_from=day(row["as_of_from"]),
    )
    return PriceTier(
        service=row["service"],
        component=row["component"],
        variant=row["variant"],
        region=row["region"],
        start=Decimal(row["tier_from"] or 0),
        end=decimal(row["tier_to"]),
        price=price,
    )
