"""
Where prices come from and how old they are, in words.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from previews import bill, line, preview, shown
from servewright.catalog.load import load_catalog
from servewright.catalog.rates import OWN_RATE
from servewright.cost.model import Line, Unsupported
from servewright.ranges import Range
from servewright.report.price_sources import in_words, money_by_age
from servewright.report.text import show_preview


def costing(amount: int, as_of: str | None, source: str = "https://example.com") -> Line:
    """
    Return a line of *amount* USD at a price of *as_of*.
    """
    return line(quantity=Range.exactly(1), unit_price=Range.exactly(Decimal(amount)), as_of=as_of, source=source)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((costing(96, "2026-01-21"), costing(4, "2024-07-01")), "96 % of the month rests on prices of 2026-01-21"),
        (
            (costing(50, "2026-H2 (no timestamp)"), costing(40, "2026-01-21"), costing(10, "2024-07-01")),
            "50 % of the month rests on prices of late 2026, 40 % on prices of 2026-01-21",
        ),
        ((costing(30, "2026-01-21"), costing(70, "2026-01-21")), "100 % of the month rests on prices of 2026-01-21"),
        ((costing(90, "", OWN_RATE), costing(10, None)), "90 % of the month rests on the spec's own rate, 10 % on prices without a date"),
        ((costing(0, "2026-01-21"),), ""),
    ],
    ids=["one date is most", "two dates", "lines of a date add up", "no dates", "nothing costs"],
)
def test_the_age_of_the_money(lines: tuple[Line, ...], words: str) -> None:
    """
    The dates with the most money come first, until 95 % of it is told.
    """
    assert money_by_age(bill(lines=lines)) == words


def test_a_bill_with_gaps_speaks_of_what_is_known() -> None:
    """
    A share of the known part is not said to be one of the month.
    """
    made = bill(lines=(costing(1, "2026-01-21"),), unsupported=(Unsupported(resource="urn", type="aws:x/y:Z"),))

    assert money_by_age(made) == "100 % of what is known rests on prices of 2026-01-21"


def test_the_preview_says_it_under_the_range_of_dates() -> None:
    """
    The line stands among the first three.
    """
    assert any("of the month rests on" in text for text in shown(show_preview, preview(), spec="dev.yaml").splitlines()[:3])


def test_no_source_reaches_a_reader_in_shorthand() -> None:
    """
    Of no price of the catalogue do the collectors' words remain; what they point to does.
    """
    catalog = load_catalog()
    sources = {row.price.source for row in catalog.unit_prices.rows}
    sources |= {row.price.source for row in catalog.instance_prices.rows}
    told = [in_words(source) for source in sources]

    assert len(told) > 50
    assert [words for words in told if "verify before" in words or "pf:" in words] == []
    assert in_words("public repository file pf:65 (notes)") == "quoted in a public repository (file 65), not checked against AWS (notes)"
