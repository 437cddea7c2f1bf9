"""
The questions that are asked of offer files: each leads to a price of the catalogue, in its unit.
"""

from __future__ import annotations

import csv
from collections import Counter
from importlib.resources import files

import pytest

from servewright.catalog.load import load_catalog
from servewright.offers.query import Key, asked, load_queries, usage_name

CATALOG = load_catalog()
UNITS = {(row.service, row.component, row.variant): row.price.unit for row in CATALOG.unit_prices.rows}


def test_every_question_is_for_a_price_of_the_catalogue() -> None:
    """
    Service, component and variant are the catalogue's own, and so is the unit: a converted price cannot stand under another unit.
    """
    for query in load_queries():
        if query.service == "EC2":
            continue
        known = {unit for (service, component, variant), unit in UNITS.items() if (service, component) == (query.service, query.component)}
        assert known == {query.unit}, query
        assert query.variant == "*" or (query.service, query.component, query.variant) in UNITS, query


def test_keys_are_asked_for_once() -> None:
    """
    No two questions have the same key.
    """
    counted = Counter(each.key for each in asked(CATALOG, "us-east-1"))

    assert [key for key, times in counted.items() if times > 1] == []


def test_every_priced_type_is_asked_for() -> None:
    """
    On demand and reserved: each instance type of the catalogue with a price in the tables.
    """
    keys = {each.key for each in asked(CATALOG, "us-east-1")}

    for row in CATALOG.instance_prices.rows:
        if row.region == "us-east-1" and row.purchase in {"on-demand", "reserved-1yr"}:
            assert Key("EC2", row.purchase, row.instance_type, "us-east-1") in keys
    for tier in CATALOG.unit_prices.rows:
        if tier.service == "EC2" and tier.region == "us-east-1" and CATALOG.instance(tier.variant) is not None:
            assert Key("EC2", "on-demand", tier.variant, "us-east-1") in keys


def test_every_question_has_its_evidence() -> None:
    """
    Each row says where its names were read, or that they are a judgement.
    """
    text = (files("servewright.offers") / "data" / "queries.csv").read_text(encoding="utf-8")

    assert [row for row in csv.DictReader(text.splitlines()) if not row["evidence"]] == []


def test_services_narrow_the_questions() -> None:
    """
    Only what belongs to the named services is asked for.
    """
    assert {each.key.service for each in asked(CATALOG, "eu-west-1", ("KMS", "SNS"))} == {"KMS", "SNS"}


@pytest.mark.parametrize(
    ("usage", "region", "name"),
    [
        ("EU-NatGateway-Hours", "eu-west-1", "NatGateway-Hours"),
        ("NatGateway-Hours", "us-east-1", "NatGateway-Hours"),
        ("USE1-AmazonEKS-Hours:perCluster", "us-east-1", "AmazonEKS-Hours:perCluster"),
        ("APN1-BoxUsage:g6.xlarge", "ap-northeast-1", "BoxUsage:g6.xlarge"),
        ("ap-southeast-1-KMS-Keys", "ap-southeast-1", "KMS-Keys"),
        ("TS-LoadBalancerUsage", "us-east-1", "TS-LoadBalancerUsage"),
        ("EU-TS-LoadBalancerUsage", "eu-west-1", "TS-LoadBalancerUsage"),
        ("RegionalNatGateway-Hours", "us-east-1", "RegionalNatGateway-Hours"),
        ("EBS:VolumeUsage.gp3", "us-east-1", "EBS:VolumeUsage.gp3"),
    ],
)
def test_a_usage_type_loses_its_region_and_nothing_else(usage: str, region: str, name: str) -> None:
    """
    EU- is eu-west-1, us-east-1 has none or USE1-, KMS writes the region out; what looks like a prefix and is none stays.
    """
    assert usage_name(usage, region) == name
