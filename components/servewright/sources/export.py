"""
`pulumi stack export` to the program as it is deployed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.cost.registered import records_of
from servewright.sources.codes import OTHER_DOCUMENT, RESOURCE_TWICE, SHAPE
from servewright.sources.json_file import JsonFile, parse_source
from servewright.sources.program import Note, Program
from servewright.sources.state import State, read_state
from servewright.sources.steps import pending_note
from servewright.spec.faults import kind
from servewright.spec.secret_text import printable

if TYPE_CHECKING:
    from servewright.cost.registered import Registered

COMMAND: Final = "pulumi stack export > stack.json"


def parse_export(file: str, raw: bytes, *, region: str | None = None) -> Program:
    """
    Return the program whose state the export in *raw* holds; *region* is what the user says of resources that do not tell theirs.

    Default providers are in an export, so their region needs no configuration. Raises InvalidInputError where it is no export.
    """
    read = parse_source(file, raw)
    if isinstance(read, list):
        read[0].refuse(OTHER_DOCUMENT, (), "this is a stream of events, no export", hint="give it with --preview-json")
    found: dict[str, Registered] = {}
    notes: list[Note] = []
    for number, value in enumerate(_resources(read)):
        path = ("deployment", "resources", number)
        state = read_state(read, path, value)
        if state.pending:
            notes.append(pending_note(state))
        elif state.external:
            notes.append(Note(resource=state.urn, text=f"{state.words} is read, not made here: whoever made it pays for it"))
        elif state.urn in found:
            read.refuse(RESOURCE_TWICE, path, f"{state.words} stands twice", hint=f"was the file edited? {COMMAND}")
        else:
            found[state.urn] = state.registered
    notes += _operations(read)
    records = records_of(found.values(), region=region)
    stack, project = _names(read, [*found, *(note.resource for note in notes)])
    return Program(
        file=file,
        project=project,
        stack=stack,
        source="export",
        before=records,
        after=records,
        notes=tuple(sorted(notes, key=lambda note: (note.resource, note.text))),
    )


def _resources(read: JsonFile) -> list[Any]:
    value = read.value
    if not isinstance(value, dict) or not isinstance(value.get("deployment"), dict):
        steps = isinstance(value, dict) and "steps" in value
        message = "this is a preview, no export" if steps else "is no export: it has no deployment"
        hint = "give it with --preview-json" if steps else f"write it with: {COMMAND}"
        read.refuse(OTHER_DOCUMENT, (), message, hint=hint)
    resources = value["deployment"].get("resources")
    if not isinstance(resources, list) or not resources:
        what = "the stack has no resources" if not resources else f"must be a list, this is {kind(resources)}"
        read.refuse(SHAPE, ("deployment", "resources"), what, hint=f"write it with: {COMMAND}")
    return resources


def _operations(read: JsonFile) -> list[Note]:
    """
    Return a note for each resource whose creation was interrupted: it may be there, and nobody knows.
    """
    pending = read.value["deployment"].get("pending_operations") or []
    if not isinstance(pending, list):
        read.refuse(SHAPE, ("deployment", "pending_operations"), f"must be a list, this is {kind(pending)}")
    notes = []
    for number, value in enumerate(pending):
        path = ("deployment", "pending_operations", number)
        if not isinstance(value, dict) or value.get("type") != "creating":
            continue
        state: State = read_state(read, (*path, "resource"), value.get("resource"))
        text = f"{state.words} was being created when pulumi ended: it may be there and cost, and is not in these figures"
        notes.append(Note(resource=state.urn, text=text))
    return notes


def _names(read: JsonFile, urns: list[str]) -> tuple[str, str]:
    if not urns:
        read.refuse(SHAPE, ("deployment", "resources"), "the stack has no resources", hint=f"write it with: {COMMAND}")
    first, project, _ = urns[0].split("::", 2)
    return printable(first.removeprefix("urn:pulumi:")), printable(project)
