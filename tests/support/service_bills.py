"""
Bills of single resources at a frozen price table with round numbers, made for mental arithmetic; they are nobody's prices.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from cluster_records import REGION
from servewright.catalog.load import load_catalog
from servewright.catalog.model import Price
from servewright.catalog.prices import Prices, PriceTier
from servewright.catalog.usage import Usage, UsageRule
from servewright.cost.bill import price_records
from servewright.ranges import Range

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.cost.model import Bill
    from servewright.cost.records import ResourceRecord

NOT_YET = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""
What stands in place of a value that is not known before deployment.
"""

_DAY = date(2026, 1, 1)
_TABLE = {
    ("AWS Budgets", "action-enabled budget, each further", "", "global"): "0.1",
    ("CloudWatch", "alarm high resolution", "", REGION): "0.3",
    ("CloudWatch", "alarm standard resolution", "", REGION): "0.1",
    ("CloudWatch", "custom metric", "", REGION): "0.3",
    ("CloudWatch", "dashboard", "", REGION): "3",
    ("CloudWatch", "logs archival storage", "", REGION): "0.03",
    ("CloudWatch", "logs ingested", "", REGION): "0.5",
    ("DataTransfer", "cross-AZ (each direction)", "", REGION): "0.01",
    ("DataTransfer", "inter-region egress", "to most regions", REGION): "0.02",
    ("EBS", "provisioned IOPS", "io1", REGION): "0.07",
    ("EBS", "provisioned IOPS above 3000", "gp3", REGION): "0.005",
    ("EBS", "provisioned throughput above 125 MB/s", "gp3", REGION): "0.04",
    ("EBS", "storage", "gp2", REGION): "0.1",
    ("EBS", "storage", "gp3", REGION): "0.08",
    ("EBS", "storage", "io1", REGION): "0.12",
    ("ECR", "storage private", "", REGION): "0.1",
    ("EFS", "IA read/write", "", REGION): "0.01",
    ("EFS", "provisioned throughput", "", REGION): "6",
    ("EFS", "storage one zone", "", REGION): "0.16",
    ("EFS", "storage standard", "", REGION): "0.3",
    ("EFS", "storage standard IA", "", REGION): "0.02",
    ("ELB", "ALB LCU", "", REGION): "0.01",
    ("ELB", "ALB hour", "", REGION): "0.02",
    ("ELB", "Classic LB hour", "", REGION): "0.03",
    ("ELB", "NLB NLCU", "", REGION): "0.005",
    ("ELB", "NLB hour", "", REGION): "0.04",
    ("ElastiCache", "backup storage", "", REGION): "0.1",
    ("ElastiCache", "node on-demand Redis", "cache.m7g.large", REGION): "0.2",
    ("ElastiCache", "node on-demand Valkey", "cache.m7g.large", REGION): "0.1",
    ("ElastiCache Serverless", "ECPU", "Redis OSS / Memcached", REGION): "0.004",
    ("ElastiCache Serverless", "ECPU", "Valkey", REGION): "0.002",
    ("ElastiCache Serverless", "data stored", "Redis OSS / Memcached", REGION): "0.2",
    ("ElastiCache Serverless", "data stored", "Valkey", REGION): "0.1",
    ("FSx Lustre", "SSD 125 MB/s/TiB", "", REGION): "0.15",
    ("FSx OpenZFS", "SSD storage", "", REGION): "0.1",
    ("FSx OpenZFS", "throughput", "", REGION): "0.25",
    ("KMS", "asymmetric (non RSA-2048) requests", "", REGION): "0.15",
    ("KMS", "customer managed key", "", REGION): "1",
    ("KMS", "symmetric requests", "", REGION): "0.03",
    ("Managed Grafana", "editor/administrator", "", REGION): "9",
    ("Managed Grafana", "viewer", "", REGION): "5",
    ("Route53", "hosted zone", "", "global"): "0.5",
    ("Route53", "standard queries", "", "global"): "0.4",
    ("S3", "GET and other", "", REGION): "0.0004",
    ("S3", "PUT/COPY/POST/LIST", "", REGION): "0.005",
    ("SNS", "HTTP/S notifications over 100k", "", REGION): "0.06",
    ("SNS", "email notifications over 1k", "", REGION): "2",
    ("SQS", "FIFO requests", "", REGION): "0.5",
    ("SQS", "standard requests", "", REGION): "0.4",
    ("Secrets Manager", "API requests", "", REGION): "0.05",
    ("Secrets Manager", "secret", "", REGION): "0.4",
    ("Secrets Manager", "secret", "", "eu-west-1"): "0.5",
    ("VPC", "NAT gateway data processed", "", REGION): "0.05",
    ("VPC", "NAT gateway hour", "", REGION): "0.04",
    ("VPC", "gateway LB endpoint data", "", REGION): "0.003",
    ("VPC", "gateway load balancer endpoint hour", "", REGION): "0.02",
    ("VPC", "interface endpoint data", "", REGION): "0.01",
    ("VPC", "interface endpoint hour", "per AZ/ENI", REGION): "0.01",
    ("VPC", "public IPv4 address", "in use", REGION): "0.005",
}
_TIERS = {
    # price: start, end and amount of each tier
    ("DataTransfer", "internet egress", "", REGION): (("0", "1000", "0.1"), ("1000", None, "0.05")),
    ("S3", "storage standard", "", REGION): (("0", "5000", "0.02"),),
    ("AMP", "samples ingested", "", "unspecified"): (("0", None, "0.9"),),
}


def bill_of(*records: ResourceRecord, usage: Usage | None = None) -> Bill:
    """
    Return the bill of *records* at the frozen table.
    """
    return price_records(records, frozen_catalog(), usage=usage or Usage())


def frozen_catalog() -> Catalog:
    """
    Return the shipped catalogue with the unit prices of this file.
    """
    single = [_tier(key, "0", None, usd) for key, usd in _TABLE.items()]
    tiered = [_tier(key, *tier) for key, tiers in _TIERS.items() for tier in tiers]
    return replace(load_catalog(), unit_prices=Prices(rows=(*single, *tiered)))


def given(pattern: str, **values: str | int) -> Usage:
    """
    Return a usage file with one entry.
    """
    return Usage(rules=(UsageRule(pattern=pattern, values={key: Range.exactly(Decimal(value)) for key, value in values.items()}),))


def expected(bill: Bill) -> dict[str, str]:
    """
    Return the expected amount of each line by its name, in USD with two decimals; "unknown" where it is not known.
    """
    return {line.name: "unknown" if line.monthly.expected is None else f"{line.monthly.expected:.2f}" for line in bill.lines}


def reasons(bill: Bill) -> list[str]:
    """
    Return why something on the bill is unknown.
    """
    return [item.why for item in bill.unknown]


def _tier(key: tuple[str, str, str, str], start: str, end: str | None, usd: str) -> PriceTier:
    service, component, variant, region = key
    return PriceTier(
        service=service,
        component=component,
        variant=variant,
        region=region,
        start=Decimal(start),
        end=None if end is None else Decimal(end),
        price=Price(amount=Decimal(usd), unit="unit", source="made for tests", as_of=_DAY.isoformat(), as_of_from=_DAY),
    )
