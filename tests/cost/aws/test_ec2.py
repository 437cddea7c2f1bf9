"""
EC2 instances, spot requests and reservations.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from cluster_records import record
from compute_records import bill_of, instance, launch_template, line_of, reasons
from servewright.cost.aws.ec2 import FREE_TYPES, NOT_PRICED
from servewright.cost.records import SECRET, UNKNOWN
from servewright.ranges import Range

SPOT_REQUEST = "aws:ec2/spotInstanceRequest:SpotInstanceRequest"
RESERVATION = "aws:ec2/capacityReservation:CapacityReservation"


def test_an_instance_by_hand() -> None:
    """
    730 h x 0.10 and 100 GiB x 0.08 are 81 USD, whatever happens.
    """
    bill = bill_of(instance())

    assert line_of(bill, "instance hours").name == "instance hours (m7i.large, on-demand)"
    assert line_of(bill, "instance hours").monthly == Range.exactly(Decimal(73))
    assert line_of(bill, "root volume").monthly == Range.exactly(Decimal(8))
    assert bill.monthly == Range.exactly(Decimal(81))
    assert bill.complete
    assert any("priced as Linux on shared tenancy" in words for words in bill.assumptions)


def test_a_spot_instance_is_priced_as_spot() -> None:
    """
    The market option of the instance or of its template decides: 730 h x 0.40.
    """
    market: dict[str, Any] = {"instanceMarketOptions": {"marketType": "spot"}}
    own = bill_of(instance(instanceType="g6.xlarge", **market))
    inherited = bill_of(instance(instanceType="g6.xlarge", launchTemplate={"name": "nodes"}), launch_template(**market))
    asked = bill_of(record(SPOT_REQUEST, "cheap", {"instanceType": "g6.xlarge", "associatePublicIpAddress": False}))

    for bill in (own, inherited, asked):
        assert line_of(bill, "instance hours", "spot").monthly.expected == Decimal("292.00")


def test_a_template_gives_what_the_instance_leaves_out() -> None:
    """
    Type and volumes come from the template of that name: 730 x 0.20 and 200 GiB x 0.08.
    """
    bare = instance(instanceType=None, rootBlockDevice=None, launchTemplate={"name": "nodes"})
    bill = bill_of(bare, launch_template(instanceType="m7i.xlarge"))

    assert line_of(bill, "instance hours").monthly.expected == 146
    assert line_of(bill, "root volume").monthly.expected == 16
    assert bill.complete


def test_further_volumes_have_lines_of_their_own() -> None:
    """
    gp2 is what a further volume is where it names no type: 50 GiB x 0.10.
    """
    bill = bill_of(instance(ebsBlockDevices=[{"deviceName": "/dev/sdb", "volumeSize": 50}]))

    assert line_of(bill, "volume /dev/sdb").monthly == Range.exactly(Decimal(5))
    assert len({line.id for line in bill.lines}) == len(bill.lines) == 3


def test_what_else_an_instance_says_is_paid() -> None:
    """
    Seven metrics of detailed monitoring at 0.30 and a public address all month at 0.005.
    """
    bill = bill_of(instance(monitoring=True, associatePublicIpAddress=True))

    assert line_of(bill, "detailed monitoring").monthly.expected == Decimal("2.10")
    assert line_of(bill, "public IPv4 address hours").monthly.expected == Decimal("3.65")


def test_an_address_that_the_subnet_decides_is_listed() -> None:
    """
    Where the instance does not say, the address is neither billed nor forgotten.
    """
    bill = bill_of(instance(associatePublicIpAddress=None))

    assert [each.what for each in bill.not_priced] == ["public IPv4 of box, if its subnet gives one"]


def test_an_image_s_own_volume_is_not_guessed() -> None:
    """
    Without its size the root volume is the image's; the hours stay on the bill.
    """
    bill = bill_of(instance(rootBlockDevice=None))

    assert line_of(bill, "instance hours").monthly.expected == 73
    assert [each.what for each in bill.unknown] == ["root volume of box"]
    assert "those of the image" in reasons(bill)[0]


def test_burstable_credits_are_said() -> None:
    """
    What a t instance uses beyond its baseline is not on the resource.
    """
    bill = bill_of(instance(instanceType="t3.medium"))

    assert "box: CPU credits that t3.medium uses beyond its baseline are not counted" in bill.assumptions


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        ({"instanceType": UNKNOWN}, "instanceType is not known before deployment"),
        ({"instanceType": SECRET}, "instanceType is secret"),
        ({"instanceType": 7}, "instanceType is not a text"),
        ({"instanceType": None}, "instanceType is missing"),
        ({"tenancy": "dedicated"}, "tenancy is dedicated, whose prices are not in our table"),
        ({"instanceMarketOptions": {"marketType": "barter"}}, "instanceMarketOptions.marketType is no market: barter"),
        ({"launchTemplate": {"name": "other"}}, "launchTemplate.name names a launch template that is not registered: other"),
    ],
)
def test_what_cannot_be_read_is_unknown_with_its_path(inputs: dict[str, Any], why: str) -> None:
    """
    Nothing of such an instance is billed, least of all as 0.
    """
    bill = bill_of(instance(**inputs))

    assert (bill.lines, reasons(bill)) == ((), [why])


def test_a_template_that_is_not_known_yet_is_not_guessed() -> None:
    """
    An id is made by AWS; even the only template of the stack is not taken for it.
    """
    bill = bill_of(instance(launchTemplate={"id": UNKNOWN}), launch_template())

    assert bill.lines == ()
    assert reasons(bill)[0].startswith("launchTemplate.id does not say before deployment which template it is")


def test_a_type_without_a_price_is_unknown() -> None:
    """
    A type that the catalogue does not have is named, and nothing stands in for it.
    """
    bill = bill_of(instance(instanceType="m5.large"))

    assert line_of(bill, "instance hours").monthly == Range.unknown()
    assert "m5.large is no instance type of our catalogue" in reasons(bill)[0]


def test_a_region_that_is_not_known_is_said() -> None:
    """
    Prices differ by region: without one there is no price.
    """
    bill = bill_of(replace(instance(), region=None))

    assert "region is not known" in reasons(bill)
    assert not bill.complete


def test_a_reservation_is_paid_even_when_empty() -> None:
    """
    Three instances all month at 1.00 USD, though nothing runs in them.
    """
    inputs = {"instanceType": "g6.xlarge", "instancePlatform": "Linux/UNIX", "instanceCount": 3}
    bill = bill_of(record(RESERVATION, "kept", inputs))

    assert line_of(bill, "instance hours", "capacity-reservation").monthly == Range.exactly(Decimal(2190))
    assert any(words.startswith("kept: paid whether used or not") for words in bill.assumptions)


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        ({"instancePlatform": "Windows"}, "instancePlatform is Windows, whose prices are not in our table"),
        ({"instanceCount": UNKNOWN}, "instanceCount is not known before deployment"),
        ({"tenancy": "dedicated"}, "tenancy is dedicated, whose prices are not in our table"),
    ],
)
def test_a_reservation_that_cannot_be_read_is_unknown(inputs: dict[str, Any], why: str) -> None:
    """
    The reservation is unknown with its path, never 0.
    """
    base = {"instanceType": "g6.xlarge", "instancePlatform": "Linux/UNIX", "instanceCount": 3}
    bill = bill_of(record(RESERVATION, "kept", {**base, **inputs}))

    assert (bill.lines, reasons(bill)) == ((), [why])


def test_a_capacity_block_only_type_has_no_price_on_demand() -> None:
    """
    p5e is sold in blocks alone (a filter of prices of 0 once made it vanish elsewhere): unknown, not missing and not 0.
    """
    bill = bill_of(instance(instanceType="p5e.48xlarge"))

    assert line_of(bill, "instance hours").monthly == Range.unknown()
    assert "p5e.48xlarge on-demand" in reasons(bill)[0]


@pytest.mark.parametrize("token", sorted(NOT_PRICED))
def test_what_has_no_pricer_is_loud(token: str) -> None:
    """
    Fleets, blocks and hosts cost money: unknown with the reason, neither free nor unsupported.
    """
    bill = bill_of(record(token, "x", {}))

    assert [(each.what, each.why) for each in bill.unknown] == [(f"{NOT_PRICED[token][0]} of x", NOT_PRICED[token][1])]
    assert (bill.unsupported, bill.free) == ((), ())


@pytest.mark.parametrize("token", sorted(FREE_TYPES))
def test_free_types_are_listed_with_their_reason(token: str) -> None:
    """
    What describes or names something costs nothing, and the bill says why.
    """
    bill = bill_of(record(token, "x", {}))

    assert [(each.type, each.reason) for each in bill.free] == [(token, FREE_TYPES[token])]
    assert bill.complete
