"""
Every registered resource under its parent, with what it costs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.ranges import total_of_known
from servewright.report.figures import dollars
from servewright.report.model import standing
from servewright.report.screen import BAD, QUIET, Column, Screen, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from servewright.cost.records import ResourceRecord
    from servewright.report.model import Preview

_COLUMNS = (Column(wrap=True, most=0.55), Column(wrap=True, style=QUIET), Column(side="right"))

Children = dict[str | None, list["ResourceRecord"]]


def resource_tree(screen: Screen, preview: Preview) -> None:
    """
    Write the tree; each resource with its type and its expected amount a month, or that it is free, unknown or unsupported.
    """
    children = _children(preview.records)
    amounts = _amounts(preview)
    rows: list[tuple[Span, Span, Span]] = []
    for branch, record in _walk(children, None, ""):
        amount = amounts.get(record.urn, "")
        rows.append((f"{branch}{record.name}", record.type, (amount, BAD if amount.startswith("un") else "")))
    screen.heading("Resources", "$ a month, expected")
    screen.table(_COLUMNS, rows)


def _children(records: tuple[ResourceRecord, ...]) -> Children:
    known = {record.urn for record in records}
    children: Children = {}
    for record in sorted(records, key=lambda r: (r.type, r.name, r.urn)):
        children.setdefault(record.parent if record.parent in known else None, []).append(record)
    return children


def _walk(children: Mapping[str | None, list[ResourceRecord]], parent: str | None, before: str) -> Iterator[tuple[str, ResourceRecord]]:
    members = children.get(parent, [])
    for number, record in enumerate(members):
        last = number == len(members) - 1
        branch = "" if parent is None else f"{before}{'└' if last else '├'} "
        yield branch, record
        inner = "" if parent is None else f"{before}{' ' if last else '│'} "
        yield from _walk(children, record.urn, inner)


def _amounts(preview: Preview) -> dict[str, str]:
    amounts: dict[str, str] = {}
    for urn, state in standing(preview).items():
        lines = [line.monthly for line in preview.bill.lines if line.resource == urn]
        amounts[urn] = dollars(total_of_known(lines).expected) if state == "priced" else state
    return amounts
