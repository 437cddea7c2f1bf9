"""
Where prices come from and how old they are, in the words of whoever reads a bill. The JSON preview has the sources as they stand.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.catalog.price_book import BOOK
from servewright.catalog.rates import OWN_RATE
from servewright.report.figures import percent

if TYPE_CHECKING:
    from servewright.cost.model import Bill, Line

_SHOWN: Final = 2
_ENOUGH: Final = Decimal("0.95")
"""
Dates that are named with their share of the money, and the share from which on no further one is; judgement.
"""

_WORDS: Final = (
    (re.compile(r"\btwo third-party listings \(verify before shipping\)"), "quoted alike by two third parties, not checked against AWS"),
    (re.compile(r"\bthird-party listing \(verify before shipping\)"), "quoted by a third party, not checked against AWS"),
    (re.compile(r"\bpublic repository file pf:(\d+)"), r"quoted in a public repository (file \1), not checked against AWS"),
)
_HALF: Final = re.compile(r"^(\d{4})-H([12])$")


def in_words(source: str) -> str:
    """
    Return *source* with the collectors' shorthand written out.

    >>> in_words("third-party listing (verify before shipping): an audit report")
    'quoted by a third party, not checked against AWS: an audit report'
    """
    for pattern, words in _WORDS:
        source = pattern.sub(words, source)
    return source


def money_by_age(bill: Bill) -> str:
    """
    Return how much of the expected month rests on prices of which date, "" where nothing is expected to cost anything.
    """
    amounts: dict[str, Decimal] = {}
    for line in bill.lines:
        amount = line.monthly.expected
        if amount:
            amounts[_dated(line)] = amounts.get(_dated(line), Decimal(0)) + amount
    whole = sum(amounts.values(), Decimal(0))
    parts: list[str] = []
    told = Decimal(0)
    for date, amount in sorted(amounts.items(), key=lambda entry: (-entry[1], entry[0]))[:_SHOWN]:
        if told < _ENOUGH * whole:
            rests = f" of {'the month' if bill.complete else 'what is known'} rests" if not parts else ""
            parts.append(f"{percent(amount / whole)}{rests} on {date}")
            told += amount
    return ", ".join(parts)


def _dated(line: Line) -> str:
    if line.source == OWN_RATE:
        return OWN_RATE
    if line.source is not None and line.source.startswith(BOOK):
        return line.source.split(" (", 1)[0]
    if not line.as_of:
        return "prices without a date"
    day = line.as_of.split(" (", 1)[0]
    half = _HALF.match(day)
    if half is not None:
        day = f"{'early' if half[2] == '1' else 'late'} {half[1]}"
    return f"prices of {day}"
