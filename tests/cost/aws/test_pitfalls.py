"""
What other cost tools got wrong, at the shipped prices: the wrong row, the wrong region, silence where something is not known.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from cluster_records import record
from servewright.catalog.load import load_catalog
from servewright.cost.bill import price_records
from servewright.report.figures import usd
from service_bills import given

CATALOG = load_catalog()


def amounts(token: str, inputs: dict[str, Any], region: str | None, **usage: int) -> dict[str, str]:
    """
    Return the unit price of each line of one resource in *region*.
    """
    bill = price_records([record(token, "x", inputs, region)], CATALOG, usage=given("x", **usage))
    return {line.name.split(" (")[0]: f"{line.unit_price.expected}" for line in bill.lines}


def test_an_application_balancer_has_not_the_classic_price() -> None:
    """
    In eu-west-1 a lookup by the family "Load Balancer" finds the classic 0.028; an ALB is 0.0252 there, by its own row.
    """
    application = amounts("aws:lb/loadBalancer:LoadBalancer", {"internal": True}, "eu-west-1")
    classic = amounts("aws:elb/loadBalancer:LoadBalancer", {"internal": True}, "eu-west-1")

    assert application["load balancer hours"] == "0.0252"
    assert classic["load balancer hours"] == "0.028"


def test_a_nat_gateway_has_the_price_of_its_own_region_and_kind() -> None:
    """
    Prices are found by the region's code, and a regional gateway is not taken for a zonal one.
    """
    token = "aws:ec2/natGateway:NatGateway"  # noqa: S105 - a type token

    assert amounts(token, {}, "eu-west-1")["NAT gateway hours"] == "0.048"
    assert amounts(token, {}, "us-east-1")["NAT gateway hours"] == "0.045"
    assert amounts(token, {"availabilityMode": "regional"}, "us-east-1")["NAT gateway hours"] == "None"


def test_a_look_up_is_never_ambiguous() -> None:
    """
    Of one key and region there is one price for each quantity: the tiers of a row touch and never overlap, so none is "the smallest".
    """
    tiers: dict[tuple[str, str, str, str], list[tuple[Decimal, Decimal | None]]] = {}
    for row in CATALOG.unit_prices.rows:
        if row.region != "unspecified":
            tiers.setdefault((row.service, row.component, row.variant, row.region), []).append((row.start, row.end))

    def overlaps(spans: list[tuple[Decimal, Decimal | None]]) -> bool:
        ordered = sorted(spans, key=lambda span: span[0])
        return any(before[1] is None or before[1] != after[0] for before, after in pairwise(ordered))

    assert [key for key, spans in tiers.items() if overlaps(spans)] == []


@pytest.mark.parametrize(
    ("token", "inputs", "region"),
    [
        ("aws:fsx/lustreFileSystem:LustreFileSystem", {"deploymentType": "SCRATCH_2", "storageCapacity": 1200}, "us-east-1"),
        ("aws:rds/instance:Instance", {}, "us-east-1"),
        ("aws:amp/workspace:Workspace", {}, "us-east-1"),
        ("aws:ecr/repository:Repository", {}, "sa-east-1"),
        ("aws:lb/loadBalancer:LoadBalancer", {"internal": True}, "af-south-1"),
    ],
)
def test_not_found_is_not_zero(token: str, inputs: dict[str, Any], region: str) -> None:
    """
    A price that is not in the table leaves the total "at least", and says why.
    """
    bill = price_records([record(token, "x", inputs, region)], CATALOG)

    assert not bill.complete
    assert [line.name for line in bill.lines if line.monthly.expected == 0] == []
    assert all(item.why for item in bill.unknown)


def test_an_amount_below_a_cent_does_not_read_as_free() -> None:
    """
    A hundred requests to a bucket cost 0.00004 USD, which prints as less than a cent.
    """
    bill = price_records([record("aws:s3/bucket:Bucket", "x", {})], CATALOG, usage=given("x", read_requests=100))
    (reads,) = (line for line in bill.lines if "reading" in line.name)

    assert reads.monthly.expected == Decimal("0.00004")
    assert usd(reads.monthly.expected) == "<0.01"


def test_both_directions_zones_and_addresses_count() -> None:
    """
    A GB between zones counts twice, an interface endpoint in each of its zones, an address in use as one that is idle.
    """
    usage = given("*", cross_zone_gb=100, internet_egress_gb=0, inter_region_gb=0)
    records = [
        record("aws:ec2/vpc:Vpc", "vpc", {}),
        record("aws:ec2/vpcEndpoint:VpcEndpoint", "endpoint", {"vpcEndpointType": "Interface", "subnetIds": ["a", "b", "c"]}),
        record("aws:ec2/eip:Eip", "address", {"instance": "i-1"}),
    ]
    found = {line.name.split(" (")[0]: line.monthly.expected for line in price_records(records, CATALOG, usage=usage).lines}

    assert found["traffic between zones"] == 2
    assert found["VPC endpoint hours"] == Decimal("21.90")
    assert found["public IPv4 address hours"] == Decimal("3.65")


@pytest.mark.parametrize(
    ("token", "inputs", "line", "home", "away"),
    [
        ("aws:cloudwatch/logGroup:LogGroup", {}, "logs written", "0.5", "0.57"),
        ("aws:ec2/natGateway:NatGateway", {}, "NAT data processed", "0.045", "0.048"),
        ("aws:ec2/vpcEndpoint:VpcEndpoint", {"vpcEndpointType": "Interface", "subnetIds": ["a"]}, "VPC endpoint hours", "0.01", "0.011"),
        ("aws:efs/fileSystem:FileSystem", {}, "file storage", "0.3", "0.33"),
        ("aws:ebs/volume:Volume", {"type": "gp3", "size": 10}, "volume", "0.08", "0.088"),
    ],
)
def test_europe_is_not_us_east_1(token: str, inputs: dict[str, Any], line: str, home: str, away: str) -> None:
    """
    The same service has the price of its region's table, and no multiple of another's.
    """
    assert amounts(token, inputs, "us-east-1")[line] == home
    assert amounts(token, inputs, "eu-west-1")[line] == away


def test_each_resource_has_the_region_of_its_provider() -> None:
    """
    Two regions in one stack are two prices in one bill; a resource whose region is not known is unknown.
    """
    token = "aws:cloudwatch/logGroup:LogGroup"  # noqa: S105 - a type token
    records = [record(token, name, {}, region) for name, region in (("a", "us-east-1"), ("b", "eu-west-1"), ("c", None))]
    bill = price_records(records, CATALOG)
    written = {line.resource[-1]: line.unit_price.expected for line in bill.lines if line.name == "logs written"}

    assert written == {"a": Decimal("0.5"), "b": Decimal("0.57"), "c": None}
    assert {item.why.rpartition(": ")[2] for item in bill.unknown} == {"the region is not known"}


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("us-gov-west-1", "AWS GovCloud (partition aws-us-gov)"),
        ("cn-north-1", "AWS China (partition aws-cn), whose prices are in CNY"),
        ("eusc-de-east-1", "the AWS European Sovereign Cloud (partition aws-eusc), whose prices are in EUR"),
    ],
)
@pytest.mark.parametrize(
    "token",
    [
        "aws:route53/zone:Zone",
        "aws:budgets/budget:Budget",
        "aws:budgets/budgetAction:BudgetAction",
        "aws:s3/bucket:Bucket",
        "aws:cloudwatch/dashboard:Dashboard",
    ],
)
def test_other_partitions_are_not_priced_as_ours(token: str, region: str, partition: str) -> None:
    """
    Neither a neighbour's row nor one that holds everywhere else: the reason names the partition, and its currency where that is another.
    """
    bill = price_records([record(token, "x", {}, region)], CATALOG)

    assert {line.unit_price.expected for line in bill.lines} == {None}
    assert {item.why.partition(": ")[2] for item in bill.unknown} == {
        f"{region} is a region of {partition}: our price table covers the partition aws only"
    }
