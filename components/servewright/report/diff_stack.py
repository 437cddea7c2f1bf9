"""
One stack on one side of a comparison, and what changed from one side to the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from servewright.cost.diff import BillDiff, diff_bills
from servewright.cost.gates import GateOutcome
from servewright.cost.model import Bill
from servewright.cost.records import STACK_TYPE, UNKNOWN
from servewright.report.decisions import Decision, decisions
from servewright.report.diff_summary import NO_CHANGE, summary, whole_stack
from servewright.report.figures import plural

if TYPE_CHECKING:
    from servewright.diagnostics import Diagnostic

_NOT_COUNTED: Final = (STACK_TYPE, "pulumi:providers:", "servewright:")
"""
Types that only give structure, as `ResourceRecord.structural` says of a record; a document does not tell components apart, but knows ours.
"""

Judge = Callable[[Bill | None], tuple[GateOutcome, ...]]
"""
Returns what the rules of a stack say of its bill, compared with that of the base.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackSide:
    """
    A stack as one side has it.

    *document* is its plan as in preview-v1.json, None for a program that is not ours. *resources* are the inputs by URN. *judge* asks its
    cost rules, where they are known. *oldest* and *newest* are the dates of its prices.
    """

    name: str
    file: str | None
    environment: str | None
    owner: str | None
    bill: Bill
    resources: Mapping[str, Any]
    document: Mapping[str, Any] | None = None
    oldest: str | None = None
    newest: str | None = None
    judge: Judge | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultyStack:
    """
    A stack of which one side cannot be planned or priced, and why. *name* is that of its file.
    """

    name: str
    file: str
    faults: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceCounts:
    """
    Registered resources by what happens to them.
    """

    added: int
    removed: int
    changed: int
    unchanged: int

    @property
    def total(self) -> int:
        """
        Those to which something happens.
        """
        return self.added + self.removed + self.changed


@dataclass(frozen=True, slots=True, kw_only=True)
class StackDiff:
    """
    What changed of one stack; *base* or *head* is None where it is not there, *faults* is empty unless the head is faulty.
    """

    base: StackSide | None
    head: StackSide | None
    state: str
    summary: str
    bill: BillDiff
    decisions: tuple[Decision, ...]
    resources: ResourceCounts
    gates: tuple[GateOutcome, ...] = ()
    faulty: FaultyStack | None = field(default=None)


def diff_stack(base: StackSide | None, head: StackSide | FaultyStack | None) -> StackDiff:
    """
    Return what changed of a stack from *base* to *head*.
    """
    if isinstance(head, FaultyStack):
        return _faulty(base, head)
    bill = diff_bills(None if base is None else base.bill, None if head is None else head.bill)
    counts = _counts({} if base is None else base.resources, {} if head is None else head.resources)
    decided = _decisions(base, head)
    state, words = _state(base, head, decided, bill, counts)
    return StackDiff(
        base=base,
        head=head,
        state=state,
        summary=words,
        bill=bill,
        decisions=decided,
        resources=counts,
        gates=() if head is None or head.judge is None else head.judge(None if base is None else base.bill),
    )


def _faulty(base: StackSide | None, head: FaultyStack) -> StackDiff:
    return StackDiff(
        base=base,
        head=None,
        state="faulty",
        summary=f"cannot be planned: {plural(len(head.faults), 'fault')}",
        # Nothing is known of the head: no line has gone.
        bill=diff_bills(None if base is None else base.bill, None if base is None else base.bill),
        decisions=(),
        resources=ResourceCounts(added=0, removed=0, changed=0, unchanged=0),
        faulty=head,
    )


def _state(
    base: StackSide | None, head: StackSide | None, decided: tuple[Decision, ...], bill: BillDiff, counts: ResourceCounts
) -> tuple[str, str]:
    if base is None or head is None:
        state, side = ("added", head) if base is None else ("removed", base)
        return state, f"{'new stack' if state == 'added' else 'removed'}: {'' if side is None else whole_stack(side)}"
    if bill.empty and not decided and not counts.total:
        return "unchanged", NO_CHANGE
    return "changed", summary(base, head, decided, bill, counts)


def _decisions(base: StackSide | None, head: StackSide | None) -> tuple[Decision, ...]:
    if base is None or head is None or base.document is None or head.document is None:
        return ()
    return decisions(base.document, head.document)


def _counts(old: Mapping[str, Any], new: Mapping[str, Any]) -> ResourceCounts:
    before, after = ({urn: inputs for urn, inputs in each.items() if _counted(urn)} for each in (old, new))
    both = [urn for urn in after if urn in before]
    changed = sum(not _alike(before[urn], after[urn]) for urn in both)
    return ResourceCounts(added=len(after) - len(both), removed=len(before) - len(both), changed=changed, unchanged=len(both) - changed)


def _counted(urn: str) -> bool:
    return not type_of(urn).startswith(_NOT_COUNTED)


def type_of(urn: str) -> str:
    """
    Return the type token that *urn* names, "" where it names none.

    >>> type_of("urn:pulumi:dev::servewright::servewright:index:ServingStack$aws:kms/key:Key::demo-budget")
    'aws:kms/key:Key'
    """
    parts = urn.split("::", 3)
    return parts[2].rpartition("$")[2] if len(parts) > 2 else ""  # noqa: PLR2004 - urn:pulumi:<stack>::<project>::<types>::<name>


def _alike(before: object, after: object) -> bool:
    """
    Tell whether two inputs are the same; what one side does not know yet is no change.
    """
    if UNKNOWN in (before, after):
        return True
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return before.keys() == after.keys() and all(_alike(before[key], after[key]) for key in before)
    if isinstance(before, list) and isinstance(after, list):
        return len(before) == len(after) and all(_alike(one, other) for one, other in zip(before, after, strict=True))
    return before == after
