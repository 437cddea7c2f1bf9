"""
What a reviewer opens: why the plan decides otherwise, and the bill line by line.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.report.figures import count, plural, unit_price
from servewright.report.markdown_figures import expected, moved, signed
from servewright.report.markdown_summary import labels
from servewright.report.markdown_text import code, escaped, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.report.diff_document import DiffDocument
    from servewright.report.diff_parts import Change, Decision, Sides

_NAME: Final = 44
_LINE: Final = 64
_QUANTITY: Final = 48
_CAUSES: Final = ("count", "type", "price")
_CENT: Final = Decimal("0.01")


def decision_lines(diff: DiffDocument) -> list[str]:
    """
    Return each decision that changed with its reason, and with its stack where several decide otherwise.
    """
    several = sum(bool(stack.decisions) for stack in diff.stacks) > 1
    return [
        f"- {f'{code(label)} ' if several else ''}{_decision(decision)}"
        for stack, label in zip(diff.stacks, labels(diff.stacks), strict=True)
        for decision in stack.decisions
    ]


def component_line(diff: DiffDocument) -> str | None:
    """
    Return what each group of lines changes; None where there are fewer than two.
    """
    parts = [f"{escaped(each.component, 60)} {signed(each.delta.expected)}" for each in diff.components if each.delta.expected != 0]
    return f"By component: {' · '.join(parts)}" if len(parts) > 1 else None


def bill_counts(diff: DiffDocument) -> str:
    """
    Return how many lines came, changed and went: "+0 ~1 −0".
    """
    kinds = Counter(change.kind for stack in diff.stacks for change in stack.changes)
    return f"+{kinds['+']:,} ~{kinds['~']:,} −{kinds['-']:,}"


def bill_lines(diff: DiffDocument) -> list[str]:
    """
    Return the lines of the bill that changed, stack by stack, in columns; a line with more than one cause has them below it.
    """
    widths = _widths([change for stack in diff.stacks for change in stack.changes if _counts(change)])
    found: list[str] = []
    for stack, label in zip(diff.stacks, labels(diff.stacks), strict=True):
        if stack.changes:
            found.append(f"@@ {plain(label, 100)} @@")
            found += [line for change in stack.changes if _counts(change) for line in _rows(change, widths)]
            small = sum(not _counts(change) for change in stack.changes)
            found += [f"  {plural(small, 'line')} of less than $0.01"] if small else []
    return found


def _counts(change: Change) -> bool:
    """
    Tell whether a change is worth a row: what is not known is, and from a cent on.
    """
    delta = change.monthly.delta
    return any(member is None or abs(member) >= _CENT for member in (delta.expected, delta.max))


def _decision(decision: Decision) -> str:
    what = f"{escaped(decision.subject, 80)}, {escaped(decision.field, 80)}:"
    if decision.before is None or decision.after is None:
        came = decision.before is None
        value = decision.after if came else decision.before
        change = ("new" if came else "gone") + ("" if value is None else f" ({escaped(value, 120)})")
    else:
        change = f"{escaped(decision.before, 120)} → {escaped(decision.after, 120)}"
    why = decision.reason.strip() if decision.reason else ""
    return f"{what} {change}" + (f" ({escaped(why, 500)})" if why else "")


def _widths(changes: Iterable[Change]) -> list[int]:
    return [max(map(len, column)) for column in zip(*map(_cells, changes), strict=True)]


def _rows(change: Change, widths: list[int]) -> list[str]:
    name, line, quantity, amount = _cells(change)
    cells = (name.ljust(widths[0]), line.ljust(widths[1]), quantity.rjust(widths[2]), amount.rjust(widths[3]))
    return [f"{change.kind} {'  '.join(cells)}", *_causes(change)]


def _cells(change: Change) -> tuple[str, str, str, str]:
    name = change.resource.rsplit("::", 1)[-1]
    return plain(name, _NAME), plain(change.line, _LINE), _quantity(change), signed(change.monthly.delta.expected)


def _quantity(change: Change) -> str:
    figures = [count(amount) for amount in _both(change.quantity)]
    unit = plain(change.unit, 24)
    prices = [unit_price(amount) for amount in _both(change.unit_price)]
    price = f" × {moved(prices[0], prices[-1])}" if prices and prices[0] != prices[-1] else ""
    return plain(f"{moved(figures[0], figures[-1]) if figures else '?'} {unit}{price}", _QUANTITY)


def _both(sides: Sides) -> list[Decimal | None]:
    return [expected(side) for side in (sides.before, sides.after) if side is not None]


def _causes(change: Change) -> list[str]:
    parts = [(name, getattr(change.causes, name)) for name in _CAUSES]
    telling = [(name, amount) for name, amount in parts if amount is not None and abs(amount) >= _CENT]
    if [name for name, _ in telling] in ([], ["count"]):
        return []
    return [f"    of that {', '.join(f'{name} {signed(amount)}' for name, amount in telling)}"]
