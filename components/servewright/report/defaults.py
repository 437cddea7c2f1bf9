"""
What the spec did not say: every default that was applied, with its reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.report.figures import plural
from servewright.report.screen import QUIET, Column, Screen, Span

if TYPE_CHECKING:
    from servewright.plan.model import Plan
    from servewright.spec.request import AppliedDefault

Sections = dict[str, list[tuple[str, "AppliedDefault"]]]

_COLUMNS = (Column(wrap=True, most=0.52), Column(wrap=True, style=QUIET))
_TABLE_FROM = 110
"""
Columns from which the reasons fit beside fields and values.
"""


def defaults(screen: Screen, plan: Plan) -> None:
    """
    Write the defaults by section of the spec: field, value and reason; nothing where the spec said everything.
    """
    if not plan.defaults:
        return
    screen.heading("Defaults applied", plural(len(plan.defaults), "field") + " that the spec leaves open")
    sections = _sections(plan)
    if screen.width >= _TABLE_FROM:
        _table(screen, sections)
    else:
        _list(screen, sections)


def _table(screen: Screen, sections: Sections) -> None:
    rows: list[tuple[Span, ...]] = []
    for section, members in sections.items():
        rows += [(f"{section}:",)] if section else []
        rows += [(f"{'  ' if section else ''}{field}: {d.value}", d.why) for field, d in members]
    screen.table(_COLUMNS, rows)


def _list(screen: Screen, sections: Sections) -> None:
    for section, members in sections.items():
        indent = 2
        if section:
            screen.paragraph(f"{section}:")
            indent = 4
        for field, default in members:
            screen.paragraph(f"{field}: {default.value}", (f"   {default.why}", QUIET), indent=indent, hang=indent + 4)


def _sections(plan: Plan) -> Sections:
    sections: Sections = {"": []}
    for default in plan.defaults:
        section, _, field = default.path.partition(".")
        sections.setdefault(section if field else "", []).append((field or section, default))
    return sections
