"""
One stack on one side of a comparison, and what changed from one side to the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from servewright.cost.diff import BillDiff, diff_bills
from servewright.cost.gates import GateOutcome, Gates, denied
from servewright.cost.model import Bill, Unknown
from servewright.cost.records import STACK_TYPE, UNKNOWN
from servewright.report.decisions import Decision, decisions
from servewright.report.diff_summary import NO_CHANGE, summary, whole_stack
from servewright.report.figures import plural
from servewright.report.gates import rules_of

if TYPE_CHECKING:
    from servewright.diagnostics import Diagnostic

_NOT_COUNTED: Final = (STACK_TYPE, "pulumi:providers:", "servewright:")
"""
Types that only give structure, as `ResourceRecord.structural` says of a record; a document does not tell components apart, but knows ours.
"""

_NOTHING: Final = Bill(lines=(), unknown=(), unsupported=(), free=(), not_priced=(), assumptions=())

Judge = Callable[[Bill | None], tuple[GateOutcome, ...]]
"""
Returns what the rules of a stack say of its bill, compared with that of the base.
"""


JudgeBy = Callable[[Gates, Bill | None], tuple[GateOutcome, ...]]
"""
Returns what other rules than its own say of the bill of a stack.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackSide:
    """
    A stack as one side has it.

    *document* is its plan as in preview-v1.json, None for a program that is not ours. *resources* are the inputs by URN. *judge* asks its
    cost rules, where they are known, and *judge_by* those of another side. *oldest* and *newest* are the dates of its prices.
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
    judge_by: JudgeBy | None = None


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
    What changed of one stack; *base* or *head* is None where it is not there or faulty. *faulty* is the faulty head, *faulty_base* the
    faulty base: the stack was there, and nobody knows what it cost.
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
    faulty_base: FaultyStack | None = field(default=None)


def diff_stack(base: StackSide | FaultyStack | None, head: StackSide | FaultyStack | None, *, beside: bool = False) -> StackDiff:
    """
    Return what changed of a stack from *base* to *head*. *beside* says that the base has other stacks: then a new one is an increase from
    nothing, else there is nothing to compare with.
    """
    if isinstance(base, FaultyStack):
        return _from_faulty(base, head)
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
        gates=() if head is None else _gates(base, head, _NOTHING if beside else None),
    )


def _gates(base: StackSide | None, head: StackSide, absent: Bill | None) -> tuple[GateOutcome, ...]:
    """
    Return what the rules of *head* say, and as warnings what those of *base* would refuse and they do not: whoever changes a stack may
    change its rules too, but not in silence. *absent* is what a head without a base is compared with.
    """
    own = _judged(head, absent if base is None else base.bill)
    if base is None or base.document is None or head.judge_by is None:
        return own
    rules = rules_of(base.document)
    refused = () if rules is None else denied(head.judge_by(rules, base.bill))
    told = {outcome.rule for outcome in denied(own)}
    return (*own, *(_loosened(outcome) for outcome in refused if outcome.rule not in told))


def _loosened(outcome: GateOutcome) -> GateOutcome:
    message = f"the gates of the base would deny this, those of the head do not: {outcome.message}"
    return replace(outcome, action="warn", state="warned", message=message, waiver=None)


def _judged(head: StackSide | None, before: Bill | None) -> tuple[GateOutcome, ...]:
    return () if head is None or head.judge is None else head.judge(before)


def _from_faulty(base: FaultyStack, head: StackSide | FaultyStack | None) -> StackDiff:
    """
    Return what is known where nothing of the base is: the head, and that no change of it can be told or judged.
    """
    if isinstance(head, FaultyStack):
        return replace(_faulty(None, head), faulty_base=base)
    same = None if head is None else head.bill
    unknown = Unknown(id=base.file, resource=base.file, what="the whole stack", why="the base cannot be planned")
    return StackDiff(
        base=None,
        head=head,
        state="removed" if head is None else "changed",
        summary=f"the base cannot be planned ({plural(len(base.faults), 'fault')}): what changed is not known",
        # Nothing is known of the base: no line has come.
        bill=diff_bills(same, same),
        decisions=(),
        resources=ResourceCounts(added=0, removed=0, changed=0, unchanged=0),
        gates=_judged(head, replace(_NOTHING, unknown=(unknown,))),
        faulty_base=base,
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
