"""
Traffic of a VPC.
"""

from __future__ import annotations

from cluster_records import record
from service_bills import bill_of, expected, given

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
