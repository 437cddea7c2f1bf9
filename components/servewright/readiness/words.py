"""
Figures in the evidence, as people read them.
"""

from __future__ import annotations

from decimal import Decimal

_THREE_DIGITS = 100


def figure(value: Decimal) -> str:
    """
    Return a rate with three significant digits, whole from 100 on.

    >>> figure(Decimal("16.6213")), figure(Decimal(2)), figure(Decimal("1234.5"))
    ('16.6', '2', '1,234')
    """
    return f"{value:,.0f}" if abs(value) >= _THREE_DIGITS else f"{float(value):.3g}"


def percent(share: Decimal) -> str:
    """
    Return a share 0..1 in whole percent: "58 %".
    """
    return f"{share * 100:,.0f} %"


def many(number: int, one: str, more: str | None = None) -> str:
    """
    Return "1 node", "2 nodes", or *more* where the plural is another word.
    """
    return f"{number} {one if number == 1 else more or f'{one}s'}"
