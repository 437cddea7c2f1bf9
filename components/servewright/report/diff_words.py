"""
A change in words: before and after, with its sign.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.report.figures import UNKNOWN_AMOUNT, count, dollars, unit_price

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from servewright.report.diff_document import Stack, Total
    from servewright.report.diff_parts import Amounts, Change

ARROW: Final = " → "
UNKNOWN_CHANGE: Final = "change not known"


def signed(amount: Decimal | None) -> str:
    """
    Return a change of money with its sign: "+$8,314", "-$410", "+<$0.01", "±$0" or "not known".
    """
    if amount is None:
        return "not known"
    if amount == 0:
        return "±$0"
    return f"{'+' if amount > 0 else '-'}{dollars(abs(amount))}"


def share(delta: Decimal | None, before: Decimal | None) -> str:
    """
    Return a change in percent of what was there: "+13.6 %"; "" where nothing was, or something is not known.
    """
    if delta is None or not before:
        return ""
    return f"{delta / before * 100:+,.1f} %"


def monthly(money: Stack | Total, member: str = "expected") -> str:
    """
    Return what a stack or all of them cost before and after: "$61,293 → $69,607", "at least $588" where a side is not there.
    """
    sides = [
        _side(
            None if money.before is None else getattr(money.before, member), at_least=money.at_least.before, there=money.before is not None
        ),
        _side(None if money.after is None else getattr(money.after, member), at_least=money.at_least.after, there=money.after is not None),
    ]
    return ARROW.join(dict.fromkeys(side for side in sides if side))


def difference(delta: Amounts, before: Amounts | None, stacks: Sequence[Stack]) -> str:
    """
    Return the change of the expected amount: "+$8,314, +13.6 %"; where it is not known, that of the lines of *stacks* that are.
    """
    if delta.expected is None:
        known = [change.monthly.delta.expected for stack in stacks for change in stack.changes]
        told = sum((amount for amount in known if amount is not None), Decimal(0))
        return f"{signed(told)} and what is not known" if told else UNKNOWN_CHANGE
    percent = share(delta.expected, None if before is None else before.expected) if delta.expected else ""
    return f"{signed(delta.expected)}, {percent}" if percent else signed(delta.expected)


def amounts(change: Change) -> str:
    """
    Return quantity and price of a line: "277.4 → 554.8 hours at $29.97".
    """
    member = "expected" if _moves(change, "expected") or not _moves(change, "max") else "max"
    most = "" if member == "expected" else "at most "
    quantity = _arrow(_figures(change.quantity.before, change.quantity.after, member), count)
    price = _arrow(_figures(change.unit_price.before, change.unit_price.after, member), unit_price)
    used = "quantity not known" if quantity == UNKNOWN_AMOUNT else f"{most}{quantity} {change.unit}"
    if price == UNKNOWN_AMOUNT:
        return f"{used}, price not known"
    return f"{used}, {price}" if ARROW in price else f"{used} at {price}"


def causes(change: Change) -> str:
    """
    Return what the change comes from where that is not its count alone: "count +$15, type -$3".
    """
    named = {"count": change.causes.count, "type": change.causes.type, "price": change.causes.price}
    parts = {name: amount for name, amount in named.items() if amount is not None}
    return "" if set(parts) <= {"count"} else ", ".join(f"{name} {signed(amount)}" for name, amount in parts.items())


def _side(amount: Decimal | None, *, at_least: bool, there: bool) -> str:
    if not there:
        return ""
    return f"at least {dollars(amount)}" if at_least and amount is not None else dollars(amount)


def _moves(change: Change, member: str) -> bool:
    return any(len(set(_figures(sides.before, sides.after, member))) > 1 for sides in (change.quantity, change.unit_price)) or None in (
        change.quantity.before,
        change.quantity.after,
    )


def _figures(before: Amounts | None, after: Amounts | None, member: str) -> list[Decimal | None]:
    return [getattr(side, member) for side in (before, after) if side is not None]


def _arrow(figures: list[Decimal | None], say: Callable[[Decimal | None], str]) -> str:
    return ARROW.join(dict.fromkeys(say(figure) for figure in figures))
