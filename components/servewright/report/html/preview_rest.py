"""
What stands beside the figures: what to watch, the gates, what is not known or paid elsewhere, what was assumed, what must exist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.report.figures import plural
from servewright.report.gates import gates_of
from servewright.report.html.cells import label
from servewright.report.html.parts import Cell, Fold, Heading, Item, Items, Section, Table, Text
from servewright.report.origins import fields_by_file
from servewright.report.screen import BAD
from servewright.report.watch import about_account, about_money, about_plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from servewright.cost.gates import GateOutcome
    from servewright.report.html.parts import Block, Tone
    from servewright.report.model import Preview

_TONES: Final[dict[str, Tone]] = {"passed": "good", "warned": "warn", "denied": "bad", "waived": "warn", "unknown": "warn"}


def watch_section(preview: Preview) -> Section:
    """
    Return what makes the bill larger than it looks, what is refused later and what must be done by hand.
    """
    found = [*about_money(preview), *about_plan(preview.plan), *about_account(preview)]
    items = tuple(
        Item(
            text=each.text,
            lead="Important:" if each.style == BAD else "",
            tone="bad" if each.style == BAD else "",
            command=" ".join(each.command),
        )
        for each in found
    )
    return Section(id="watch", title="What to watch", short="Watch", blocks=(Items(items=items),) if items else ())


def gates_section(preview: Preview) -> Section:
    """
    Return what each cost rule says, and the waivers.
    """
    blocks: list[Block] = []
    outcomes = gates_of(preview)
    if outcomes:
        headings = ("rule", "result", "when broken", "what it found", "limit", "value")
        blocks.append(
            Table(
                id="gates-table",
                caption="Cost rules and what came of them",
                headings=tuple(Heading(text=text) for text in headings),
                rows=tuple(_gate(each) for each in outcomes),
            )
        )
    else:
        blocks.append(Text(text="No cost rule is set."))
    judged = {outcome.rule for outcome in outcomes}
    left = [rule.name for rule in preview.plan.gates.rules if rule.name not in judged]
    if left:
        blocks.append(Text(text=f"Judged where there is something to compare with: {', '.join(left)}.", tone="quiet"))
    waivers = preview.plan.gates.waivers
    if waivers:
        rows = tuple((label(w.rule), label(w.owner), label(w.reason), label(w.expires.isoformat())) for w in waivers)
        names = ("rule", "who waives it", "why", "until")
        blocks.append(Table(id="waivers", caption="Waivers", headings=tuple(Heading(text=text) for text in names), rows=rows))
    return Section(id="gates", title="Cost rules and waivers", short="Rules", blocks=tuple(blocks))


def _gate(outcome: GateOutcome) -> tuple[Cell, ...]:
    action = "refuses" if outcome.action == "deny" else "warns"
    figures = (label(outcome.limit or "–"), label(outcome.value or "–"))
    return (label(outcome.rule), label(outcome.state, tone=_TONES[outcome.state]), label(action), label(outcome.message), *figures)


def unknown_section(preview: Preview) -> Section:
    """
    Return what has no price, what is paid elsewhere and what is free.
    """
    return Section(id="unknown", title="Not known, and not on this bill", short="Not known", blocks=tuple(_unknown(preview)))


def _unknown(preview: Preview) -> Iterator[Block]:
    bill = preview.bill
    if bill.complete:
        yield Text(text="Every resource is supported and every price is known.", tone="good")
    if bill.unknown:
        rows: list[tuple[Cell, ...]] = [(label(u.what), label(u.resource.rsplit("::", 1)[-1]), label(u.why)) for u in bill.unknown]
        yield _plain("unknown-table", "Amounts that are not known; none of them counts as nothing", ("what", "resource", "why"), rows)
    if bill.unsupported:
        rows = [(label(u.resource.rsplit("::", 1)[-1]), label(u.type)) for u in bill.unsupported]
        yield _plain("unsupported", "Resources that no pricer knows: nothing of them is on the bill", ("resource", "type"), rows)
    if bill.not_priced:
        rows = [(label(each.what), label(each.requests)) for each in bill.not_priced]
        yield _plain("elsewhere", "Paid elsewhere", ("what", "how much of it"), rows)
    if bill.free:
        rows = [(label(f.type), label(f"{f.count:,}"), label(f.reason)) for f in bill.free]
        table = _plain("free", "Types that cost nothing by themselves", ("type", "resources", "why"), rows)
        yield Fold(title=f"{plural(sum(f.count for f in bill.free), 'resource')} without a price of their own", blocks=(table,))


def assumed_section(preview: Preview) -> Section:
    """
    Return the assumptions under the figures, the defaults, and which file set what.
    """
    return Section(
        id="assumed", title="What the figures assume", short="Assumptions", blocks=tuple(_assumed(preview)),
        lead="Assumptions lie under the amounts; defaults are what the spec leaves open.",
    )  # fmt: skip


def _assumed(preview: Preview) -> Iterator[Block]:
    plan = preview.plan
    if preview.bill.assumptions:
        yield Items(items=tuple(Item(text=each) for each in preview.bill.assumptions))
    if plan.defaults:
        rows: list[tuple[Cell, ...]] = [(label(d.path), label(d.value), label(d.why)) for d in plan.defaults]
        table = _plain("defaults", "Fields that the spec leaves open", ("field", "value", "why"), rows)
        yield Fold(title=f"{plural(len(plan.defaults), 'default')} applied", blocks=(table,))
    if plan.trace:
        rows = [(label(file), label(", ".join(paths))) for file, paths in fields_by_file(plan.trace).items()]
        yield Fold(title="Which file set what", blocks=(_plain("files", "Files of this spec", ("file", "fields"), rows),))


def needs_section(preview: Preview) -> Section:
    """
    Return the operators: what the cluster must have, and what the stack brings.
    """
    rows = tuple(
        (
            label(each.name),
            label("the cluster must have it" if each.mode == "existing" else "this stack installs it"),
            label(preview.operator_versions.get(each.name) or "any version"),
            label(each.address or f"namespace {each.namespace}"),
        )
        for each in preview.plan.operators
    )
    caption = "Operators of the cluster, with the version each was checked against"
    table = _plain("operators", caption, ("operator", "who", "version", "where"), rows)
    return Section(id="needs", title="What the cluster needs", short="Cluster", blocks=(table,) if rows else ())


def _plain(name: str, caption: str, headings: tuple[str, ...], rows: Iterable[tuple[Cell, ...]]) -> Table:
    found, heads = tuple(rows), tuple(Heading(text=text) for text in headings)
    return Table(id=name, caption=caption, headings=heads, rows=found, sortable=len(found) > 1)
