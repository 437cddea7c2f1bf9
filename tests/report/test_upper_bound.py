"""
What is unknown on a bill, at the on-demand price.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

import tiny_catalog
from previews import bill, line, preview, shown
from servewright.cost.model import Bill, Line, Unknown, Unsupported
from servewright.ranges import Range
from servewright.report.model import Preview
from servewright.report.money_table import money_table
from servewright.report.screen import Screen
from servewright.report.upper_bound import bounded_total, bounds_of
from servewright.report.watch import about_money

CATALOG = tiny_catalog.tiny_catalog()


def reserved(name: str = "g6.xlarge", purchase: str = "reserved") -> Line:
    """
    Return 1,460 hours whose price nobody knows.
    """
    what = f"instance hours ({name}, {purchase})"
    return line(name=what, purchase=purchase, unit="hours", quantity=Range.exactly(1460), unit_price=Range.unknown())


def with_gap(*lines: Line) -> Bill:
    """
    Return the bill with *lines* in the place of the node-hours, unknown where they are.
    """
    gaps = tuple(Unknown(id=each.id, resource=each.resource, what=each.name, why="no row") for each in lines if not each.monthly.known)
    return bill(lines=(*lines, *bill().lines[1:]), unknown=gaps)


def previewed(made: Bill, limit: str = "1500") -> Preview:
    """
    Return the preview of a bill under a limit.
    """
    base = preview()
    budget = replace(base.plan.budget, limit=Decimal(limit))
    return replace(base, bill=made, bounds=bounds_of(made, CATALOG), plan=replace(base.plan, budget=budget))


def screen(made: Preview) -> str:
    """
    Return the table with what stands under it, on one line.
    """
    return " ".join(shown(lambda console: money_table(Screen(console), made), width=120).split())


def test_reserved_hours_are_bounded_by_the_on_demand_price() -> None:
    """
    1,460 hours at 1.00 USD, beside the volumes of 6.816 USD; the bill itself keeps its unknown.
    """
    made = with_gap(reserved())
    (bound,) = bounds_of(made, CATALOG)
    total = bounded_total(made, (bound,))

    assert (bound.instance_type, bound.monthly) == ("g6.xlarge", Range.exactly(1460))
    assert total is not None
    assert total.expected == Decimal("1466.816")
    assert made.monthly.expected == Decimal("6.816")


@pytest.mark.parametrize(
    "made",
    [
        with_gap(reserved(purchase="on-demand")),
        with_gap(reserved("p5.48xlarge")),
        with_gap(line(name="traffic", purchase=None, unit_price=Range.unknown())),
        bill(unsupported=(Unsupported(resource="urn", type="aws:x/y:Z"),)),
        bill(),
    ],
    ids=["on demand itself", "a type without that price", "no instance", "an unsupported type", "nothing unknown"],
)
def test_without_a_known_price_there_is_no_bound(made: Bill) -> None:
    """
    A part that nothing bounds leaves the whole without a bound; a complete bill needs none.
    """
    assert bounded_total(made, bounds_of(made, CATALOG)) is None


def test_the_screen_says_the_bounded_figure_and_its_part_of_the_limit() -> None:
    """
    Beside "at least" stands what it would be, and percentages are of that: 1,467 of 1,500 USD are 98 %.
    """
    text = screen(previewed(with_gap(reserved())))

    assert "at least $6.82 + 1 unknown a month; at the on-demand price of g6.xlarge it would be $1,467" in text
    assert "98 % expected" in text
    assert "both at the on-demand price of g6.xlarge" in text
    assert "0.5 %" not in text


def test_without_a_bound_no_part_of_the_limit_is_said() -> None:
    """
    At least 6.82 of 1,500 USD is no half percent: nothing is said in percent.
    """
    text = screen(previewed(with_gap(reserved("p5.48xlarge"))))

    assert "limit $1,500 a month; how much of it is used is not known" in text
    assert "expected," not in text


def test_what_is_wholly_unknown_is_not_at_least_nothing() -> None:
    """
    A known zero beside an unknown amount makes the part unknown, not "at least 0".
    """
    idle = line(name="instance hours (g6.xlarge, on-demand)", purchase="on-demand", quantity=Range.exactly(0))
    text = screen(previewed(with_gap(reserved(), idle)))

    assert "GPU nodes unknown unknown unknown" in text
    assert "≥ 0" not in text


def test_a_limit_that_the_known_part_exceeds_is_exceeded_by_at_least_that() -> None:
    """
    The watch list says at least, both times.
    """
    (first, *_) = about_money(previewed(with_gap(reserved()), limit="5"))

    assert first.text == "expected at least $6.82 a month is above the limit of $5.00, at least 1.36 times as much"


def test_a_limit_that_only_the_bound_exceeds_is_watched() -> None:
    """
    6.82 USD are known and within 1,000 USD, 1,467 at on-demand prices are not.
    """
    (first, *_) = about_money(previewed(with_gap(reserved()), limit="1000"))

    assert first.text == "with on-demand prices for what is unknown $1,467 a month would be above the limit of $1,000"


def test_a_part_that_costs_exactly_nothing_is_left_out() -> None:
    """
    The budget's days are free here: no row of zeros; storage has one.
    """
    text = screen(preview())

    assert "storage" in text
    assert "budget" not in text.partition("limit")[0]
