"""
One stack of a diff: rules, changed lines with their cause, decisions, what is not known, faults.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.report.diff_words import amounts, causes, difference, monthly
from servewright.report.figures import plural
from servewright.report.html.cells import exact_text, label, money
from servewright.report.html.parts import Fact, Facts, Heading, Item, Items, Table, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.report.diff_document import Stack
    from servewright.report.diff_parts import Change, Decision, Fault, Gate
    from servewright.report.html.parts import Block, Cell, Tone

STATES: Final = {"added": "new", "removed": "removed", "changed": "changed", "faulty": "cannot be planned", "unchanged": "unchanged"}
_KINDS: Final = {"+": "new", "-": "gone", "~": "changed"}
_TONES: Final[dict[str, Tone]] = {"passed": "good", "warned": "warn", "denied": "bad", "waived": "warn", "unknown": "warn"}


def titled(stack: Stack) -> str:
    """
    Return the stack as headings and captions name it: "chat (prod)".
    """
    return stack.name if stack.environment is None else f"{stack.name} ({stack.environment})"


def stack_part(stack: Stack, name: str) -> tuple[Block, ...]:
    """
    Return what is told of *stack*; ids begin with *name*.
    """
    if stack.state == "faulty":
        return (_faults(stack, name),)
    return tuple(_blocks(stack, name))


def gates_table(stack: Stack, name: str) -> Table:
    """
    Return what each rule says of the head of *stack*.
    """
    headings = ("rule", "result", "when broken", "what it found", "waived by")
    return _plain(name, f"{titled(stack)}: cost rules and what came of them", headings, [_gate(gate) for gate in stack.gates])


def _blocks(stack: Stack, name: str) -> Iterator[Block]:
    yield _facts(stack)
    if stack.gates:
        yield gates_table(stack, f"{name}-gates")
    if stack.changes:
        yield _changes(stack, f"{name}-lines")
    if stack.decisions:
        headings = ("about", "field", "before", "after", "reason")
        yield _plain(
            f"{name}-decisions", f"{titled(stack)}: decisions that changed", headings, [_decision(each) for each in stack.decisions]
        )
    yield from _unknown(stack)


def _facts(stack: Stack) -> Facts:
    change = difference(stack.delta, stack.before, [stack])
    counts = stack.resources
    kinds = {"added": counts.added, "removed": counts.removed, "changed": counts.changed, "unchanged": counts.unchanged}
    facts = [
        Fact(name="Expected a month", text=monthly(stack), note=change, value=exact_text(stack.delta.expected)),
        Fact(name="At the maximum", text=monthly(stack, "max")),
        Fact(name="Resources", text=", ".join(f"{number:,} {kind}" for kind, number in kinds.items() if number) or "none"),
    ]
    if stack.owner:
        facts.append(Fact(name="Owner", text=stack.owner))
    return Facts(facts=tuple(facts))


def _changes(stack: Stack, name: str) -> Table:
    headings = (
        Heading(text="line"),
        Heading(text="what"),
        Heading(text="component"),
        Heading(text="change", number=True, order="descending"),
        Heading(text="at the maximum", number=True),
        Heading(text="quantity and price"),
        Heading(text="cause"),
    )
    found = sorted(stack.changes, key=lambda change: (change.monthly.delta.expected is not None, -(change.monthly.delta.expected or 0)))
    return Table(
        id=name,
        caption=f"{titled(stack)}: {plural(len(stack.changes), 'line')} of the bill that changed, dollars a month",
        headings=headings,
        rows=tuple(_change(change) for change in found),
        sortable=True,
    )


def _change(change: Change) -> tuple[Cell, ...]:
    return (
        label(change.line, note=change.resource.rsplit("::", 1)[-1]),
        label(_KINDS[change.kind]),
        label(change.component),
        money(change.monthly.delta.expected, change=True),
        money(change.monthly.delta.max, change=True),
        label(amounts(change)),
        label(causes(change) or "count"),
    )


def _gate(gate: Gate) -> tuple[Cell, ...]:
    action = "refuses" if gate.action == "deny" else "warns"
    waiver = "–" if gate.waiver is None else f"{gate.waiver.owner} until {gate.waiver.expires}: {gate.waiver.reason}"
    return (label(gate.rule), label(gate.state, tone=_TONES[gate.state]), label(action), label(gate.message), label(waiver))


def _decision(each: Decision) -> tuple[Cell, ...]:
    return tuple(label(text) for text in (each.subject, each.field, each.before or "–", each.after or "–", each.reason or "–"))


def _unknown(stack: Stack) -> Iterator[Block]:
    items = [Item(text=f"{u.what} of {_name(u.resource)}: {u.why}", lead="Not known, new:", tone="warn") for u in stack.unknown.added]
    items += [Item(text=f"{_name(u.resource)} ({u.type})", lead="No pricer, new:", tone="warn") for u in stack.unsupported.added]
    items += [Item(text=f"{u.what} of {_name(u.resource)}", lead="Not unknown any more:") for u in stack.unknown.resolved]
    items += [Item(text=f"{_name(u.resource)} ({u.type})", lead="Not unsupported any more:") for u in stack.unsupported.resolved]
    if items:
        yield Items(items=tuple(items))
    kept = len(stack.unknown.kept) + len(stack.unsupported.kept)
    if kept:
        yield Text(text=f"{kept} without a price on both sides: no change, and still not known.", tone="quiet")


def _faults(stack: Stack, name: str) -> Block:
    headings = ("code", "where", "what is wrong", "what to do")
    return _plain(f"{name}-faults", f"{titled(stack)}: why it cannot be planned", headings, [_fault(each) for each in stack.faults])


def _fault(fault: Fault) -> tuple[Cell, ...]:
    where = f"{fault.file}:{fault.line}:{fault.column}" if fault.line else fault.file
    message = f"{fault.path}: {fault.message}" if fault.path else fault.message
    return (label(fault.code), label(where), label(message), label(fault.hint or "–"))


def _name(resource: str) -> str:
    return resource.rsplit("::", 1)[-1]


def _plain(name: str, caption: str, headings: tuple[str, ...], rows: list[tuple[Cell, ...]]) -> Table:
    heads = tuple(Heading(text=text) for text in headings)
    return Table(id=name, caption=caption, headings=heads, rows=tuple(rows), sortable=len(rows) > 1)
