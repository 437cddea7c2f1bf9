"""
The page of a diff: what a change of stacks does to plan and bill, and what it comes from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.report.diff_document import DiffDocument
from servewright.report.diff_words import ARROW, difference, monthly
from servewright.report.figures import plural
from servewright.report.html.cells import exact_text, label, money
from servewright.report.html.diff_stack_part import STATES, gates_table, stack_part, titled
from servewright.report.html.diff_waterfalls import by_cause, by_component, by_stack
from servewright.report.html.page import page
from servewright.report.html.parts import Cell, Fact, Facts, Heading, Page, Part, Section, Table, Text
from servewright.report.html.waterfall_chart import MEMBERS, waterfall_chart, waterfall_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from servewright.report.diff_document import Stack
    from servewright.report.html.parts import Block
    from servewright.report.waterfall import Waterfall

_NONE: Final = Cell(text="–", number=True)


def page_of_diff(document: DiffDocument | Mapping[str, Any]) -> str:
    """
    Return *document*, or the value of one, as an HTML file.
    """
    found = document if isinstance(document, DiffDocument) else DiffDocument.model_validate(document)
    changed = [stack for stack in found.stacks if stack.state != "unchanged"]
    sections = (
        Section(id="summary", title="In short", blocks=tuple(Text(text=each) for each in _sentences(found))),
        Section(
            id="causes",
            title="From before to after",
            short="Cost",
            lead="Expected dollars a month; each step begins where the one before it ends.",
            blocks=tuple(_waterfalls(found)),
        ),
        Section(id="stacks", title="All stacks", short="Stacks", blocks=(_stacks(found.stacks),) if found.stacks else ()),
        *(_stack(stack, number) for number, stack in enumerate(changed, 1)),
        *_broken_elsewhere(found.stacks),
    )
    prices = found.prices
    age = f", prices of {prices.oldest} to {prices.newest}" if prices.oldest else ""
    return page(
        Page(
            title=f"{found.base.label}{ARROW}{found.head.label}",
            about=f"What changes, and what it costs · as of {found.as_of}{age}",
            tiles=_tiles(found),
            sections=tuple(section for section in sections if section.blocks),
            foot=f"Made by servewright diff, as of {found.as_of}. Estimates, not a quote: prices before tax, USD.",
        )
    )


def _tiles(document: DiffDocument) -> Facts:
    total, gates = document.total, document.gates
    broken = {name: number for name, number in (("denied", gates.denied), ("warned", gates.warned), ("waived", gates.waived)) if number}
    rules = ", ".join(f"{number} {name}" for name, number in broken.items()) or "none broken"
    change = difference(total.delta, total.before, document.stacks)
    missing = sum(len(stack.unknown.added) + len(stack.unsupported.added) for stack in document.stacks)
    return Facts(
        tiles=True,
        facts=(
            Fact(name="Expected a month", text=monthly(total), note=f"at the maximum {monthly(total, 'max')}"),
            Fact(name="Change", text=change, value=exact_text(total.delta.expected)),
            Fact(name="Cost rules", text=rules, tone="bad" if "denied" in broken else "warn" if broken else "good"),
            Fact(name="New without a price", text=f"{missing:,}" if missing else "none", tone="warn" if missing else "good"),
        ),
    )


def _sentences(document: DiffDocument) -> Iterator[str]:
    counted = {state: sum(stack.state == state for stack in document.stacks) for state in STATES}
    if not document.stacks:
        yield "There is no stack on either side."
        return
    words = [f"{number} {STATES[state]}" for state, number in counted.items() if number]
    total = document.total
    yield (
        f"{plural(len(document.stacks), 'stack')} compared: {', '.join(words)}. Expected a month: {monthly(total)} "
        f"({difference(total.delta, total.before, document.stacks)}); with every autoscaler at its maximum: {monthly(total, 'max')}."
    )
    missing = sum(len(stack.unknown.added) + len(stack.unsupported.added) for stack in document.stacks)
    if missing:
        yield f"New without a price: {plural(missing, 'amount')}, not in the totals and never counted as nothing."
    faulty = [stack.name for stack in document.stacks if stack.state == "faulty"]
    if faulty:
        yield f"Cannot be planned, so not in the amounts after: {', '.join(faulty)}."


def _waterfalls(document: DiffDocument) -> Iterator[Block]:
    # what a change comes from is told of its expected figure alone
    yield _part("by-cause", "By cause", by_cause(document), ("expected",))
    if len(document.stacks) > 1:
        yield _part("by-stack", "By stack", by_stack(document))
    if document.components:
        yield _part("by-component", "By component", by_component(document))


def _part(name: str, title: str, data: Waterfall, members: tuple[str, ...] = MEMBERS) -> Part:
    table = waterfall_table(data, f"{name}-table", members)
    return Part(id=name, title=title, blocks=(waterfall_chart(data, f"{name}-chart"), table))


def _stacks(stacks: list[Stack]) -> Table:
    headings = (
        Heading(text="stack"),
        Heading(text="environment"),
        Heading(text="state"),
        *(Heading(text=text, number=True) for text in ("before", "after", "change")),
        Heading(text="what changed"),
    )
    rows = tuple(
        (
            label(stack.name, note=stack.file or ""),
            label(stack.environment or "–"),
            label(STATES[stack.state]),
            _NONE if stack.before is None else money(stack.before.expected, at_least=stack.at_least.before),
            _NONE if stack.after is None else money(stack.after.expected, at_least=stack.at_least.after),
            money(stack.delta.expected, change=True),
            label(stack.summary),
        )
        for stack in stacks
    )
    return Table(id="stacks-table", caption="Expected dollars a month by stack", headings=headings, rows=rows, sortable=len(rows) > 1)


def _stack(stack: Stack, number: int) -> Section:
    return Section(
        id=f"stack-{number}",
        title=f"{titled(stack)}: {STATES[stack.state]}",
        short=titled(stack),
        lead=stack.summary,
        blocks=stack_part(stack, f"stack-{number}"),
    )


def _broken_elsewhere(stacks: list[Stack]) -> Iterator[Section]:
    """
    Yield the rules that stacks break which do not change.
    """
    same = [stack for stack in stacks if stack.state == "unchanged" and any(gate.state != "passed" for gate in stack.gates)]
    named = [(stack, f"same-{number}") for number, stack in enumerate(same, 1)]
    blocks = tuple(Part(id=name, title=titled(stack), blocks=(gates_table(stack, f"{name}-gates"),)) for stack, name in named)
    if blocks:
        yield Section(id="same", title="Rules that unchanged stacks break", short="Unchanged", blocks=blocks)
