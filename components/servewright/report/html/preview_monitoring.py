"""
Monitoring as a section of the page: what is promised, who hears, and when.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.report.html.cells import label
from servewright.report.html.parts import Fact, Facts, Fold, Heading, Item, Items, Section, Table, Text
from servewright.report.monitoring import OBJECTIVE_COLUMNS, headline, monitoring_rows, objective_notes, objective_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.report.html.parts import Block
    from servewright.report.model import Preview


def monitoring_section(preview: Preview) -> Section:
    """
    Return the section; no blocks where nothing watches the stack.
    """
    return Section(id="monitoring", title="Monitoring", short="Monitoring", blocks=tuple(_blocks(preview)))


def _blocks(preview: Preview) -> Iterator[Block]:
    planned = preview.plan.monitoring
    if planned is None:
        return
    said = headline(preview.plan, planned.request)
    yield Text(text=f"{said[0].upper()}{said[1:]}.")
    yield Facts(facts=tuple(Fact(name=name[0].upper() + name[1:], text=text) for name, text in monitoring_rows(planned, whole=True)))
    if planned.objectives:
        headings = tuple(Heading(text=name) for name in OBJECTIVE_COLUMNS)
        rows = tuple(tuple(label(text) for text in row) for row in objective_rows(preview.plan, planned))
        yield Table(id="objectives", caption="What is promised", headings=headings, rows=rows)
        for note in objective_notes(planned):
            yield Text(text=note)
    if planned.reasons:
        yield Fold(title="How the figures come about", blocks=(Items(items=tuple(Item(text=each) for each in planned.reasons)),))
