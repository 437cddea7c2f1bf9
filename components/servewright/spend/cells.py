"""
Texts of an export as days and amounts; both raise ValueError with what would be right.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

MOST: Final = Decimal(10) ** 12
"""
The largest amount that is believed (judgement): a trillion dollars a day is a column that was mistaken.
"""


def day_of(text: str) -> date:
    """
    Return the day of "2026-11-03" or of a time that begins so; raises ValueError.

    >>> day_of("2026-11-03T00:00:00Z")
    datetime.date(2026, 11, 3)
    """
    try:
        day = date.fromisoformat(text) if len(text) == _DAY else datetime.fromisoformat(text).date()
    except ValueError:
        day = date.min
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        msg = "must be a day: 2026-11-03"
        raise ValueError(msg)
    return day


def amount_of(text: str) -> Decimal:
    """
    Return the number in *text*, which may be below 0 (a credit); raises ValueError.

    >>> amount_of("-12.50")
    Decimal('-12.50')
    """
    try:
        amount = Decimal(text.strip())
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or abs(amount) > MOST:
        msg = "must be a number with a point and without thousands: 1234.56"
        raise ValueError(msg)
    return amount


_DAY: Final = 10
_FIRST_YEAR: Final = 2006
"""
Before AWS's first bill (Amazon S3 began in March 2006) nothing was paid.
"""

_LAST_YEAR: Final = 2199
