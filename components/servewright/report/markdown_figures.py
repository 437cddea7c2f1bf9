"""
Figures of a difference as the comment writes them: before → after, with sign and share.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.report.figures import UNKNOWN_AMOUNT, dollars, per_million

if TYPE_CHECKING:
    from servewright.report.diff_parts import Amounts, Figure

NONE: Final = "–"

_HUNDRED: Final = Decimal(100)
_LEAST_SHARE: Final = Decimal("0.05")
_WHOLE_SHARE: Final = Decimal(1000)


def expected(amounts: Amounts | None) -> Decimal | None:
    """
    Return the expected member; None where it is unknown or nothing is there.
    """
    return None if amounts is None else amounts.expected


def signed(delta: Decimal | None) -> str:
    """
    Return a difference of money: "+$8,314", "−$12.50", "$0" or "unknown".
    """
    if delta is None:
        return UNKNOWN_AMOUNT
    if delta == 0:
        return "$0"
    return f"{'+' if delta > 0 else '−'}{dollars(abs(delta))}"


def share(before: Decimal | None, delta: Decimal | None) -> str | None:
    """
    Return *delta* in percent of *before*: "+13.6 %"; None where there is nothing to compare with.
    """
    if not before or delta is None or before < 0:
        return None
    percent = abs(delta) / before * _HUNDRED
    sign = "+" if delta > 0 else "−"
    if percent < _LEAST_SHARE:
        return f"{sign}<0.1 %" if percent else None
    return f"{sign}{percent:,.0f} %" if percent >= _WHOLE_SHARE else f"{sign}{percent:,.1f} %"


def money(amount: Decimal | None, *, at_least: bool = False) -> str:
    """
    Return an amount, with "at least" where it is that of the known part alone.
    """
    return f"at least {dollars(amount)}" if at_least and amount is not None else dollars(amount)


def moved(before: str, after: str) -> str:
    """
    Return "before → after", or the one text where both are the same.
    """
    return before if before == after else f"{before} → {after}"


def token_price(figure: Figure) -> str:
    """
    Return the price of a million tokens on both sides; the dash where none is known.
    """
    known = [per_million(amount) for amount in (figure.before, figure.after) if amount is not None]
    return moved(known[0], known[-1]) if known else NONE
