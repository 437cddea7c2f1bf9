"""
The steps of a preview to two sets of resources: what each operation leaves before and after.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from servewright.sources.codes import RESOURCE_TWICE, SHAPE
from servewright.sources.program import BOTH, Note
from servewright.sources.state import State, read_state
from servewright.spec.faults import kind
from servewright.spec.secret_text import printable

if TYPE_CHECKING:
    from servewright.cost.registered import Registered
    from servewright.sources.json_file import JsonFile
    from servewright.sources.json_place import Step

BEFORE_AND_AFTER: Final = frozenset({"same", "update", "replace"})
BEFORE: Final = frozenset({"delete", "discard"})
AFTER: Final = frozenset({"create", "import"})
READ: Final = frozenset({"read"})
REFRESHED: Final = frozenset({"refresh"})
PARTS: Final = frozenset(
    {
        "create-replacement",
        "delete-replaced",
        "read-replacement",
        "discard-replaced",
        "remove-pending-replace",
        "import-replacement",
        "diff",
    }
)
"""
Operations of a step (pulumi sdk/go/common/apitype/events.go, 3.259). Those of PARTS belong to a "replace" that is shown too.
"""

KNOWN: Final = BEFORE_AND_AFTER | BEFORE | AFTER | READ | REFRESHED | PARTS


@dataclass(slots=True)
class Sides:
    """
    The resources so far, by URN, and the notes.
    """

    before: dict[str, Registered] = field(default_factory=dict)
    after: dict[str, Registered] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    refreshed: list[tuple[State | None, State | None]] = field(default_factory=list)

    def take(self, file: JsonFile, path: tuple[Step, ...], step: Any) -> None:  # noqa: ANN401 - any JSON
        """
        Take one step of a preview, which stands at *path*.
        """
        if not isinstance(step, dict):
            file.refuse(SHAPE, path, f"a step must be fields, this is {kind(step)}")
        operation = step.get("op")
        if not isinstance(operation, str) or operation not in KNOWN:
            name = f" {printable(operation[:40])!r}" if isinstance(operation, str) else ""
            file.refuse(SHAPE, (*path, "op"), f"this release knows no operation{name}", hint="a newer pulumi may have written it")
        if operation in PARTS:
            return
        old, new = (None if step.get(name) is None else read_state(file, (*path, name), step[name]) for name in ("oldState", "newState"))
        if operation in REFRESHED:
            self.refreshed.append((old, new))
            return
        if operation in READ or (new or old) is None or any(state is not None and state.external for state in (old, new)):
            self._read(file, path, new or old)
            return
        self._sides(file, path, operation, old, new)

    def finish(self) -> None:
        """
        Take what a refresh found of resources that no other step speaks of.
        """
        for old, new in self.refreshed:
            urn = (new or old).urn if new or old else None  # type: ignore[union-attr] # one of them is there
            if urn is None or urn in self.before or urn in self.after:
                continue
            if old is not None:
                self.before[urn] = old.registered
            if new is not None:
                self.after[urn] = new.registered

    def _read(self, file: JsonFile, path: tuple[Step, ...], state: State | None) -> None:
        if state is None:
            file.refuse(SHAPE, path, "this step has neither oldState nor newState")
        self.notes.append(Note(resource=state.urn, text=f"{state.words} is read, not made here: whoever made it pays for it"))

    def _sides(self, file: JsonFile, path: tuple[Step, ...], operation: str, old: State | None, new: State | None) -> None:
        if operation == "delete" and old is not None and old.pending:
            # a "replace" marks its old state in the same way, and belongs to both sides
            self.notes.append(pending_note(old))
            return
        if operation not in AFTER:
            self._add(file, (*path, "oldState"), self.before, old)
        if operation not in BEFORE:
            self._add(file, (*path, "newState"), self.after, new)
        elif old is not None and old.retained and operation == "delete":
            self._add(file, (*path, "oldState"), self.after, old)
            text = f"{old.words} goes from the program and stays in the cloud (retainOnDelete): it is still paid"
            self.notes.append(Note(resource=old.urn, text=text, sides=("after",)))

    def _add(self, file: JsonFile, path: tuple[Step, ...], side: dict[str, Registered], state: State | None) -> None:
        if state is None:
            file.refuse(SHAPE, path, "this step lacks its state")
        if state.urn in side:
            what = f"{state.words} stands in two steps"
            file.refuse(RESOURCE_TWICE, path, what, hint="pulumi refuses such a program: is the file complete and of one run?")
        side[state.urn] = state.registered


def pending_note(state: State) -> Note:
    """
    Return what is to be said of a resource that waits for its deletion.
    """
    text = f"{state.words} was replaced and is still there: it costs until the next pulumi up deletes it, and is not in these figures"
    return Note(resource=state.urn, text=text, sides=BOTH)
