"""
A change in words.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from diffs_made import UNKNOWN, amounts, change, document, stack
from servewright.report import diff_words
from servewright.report.diff_document import DiffDocument


def read(**changes: Any) -> Any:
    """
    Return one changed line as a document has it.
    """
    made = change("~", "pool", "hours (g6.xlarge)", amounts("1"), amounts("2"), **changes)
    return DiffDocument.model_validate(document(stack("a", "changed", amounts("1"), amounts("2"), changes=[made]))).stacks[0].changes[0]


@pytest.mark.parametrize(
    ("amount", "words"),
    [("8314.2", "+$8,314"), ("-410", "-$410"), ("0.001", "+<$0.01"), ("-0.001", "-<$0.01"), ("0", "±$0"), (None, "not known")],
)
def test_a_change_has_its_sign(amount: str | None, words: str) -> None:
    """
    What is not 0 is never shown as 0, and what is unknown says so.
    """
    assert diff_words.signed(None if amount is None else Decimal(amount)) == words


@pytest.mark.parametrize(
    ("delta", "before", "words"), [("8314", "61293", "+13.6 %"), ("-5", "10", "-50.0 %"), ("5", "0", ""), (None, "10", ""), ("5", None, "")]
)
def test_a_percentage_needs_something_to_be_of(delta: str | None, before: str | None, words: str) -> None:
    """
    From nothing, or from what is not known, there is no percentage.
    """
    numbers = [None if text is None else Decimal(text) for text in (delta, before)]

    assert diff_words.share(*numbers) == words


def test_amounts_of_a_stack() -> None:
    """
    Before and after where they differ, one figure where they do not, "at least" where a part is unknown, one side where it is alone.
    """

    def words(before: Any, after: Any, *, unknown: bool = False) -> str:
        found = stack("a", "changed", before, after, at_least={"before": False, "after": unknown})
        return diff_words.monthly(DiffDocument.model_validate(document(found)).stacks[0])

    assert words(amounts("61293"), amounts("69607")) == "$61,293 → $69,607"
    assert words(amounts("61293"), amounts("61293.2")) == "$61,293"
    assert words(amounts("10"), amounts("10"), unknown=True) == "$10 → at least $10"
    assert words(None, amounts("588")) == "$588"
    assert words(amounts("588"), None) == "$588"
    assert words(amounts("588"), UNKNOWN) == "$588 → unknown"


def test_an_unknown_change_says_its_known_part() -> None:
    """
    A price that is missing does not hide the rest, and the rest is not taken for the whole.
    """

    def words(*lines: Any) -> str:
        found = DiffDocument.model_validate(document(stack("a", "changed", amounts("1"), amounts("9"), delta=UNKNOWN, changes=list(lines))))
        return diff_words.difference(found.total.delta, found.total.before, found.stacks)

    bad = change("+", "b", "hours", None, UNKNOWN, causes={"count": None, "type": None, "price": None})
    assert words(change("+", "a", "hours", None, amounts("12")), bad) == "+$12 and what is not known"
    assert words(bad) == "change not known"


QUANTITIES: dict[str, tuple[dict[str, Any], str]] = {
    "count": ({"quantity": {"before": amounts("277.4"), "after": amounts("554.8")}}, "277.4 → 554.8 hours at $1.00"),
    "price": ({"unit_price": {"before": amounts("1"), "after": amounts("1.5")}}, "730 hours, $1.00 → $1.50"),
    "maximum alone": (
        {"quantity": {"before": amounts("0", "1", "730"), "after": amounts("0", "1", "1460")}},
        "at most 730 → 1,460 hours at $1.00",
    ),
    "new": ({"quantity": {"before": None, "after": amounts("5")}}, "5 hours at $1.00"),
    "no price": ({"unit_price": {"before": None, "after": UNKNOWN}}, "730 hours, price not known"),
    "nothing known": (
        {"unit_price": {"before": None, "after": UNKNOWN}, "quantity": {"before": None, "after": UNKNOWN}},
        "quantity not known, price not known",
    ),
    "price lost": ({"unit_price": {"before": amounts("1"), "after": UNKNOWN}}, "730 hours, $1.00 → unknown"),
}


@pytest.mark.parametrize("case", QUANTITIES)
def test_quantity_and_price_of_a_line(case: str) -> None:
    """
    What differs stands with both values; where only the maximum does, its own.
    """
    changes, words = QUANTITIES[case]

    assert diff_words.amounts(read(**changes)) == words


def test_causes_are_named_where_they_are_more_than_the_count() -> None:
    """
    A change of the count alone needs no word; a type or a price does.
    """

    def words(**causes: str | None) -> str:
        return diff_words.causes(read(causes={"count": None, "type": None, "price": None} | causes))

    assert words(count="5") == ""
    assert words() == ""
    assert words(price="5") == "price +$5.00"
    assert words(count="15", type="-3") == "count +$15, type -$3.00"
