"""
Figures as cells of a table: what is read, and the exact figure behind it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from servewright.report.diff_words import signed
from servewright.report.export_numbers import exact, rounded
from servewright.report.figures import count, dollars, unit_price
from servewright.report.html.parts import Cell

if TYPE_CHECKING:
    from servewright.report.html.parts import Tone


def label(text: str, *, note: str = "", tone: Tone = "") -> Cell:
    """
    Return a cell of words; it sorts by them.
    """
    return Cell(text=text, note=note, tone=tone)


def money(amount: Decimal | None, *, change: bool = False, at_least: bool = False) -> Cell:
    """
    Return an amount of dollars, with its sign where it is a *change*; one that is unknown says so.
    """
    if amount is None:
        return Cell(text="not known" if change else "unknown", number=True, tone="warn")
    words = signed(amount) if change else dollars(amount)
    return Cell(text=f"≥ {words}" if at_least else words, value=exact(amount) or "", number=True)


def price(amount: Decimal | None) -> Cell:
    """
    Return a price per unit.
    """
    return Cell(text=unit_price(amount), value=exact(amount) or "", number=True, tone="" if amount is not None else "warn")


def number(value: Decimal | None, unit: str = "") -> Cell:
    """
    Return a quantity with its *unit* below it.
    """
    return Cell(text=count(value), value=exact(value) or "", number=True, note=unit)


def exact_text(amount: Decimal | None) -> str:
    """
    Return every digit of *amount*, "" where it is unknown.
    """
    return exact(amount) or ""


def measure(value: float | None, words: str) -> Cell:
    """
    Return a measure said as *words*, with the value as JSON has it behind it; "–" where there is none.
    """
    return Cell(text="–", number=True) if value is None else Cell(text=words, value=f"{rounded(value)}", number=True)
