"""
Secrets, parameters, keys.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cluster_records import budget, record
from service_bills import NOT_YET, bill_of, expected, given, reasons

KEY = record("aws:kms/key:Key", "key", {})


def test_a_secret_and_its_replicas() -> None:
    """
    A replica is a secret at the price of its region; 10,000 calls cost 0.05.
    """
    bill = bill_of(record("aws:secretsmanager/secret:Secret", "token", {"replicas": [{"region": "eu-west-1"}]}))

    assert expected(bill) == {"secret-months": "0.40", "replica eu-west-1 secret-months": "0.50", "secret requests": "0.05"}


def test_parameters_are_free_unless_advanced() -> None:
    """
    The tier is said on the resource.
    """
    standard = record("aws:ssm/parameter:Parameter", "p", {})
    advanced = record("aws:ssm/parameter:Parameter", "p", {"tier": "Advanced"})

    assert bill_of(standard).complete
    assert expected(bill_of(advanced)) == {"parameter-months (Advanced)": "unknown"}


def test_a_key_of_another_program_has_a_default() -> None:
    """
    Without a budget in the stack nothing says what the key encrypts: 10,000 requests at 0.03, named at the foot.
    """
    bill = bill_of(KEY)

    assert expected(bill) == {"key-month (customer managed)": "1.00", "requests (symmetric)": "0.03"}
    assert [text for text in bill.assumptions if text.startswith("key: requests = 10000")]
    assert expected(bill_of(KEY, usage=given("key", requests=1_000_000)))["requests (symmetric)"] == "3.00"


def test_a_key_beside_a_budget_serves_its_notifications() -> None:
    """
    Two requests for each of three notifications, as before, and no default is taken.
    """
    bill = bill_of(KEY, budget())
    (requests,) = (line for line in bill.lines if line.name == "requests (symmetric)")

    assert requests.quantity.expected == Decimal("0.0006")
    assert [text for text in bill.assumptions if text.startswith("key: requests")] == []


def test_asymmetric_keys_have_a_price_of_their_own() -> None:
    """
    Keys of RSA 2048 cost as much as symmetric ones.
    """
    curve, rsa = (record("aws:kms/key:Key", "k", {"customerMasterKeySpec": kind}) for kind in ("ECC_NIST_P256", "RSA_2048"))

    assert expected(bill_of(curve))["requests (ECC_NIST_P256)"] == "0.15"
    assert "requests (symmetric)" in expected(bill_of(rsa))
    assert reasons(bill_of(record("aws:kms/replicaKey:ReplicaKey", "k", {}))) == []


@pytest.mark.parametrize(
    ("inputs", "free"),
    [
        ({"domainName": "a.example.com"}, 1),
        ({"options": {"export": "DISABLED"}}, 1),
        ({"options": {"export": "ENABLED"}}, 0),
        ({"options": NOT_YET}, 0),
        ({"certificateAuthorityArn": NOT_YET}, 0),
    ],
)
def test_only_public_certificates_that_stay_are_free(inputs: dict[str, Any], free: int) -> None:
    """
    What a private authority issues, and what may be exported, is sold: unknown while no row has its price.
    """
    bill = bill_of(record("aws:acm/certificate:Certificate", "web", inputs))

    assert (len(bill.free), len(bill.unknown)) == (free, 1 - free)
