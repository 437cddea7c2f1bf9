"""
Plain scalars are those of YAML 1.2's core schema, and numbers keep their digits.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.spec.scalars import resolve


@pytest.mark.parametrize(
    "text", ["yes", "no", "on", "off", "y", "1_000", "10:30", "2001-01-01", "0b1", "1e", "+", ".", "-", "nan", "inf", "=", "0x", "1.2.3"]
)
def test_what_older_yaml_converts_is_text(text: str) -> None:
    """
    `no` is Norway, not false.
    """
    assert resolve(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("False", False),
        ("012", 12),
        ("-7", -7),
        ("+3", 3),
        ("0o17", 15),
        ("0xFF", 255),
        ("1e3", Decimal(1000)),
        ("1.30", Decimal("1.30")),
        (".5", Decimal("0.5")),
        ("5.", Decimal(5)),
        ("9" * 40, Decimal("9" * 40)),
        ("0x" + "f" * 40, Decimal("Infinity")),
        (".inf", Decimal("Infinity")),
        ("-.INF", Decimal("-Infinity")),
        ("1e99999999999999999999999", Decimal("Infinity")),
    ],
)
def test_core_schema(text: str, value: object) -> None:
    """
    Each form of the core schema has its value and its type.
    """
    found = resolve(text)
    assert found == value
    assert type(found) is type(value)


def test_nan_is_a_number() -> None:
    """
    .nan is told apart from text, so that a field can refuse it as a number.
    """
    found = resolve(".NaN")
    assert isinstance(found, Decimal)
    assert found.is_nan()


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_decimals_come_back_exactly(number: Decimal) -> None:
    """
    No digit is lost on the way through the file.
    """
    assert Decimal(str(resolve(str(number)))) == number


@given(st.text(max_size=40))
def test_any_text_has_a_value(text: str) -> None:
    """
    Nothing that can stand in a file raises.
    """
    resolve(text)
