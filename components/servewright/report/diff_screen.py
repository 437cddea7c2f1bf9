"""
The diff's screen: the total, then each stack with what changed, why, and what is not known; stacks without a change stand at the end,
with the rules that they break.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.report.diff_words import ARROW, amounts, causes, difference, monthly, signed
from servewright.report.figures import aligned, dollars, plural
from servewright.report.screen import BAD, GOOD, QUIET, STRONG, WARN, Column, Screen, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from servewright.report.diff_document import DiffDocument, Stack
    from servewright.report.diff_parts import Change, Decision, Gate

_SIGNS: Final = {"added": "+", "removed": "-", "changed": "~", "faulty": "!", "unchanged": " "}
_STYLES: Final = {"denied": BAD, "warned": WARN, "unknown": WARN, "waived": QUIET, "passed": GOOD}
_CENT: Final = Decimal("0.01")
_CHANGES: Final = (Column(), Column(wrap=True), Column(side="right", least=9))
_TABLE: Final = (Column(), *(Column(side="right", least=9),) * 3)


def show_diff(console: Console, document: DiffDocument) -> None:
    """
    Write what changed between the two sides of *document*.
    """
    screen = Screen(console)
    _header(screen, document)
    for stack in document.stacks:
        if stack.state != "unchanged":
            _stack(screen, stack)
    _unchanged(screen, document.stacks)
    _components(screen, document)


def _header(screen: Screen, document: DiffDocument) -> None:
    prices = document.prices
    age = f"prices {prices.oldest} … {prices.newest}, as of {document.as_of}" if prices.oldest else f"as of {document.as_of}"
    screen.side_by_side(((document.base.label, STRONG), ARROW, (document.head.label, STRONG)), age)
    screen.blank()
    total = document.total
    screen.paragraph(
        (f"{monthly(total)} a month", STRONG), f" ({difference(total.delta, total.before, document.stacks)})", indent=0, hang=2
    )
    screen.paragraph((f"at the maximum {monthly(total, 'max')}", QUIET), indent=0, hang=2)
    for words in _broken(document):
        screen.paragraph((words, WARN), indent=0, hang=2)


def _broken(document: DiffDocument) -> Iterator[str]:
    """
    Yield what keeps the total from being whole, and how many rules are broken.
    """
    faulty = sum(stack.state == "faulty" for stack in document.stacks)
    unknown = sum(len(stack.unknown.added) + len(stack.unsupported.added) for stack in document.stacks)
    if faulty:
        yield f"{plural(faulty, 'stack')} cannot be planned: not in the amounts after"
    if unknown:
        yield f"{unknown} new without a price: not in the amounts, never $0"
    gates = document.gates
    counted = {"denied": gates.denied, "warned": gates.warned, "waived": gates.waived}
    words = [f"{number} {name}" for name, number in counted.items() if number]
    if words:
        yield f"cost rules: {', '.join(words)}"


def _stack(screen: Screen, stack: Stack) -> None:
    screen.blank()
    money = "" if stack.state == "faulty" else f"   {monthly(stack)} ({difference(stack.delta, stack.before, [stack])})"
    screen.paragraph((f"{_SIGNS[stack.state]} {_title(stack)}", STRONG), money, indent=0, hang=4)
    screen.paragraph(stack.summary)
    if stack.state == "faulty":
        _faults(screen, stack)
        return
    if stack.before is None or stack.after is None or stack.before.max != stack.after.max:
        screen.paragraph((f"at the maximum {monthly(stack, 'max')}", QUIET))
    _gates(screen, stack)
    _changes(screen, stack)
    _unknown(screen, stack)
    _decisions(screen, stack)


def _title(stack: Stack) -> str:
    where = "" if stack.environment is None else f" · {stack.environment}"
    return stack.name + where + ("" if stack.file is None else f" · {stack.file}")


def _changes(screen: Screen, stack: Stack) -> None:
    shown = [change for change in stack.changes if _counts(change)]
    if shown:
        screen.blank()
        money = aligned(signed(change.monthly.delta.expected) for change in shown)
        rows = [row for change, amount in zip(shown, money, strict=True) for row in _rows(change, amount)]
        screen.table(_CHANGES, rows)
    small = len(stack.changes) - len(shown)
    if small:
        screen.paragraph((f"{plural(small, 'line')} of less than $0.01", QUIET))


def _rows(change: Change, amount: str) -> Iterator[tuple[Span, ...]]:
    name = change.resource.rsplit("::", 1)[-1]
    unknown = change.monthly.delta.expected is None
    yield change.kind, f"{name}: {change.line}", (amount, WARN if unknown else STRONG)
    most = change.monthly.delta.max
    words = [amounts(change), causes(change)]
    if most is None or most != change.monthly.delta.expected:
        words.append(f"at the maximum {signed(most)}")
    yield "", ("; ".join(word for word in words if word), QUIET), ""


def _counts(change: Change) -> bool:
    """
    Tell whether a change is worth a row: what is not known is, and from a cent on.
    """
    delta = change.monthly.delta
    return any(member is None or abs(member) >= _CENT for member in (delta.expected, delta.max))


def _unknown(screen: Screen, stack: Stack) -> None:
    for sign, items in (("+", stack.unknown.added), ("-", stack.unknown.resolved)):
        for each in items:
            style = WARN if sign == "+" else QUIET
            screen.paragraph((f"{sign} unknown: {each.what} of {each.resource.rsplit('::', 1)[-1]}: {each.why}", style), hang=4)
    for sign, types in (("+", stack.unsupported.added), ("-", stack.unsupported.resolved)):
        for one in types:
            name = one.resource.rsplit("::", 1)[-1]
            screen.paragraph((f"{sign} unsupported: {name}: no pricer for {one.type}", WARN if sign == "+" else QUIET), hang=4)
    kept = len(stack.unknown.kept) + len(stack.unsupported.kept)
    if kept:
        screen.paragraph((f"{kept} without a price on both sides: no change, and still not known", QUIET), hang=4)


def _decisions(screen: Screen, stack: Stack) -> None:
    if not stack.decisions:
        return
    screen.blank()
    screen.paragraph(("decisions", QUIET))
    for decision in stack.decisions:
        screen.paragraph(_decision(decision), indent=4, hang=6)
        if decision.reason:
            screen.paragraph((decision.reason, QUIET), indent=6, hang=8)


def _decision(decision: Decision) -> str:
    about = f"{decision.subject} {decision.field}"
    if decision.before is None:
        return f"{about}: {decision.after}, new"
    return f"{about}: {decision.before}, gone" if decision.after is None else f"{about}: {decision.before}{ARROW}{decision.after}"


def _gates(screen: Screen, stack: Stack) -> None:
    for gate in stack.gates:
        if gate.state != "passed":
            screen.paragraph((f"{gate.state} ", _STYLES[gate.state]), _gate(gate), hang=4)


def _gate(gate: Gate) -> str:
    said = f"{gate.rule}: {gate.message}"
    if gate.waiver is None or gate.waiver.owner in gate.message:
        return said
    return f"{said}; waived by {gate.waiver.owner} until {gate.waiver.expires}: {gate.waiver.reason}"


def _faults(screen: Screen, stack: Stack) -> None:
    for fault in stack.faults:
        where = f"{fault.file}:{fault.line}:{fault.column}" if fault.line else fault.file
        screen.paragraph((f"{where}  {fault.code}  ", BAD), f"{fault.path}: {fault.message}" if fault.path else fault.message, hang=4)
        if fault.hint:
            screen.paragraph((fault.hint, QUIET), indent=4, hang=6)


def _unchanged(screen: Screen, stacks: list[Stack]) -> None:
    same = [stack for stack in stacks if stack.state == "unchanged"]
    if same:
        named = ", ".join(f"{stack.name} {monthly(stack)}" if stack.environment is None else _same(stack) for stack in same)
        screen.blank()
        screen.paragraph((f"no change: {named}", QUIET), indent=0, hang=2)

    for stack in same:
        if any(gate.state != "passed" for gate in stack.gates):
            screen.paragraph((_title(stack), STRONG), indent=0, hang=4)
            _gates(screen, stack)


def _same(stack: Stack) -> str:
    return f"{stack.name} ({stack.environment}) {monthly(stack)}"


def _components(screen: Screen, document: DiffDocument) -> None:
    """
    Write all stacks together by component, where there is more than one of them.
    """
    changed = [each for each in document.components if each.delta.expected != 0]
    if len(changed) < 2 or len(document.stacks) < 2:  # noqa: PLR2004 - a table of one row says nothing that is not said
        return
    found = [each for each in document.components if each in changed or each.before.expected or each.after.expected]
    screen.heading("All stacks", "$ a month, expected")
    rows: list[tuple[Span, ...]] = [("", ("before", QUIET), ("after", QUIET), ("change", QUIET))]
    rows += [(each.component, dollars(each.before.expected), dollars(each.after.expected), signed(each.delta.expected)) for each in found]
    screen.table(_TABLE, rows)
