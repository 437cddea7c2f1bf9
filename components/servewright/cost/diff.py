"""
Two bills to what changed between them, line by line, with what the change comes from.

    match   by id (owner, and the name without its brackets), purchase, unit and component; what is left over on both sides with one and
            the same id is the same line bought another way
    +, -    a line of one bill alone: its whole amount is the change
    ~       a line of both whose quantity, unit price or variant (the brackets, the purchase, the region) differs
    delta   after less before, member by member; a member that is unknown on either side is unknown, and never 0

The expected delta of a line has two parts, each weighed with the mean of the other figure, so that a change back undoes it exactly:

    count         (q1 - q0) x (p0 + p1) / 2
    type, price   the rest, which is (p1 - p0) x (q0 + q1) / 2: "type" where the variant differs, else "price"; none at the same price

Laws: diff(a, a) is empty; diff(a, b) is the opposite of diff(b, a); the delta, where it is known, is the difference of the totals; the
causes of a line add up to its delta.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Final, Generic, Literal, TypeVar

from servewright.cost.model import Bill, Line, Unknown, Unsupported
from servewright.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

Kind = Literal["+", "-", "~"]
Item = TypeVar("Item", Unknown, Unsupported)

_EXACT: Final = Context(prec=200)
"""
Digits for differences and causes: amounts have 28 at most, so nothing is rounded here.
"""

_NONE: Final = Range.exactly(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Causes:
    """
    What the expected delta of a line comes from, in USD a month; the parts that are not None add up to it. All None: it is unknown.
    """

    count: Decimal | None = None
    type: Decimal | None = None
    price: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """
    One line that came, went or changed; at least one of *before* and *after* is there.
    """

    before: Line | None
    after: Line | None

    @property
    def kind(self) -> Kind:
        """
        The sign of the change.
        """
        if self.before is None:
            return "+"
        return "-" if self.after is None else "~"

    @property
    def line(self) -> Line:
        """
        The line as it is, or as it was where it is gone.
        """
        found = self.after or self.before
        if found is None:
            msg = "a change has a line on one side at least"
            raise ValueError(msg)
        return found

    @property
    def delta(self) -> Range:
        """
        After less before, member by member.
        """
        return less(_NONE if self.after is None else self.after.monthly, _NONE if self.before is None else self.before.monthly)

    @property
    def causes(self) -> Causes:
        """
        The parts of the expected delta.
        """
        return _causes(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved(Generic[Item]):
    """
    What has no price: in the head alone, in the base alone, and on both sides (as the head has it).
    """

    added: tuple[Item, ...]
    resolved: tuple[Item, ...]
    kept: tuple[Item, ...]

    @property
    def same(self) -> bool:
        """
        True where nothing came and nothing went.
        """
        return not self.added and not self.resolved


@dataclass(frozen=True, slots=True, kw_only=True)
class BillDiff:
    """
    What changed from *base* to *head* (None: the stack is not there).
    """

    base: Bill | None
    head: Bill | None
    changes: tuple[Change, ...]
    unknown: Moved[Unknown]
    unsupported: Moved[Unsupported]

    @property
    def empty(self) -> bool:
        """
        True where no line, no unknown and no unsupported resource differs.
        """
        return not self.changes and self.unknown.same and self.unsupported.same

    @property
    def delta(self) -> Range:
        """
        The sum of the lines' deltas; unknown where something without a line came or went.
        """
        lines = {line.id for change in self.changes for line in (change.before, change.after) if line is not None}
        unlisted = any(each.id not in lines for each in (*self.unknown.added, *self.unknown.resolved))
        return Range.unknown() if unlisted or not self.unsupported.same else plus(change.delta for change in self.changes)


def diff_bills(base: Bill | None, head: Bill | None) -> BillDiff:
    """
    Return what changed from *base* to *head*; None is a stack that is not there.
    """
    before, after = (() if bill is None else bill.lines for bill in (base, head))
    pairs = _pairs(before, after)
    changes = [Change(before=old, after=new) for old, new in pairs if not _same(old, new)]
    return BillDiff(
        base=base,
        head=head,
        changes=tuple(sorted(changes, key=_order)),
        unknown=_moved(() if base is None else base.unknown, () if head is None else head.unknown),
        unsupported=_moved(() if base is None else base.unsupported, () if head is None else head.unsupported),
    )


def less(after: Range, before: Range) -> Range:
    """
    Return *after* less *before*, exact; unknown where either is.

    >>> less(Range.of(0, 3, 9), Range.of(0, 1, 9)).expected
    Decimal('2')
    """
    return Range(_less(after.min, before.min), _less(after.expected, before.expected), _less(after.max, before.max))


def plus(ranges: Iterable[Range]) -> Range:
    """
    Return the sum of *ranges*, exact; one unknown member makes that member of the sum unknown.
    """
    whole = _NONE
    for each in ranges:
        whole = Range(_plus(whole.min, each.min), _plus(whole.expected, each.expected), _plus(whole.max, each.max))
    return whole


def stable_name(line: Line) -> tuple[str, str | None]:
    """
    Return the name of *line* without its brackets, and what stands in them.
    """
    name, bracket, inner = line.name.partition(" (")
    return name, inner.removesuffix(")") if bracket else None


def _pairs(before: Iterable[Line], after: Iterable[Line]) -> list[tuple[Line | None, Line | None]]:
    """
    Return the lines of both bills side by side, first by key, then what is alone under its id on both sides.
    """
    old, new = ({_key(line): line for line in lines} for lines in (before, after))
    pairs: list[tuple[Line | None, Line | None]] = [(old[key], new[key]) for key in old if key in new]
    gone, come = ([own[key] for key in own if key not in other] for own, other in ((old, new), (new, old)))
    alone = _alone(gone) & _alone(come)
    turned = {_loose(line): line for line in come if _loose(line) in alone}
    pairs += [(line, turned.get(_loose(line))) for line in gone]
    return pairs + [(None, line) for line in come if _loose(line) not in alone]


def _key(line: Line) -> Hashable:
    return line.purchase, _loose(line)


def _loose(line: Line) -> Hashable:
    return line.id, line.unit, line.component


def _alone(lines: list[Line]) -> set[Hashable]:
    return {key for key, number in Counter(map(_loose, lines)).items() if number == 1}


def _same(before: Line | None, after: Line | None) -> bool:
    if before is None or after is None:
        return False
    return (before.quantity, before.unit_price, _variant(before)) == (after.quantity, after.unit_price, _variant(after))


def _variant(line: Line) -> tuple[str | None, ...]:
    return stable_name(line)[1], line.purchase, line.region


def _causes(change: Change) -> Causes:
    delta, before, after = change.delta.expected, change.before, change.after
    if delta is None:
        return Causes()
    if before is None or after is None:
        return Causes(count=delta)
    (q0, q1), (p0, p1) = _figures(before.quantity, after.quantity), _figures(before.unit_price, after.unit_price)
    if p0 == p1:
        return Causes(count=delta)
    count = _EXACT.multiply(_EXACT.subtract(q1, q0), _EXACT.divide(_EXACT.add(p0, p1), Decimal(2)))
    rest = _EXACT.subtract(delta, count)
    other_kind = _variant(before) != _variant(after)
    return Causes(count=None if q0 == q1 else count, type=rest if other_kind else None, price=None if other_kind else rest)


def _figures(before: Range, after: Range) -> tuple[Decimal, Decimal]:
    return before.expected or Decimal(0), after.expected or Decimal(0)


def _moved(before: Iterable[Item], after: Iterable[Item]) -> Moved[Item]:
    old, new = ({_identity(each): each for each in items} for items in (before, after))
    return Moved(
        added=tuple(each for key, each in new.items() if key not in old),
        resolved=tuple(each for key, each in old.items() if key not in new),
        kept=tuple(each for key, each in new.items() if key in old),
    )


def _identity(item: Unknown | Unsupported) -> str:
    return item.id if isinstance(item, Unknown) else item.resource


def _order(change: Change) -> tuple[bool, Decimal, str, str]:
    """
    Return what sorts a change: unknown first, then the largest, then by resource and name.
    """
    expected = change.delta.expected
    return expected is not None, -abs(expected or Decimal(0)), change.line.resource, change.line.name


def _less(after: Decimal | None, before: Decimal | None) -> Decimal | None:
    return None if after is None or before is None else _EXACT.subtract(after, before)


def _plus(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else _EXACT.add(one, other)
