"""
Recorded EC2 and EKS resources, and the tiny catalogue with the prices that they need.

Prices are round numbers made for mental arithmetic; they are nobody's prices.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import tiny_catalog
from cluster_records import record
from servewright.catalog.model import Price
from servewright.catalog.prices import Prices, PriceTier
from servewright.catalog.usage import Usage, UsageRule
from servewright.catalog.versions import KubernetesVersion
from servewright.cost.bill import price_records
from servewright.ranges import Range

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.cost.model import Bill, Line
    from servewright.cost.records import ResourceRecord

REGION = tiny_catalog.REGION
HOURLY = {"m7i.xlarge": "0.20", "c7i.large": "0.08", "t3.medium": "0.04"}
UNIT_PRICES = {
    ("CloudWatch", "custom metric", ""): "0.30",
    ("CloudWatch", "logs ingested", ""): "0.50",
    ("EBS", "provisioned IOPS", "io1"): "0.065",
    ("EBS", "provisioned IOPS (first 32k tier)", "io2"): "0.065",
    ("EBS", "storage", "gp2"): "0.10",
    ("EBS", "storage", "io1"): "0.125",
    ("EBS", "storage", "io2"): "0.125",
    ("EBS", "storage", "st1"): "0.045",
    ("EKS", "control plane", "extended support surcharge"): "0.50",
}
VERSIONS = (
    ("1.20", date(2025, 1, 1), date(2026, 1, 1)),
    ("1.21", date(2026, 1, 1), date(2027, 1, 1)),
    ("1.22", date(2027, 1, 1), date(2028, 1, 1)),
    ("1.23", None, None),
)


def compute_catalog() -> Catalog:
    """
    Return the tiny catalogue with prices of plain instances, volumes and support, and four versions of EKS.
    """
    tiny = tiny_catalog.tiny_catalog()
    hourly = {("EC2", "on-demand Linux shared", name): usd for name, usd in HOURLY.items()}
    prices = {**UNIT_PRICES, **hourly}
    kept = tuple(row for row in tiny.unit_prices.rows if (row.service, row.component, row.variant) not in prices)
    rows = tuple(_row(key, usd) for key, usd in prices.items())
    versions = tuple(
        KubernetesVersion(
            minor=minor, end_standard_support=standard, end_extended_support=extended, supported=True, source="made for tests"
        )
        for minor, standard, extended in VERSIONS
    )
    return replace(tiny, unit_prices=Prices(rows=kept + rows), versions=replace(tiny.versions, kubernetes=versions))


def bill_of(*records: ResourceRecord, as_of: date | None = None, usage: dict[str, dict[str, Range]] | None = None) -> Bill:
    """
    Return the bill of *records*; *usage* is by pattern and key.
    """
    rules = tuple(UsageRule(pattern=pattern, values=values) for pattern, values in (usage or {}).items())
    return price_records(records, CATALOG, as_of=as_of, usage=Usage(rules=rules))


def line_of(bill: Bill, name: str, purchase: str | None = None) -> Line:
    """
    Return the one line whose name begins with *name*.
    """
    (found,) = (each for each in bill.lines if each.id.endswith(f"#{name}") and purchase in (None, each.purchase))
    return found


def reasons(bill: Bill) -> list[str]:
    """
    Return why things on *bill* are unknown.
    """
    return [each.why for each in bill.unknown]


def instance(name: str = "box", **inputs: Any) -> ResourceRecord:
    """
    Return an instance with a known root volume; *inputs* change it, None leaves an input out.
    """
    base = {"instanceType": "m7i.large", "rootBlockDevice": {"volumeSize": 100, "volumeType": "gp3"}, "associatePublicIpAddress": False}
    return record("aws:ec2/instance:Instance", name, _set(base, inputs))


def launch_template(name: str = "nodes", **inputs: Any) -> ResourceRecord:
    """
    Return a launch template of one's own name with a root volume of 200 GiB gp3.
    """
    mapping = {"deviceName": "/dev/xvda", "ebs": {"volumeSize": 200, "volumeType": "gp3"}}
    return record("aws:ec2/launchTemplate:LaunchTemplate", name, _set({"name": name, "blockDeviceMappings": [mapping]}, inputs))


def node_group(name: str = "group", sizes: tuple[int | None, ...] = (1, 2, 4), **inputs: Any) -> ResourceRecord:
    """
    Return a node group of m7i.large; *sizes* are minimum, desired (None: absent) and maximum.
    """
    scaling = {key: size for key, size in zip(("minSize", "desiredSize", "maxSize"), sizes, strict=True) if size is not None}
    return record("aws:eks/nodeGroup:NodeGroup", name, _set({"instanceTypes": ["m7i.large"], "scalingConfig": scaling}, inputs))


def group(name: str = "group", **inputs: Any) -> ResourceRecord:
    """
    Return an Auto Scaling group of 1, 3 and 5 instances from the template `nodes`.
    """
    base = {"minSize": 1, "desiredCapacity": 3, "maxSize": 5, "launchTemplate": {"name": "nodes"}}
    return record("aws:autoscaling/group:Group", name, _set(base, inputs))


def cluster(name: str = "main", **inputs: Any) -> ResourceRecord:
    """
    Return a cluster of version 1.22.
    """
    return record("aws:eks/cluster:Cluster", name, _set({"version": "1.22"}, inputs))


def _set(base: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**base, **inputs}.items() if value is not None}


def _row(key: tuple[str, str, str], usd: str) -> PriceTier:
    service, component, variant = key
    price = Price(amount=Decimal(usd), unit="unit", source="made for tests", as_of="2026-01-01", as_of_from=date(2026, 1, 1))
    return PriceTier(service=service, component=component, variant=variant, region=REGION, start=Decimal(0), end=None, price=price)


CATALOG = compute_catalog()
