"""
From rows to a price: one SKU, USD, our unit, whole tiers, never 0; else a fault with its line and key.
"""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers_made import Cells, cells, offer_text, upfront
from servewright.catalog.load import load_catalog
from servewright.offers.codes import AMBIGUOUS, ODD_VALUE, OTHER_CURRENCY
from servewright.offers.offer_file import OfferFile
from servewright.offers.query import HOURS, Asked, asked
from servewright.offers.quotes import gather
from servewright.offers.rules import Judged, judged

CATALOG = load_catalog()
ASKED = {str(each.key): each for each in asked(CATALOG, "us-east-1")}
NAT = ASKED["VPC/NAT gateway hour/us-east-1"]
HOUR = ASKED["EC2/on-demand/g6.xlarge/us-east-1"]
S3 = ASKED["S3/storage standard/us-east-1"]
SNS = ASKED["SNS/publish requests over 1M/us-east-1"]


def judge(question: Asked, *rows: Cells) -> Judged:
    """
    Return what *rows* say of *question*.
    """
    text = offer_text(question.query.offer, rows, columns=list(dict.fromkeys(name for row in rows for name in row)))
    return judged(gather(OfferFile(io.BytesIO(text.encode()), "index.csv"), "us-east-1", [question]))


def fault_of(question: Asked, *rows: Cells) -> tuple[str, int, str]:
    """
    Return code, line and message of the one fault.
    """
    result = judge(question, *rows)
    ((key, only),) = result.faults
    assert (result.found, key, only.path) == ((), question.key, str(question.key))
    return only.code, only.line, only.message


def test_two_skus_are_refused_with_both_names() -> None:
    """
    Where two SKUs fit, none is taken: not the first, not the cheapest.
    """
    one, two = cells(NAT, "0.045", number=1), cells(NAT, "0.030", number=2)
    code, line, message = fault_of(NAT, one, two)

    assert (code, line) == (AMBIGUOUS, 8)
    assert one["SKU"] in message
    assert two["SKU"] in message


def test_two_rows_of_one_sku_for_the_same_units_are_refused() -> None:
    """
    A second price of the same SKU from the same quantity on is as ambiguous as a second SKU.
    """
    assert fault_of(NAT, cells(NAT, "0.045"), cells(NAT, "0.030"))[0] == ODD_VALUE


@pytest.mark.parametrize(("price", "currency"), [("0.31", "CNY"), ("0.31", ""), ("0.31", "usd")])
def test_only_usd_is_read(price: str, currency: str) -> None:
    """
    A price in another currency is refused, and so is one without.
    """
    assert fault_of(NAT, cells(NAT, price) | {"Currency": currency})[:2] == (OTHER_CURRENCY, 7)


@pytest.mark.parametrize("price", ["0", "0.0000000000"])
def test_zero_says_that_there_is_no_price(price: str) -> None:
    """
    No unit that is asked for is free: a 0 is a fault and not a free hour.
    """
    assert fault_of(HOUR, cells(HOUR, price))[0] == ODD_VALUE


@pytest.mark.parametrize("price", ["", "-0.1", "1e-3", "NaN", "0,045", "0.045 USD", "1" * 30, " 0.045", "\u0660.\u0665"])
def test_what_is_no_number_is_refused(price: str) -> None:
    """
    Only digits with one point are a price.
    """
    assert fault_of(NAT, cells(NAT, price))[0] == ODD_VALUE


def test_another_unit_is_refused() -> None:
    """
    A price per something else is no price of ours, whatever its size.
    """
    code, _, message = fault_of(NAT, cells(NAT, "0.045") | {"Unit": "Days"})

    assert code == ODD_VALUE
    assert "unit" in message


@pytest.mark.parametrize(
    "bounds",
    [[("0", "10"), ("11", "Inf")], [("5", "Inf")], [("0", "10")], [("0", "10"), ("5", "Inf")], [("0", "x")], [("10", "0"), ("0", "Inf")]],
)
def test_tiers_with_a_gap_are_refused(bounds: list[tuple[str, str]]) -> None:
    """
    Tiers begin at 0, follow each other and the last is open: a missing row is never read as a price for all.
    """
    rows = [cells(S3, "0.02", start=start, end=end) for start, end in bounds]

    assert fault_of(S3, *rows)[0] == ODD_VALUE


def test_tiers_where_none_were_expected_are_refused() -> None:
    """
    A NAT gateway hour with tiers is something else than it was.
    """
    assert fault_of(NAT, cells(NAT, "0.045", end="100"), cells(NAT, "0.03", start="100"))[0] == ODD_VALUE


@given(free=st.integers(1, 10**6), millionths=st.integers(1, 10**6))
def test_a_free_allowance_is_no_price(free: int, millionths: int) -> None:
    """
    Where the first tier is the account's free one, the price is the first that is paid, for any quantity, in our unit.
    """
    price = Decimal(millionths) / 10**9
    rows = (cells(SNS, "0.0000000000", end=str(free)), cells(SNS, f"{price:.10f}", start=str(free)))
    (found,) = judge(SNS, *rows).found

    assert [(tier.start, tier.end, tier.amount) for tier in found.tiers] == [(Decimal(0), None, price * 10**6)]


@pytest.mark.parametrize("words", ["1yr partial upfront", "1yr all upfront", "3yr partial upfront", "3yr all upfront"])
@given(hourly=st.integers(0, 10**6), fee=st.integers(1, 10**6))
def test_what_is_paid_upfront_is_part_of_the_hour(words: str, hourly: int, fee: int) -> None:
    """
    An hour of a commitment is its hourly price and its part of the fee: never 0, and the whole term costs what it costs.
    """
    question = ASKED[f"EC2/reserved-{words.replace(' ', '-')}/g6.xlarge/us-east-1"]
    row = cells(question, f"{Decimal(hourly) / 1000:.10f}")
    (found,) = judge(question, upfront(row, str(fee)), row).found
    hours = HOURS[words[:3]]

    assert found.amount > 0
    assert abs(found.amount * hours - (Decimal(hourly) / 1000 * hours + fee)) < Decimal("0.000001")


def test_a_fee_that_does_not_fit_the_payment_is_refused() -> None:
    """
    "All upfront" without its fee would be 0 an hour; "no upfront" with one is another thing.
    """
    whole = ASKED["EC2/reserved-1yr-all-upfront/g6.xlarge/us-east-1"]
    none = ASKED["EC2/reserved-1yr/g6.xlarge/us-east-1"]
    row = cells(whole, "0.0000000000")

    assert fault_of(whole, row)[0] == ODD_VALUE
    assert fault_of(whole, upfront(row, "4000"))[0] == ODD_VALUE
    assert fault_of(whole, row, upfront(row, "4000"), upfront(row, "5000"))[0] == AMBIGUOUS
    assert fault_of(none, cells(none, "0.5"), upfront(cells(none, "0.5"), "100"))[0] == ODD_VALUE
    assert judge(none, cells(none, "0.5"), upfront(cells(none, "0.5"), "0")).found[0].amount == Decimal("0.5")


@pytest.mark.parametrize(
    "question",
    [HOUR, NAT, S3, SNS, *(each for each in ASKED.values() if each.key.variant == "cache.m7g.large")],
    ids=lambda each: str(each.key),
)
def test_every_column_that_is_asked_for_counts(question: Asked) -> None:
    """
    A row that differs in one of the columns of its question, or in its usage type or term, is no answer.
    """
    row = cells(question, "0.5")
    assert judge(question, row).found
    for column in [*(name for name, _ in question.where), "usageType", "TermType"]:
        assert judge(question, row | {column: f"{row[column]}-other"}).found == (), column


def test_no_row_is_no_fault_of_its_own() -> None:
    """
    Whether a missing row is a fault depends on what stands: the rules only say that it is missing.
    """
    result = judge(NAT, cells(NAT, "0.045") | {"usageType": "RegionalNatGateway-Hours"})

    assert (result.found, result.faults, result.absent) == ((), (), (NAT.key,))
