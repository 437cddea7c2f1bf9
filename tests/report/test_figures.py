"""
Figures as people read them.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.report import figures

AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=6)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (None, "unknown"),
        ("0", "0"),
        ("0.001", "<0.01"),
        ("0.125", "0.12"),
        ("9.994", "9.99"),
        ("9.996", "10"),
        ("12.5", "12"),
        ("13.5", "14"),
        ("1234567.2", "1,234,567"),
        ("-12.4", "-12"),
    ],
)
def test_usd_rounds_half_to_even_and_keeps_cents_below_ten(amount: str | None, text: str) -> None:
    """
    Whole dollars from 10 on, cents below, "<0.01" for what would look like nothing, and never 0 for what is unknown.
    """
    assert figures.usd(None if amount is None else Decimal(amount)) == text


@given(AMOUNTS)
def test_usd_is_zero_only_for_zero(amount: Decimal) -> None:
    """
    A price that is not 0 is never shown as 0.
    """
    assert (figures.usd(amount) == "0") == (amount == 0)


@given(AMOUNTS)
def test_usd_is_near_the_amount(amount: Decimal) -> None:
    """
    What is shown differs from the amount by half a dollar at most, by half a cent below 10.
    """
    text = figures.usd(amount)
    if not text.startswith("<"):
        allowed = Decimal("0.005") if amount < Decimal("9.995") else Decimal("0.5")

        assert abs(Decimal(text.replace(",", "")) - amount) <= allowed


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0.8048", "$0.8048"),
        ("63.296", "$63.30"),
        ("0.08", "$0.08"),
        ("0.000004", "$0.000004"),
        ("1", "$1.00"),
        ("0", "$0"),
        ("1234.5", "$1,234.50"),
    ],
)
def test_unit_prices_have_four_digits_and_cents(amount: str, text: str) -> None:
    """
    A unit price shows at most four significant digits and always cents.
    """
    assert figures.unit_price(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("amount", "text"), [("1.163", "$1.16"), ("0.0638", "$0.064"), ("0.4", "$0.40"), ("0", "$0.00"), (None, "unknown")]
)
def test_price_of_a_million_tokens_has_two_digits(amount: str | None, text: str) -> None:
    """
    A price per million tokens shows two significant digits and always cents.
    """
    assert figures.per_million(None if amount is None else Decimal(amount)) == text


def test_dollars_put_the_sign_before_the_amount() -> None:
    """
    The currency sign stands before the digits, a minus and a less-than sign before it.
    """
    assert [figures.dollars(Decimal(a)) for a in ("12345", "-12", "0.001")] == ["$12,345", "-$12", "<$0.01"]
    assert figures.dollars(None) == "unknown"


def test_amounts_with_and_without_cents_are_aligned_at_the_point() -> None:
    """
    Where one amount has cents, whole dollars leave their place free; without cents nothing changes.
    """
    assert figures.aligned(["235", "4.80", "unknown", "≥ 12"]) == ["235   ", "4.80", "unknown", "≥ 12   "]
    assert figures.aligned(["235", "1,046"]) == ["235", "1,046"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        ("2.40", "2.4"),
        ("0.375", "0.38"),
        ("1036.6", "1,036.6"),
        ("123456.7", "123,457"),
        ("0.00001", "<0.0001"),
        (None, "unknown"),
    ],
)
def test_counts_have_as_many_digits_as_help(value: int | str | None, text: str) -> None:
    """
    Whole counts are whole, others keep what a reader can use; what is not 0 is not shown as 0.
    """
    assert figures.count(None if value is None else Decimal(value)) == text


def test_measures_are_short() -> None:
    """
    Rates, latencies, sizes, shares and durations carry no digit too many.
    """
    assert [figures.rate(v) for v in (3.2871, 24, 0.0712, 1234.5, 0)] == ["3.29", "24", "0.0712", "1,234", "0"]
    assert [figures.milliseconds(v) for v in (593.4, 25.4, 3.25)] == ["593", "25", "3.2"]
    assert [figures.percent(v) for v in (0.58, 0.004, 0, 1.345)] == ["58 %", "0.4 %", "0 %", "134 %"]
    assert [figures.compact(v) for v in (47_700_000_000, 3_210_000, 950, 250_000)] == ["47.7B", "3.2M", "950", "250k"]
    assert [figures.duration(v) for v in (45, 240, 270)] == ["45 s", "4 min", "4 min 30 s"]


def test_ranges_and_plurals_read_well() -> None:
    """
    Two equal ends are one number, one node is not "1 nodes".
    """
    assert figures.span(Decimal(2), Decimal(2)) == "2"
    assert figures.span(Decimal(1), Decimal(3)) == "1–3"
    assert [figures.plural(n, "node") for n in (0, 1, 2)] == ["0 nodes", "1 node", "2 nodes"]


def test_letters_between_words_become_the_sign_of_multiplication() -> None:
    """
    "2 x H200" reads "2 × H200"; an x inside a word stays.
    """
    assert figures.times("3 x g6.xlarge, H200 x 4, fp8 x: box") == "3 × g6.xlarge, H200 × 4, fp8 x: box"
