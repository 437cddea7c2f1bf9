"""
One row of a table of places, versions or assumptions to one value.
"""

from __future__ import annotations

from decimal import Decimal
from typing import cast

from servewright.catalog.cells import Row, day, decimal, integer
from servewright.catalog.metrics import Metric, MetricType
from servewright.catalog.model import Assumption, Image, Pin
from servewright.catalog.regions import Quota, Region
from servewright.catalog.usage import UsageDefault
from servewright.catalog.versions import Chart, KubernetesVersion
from servewright.ranges import Range


def assumption(row: Row) -> Assumption:
    """
    Return the assumed constant of *row*.
    """
    return Assumption(
        name=row["name"],
        value=row["value"],
        unit=row["unit"],
        low=row["low"] or None,
        high=row["high"] or None,
        kind=row["kind"],
        remark=row["remark"],
    )


def usage_default(row: Row) -> UsageDefault:
    """
    Return the usage default of *row*; a blank quantity is unknown.
    """
    return UsageDefault(
        type=row["type"],
        key=row["key"],
        unit=row["unit"],
        quantity=Range(decimal(row["min"]), decimal(row["expected"]), decimal(row["max"])),
        kind=row["kind"],
        remark=row["remark"],
    )


def region(row: Row) -> Region:
    """
    Return the region of *row*.
    """
    return Region(
        id=row["region"],
        name=row["name"],
        partition=row["partition"],
        eks=row["eks"] == "yes",
        zones=tuple(row["zones"].split()),
        zone_ids=tuple(row["zone_ids"].split()),
        source=row["source"],
    )


def quota(row: Row) -> Quota:
    """
    Return the quota of *row*.
    """
    return Quota(
        service_code=row["service_code"],
        code=row["quota_code"] or None,
        name=row["name"],
        default=integer(row["default_value"]),
        unit=row["unit"],
        covers=tuple(row["covers"].split()),
        purchase=row["purchase"] or None,
        source=row["source"],
    )


def pin(row: Row) -> Pin:
    """
    Return the pinned version of *row*.
    """
    return Pin(
        component=row["component"],
        version=row["version"],
        image_or_chart=row["image_or_chart"],
        contract=row["contract"],
        remark=row["remark"],
    )


def image(row: Row) -> Image:
    """
    Return the image of *row*.
    """
    return Image(
        name=row["name"],
        tag=row["tag"],
        digest=row["digest"] or None,
        compressed_bytes=integer(row["compressed_bytes"]),
        waiver=row["waiver"] or None,
        source=f"{row['source']} ({row['as_of']})",
    )


def chart(row: Row, version: str) -> Chart:
    """
    Return the chart of *row*, whose *version* stands in the table of pins.
    """
    return Chart(name=row["chart"], version=version, repository=row["repository"], source=f"{row['source']} ({row['as_of']})")


def kubernetes_version(row: Row) -> KubernetesVersion:
    """
    Return the Kubernetes minor of *row*.
    """
    return KubernetesVersion(
        minor=row["kubernetes_minor"],
        end_standard_support=day(row["end_standard_support"]),
        end_extended_support=day(row["end_extended_support"]),
        supported=row["supported"] == "yes",
        source=row["source"],
    )


def metric(row: Row) -> Metric:
    """
    Return the metric of *row*.
    """
    return Metric(
        component=row["component"],
        name=row["metric"],
        type=cast("MetricType", row["type"]),
        labels=tuple(row["labels"].split()),
        unit=row["unit"],
        source=row["source"],
    )


def bounds(row: Row) -> tuple[Decimal, ...]:
    """
    Return the bounds of the histogram of *row*.
    """
    return tuple(Decimal(bound) for bound in row["bounds_s"].split())
