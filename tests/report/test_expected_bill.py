"""
Expected bills: what is written comes back, and what differs is told with its cause.
"""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from previews import bill, line, preview
from servewright.cost.model import Unknown, Unsupported
from servewright.ranges import Range
from servewright.report.expected_bill import ExpectedBillError, bill_of, compare, expected_month, expected_text, expected_value
from servewright.report.expected_bill_words import difference_lines

SCHEMA = json.loads(files("servewright.report").joinpath("schemas/expected-bill-v1.json").read_text(encoding="utf-8"))
AMOUNTS = st.none() | st.decimals(min_value=0, max_value=10**9, places=9)
RANGES = st.builds(Range, AMOUNTS, AMOUNTS, AMOUNTS)


def incomplete() -> Any:
    """
    Return a preview with a line without a price and a resource that nobody prices.
    """
    bad = line(unit_price=Range.unknown(), source=None, as_of=None)
    unknown = Unknown(id=bad.id, resource=bad.resource, what="instance hours", why="not covered")
    odd = Unsupported(resource="urn:pulumi:dev::p::aws:x/y:Z::odd", type="aws:x/y:Z")
    return preview(bill=bill(lines=(bad, *bill().lines[1:]), unknown=(unknown,), unsupported=(odd,)))


@pytest.mark.parametrize("made", [preview(), incomplete(), preview(bill=bill(lines=()))], ids=["whole", "incomplete", "empty"])
def test_what_is_written_holds_its_schema_and_comes_back(made: Any) -> None:
    """
    The text is the document, it compares as equal with itself, and its month is the bill's.
    """
    value = expected_value(made)
    text = expected_text(value)

    Draft202012Validator(SCHEMA).validate(value)
    assert json.loads(text) == value
    assert compare(json.loads(text), value).empty
    assert expected_month(value) == (made.bill.monthly.expected, not made.bill.complete)
    assert "urn:" not in text
    assert max(map(len, text.splitlines())) < 700


@given(quantity=RANGES, price=RANGES)
def test_every_figure_comes_back_digit_by_digit(quantity: Range, price: Range) -> None:
    """
    Equal members are one text, unknown ones null; nothing is rounded.
    """
    made = line(quantity=quantity, unit_price=price)
    found = bill_of(json.loads(expected_text(expected_value(preview(bill=bill(lines=(made,)))))))

    assert (found.lines[0].quantity, found.lines[0].unit_price) == (quantity, price)


def test_a_line_of_the_bill_is_a_line_of_the_file() -> None:
    """
    A change of one price is a change of one line, its component's and the total's.
    """
    before = preview()
    first = before.bill.lines[0]
    dearer = replace(first, unit_price=first.unit_price.times(Range.exactly(2)))
    after = preview(bill=replace(before.bill, lines=(dearer, *before.bill.lines[1:])))
    texts = [expected_text(expected_value(each)).splitlines() for each in (before, after)]

    assert sum(old != new for old, new in zip(*texts, strict=True)) == 3


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("unit_price", "9", "prices moved"),
        ("quantity", "9", "quantities moved"),
        ("name", "instance hours (p5.48xlarge, spot)", "something else is bought"),
        ("component", "elsewhere", "lines came or went"),
    ],
)
def test_the_cause_is_told(field: str, value: str, said: str) -> None:
    """
    Prices, quantities and what is bought are told apart, each with the component, before and after.
    """
    expected = expected_value(preview())
    actual = copy.deepcopy(expected)
    number = next(place for place, each in enumerate(actual["lines"]) if each["component"] == "GPU nodes")
    actual["lines"][number][field] = value
    found = difference_lines(compare(expected, actual))

    assert found[0].startswith("a month $")
    assert any(row.startswith(("GPU nodes: $", "elsewhere: $")) and " → " in row and said in row for row in found)


def test_what_loses_its_price_is_told() -> None:
    """
    An unknown that came or went is a difference; it is never an amount of nothing.
    """
    found = difference_lines(compare(expected_value(preview()), expected_value(incomplete())))

    assert "at least" in found[0]
    assert any(row.startswith("+ no price: ") for row in found)
    assert any(row.startswith("+ unsupported: aws:x/y:Z::odd") for row in found)
    back = difference_lines(compare(expected_value(incomplete()), expected_value(preview())))
    assert any(row.startswith("- no price: ") for row in back)


def test_only_a_document_of_its_version_is_read() -> None:
    """
    Another version, a missing field and a number that is none are refused.
    """
    value = expected_value(preview())
    for bad in ({}, value | {"apiVersion": "servewright.dev/expected-bill/v2"}, {**value, "lines": [{}]}, {**value, "lines": 1}):
        with pytest.raises(ExpectedBillError):
            bill_of(bad)
    value["lines"][0]["quantity"] = "many"
    with pytest.raises(ExpectedBillError):
        bill_of(value)
