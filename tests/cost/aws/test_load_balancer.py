"""
Load balancers.
"""

from __future__ import annotations

from typing import Any

import pytest

from cluster_records import record
from service_bills import NOT_YET, bill_of, expected, given, reasons

BALANCER = "aws:lb/loadBalancer:LoadBalancer"


def balancer(**inputs: Any) -> dict[str, str]:
    """
    Return the lines of a load balancer that has only private addresses unless *inputs* say more.
    """
    return expected(bill_of(record(BALANCER, "lb", {"internal": True, **inputs})))


def test_each_kind_has_prices_of_its_own() -> None:
    """
    730 h at 0.02, 0.04 and 0.03; one capacity unit on average at 0.01 and 0.005 an hour.
    """
    assert balancer() == {"load balancer hours (application)": "14.60", "load balancer capacity (LCU)": "7.30"}
    assert balancer(loadBalancerType="network") == {"load balancer hours (network)": "29.20", "load balancer capacity (NLCU)": "3.65"}
    classic = bill_of(record("aws:elb/loadBalancer:LoadBalancer", "lb", {"internal": True}))
    assert expected(classic) == {"load balancer hours (classic)": "21.90", "load balancer data processed": "unknown"}


def test_a_gateway_load_balancer_is_unknown() -> None:
    """
    A type without rows is not priced as another type.
    """
    assert balancer(loadBalancerType="gateway") == {"load balancer hours (gateway)": "unknown"}


def test_facing_the_internet_costs_an_address_in_each_zone() -> None:
    """
    Two subnets that do not exist yet are two addresses: 2 x 730 x 0.005; an Elastic IP is billed at itself.
    """
    name = "public IPv4 address hours (2 zones)"

    assert balancer(internal=False, subnets=[NOT_YET, NOT_YET])[name] == "7.30"
    mappings = [{"subnetId": NOT_YET}, {"subnetId": NOT_YET}, {"subnetId": NOT_YET, "allocationId": NOT_YET}]
    assert balancer(internal=False, subnetMappings=mappings)[name] == "7.30"
    only_own = balancer(internal=False, subnetMappings=mappings[2:])
    without = balancer(internal=False, subnets=["a"], ipAddressType="dualstack-without-public-ipv4")
    assert [key for key in (*only_own, *without) if "IPv4" in key] == []


@pytest.mark.parametrize("subnets", [NOT_YET, None])
def test_unknown_subnets_leave_the_addresses_unknown(subnets: str | None) -> None:
    """
    The hours stay on the bill; how many addresses there are is not guessed.
    """
    bill = bill_of(record(BALANCER, "lb", {"subnets": subnets}))

    assert expected(bill)["load balancer hours (application)"] == "14.60"
    assert expected(bill)["public IPv4 address hours"] == "unknown"
    assert reasons(bill) == ["its subnets are not known before deployment, and each has a public address"]


def test_the_older_name_of_the_type_is_the_same() -> None:
    """
    `aws:alb` is an older module of the same resource.
    """
    usage = given("aws:*", lcu_hours=100)
    old = record("aws:alb/loadBalancer:LoadBalancer", "lb", {"internal": True})
    new = record(BALANCER, "lb", {"internal": True})

    assert expected(bill_of(old, usage=usage)) == expected(bill_of(new, usage=usage))
    assert expected(bill_of(old, usage=usage))["load balancer capacity (LCU)"] == "1.00"


@pytest.mark.parametrize("units", [100, NOT_YET])
def test_reserved_capacity_is_loud(units: int | str) -> None:
    """
    A minimum capacity is paid used or not, and its price is in no table: the rest of the lines stays.
    """
    bill = bill_of(record(BALANCER, "lb", {"internal": True, "minimumLoadBalancerCapacity": {"capacityUnits": units}}))

    assert expected(bill)["load balancer capacity (LCU)"] == "7.30"
    assert [each.what for each in bill.unknown] == ["reserved capacity of lb"]
    assert "minimumLoadBalancerCapacity" in reasons(bill)[0]
