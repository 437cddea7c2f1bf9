"""
The text of a spec as one side of a comparison, read as if it were the file.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from servewright.additions.files import shown
from servewright.errors import InvalidInputError
from servewright.pipeline import priced_text
from servewright.report.diff import Side
from servewright.report.diff_preview import side_of_preview
from servewright.report.diff_stack import FaultyStack
from servewright.report.export import preview_value
from servewright.report.gates import gates_of, judged_by

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path


def side_of_text(raw: bytes, beside: Path, label: str, as_of: date | None) -> Side:
    """
    Return the stack of the spec in *raw*, which stands in the place of the file *beside*, as the side called *label*. It has no lock.
    """
    # how the pipeline names a text beside a file
    read_as = shown(beside.with_name(f"{beside.stem}.patch.yaml"))
    try:
        preview = priced_text(raw, beside, as_of)
    except InvalidInputError as fault:
        faults = tuple(
            replace(each, file=each.file.replace(read_as, shown(beside))) for each in fault.diagnostics if each.severity == "error"
        )
        return Side(label=label, stacks=(FaultyStack(name=beside.stem, file=beside.name, faults=faults),), alone=True)
    made = side_of_preview(preview_value(preview), beside.name, judge=partial(gates_of, preview), judge_by=partial(judged_by, preview))
    return Side(label=label, stacks=(made,), alone=True)
