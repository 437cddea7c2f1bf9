"""
Traffic of a VPC.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from cluster_records import record
from servewright.catalog.prices import Prices
from servewright.cost.bill import price_records
from service_bills import bill_of, expected, frozen_catalog, given, reasons

VPC = record("aws:ec2/vpc:Vpc", "main", {"cidrBlock": "10.0.0.0/16"})


def test_without_a_usage_file_traffic_is_listed() -> None:
    """
    A VPC is free, and what may flow through it is said with the keys that would price it.
    """
    bill = bill_of(VPC)

    assert bill.lines == ()
    assert bill.complete
    (listed,) = (item for item in bill.not_priced if item.what == "data transfer of main")
    assert listed.requests == "depends on use: give internet_egress_gb, cross_zone_gb, inter_region_gb in a usage file"


def test_traffic_between_zones_is_billed_in_both_directions() -> None:
    """
    100 GB that cross are 200 GB at 0.01.
    """
    bill = bill_of(VPC, usage=given("main", cross_zone_gb=100))

    assert expected(bill) == {"traffic between zones (both directions)": "2.00"}
    (listed,) = (item for item in bill.not_priced if item.what == "data transfer of main")
    assert "cross_zone_gb" not in listed.requests


def test_egress_is_billed_tier_by_tier() -> None:
    """
    1,500 GB: 1,000 at 0.1 and 500 at 0.05; with everything given nothing is left to list.
    """
    bill = bill_of(VPC, usage=given("*", internet_egress_gb=1500, cross_zone_gb=0, inter_region_gb=50))

    amounts = expected(bill)
    assert amounts["internet egress"] == "100.00"
    assert amounts["internet egress beyond 1000"] == "25.00"
    assert amounts["traffic to other regions"] == "1.00"
    assert [item for item in bill.not_priced if item.what == "data transfer of main"] == []


@pytest.mark.parametrize(
    ("kept", "lines"),
    [
        (1, {"internet egress": "unknown", "internet egress beyond 1000": "25.00"}),
        (0, {"internet egress": "100.00", "internet egress beyond 1000": "unknown"}),
    ],
)
def test_a_quantity_that_no_tier_has_is_unknown_and_never_nothing(kept: int, lines: dict[str, str]) -> None:
    """
    Of the two tiers one is missing from the table: its 1,000 or 500 GB are an unknown line, and the total is not complete.
    """
    catalog = frozen_catalog()
    rows = [row for row in catalog.unit_prices.rows if row.component == "internet egress" and row.region == "us-east-1"]
    other = [row for row in catalog.unit_prices.rows if row not in rows]
    holed = replace(catalog, unit_prices=Prices(rows=(*other, sorted(rows, key=lambda row: row.start)[kept])))
    bill = price_records([VPC], holed, usage=given("*", internet_egress_gb=1500, cross_zone_gb=0, inter_region_gb=0))

    assert {name: amount for name, amount in expected(bill).items() if name.startswith("internet egress")} == lines
    assert not bill.complete
    assert all(why.startswith("the price table ") for why in reasons(bill))
