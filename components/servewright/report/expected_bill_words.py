"""
A bill that is not as expected, line by line: what, before and after, and whether prices or quantities moved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.diff import plus, stable_name
from servewright.ranges import total_of_known
from servewright.report.diff_words import ARROW, signed
from servewright.report.figures import UNKNOWN_AMOUNT, count, dollars, unit_price
from servewright.report.money_table import components

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from decimal import Decimal

    from servewright.cost.diff import BillDiff, Change
    from servewright.cost.model import Bill, Line
    from servewright.ranges import Range

_SIGNS: Final = {"+": "new", "-": "gone", "~": "changed"}


def difference_lines(difference: BillDiff) -> tuple[str, ...]:
    """
    Return what differs, the total first, then each component with its lines, then what has no price.
    """
    return tuple(_lines(difference))


def _lines(difference: BillDiff) -> Iterator[str]:
    before, after = difference.base, difference.head
    if before is None or after is None:
        return
    yield f"a month {_whole(before)}{ARROW}{_whole(after)} ({signed(difference.delta.expected)})"
    for name in components([change.line for change in difference.changes]):
        changes = [change for change in difference.changes if change.line.component == name]
        sides = (dollars(_component(bill, name)) for bill in (before, after))
        moved = ", ".join(dict.fromkeys(word for change in changes for word in _moved(change)))
        yield f"{name}: {ARROW.join(sides)} ({signed(plus(change.delta for change in changes).expected)}), {moved}"
        for change in changes:
            yield f"  {change.kind} {_what(change)}: {_figures(change)}"
    for sign, unknown in (("+", difference.unknown.added), ("-", difference.unknown.resolved)):
        yield from (f"{sign} no price: {each.id}" for each in unknown)
    for sign, types in (("+", difference.unsupported.added), ("-", difference.unsupported.resolved)):
        yield from (f"{sign} unsupported: {each.resource}" for each in types)


def _whole(bill: Bill) -> str:
    return f"{'' if bill.complete else 'at least '}{dollars(bill.monthly.expected)}"


def _component(bill: Bill, name: str) -> Decimal | None:
    return total_of_known(line.monthly for line in bill.lines if line.component == name).expected


def _moved(change: Change) -> Iterator[str]:
    """
    Yield what moved: prices, quantities, or what is bought.
    """
    if change.before is None or change.after is None:
        yield "lines came or went"
        return
    if stable_name(change.before)[1] != stable_name(change.after)[1] or change.before.purchase != change.after.purchase:
        yield "something else is bought"
    elif change.before.unit_price != change.after.unit_price:
        yield "prices moved"
    if change.before.quantity != change.after.quantity:
        yield "quantities moved"


def _what(change: Change) -> str:
    return f"{change.line.resource.rpartition('::')[2]}, {change.line.name}"


def _figures(change: Change) -> str:
    before, after = change.before, change.after
    if before is None or after is None:
        return f"{_SIGNS[change.kind]}, {_one(change.line)}"
    parts = []
    if before.name != after.name:
        parts.append(f"was {before.name}")
    if before.quantity != after.quantity:
        parts.append(f"{_members(before.quantity, after.quantity, count)} {change.line.unit}")
    if before.unit_price != after.unit_price:
        parts.append(_members(before.unit_price, after.unit_price, unit_price))
    return f"{', '.join(parts)} ({signed(change.delta.expected)})"


def _one(line: Line) -> str:
    price = UNKNOWN_AMOUNT if line.unit_price.expected is None else unit_price(line.unit_price.expected)
    return f"{count(line.quantity.expected)} {line.unit} at {price}: {dollars(line.monthly.expected)}"


def _members(before: Range, after: Range, say: Callable[[Decimal | None], str]) -> str:
    """
    Return the member that moved, the expected one before the others.
    """
    for member, name in (("expected", ""), ("max", "at most "), ("min", "at least ")):
        old, new = getattr(before, member), getattr(after, member)
        if old != new:
            return f"{name}{say(old)}{ARROW}{say(new)}"
    return say(after.expected)
