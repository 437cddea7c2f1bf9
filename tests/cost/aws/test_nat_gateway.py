"""
NAT gateways and the addresses that they use.
"""

from __future__ import annotations

from cluster_records import record
from service_bills import NOT_YET, bill_of, expected, given

NAT = record("aws:ec2/natGateway:NatGateway", "nat", {"allocationId": NOT_YET, "subnetId": NOT_YET})


def test_a_gateway_is_its_hours_and_its_data() -> None:
    """
    730 h at 0.04 and 100 GB at 0.05, a default that the foot of the bill names.
    """
    bill = bill_of(NAT)

    assert expected(bill) == {"NAT gateway hours": "29.20", "NAT data processed": "5.00"}
    assert [text for text in bill.assumptions if text.startswith("nat: data_processed_gb = 100 GB a month")]


def test_what_the_user_gives_replaces_the_default() -> None:
    """
    A usage file decides the data, and then nothing is assumed about it.
    """
    bill = bill_of(NAT, usage=given("nat", data_processed_gb=2000))

    assert expected(bill)["NAT data processed"] == "100.00"
    assert [text for text in bill.assumptions if "data_processed_gb" in text] == []


def test_its_address_counts_once() -> None:
    """
    The Elastic IP of a gateway has the one line for its address; the gateway has none.
    """
    bill = bill_of(NAT, record("aws:ec2/eip:Eip", "eip", {"domain": "vpc"}))

    addresses = [(line.resource[-3:], line.name) for line in bill.lines if "IPv4" in line.name]

    assert addresses == [("eip", "public IPv4 address hours (in use)")]


def test_a_regional_gateway_is_another_price() -> None:
    """
    AWS bills a regional gateway by the zone as RegionalNatGateway-Hours: the price of a zonal one would be wrong.
    """
    regional = record("aws:ec2/natGateway:NatGateway", "nat", {"availabilityMode": "regional"})

    assert expected(bill_of(regional)) == {"NAT gateway hours (regional)": "unknown"}
