"""
What a bill says to its gates.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from servewright.cost.gate_facts import GateFacts, oldest_price
from servewright.cost.gate_words import beside, shown
from servewright.cost.model import Bill, Line, Unknown, Unsupported
from servewright.ranges import Range

OLD, NEW = date(2024, 7, 1), date(2026, 7, 20)


def line(name: str, monthly: Range, since: date | None) -> Line:
    """
    Return a line of *monthly* USD whose price is of the day *since*.
    """
    return Line(
        resource=f"urn:{name}",
        component="storage",
        model=None,
        region="us-east-1",
        purchase=None,
        name=name,
        unit="months",
        quantity=monthly,
        unit_price=Range.exactly(1),
        source=None,
        as_of=None,
        as_of_from=since,
    )


def bill(*lines: Line, unknown: tuple[Unknown, ...] = (), unsupported: tuple[Unsupported, ...] = ()) -> Bill:
    """
    Return the bill with *lines*.
    """
    return Bill(lines=lines, unknown=unknown, unsupported=unsupported, free=(), not_priced=(), assumptions=())


@pytest.mark.parametrize(("small", "oldest"), [("9", NEW), ("11", OLD)])
def test_prices_age_by_their_weight(small: str, oldest: date) -> None:
    """
    Of 1,000 USD the last percent does not count: 9 USD at an old price say nothing, 11 do.
    """
    amount = Decimal(small)
    made = bill(line("nodes", Range.exactly(1_000 - amount), NEW), line("disks", Range.exactly(amount), OLD))
    assert oldest_price(made) == oldest


def test_where_nothing_is_expected_the_maximum_counts() -> None:
    """
    A stack that scales from nothing has prices all the same; one without any has no date.
    """
    assert oldest_price(bill(line("burst", Range.of(0, 0, 500), OLD))) == OLD
    assert oldest_price(bill()) is None
    assert oldest_price(bill(line("own", Range.exactly(5), None))) is None


def test_an_incomplete_bill_names_what_it_lacks() -> None:
    """
    The names go into the message of `unknown-price`.
    """
    gap = Unknown(id="a", resource="urn:a", what="instance hours", why="no price")
    facts = GateFacts.of(bill(line("a", Range.exactly(5), NEW), unknown=(gap,), unsupported=(Unsupported(resource="b", type="aws:x:Y"),)))
    assert (facts.complete, facts.unknown, facts.unsupported, facts.before) == (False, ("instance hours",), ("aws:x:Y",), None)
    assert GateFacts.of(bill(), before=bill(unknown=(gap,))).before_complete is False


def test_the_same_unknown_is_the_same_thing_for_the_same_reason_and_as_much_of_it() -> None:
    """
    A kept gap can be compared around; another resource, another reason or more hours without a price cannot.
    """
    gap = Unknown(id="a", resource="urn:a", what="instance hours", why="no price")
    other = Unsupported(resource="b", type="aws:x:Y")
    unpriced = replace(line("a", Range.exactly(730), NEW), unit_price=Range.unknown())
    more = replace(unpriced, quantity=Range.exactly(7300))
    base = bill(unpriced, line("b", Range.exactly(5), NEW), unknown=(gap,), unsupported=(other,))
    same = bill(unpriced, line("b", Range.exactly(9), NEW), unknown=(gap,), unsupported=(other,))
    others = (
        replace(same, unknown=(replace(gap, why="depends on usage"),)),
        replace(same, unsupported=()),
        replace(same, unsupported=(other, replace(other, resource="c"))),
        replace(same, lines=(more, *same.lines[1:])),
    )
    assert GateFacts.of(same, before=base).same_unknown
    assert [GateFacts.of(each, before=base).same_unknown for each in others] == [False] * 4
    assert not GateFacts.of(same).same_unknown


@pytest.mark.parametrize(
    ("amount", "unit", "text"),
    [
        ("0", "USD", "$0"),
        ("12345.6", "USD", "$12,346"),
        ("9.5", "USD", "$9.50"),
        ("0.00021342", "USD", "$0.0002134"),
        ("0.5", "USD", "$0.50"),
        ("-1200.4", "USD", "-$1,200"),
        ("12.54", "%", "12.5 %"),
        ("10", "%", "10 %"),
        ("Infinity", "%", "∞ %"),
        ("1", "days", "1 day"),
        ("1200", "days", "1,200 days"),
    ],
)
def test_figures_are_short(amount: str, unit: str, text: str) -> None:
    """
    Whole dollars, cents below ten, four digits below one; a tenth of a percent; days.
    """
    assert shown(Decimal(amount), unit) == text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("amount", "limit", "unit", "text"),
    [
        ("95000.004", "95000", "USD", "$95,000.004"),
        ("94999.9", "95000", "USD", "$94,999.90"),
        ("95000.2", "95000.1", "USD", "$95,000.20"),
        ("10.04", "10", "%", "10.04 %"),
        ("95000", "95000", "USD", "$95,000"),
    ],
)
def test_a_figure_beside_its_limit_shows_its_side(amount: str, limit: str, unit: str, text: str) -> None:
    """
    Where a short figure would look like its limit, more digits say which of them is larger.
    """
    assert beside(Decimal(amount), Decimal(limit), unit) == text  # type: ignore[arg-type]
