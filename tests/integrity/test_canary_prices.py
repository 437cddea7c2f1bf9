"""
Prices that were compared by hand with their sources: a converter that swaps a column or a region fails here.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from servewright.catalog.load import load_catalog
from servewright.catalog.rates import hourly_rate

CATALOG = load_catalog()

HOURLY = [
    ("g6.xlarge", "us-east-1", "on-demand", "0.8048"),
    ("g6.xlarge", "us-east-1", "spot", "0.5375"),
    ("g6.xlarge", "eu-central-1", "on-demand", "1.0064"),
    ("g6.12xlarge", "us-east-1", "on-demand", "4.6016"),
    ("g6e.xlarge", "us-east-1", "on-demand", "1.861"),
    ("g6e.xlarge", "us-east-1", "spot", "1.6119"),
    ("g6e.12xlarge", "us-east-1", "on-demand", "10.49264"),
    ("g5.xlarge", "us-east-1", "on-demand", "1.006"),
    ("g5.xlarge", "eu-west-1", "on-demand", "1.123"),
    ("g5.xlarge", "ap-northeast-1", "on-demand", "1.459"),
    ("g7e.2xlarge", "us-east-1", "on-demand", "3.36312"),
    ("g7e.2xlarge", "us-east-1", "spot", "1.482"),
    ("p4d.24xlarge", "us-east-1", "on-demand", "21.957642"),
    ("p4de.24xlarge", "us-east-1", "on-demand", "27.44705"),
    ("p5.4xlarge", "us-east-1", "on-demand", "6.88"),
    ("p5.48xlarge", "us-east-1", "on-demand", "55.04"),
    ("p5.48xlarge", "us-east-1", "spot", "19.4933"),
    ("p5en.48xlarge", "us-east-1", "on-demand", "63.296"),
    ("p6-b200.48xlarge", "us-east-1", "on-demand", "113.9328"),
    ("m7i.xlarge", "us-east-1", "on-demand", "0.2016"),
    ("m7g.xlarge", "eu-west-1", "on-demand", "0.1819"),
    ("c7i.large", "ap-southeast-1", "on-demand", "0.1029"),
]

UNITS = [
    ("EKS", "control plane", "standard support", "us-east-1", "0.1"),
    ("EKS", "control plane", "extended support", "us-east-1", "0.6"),
    ("EBS", "storage", "gp3", "us-east-1", "0.08"),
    ("EBS", "provisioned IOPS above 3000", "gp3", "us-east-1", "0.005"),
    ("EBS", "provisioned throughput above 125 MB/s", "gp3", "us-east-1", "0.04"),
    ("VPC", "NAT gateway hour", "", "eu-central-1", "0.052"),
    ("VPC", "public IPv4 address", "in use", "eu-west-1", "0.005"),
    ("VPC", "public IPv4 address", "idle", "us-east-1", "0.005"),
    ("CloudWatch", "logs ingested", "", "us-east-1", "0.5"),
    ("CloudWatch", "logs ingested", "", "eu-west-1", "0.57"),
    ("S3", "storage standard", "", "us-east-1", "0.023"),
    ("S3", "PUT/COPY/POST/LIST", "", "eu-central-1", "0.0054"),
    ("Secrets Manager", "secret", "", "us-east-1", "0.4"),
    ("AWS Budgets", "budget monitoring and notifications", "", "us-east-1", "0"),
]


@pytest.mark.parametrize(("instance_type", "region", "purchase", "usd"), HOURLY)
def test_hourly_price_is_as_checked(instance_type: str, region: str, purchase: str, usd: str) -> None:
    """
    An instance hour costs what was read by hand.
    """
    rate = hourly_rate(CATALOG, instance_type, region, "spot" if purchase == "spot" else "on-demand")
    assert rate.price is not None, rate.reason
    assert rate.price.amount == Decimal(usd)


@pytest.mark.parametrize(("service", "component", "variant", "region", "usd"), UNITS)
def test_unit_price_is_as_checked(service: str, component: str, variant: str, region: str, usd: str) -> None:
    """
    A unit costs what was read by hand.
    """
    price = CATALOG.price(service, component, variant, region)
    assert price is not None, CATALOG.price_gap(service, region)
    assert price.amount == Decimal(usd)
