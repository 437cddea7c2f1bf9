"""
Public IPv4 addresses.
"""

from __future__ import annotations

import pytest

from cluster_records import record
from service_bills import bill_of, expected

EIP = "aws:ec2/eip:Eip"


@pytest.mark.parametrize(
    ("inputs", "state"),
    [({}, "idle as far as the stack shows"), ({"instance": "i-1"}, "in use"), ({"networkInterface": "eni-1"}, "in use")],
)
def test_an_address_is_billed_in_use_or_not(inputs: dict[str, str], state: str) -> None:
    """
    730 h at 0.005: AWS bills idle addresses as much as attached ones.
    """
    assert expected(bill_of(record(EIP, "eip", inputs))) == {f"public IPv4 address hours ({state})": "3.65"}


def test_brought_addresses_are_free() -> None:
    """
    AWS does not bill addresses from a range that the user brought.
    """
    bill = bill_of(record(EIP, "eip", {"publicIpv4Pool": "ipv4pool-ec2-1"}))

    assert (bill.lines, [each.count for each in bill.free]) == ((), [1])


@pytest.mark.parametrize("key", ["customerOwnedIpv4Pool", "ipamPoolId"])
def test_addresses_of_other_pools_are_unknown(key: str) -> None:
    """
    Outposts and IPAM have prices of their own.
    """
    assert expected(bill_of(record(EIP, "eip", {key: "x"}))) == {"public IPv4 address hours": "unknown"}
