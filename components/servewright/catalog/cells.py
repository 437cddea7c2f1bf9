"""
One cell of a table to one value; a blank cell is None, never 0.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

Row = dict[str, str]
"""
A row of a table: the text of each column.
"""


def integer(text: str) -> int | None:
    """
    Return the whole number in *text*.
    """
    return int(text) if text else None


def decimal(text: str) -> Decimal | None:
    """
    Return the exact number in *text*.
    """
    return Decimal(text) if text else None


def day(text: str) -> date | None:
    """
    Return the day in *text* (ISO 8601).
    """
    return date.fromisoformat(text) if text else None
