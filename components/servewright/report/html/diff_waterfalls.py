"""
A diff as waterfalls: from the month before to the month after by cause, by stack and by component.

What is known of the steps need not add up to the difference: a price that became known, or is not known any more, moves the total and
says nothing of the cost. That rest is a step of its own, so that each waterfall ends where the document says.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.cost.diff import less
from servewright.ranges import ZERO, Range
from servewright.report.figures import plural
from servewright.report.html.diff_stack_part import titled
from servewright.report.waterfall import Bar, Waterfall

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from servewright.report.diff_document import DiffDocument, Stack
    from servewright.report.diff_parts import Amounts, Change

_KINDS: Final = {"+": "lines that are new", "-": "lines that are gone"}
_CAUSES: Final = {"count": "more or fewer of the same", "type": "another type or purchase", "price": "other prices"}

_NOT_PLANNED: Final = "its spec has faults: not in the amount after"
_MORE: Final = "something that is not known comes on top"
_NOT_COMPARABLE: Final = "a price that became known or unknown, or a stack that cannot be planned: no change of cost that is known"


def by_cause(document: DiffDocument) -> Waterfall:
    """
    Return the change by what it comes from: stacks that come and go, then counts, types and prices of the others.
    """
    return _waterfall(document, "Change by cause", _causes(document.stacks))


def by_stack(document: DiffDocument) -> Waterfall:
    """
    Return the change by stack, those that change alone.
    """
    changed = (
        _step(titled(stack), stack.delta, stack.changes)
        for stack in document.stacks
        if stack.state not in ("unchanged", "faulty") and stack.delta.expected != 0
    )
    faulty = (
        Bar(label=f"{titled(stack)}: not planned", monthly=_gone(stack), note=_NOT_PLANNED) for stack in document.stacks if _left(stack)
    )
    return _waterfall(document, "Change by stack", (*changed, *faulty))


def by_component(document: DiffDocument) -> Waterfall:
    """
    Return the change by component, those that change alone.
    """
    lines = [change for stack in document.stacks for change in stack.changes]
    steps = (
        _step(each.component, each.delta, [line for line in lines if line.component == each.component])
        for each in document.components
        if each.delta.expected != 0
    )
    return _waterfall(document, "Change by component", steps)


def _step(label: str, delta: Amounts, changes: Sequence[Change]) -> Bar:
    """
    Return the change *delta*; where it is not known, what is known of its lines.
    """
    if delta.expected is not None:
        return Bar(label=label, monthly=_range(delta))
    known = [amount for amount in (change.monthly.delta.expected for change in changes) if amount is not None]
    if not any(known):
        return Bar(label=label, monthly=None)
    note = f"{_MORE}: {plural(len(changes) - len(known), 'line')}" if len(changes) > len(known) else _MORE
    return Bar(label=f"{label}, what is known", monthly=Range(None, sum(known, Decimal(0)), None), note=note)


def _causes(stacks: Sequence[Stack]) -> Iterator[Bar]:
    found: dict[str, Decimal] = {}
    unknown = 0
    for stack in stacks:
        for change in stack.changes:
            parts = {"count": change.causes.count, "type": change.causes.type, "price": change.causes.price}
            unknown += change.monthly.delta.expected is None
            for name, amount in parts.items():
                cause = f"stacks {stack.state}" if stack.state in ("added", "removed") else _KINDS.get(change.kind) or _CAUSES[name]
                if amount is not None:
                    found[cause] = found.get(cause, Decimal(0)) + amount
    order = ("stacks added", "stacks removed", *_KINDS.values(), *_CAUSES.values(), "stacks not planned")
    faulty = [_gone(stack).expected or Decimal(0) for stack in stacks if _left(stack)]
    if faulty:
        found["stacks not planned"] = sum(faulty, Decimal(0))
    # the document says of the expected figure alone what it comes from
    yield from (Bar(label=cause, monthly=Range(None, found[cause], None)) for cause in order if found.get(cause))
    if unknown:
        yield Bar(label=f"{plural(unknown, 'line')} not known", monthly=None)


def _waterfall(document: DiffDocument, title: str, steps: Iterable[Bar]) -> Waterfall:
    total = document.total
    start = Bar(label=_side("before", at_least=total.at_least.before), monthly=_range(total.before))
    end = Bar(label=_side("after", at_least=total.at_least.after), monthly=_range(total.after))
    made = Waterfall(title=title, start=start, steps=tuple(steps), end=end)
    if not made.unexplained:
        return made
    return replace(made, steps=(*made.steps, Bar(label="not comparable", monthly=_rest(made), note=_NOT_COMPARABLE)))


def _rest(data: Waterfall) -> Range:
    """
    Return what the known members of the steps leave between start and end.
    """
    steps = [step.monthly for step in data.steps if step.monthly is not None]
    whole = less(data.end.monthly or ZERO, data.start.monthly or ZERO)
    sums = [sum((getattr(step, name) or Decimal(0) for step in steps), Decimal(0)) for name in ("min", "expected", "max")]
    return less(whole, Range(*sums))


def _left(stack: Stack) -> bool:
    return stack.state == "faulty" and stack.before is not None


def _gone(stack: Stack) -> Range:
    return ZERO if stack.before is None else less(ZERO, _range(stack.before))


def _side(name: str, *, at_least: bool) -> str:
    return f"{name}, at least" if at_least else name


def _range(amounts: Amounts) -> Range:
    return Range(amounts.min, amounts.expected, amounts.max)
