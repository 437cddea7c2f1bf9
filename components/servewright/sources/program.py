"""
A Pulumi program as its preview or its export shows it: the resources before and after, and what must be said about them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord

Source = Literal["preview", "export"]
Side = Literal["before", "after"]

BOTH: Final[tuple[Side, ...]] = ("before", "after")


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """
    Something about *resource* that its record cannot say, and on which *sides* of the change it holds.
    """

    resource: str
    text: str
    sides: tuple[Side, ...] = BOTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """
    One stack of any program. *before* is what is deployed, *after* what the previewed program leaves; an export has one state for both.
    """

    file: str
    project: str
    stack: str
    source: Source
    before: tuple[ResourceRecord, ...]
    after: tuple[ResourceRecord, ...]
    notes: tuple[Note, ...] = ()

    def records(self, side: Side) -> tuple[ResourceRecord, ...]:
        """
        Return the resources of *side*.
        """
        return self.before if side == "before" else self.after

    def notes_of(self, side: Side) -> tuple[Note, ...]:
        """
        Return what holds on *side*.
        """
        return tuple(note for note in self.notes if side in note.sides)
