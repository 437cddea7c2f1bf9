"""
Look-ups of unit prices: found, unknown, in tiers, and in words what is missing.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from servewright.catalog.load import load_catalog

CATALOG = load_catalog()


def test_a_price_comes_with_unit_source_and_day() -> None:
    """
    An amount alone is no price.
    """
    price = CATALOG.price("EBS", "storage", "gp3", "us-east-1")
    assert price is not None
    assert (price.amount, price.unit) == (Decimal("0.08"), "GB-month")
    assert price.source
    assert price.as_of_from is not None


def test_a_hole_is_none_and_not_the_price_of_another_region() -> None:
    """
    EFS in Tokyo is in no source: it is unknown, although us-east-1 has it.
    """
    assert CATALOG.price("EFS", "storage standard", "", "us-east-1") is not None
    assert CATALOG.price("EFS", "storage standard", "", "ap-northeast-1") is None


def test_a_free_price_is_a_price() -> None:
    """
    0 with a source is known; it holds in every region because the service is global.
    """
    for region in ("us-east-1", "ap-southeast-2"):
        price = CATALOG.price("AWS Budgets", "budget monitoring and notifications", "", region)
        assert price is not None
        assert price.amount == 0


def test_a_price_without_region_answers_no_look_up() -> None:
    """
    Managed Prometheus was quoted without a region: no region takes it over.
    """
    assert any(row.service == "AMP" for row in CATALOG.unit_prices.rows)
    assert CATALOG.price("AMP", "metrics storage", "", "us-east-1") is None


def test_tiers_come_in_order_and_the_first_is_the_price() -> None:
    """
    Internet egress of Oregon has four tiers; that of us-east-1 ends unknown above 150 TB, and no tier is made up.
    """
    tiers = CATALOG.price_tiers("DataTransfer", "internet egress", "", "us-west-2")
    assert [tier.price.amount for tier in tiers] == [Decimal("0.09"), Decimal("0.085"), Decimal("0.07"), Decimal("0.05")]
    assert tiers[-1].end is None
    assert CATALOG.price("DataTransfer", "internet egress", "", "us-west-2") == tiers[0].price
    assert [tier.end for tier in CATALOG.price_tiers("DataTransfer", "internet egress", "", "us-east-1")] == [10240, 51200, 153600]
    assert CATALOG.price_tiers("DataTransfer", "no such", "", "us-east-1") == ()


@pytest.mark.parametrize(
    ("service", "region", "words"),
    [
        ("Bedrock", "us-east-1", "Bedrock is not covered by our price table"),
        (
            "EFS",
            "us-west-2",
            "prices of EFS in us-west-2 are not covered by our price table (it has ap-southeast-1, eu-central-1, eu-west-1, us-east-1)",
        ),
        ("ELB", "us-east-2", "this price of ELB in us-east-2 is not covered by our price table (others of the service are)"),
    ],
)
def test_a_gap_is_told_in_words(service: str, region: str, words: str) -> None:
    """
    The reason says what is missing and what there is; it never says "not sold", which no table of ours knows of a service.
    """
    assert CATALOG.price_gap(service, region) == words
