"""
The recordings of programs that are not ours, read once, and what every bill of them must keep to.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from servewright.sources.export import parse_export
from servewright.sources.preview import parse_preview

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.cost.model import Bill
    from servewright.cost.records import ResourceRecord
    from servewright.sources.program import Program

FOLDER: Final = Path(__file__).parent / "previews_recorded"
PROGRAMS: Final = ("karpenter", "node_groups", "updates")


@cache
def raw(name: str) -> bytes:
    """
    Return the bytes of a recording.
    """
    return (FOLDER / f"{name}.json").read_bytes()


def document(name: str) -> dict[str, Any]:
    """
    Return a recording as plain data that a test may change.
    """
    value: dict[str, Any] = json.loads(raw(name))
    return value


@cache
def program(name: str, region: str | None = None) -> Program:
    """
    Return a recorded program.
    """
    parse = parse_export if name.endswith("-export") else parse_preview
    return parse(f"{name}.json", raw(name), region=region)


def record_called(records: Iterable[ResourceRecord], name: str, token: str = "") -> ResourceRecord:
    """
    Return the resource called *name*, whose type ends with *token*.
    """
    (found,) = (record for record in records if record.name == name and record.type.endswith(token))
    return found


def silent(records: Iterable[ResourceRecord], bill: Bill) -> set[str]:
    """
    Return the resources that are neither priced, free, unknown nor unsupported on *bill*: there must be none.
    """
    free = {item.type for item in bill.free}
    told = {line.resource for line in bill.lines}
    told |= {item.resource for item in (*bill.unknown, *bill.unsupported)}
    return {record.urn for record in records if not record.structural and record.urn not in told and record.type not in free}
