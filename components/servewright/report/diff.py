"""
Two sides of several stacks to what changed of each, and in total.

    pair    two stacks that were each named alone; else by file; what is left by name and environment
    total   the sum over the stacks. What is faulty on a side is not in its amount, and with it no delta of the total is known
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from servewright.cost.diff import plus
from servewright.ranges import Range, total_of_known
from servewright.report.diff_stack import FaultyStack, StackDiff, StackSide, diff_stack
from servewright.report.money_table import components

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from servewright.cost.model import Bill


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """
    One side: how the user named it, and its stacks; *alone* is True where one stack was named and no folder of them.
    """

    label: str
    stacks: tuple[StackSide | FaultyStack, ...]
    alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """
    A group of lines over all stacks.
    """

    name: str
    before: Range
    after: Range
    delta: Range


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """
    What changed from *base* to *head* as of a day.
    """

    as_of: date
    base: str
    head: str
    stacks: tuple[StackDiff, ...]

    @property
    def before(self) -> Range:
        """
        The known part of the base.
        """
        return total_of_known(bill.monthly for bill in self._bills("base"))

    @property
    def after(self) -> Range:
        """
        The known part of the head.
        """
        return total_of_known(bill.monthly for bill in self._bills("head"))

    @property
    def delta(self) -> Range:
        """
        The sum of the stacks' deltas.
        """
        return plus(delta_of(stack) for stack in self.stacks)

    @property
    def at_least(self) -> tuple[bool, bool]:
        """
        Whether before and after are those of the known part alone.
        """
        sides = [at_least_of(stack) for stack in self.stacks]
        return any(before for before, _ in sides), any(after for _, after in sides)

    @property
    def components(self) -> tuple[Component, ...]:
        """
        Every component of both sides, in the order of the screens.
        """
        lines = [line for side in ("head", "base") for bill in self._bills(side) for line in bill.lines]
        return tuple(self._component(name) for name in components(lines))

    @property
    def faulty(self) -> tuple[FaultyStack, ...]:
        """
        The stacks whose head is faulty.
        """
        return tuple(stack.faulty for stack in self.stacks if stack.faulty is not None)

    def gates(self, state: str) -> int:
        """
        Return how many rules are in *state*.
        """
        return sum(gate.state == state for stack in self.stacks for gate in stack.gates)

    def _bills(self, side: str) -> list[Bill]:
        found = [stack.base if side == "base" else stack.head for stack in self.stacks]
        return [each.bill for each in found if each is not None]

    def _component(self, name: str) -> Component:
        before, after = (
            total_of_known(line.monthly for bill in self._bills(side) for line in bill.lines if line.component == name)
            for side in ("base", "head")
        )
        changes = [change for stack in self.stacks for change in stack.bill.changes if change.line.component == name]
        faulty = any(_faulty(stack) and name in _components(stack) for stack in self.stacks)
        delta = Range.unknown() if faulty else plus(change.delta for change in changes)
        return Component(name=name, before=before, after=after, delta=delta)


def diff_sides(base: Side, head: Side, as_of: date) -> Diff:
    """
    Return what changed from *base* to *head*. Of a faulty stack of the base nobody knows what it cost: it is there, and no increase of it
    can be judged. Where the base has stacks, one that is new is an increase from nothing.
    """
    pairs = _pairs(base.stacks, head.stacks, alone=base.alone and head.alone)
    found = sorted((diff_stack(old, new, beside=bool(base.stacks)) for old, new in pairs), key=_place)
    return Diff(as_of=as_of, base=base.label, head=head.label, stacks=tuple(found))


def delta_of(stack: StackDiff) -> Range:
    """
    Return what *stack* costs more or less; of a faulty one nothing is known.
    """
    return Range.unknown() if _faulty(stack) else stack.bill.delta


def at_least_of(stack: StackDiff) -> tuple[bool, bool]:
    """
    Return whether the amounts before and after are those of the known part alone.
    """
    before, after = (side is not None and not side.bill.complete for side in (stack.base, stack.head))
    return before or stack.faulty_base is not None, after or stack.faulty is not None


def name_of(stack: StackDiff) -> str:
    """
    Return the stack's name, or that of its file where nothing of it can be read.
    """
    found = stack.head or stack.base or stack.faulty or stack.faulty_base
    return "" if found is None else found.name


def file_of(stack: StackDiff) -> str | None:
    """
    Return the stack's file, as the head names it.
    """
    found = stack.faulty or stack.head or stack.base or stack.faulty_base
    return None if found is None else found.file


Found = StackSide | FaultyStack
Pairs = list[tuple[Found | None, Found | None]]


def _pairs(base: tuple[Found, ...], head: tuple[Found, ...], *, alone: bool) -> Pairs:
    if alone and len(base) == len(head) == 1:
        return [(base[0], head[0])]
    pairs: Pairs = []
    old, new = list(base), list(head)
    for key in (_file, _identity):
        left: list[Found] = []
        for stack in new:
            place = _place_of(key(stack), key, old)
            if place is None:
                left.append(stack)
            else:
                # taken out: a copy of a stack beside the renamed one is one more
                pairs.append((old.pop(place), stack))
        new = left
    return [*pairs, *((stack, None) for stack in old), *((None, stack) for stack in new)]


def _place_of(wanted: Hashable, key: Callable[[Found], Hashable], stacks: list[Found]) -> int | None:
    return None if wanted is None else next((place for place, stack in enumerate(stacks) if key(stack) == wanted), None)


def _file(stack: Found) -> Hashable:
    return stack.file


def _identity(stack: Found) -> Hashable:
    return None if isinstance(stack, FaultyStack) else (stack.name, stack.environment)


def _components(stack: StackDiff) -> set[str]:
    return {line.component for side in (stack.base, stack.head) if side is not None for line in side.bill.lines}


def _faulty(stack: StackDiff) -> bool:
    return stack.faulty is not None or stack.faulty_base is not None


def _place(stack: StackDiff) -> tuple[str, str]:
    return file_of(stack) or "", name_of(stack)
