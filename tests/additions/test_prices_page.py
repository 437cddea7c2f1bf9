"""
docs/prices.md shows a book that works.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from servewright.additions.price_book_file import with_price_books
from servewright.catalog.load import load_catalog
from servewright.catalog.rates import hourly_rate
from servewright.spec.source_file import SourceFile

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "prices.md").read_text(encoding="utf-8")


def test_the_book_on_the_page_does_what_its_comments_say() -> None:
    """
    Each of its discounts fits something and the last that fits wins.
    """
    text = PAGE.split("<!-- example:", 1)[1].split("```yaml\n", 1)[1].split("```", 1)[0]
    shipped = load_catalog()
    priced = with_price_books(shipped, [SourceFile(key="a", shown="acme.prices.yaml", raw=text.encode())], date(2026, 11, 1))
    assert priced.warnings == ()

    def share(kind: str, purchase: str) -> Decimal:
        now, before = (hourly_rate(c, kind, "us-east-1", purchase).price for c in (priced.catalog, shipped))  # type: ignore[arg-type] - test data
        assert now is not None
        assert before is not None
        return now.amount / before.amount

    assert share("g6.xlarge", "on-demand") == Decimal("0.88")
    assert share("g6.xlarge", "spot") == Decimal("0.8")
    assert share("p5.48xlarge", "spot") == Decimal("0.7")
    fixed = hourly_rate(priced.catalog, "p4d.24xlarge", "us-east-1", "on-demand").price
    assert fixed is not None
    assert fixed.amount == Decimal("32.77")
