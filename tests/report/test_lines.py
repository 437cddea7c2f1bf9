"""
The bill, line by line.
"""

from __future__ import annotations

from decimal import Decimal

from previews import bill, line, preview, shown
from servewright.ranges import Range
from servewright.report.lines import bill_lines, quantity
from servewright.report.screen import Screen


def lines_of(width: int = 120) -> str:
    """
    Return the section of the sample.
    """
    return shown(lambda console: bill_lines(Screen(console), preview()), width=width)


def test_a_quantity_says_its_three_members_only_where_they_differ() -> None:
    """
    One number where min, expected and max agree, all three where not, and a band of prices likewise.
    """
    assert quantity(line(quantity=Range.exactly(730), unit_price=Range.exactly(Decimal("0.1")))) == "730 node-hours × $0.10"
    assert quantity(line()) == "730 / 1,036.6 / 2,920 node-hours × $0.3223 / $0.3223 / $0.3517"
    assert quantity(line(quantity=Range.unknown())).startswith("unknown node-hours")


def test_a_unit_that_is_a_number_is_multiplied() -> None:
    """
    A unit such as "10,000 requests" does not run into the quantity.
    """
    assert quantity(line(quantity=Range.exactly(3), unit="10,000 requests", unit_price=Range.exactly(1))) == "3 × 10,000 requests × $1.00"


def test_every_line_names_owner_price_and_source() -> None:
    """
    Each line has its resource, its three amounts, and a number that leads to source and date.
    """
    text = lines_of()

    assert "support-chat-chat-burst: instance hours (g6.xlarge, spot)" in text
    assert "[1] https://example.com/spot.js, 2026-H2" in text
    for number in range(1, 4):
        assert text.count(f"[{number}]") == 2


def test_one_source_is_listed_once() -> None:
    """
    Lines of one source and date share their number.
    """
    made = preview(bill=bill(lines=(line(), line(name="more hours (x)"))))
    text = shown(lambda console: bill_lines(Screen(console), made), width=120)

    assert text.count("https://example.com/spot.js") == 1


def test_free_types_and_assumptions_are_listed() -> None:
    """
    What is free has its reason and count, what was assumed is printed.
    """
    text = lines_of()

    assert "1 ×  kubernetes:apps/v1:Deployment  runs on the nodes of its pool" in text
    assert "· a month has 730 hours" in text
