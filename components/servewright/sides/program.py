"""
JSON files as sides: our own previews, and what `pulumi preview --json` wrote of any program.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from servewright.additions.files import shown
from servewright.catalog.load import load_catalog
from servewright.cost.gate_facts import GateFacts
from servewright.cost.gates import NO_GATES, GateOutcome, Gates, judge
from servewright.programs import bill_of_program, read_program
from servewright.report.diff import Diff, Side, diff_sides
from servewright.report.diff_stack import StackSide
from servewright.sides.preview_file import read_preview
from servewright.sources.json_file import JsonFile, parse_source, read_source
from servewright.sources.preview import parse_preview

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from servewright.cost.model import Bill
    from servewright.report.program import ProgramBill
    from servewright.sources.program import Program
    from servewright.sources.program import Side as Moment

_OURS = "servewright.dev/"


def json_side(path: Path, name: str, as_of: date | None) -> StackSide:
    """
    Return the stack of the JSON in *path*, which messages call *name*: a preview of ours, or of any program as it will be.

    Raises InvalidInputError where it is neither.
    """
    raw = read_source(path, name)
    found = parse_source(name, raw)
    if isinstance(found, JsonFile) and isinstance(found.value, dict) and str(found.value.get("apiVersion", "")).startswith(_OURS):
        return read_preview(found)
    return _side(parse_preview(name, raw), "after", as_of)


def compare_program(path: Path, region: str | None, as_of: date | None, say: Callable[[str], None], *, gates: Gates = NO_GATES) -> Diff:
    """
    Return what the change in *path*, a preview of any Pulumi program, does to its bill; *region* is for resources that do not tell theirs.

    *say* is told what the bill cannot say of a resource; *gates* judge what the change leaves. Raises InvalidInputError where it is no
    preview.
    """
    program = read_program(path, "preview", region=region)
    for note in program.notes:
        say(f"{note.resource.rsplit('::', 1)[-1]}: {note.text}")
    name = shown(path)
    # A stack that is new, or goes as a whole, has nothing on one side.
    base, head = (
        Side(label=f"{name}, {moment}", stacks=(_side(program, moment, as_of, gates),) if program.records(moment) else (), alone=True)
        for moment in ("before", "after")
    )
    return diff_sides(base, head, as_of or load_catalog().build_date)


def _side(program: Program, moment: Moment, as_of: date | None, gates: Gates = NO_GATES) -> StackSide:
    made: ProgramBill = bill_of_program(program, side=moment, as_of=as_of)
    return StackSide(
        name=f"{program.project}/{program.stack}",
        file=program.file,
        environment=None,
        owner=None,
        bill=made.bill,
        resources={record.urn: dict(record.inputs) for record in made.records if not record.structural},
        oldest=made.prices_oldest.isoformat(),
        newest=made.prices_newest.isoformat(),
        judge=partial(_judged, gates, made) if gates.rules else None,
    )


def _judged(gates: Gates, made: ProgramBill, before: Bill | None) -> tuple[GateOutcome, ...]:
    return judge(gates, GateFacts.of(made.bill, before=before), made.as_of)
