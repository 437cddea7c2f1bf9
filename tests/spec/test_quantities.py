"""
Numbers within bounds, quantities with units, and nothing converted.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from servewright.spec.quantities import (
    parse_below_one,
    parse_flag,
    parse_hourly,
    parse_latency,
    parse_money,
    parse_number,
    parse_part,
    parse_share,
    parse_whole,
)
from servewright.spec.spans import share


def said(parse: object, value: object, *bounds: object) -> tuple[str, str, str | None]:
    """
    Return code, message and hint for a value that is refused.
    """
    with pytest.raises(PydanticCustomError) as caught:
        parse(value, *bounds)  # type: ignore[operator]
    context = caught.value.context or {}
    return caught.value.type, context["message"], context["hint"]


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (parse_latency, "800ms", "800"),
        (parse_latency, "0.8s", "800.0"),
        (parse_latency, "10m", "600000"),
        (parse_share, "0%", "0"),
        (parse_share, "100%", "1"),
        (parse_part, "12.5%", "0.125"),
        (parse_below_one, "99.95%", "0.9995"),
        (parse_money, "60000 USD", "60000"),
        (parse_money, "0.01USD", "0.01"),
        (parse_hourly, "35.10 USD/h", "35.10"),
    ],
)
def test_quantities_have_one_canonical_value(parse: object, text: str, value: str) -> None:
    """
    Milliseconds, USD and shares of 1, exactly.
    """
    assert parse(text) == Decimal(value)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("parse", "value", "message"),
    [
        (parse_latency, 800, "needs a unit: 800ms or 0.8s"),
        (parse_latency, Decimal("0.8"), "needs a unit: 800ms or 0.8s"),
        (parse_latency, "800", "needs a unit: 800ms or 0.8s"),
        (parse_latency, "30d", "needs a unit: 800ms or 0.8s"),
        (parse_share, 80, "needs a percent sign: 60%"),
        (parse_share, Decimal("0.8"), "needs a percent sign: 60%"),
        (parse_below_one, "99.9", "needs a percent sign: 99.9%"),
        (parse_money, 60000, "needs its currency, which is USD: 60000 USD"),
        (parse_money, "60000 EUR", "needs its currency, which is USD: 60000 USD"),
        (parse_money, 70, "needs its currency, which is USD: 70 USD"),
        (parse_money, Decimal("0.50"), "needs its currency, which is USD: 0.50 USD"),
        (parse_money, "-1", "needs its currency, which is USD: 60000 USD"),
        (parse_hourly, "35.10 USD", "needs a unit: 35.10 USD/h"),
        (parse_hourly, 35, "needs a unit: 35.10 USD/h"),
    ],
)
def test_a_missing_unit_is_named_with_the_accepted_form(parse: object, value: object, message: str) -> None:
    """
    A bare number where a unit belongs says which unit.
    """
    assert said(parse, value)[:2] == ("SW117", message)


@pytest.mark.parametrize(
    ("parse", "value", "hint"),
    [
        (parse_latency, "10 minutes", "write 10m"),
        (parse_latency, "800 ms", "write 800ms"),
        (parse_latency, "2 Seconds", "write 2s"),
        (parse_latency, "800MS", "write 800ms"),
        (parse_share, "60 percent", "write 60%"),
        (parse_share, "60 %", "write 60%"),
        (parse_money, "$60,000", "write 60000 USD"),
        (parse_money, "60000 usd", "write 60000 USD"),
        (parse_latency, "soon", None),
    ],
)
def test_another_spelling_is_answered_with_ours(parse: object, value: str, hint: str | None) -> None:
    """
    What a person would understand is answered with the text to write.
    """
    assert said(parse, value)[2] == hint


@pytest.mark.parametrize(
    ("parse", "value"),
    [
        (parse_latency, "-5ms"),
        (parse_latency, "0ms"),
        (parse_latency, "11m"),
        (parse_share, "110%"),
        (parse_share, "-1%"),
        (parse_part, "0%"),
        (parse_below_one, "100%"),
        (parse_below_one, "0%"),
        (parse_money, "0 USD"),
        (parse_money, "1000000001 USD"),
    ],
)
def test_out_of_bounds(parse: object, value: str) -> None:
    """
    A quantity beyond its bounds is told the bounds, not that its form is wrong.
    """
    assert said(parse, value)[0] == "SW118"


@pytest.mark.parametrize(("low", "high", "value"), [("1", "100", "120%"), ("1", "1000", "1001%"), ("1", "1000", "0%")])
def test_a_share_out_of_bounds_is_told_the_bounds_of_its_field(low: str, high: str, value: str) -> None:
    """
    Below or above, the message names the same two ends.
    """
    assert said(share(low, high).parse, value)[:2] == ("SW118", f"must be from {low}% to {high}%")


@pytest.mark.parametrize("value", [True, None, [], {}, ["800ms"]])
@pytest.mark.parametrize("parse", [parse_latency, parse_share, parse_money])
def test_other_kinds_are_no_quantities(parse: object, value: object) -> None:
    """
    A boolean is no 1.
    """
    assert said(parse, value)[0] == "SW116"


@pytest.mark.parametrize("value", [True, False, "8", "x", None, [1], {}, Decimal("2.0"), Decimal("2.5")])
def test_whole_numbers_are_not_converted(value: object) -> None:
    """
    No text, boolean or number with a point is a whole number.
    """
    assert said(parse_whole, value, 1, 10)[0] == "SW116"


@pytest.mark.parametrize(
    "value",
    [0, 11, -1, 10**30, Decimal("NaN"), Decimal("Infinity"), Decimal("-Infinity"), Decimal("1e400"), Decimal("1e-400"), Decimal("-0.0")],
)
def test_numbers_beyond_the_bounds(value: object) -> None:
    """
    Neither infinite nor huge numbers get through, and none is expanded to its digits.
    """
    assert said(parse_whole, value, 1, 10)[0] == "SW118"
    assert said(parse_number, value, "1", "10")[0] == "SW118"


def test_a_number_with_endless_digits_is_refused() -> None:
    """
    Digits beyond any measurement are a mistake.
    """
    assert said(parse_number, Decimal("1." + "1" * 400), "1", "10") == ("SW118", "has more than 18 digits", None)


@pytest.mark.parametrize(("value", "hint"), [("yes", "write true"), ("off", "write false"), (1, "write true"), ("maybe", None)])
def test_a_flag_is_true_or_false(value: object, hint: str | None) -> None:
    """
    YAML 1.1's booleans are text here, and the answer says what to write.
    """
    assert said(parse_flag, value)[2] == hint
    assert parse_flag(value=True) is True


@given(st.decimals(min_value=1, max_value=600_000, places=3))
def test_any_latency_within_bounds_comes_back(milliseconds: Decimal) -> None:
    """
    Every bounded number of milliseconds is accepted as it is written.
    """
    assert parse_latency(f"{milliseconds:f}ms") == milliseconds
