"""
VPC endpoints.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cluster_records import record
from service_bills import NOT_YET, bill_of, expected, reasons

ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
ASSOCIATION = "aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation"


def endpoint(name: str = "endpoint", **inputs: Any) -> Any:
    """
    Return the record of an endpoint.
    """
    return record(ENDPOINT, name, inputs)


def association(*joined: Any, endpoint_id: str = NOT_YET) -> Any:
    """
    Return the record of a zone that is added to the endpoints *joined*.
    """
    made = record(ASSOCIATION, "third", {"subnetId": NOT_YET, "vpcEndpointId": endpoint_id})
    return replace(made, references={"vpcEndpointId": tuple(each.urn for each in joined)})


def test_an_interface_endpoint_is_billed_in_each_zone() -> None:
    """
    Three subnets: 3 x 730 x 0.01, and 10 GB at 0.01.
    """
    bill = bill_of(endpoint(vpcEndpointType="Interface", subnetIds=[NOT_YET] * 3))

    assert expected(bill) == {"VPC endpoint hours (interface, 3 zones)": "21.90", "VPC endpoint data": "0.10"}


def test_subnets_may_stand_in_their_configurations() -> None:
    """
    A subnet with an address of its own is one zone as well.
    """
    bill = bill_of(endpoint(vpcEndpointType="Interface", subnetConfigurations=[{"ipv4": "10.0.0.4"}]))

    assert expected(bill)["VPC endpoint hours (interface, 1 zone)"] == "7.30"


@pytest.mark.parametrize(
    ("kind", "words", "hours"), [("Interface", "interface", "7.30"), ("GatewayLoadBalancer", "gateway load balancer", "14.60")]
)
def test_an_association_is_one_zone_more(kind: str, words: str, hours: str) -> None:
    """
    Zones that are joined by resources of their own are billed there, at the price of their endpoint's kind, and not twice.
    """
    joined = endpoint(vpcEndpointType=kind)
    bill = bill_of(joined, association(joined))

    assert expected(bill)[f"VPC endpoint hours ({words}, 1 zone)"] == hours
    assert (len(bill.lines), bill.complete) == (2, True)


def test_an_association_speaks_for_its_own_endpoint_alone() -> None:
    """
    An endpoint whose subnets nobody says stays unknown beside one that is joined.
    """
    joined, other = endpoint(vpcEndpointType="Interface"), endpoint("other", vpcEndpointType="Interface")
    bill = bill_of(joined, other, association(joined))

    assert expected(bill)["VPC endpoint hours (interface, 1 zone)"] == "7.30"
    assert [(each.resource, each.why) for each in bill.unknown] == [
        (other.urn, "its subnets are not said, and it is billed in each of their zones")
    ]


@pytest.mark.parametrize("endpoint_id", [NOT_YET, "vpce-0123"])
def test_an_association_to_an_endpoint_that_cannot_be_told_is_unknown(endpoint_id: str) -> None:
    """
    Neither the only endpoint nor the price of one kind is taken for it.
    """
    bill = bill_of(endpoint(vpcEndpointType="Interface"), association(endpoint_id=endpoint_id))

    assert expected(bill)["VPC endpoint hours (1 zone)"] == "unknown"
    assert expected(bill)["VPC endpoint hours (interface)"] == "unknown"


def test_subnets_that_nobody_names_are_unknown() -> None:
    """
    Neither no zone nor one is assumed.
    """
    for subnets in (None, NOT_YET):
        bill = bill_of(endpoint(vpcEndpointType="Interface", subnetIds=subnets))
        assert expected(bill)["VPC endpoint hours (interface)"] == "unknown"
        assert reasons(bill) == ["its subnets are not said, and it is billed in each of their zones"]


def test_gateway_endpoints_are_free() -> None:
    """
    The default type is Gateway, which AWS does not bill.
    """
    bill = bill_of(endpoint())

    assert (bill.lines, bill.unknown, len(bill.free)) == ((), (), 1)


def test_other_types_have_rows_of_their_own_or_none() -> None:
    """
    Endpoints of gateway load balancers are priced by their rows, endpoints to resources by none.
    """
    appliance = bill_of(endpoint(vpcEndpointType="GatewayLoadBalancer", subnetIds=["a"]))
    resource = bill_of(endpoint(vpcEndpointType="Resource", subnetIds=["a"]))

    assert expected(appliance)["VPC endpoint hours (gateway load balancer, 1 zone)"] == "14.60"
    assert expected(resource) == {"VPC endpoint hours (Resource)": "unknown"}
