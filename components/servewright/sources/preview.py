"""
`pulumi preview --json --show-sames`, as one document or as one event per line, to the program before and after the change.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from servewright.cost.registered import records_of
from servewright.sources.codes import FAILED_PREVIEW, INCOMPLETE_PREVIEW, OTHER_DOCUMENT, SHAPE
from servewright.sources.json_file import JsonFile, parse_source
from servewright.sources.program import Program
from servewright.sources.steps import PARTS, Sides
from servewright.spec.faults import kind
from servewright.spec.secret_text import MASK, find_secrets, printable

if TYPE_CHECKING:
    from servewright.sources.json_place import Step

COMMAND: Final = "pulumi preview --json --show-sames > preview.json"
_REGION: Final = "aws:region"
_MOST_SHOWN: Final = 200
_FOREIGN: Final = (
    # a field that gives another document away, what it is, what to do
    ("deployment", "an export of a stack", "give it with --stack-export"),
    ("planned_values", "a plan of Terraform", f"it is the preview of a Pulumi program that is read: {COMMAND}"),
    ("resourcePlans", "an update plan of Pulumi", f"take the preview itself: {COMMAND}"),
    ("apiVersion", "a document of ours or a spec", f"write the preview of the program with: {COMMAND}"),
)


def parse_preview(file: str, raw: bytes, *, region: str | None = None) -> Program:
    """
    Return the program that the preview in *raw* shows; *region* is what the user says of resources that do not tell theirs.

    Raises InvalidInputError where it is no preview, is incomplete or failed.
    """
    read = parse_source(file, raw)
    events = read if isinstance(read, list) else [read] if _is_event(read.value) else None
    return _of_events(file, events, region) if events is not None else _of_document(read, region)  # type: ignore[arg-type] # no list


def _of_document(read: JsonFile, region: str | None) -> Program:
    value = read.value
    if not isinstance(value, dict):
        read.refuse(OTHER_DOCUMENT, (), f"is no preview: it must be fields, this is {kind(value)}", hint=f"write it with: {COMMAND}")
    _refuse_failed(read, value)
    steps = value.get("steps")
    if steps is None:
        what = next(((f"this is {words}, no preview", hint) for name, words, hint in _FOREIGN if name in value), None)
        message, hint = what or ("is no preview: it has no steps", f"write it with: {COMMAND}")
        read.refuse(OTHER_DOCUMENT, (), message, hint=hint)
    if not isinstance(steps, list):
        read.refuse(SHAPE, ("steps",), f"must be a list, this is {kind(steps)}")
    return _program(read, [(("steps", number), read, step) for number, step in enumerate(steps)], value, region)


def _is_event(value: Any) -> bool:  # noqa: ANN401 - any JSON
    return isinstance(value, dict) and any(name in value for name in ("preludeEvent", "resourcePreEvent", "diagnosticEvent"))


def _of_events(file: str, events: list[JsonFile], region: str | None) -> Program:
    """
    Return the program of a stream of events; each resource is told before its step and after it, the first time counts.
    """
    each = [event.value if isinstance(event.value, dict) else {} for event in events]
    whole: dict[str, Any] = {"diagnostics": [e["diagnosticEvent"] for e in each if isinstance(e.get("diagnosticEvent"), dict)]}
    steps: list[tuple[tuple[Step, ...], JsonFile, Any]] = []
    for event, value in zip(events, each, strict=True):
        whole["config"] = _inside(value, "preludeEvent", "config") or whole.get("config")
        summary = _inside(value, "summaryEvent", "resourceChanges")
        whole["changeSummary"] = whole.get("changeSummary") if summary is None else summary
        told = _inside(value, "resourcePreEvent", "metadata")
        if isinstance(told, dict):
            path: tuple[Step, ...] = ("resourcePreEvent", "metadata")
            steps.append((path, event, {"op": told.get("op"), "oldState": told.get("old"), "newState": told.get("new")}))
    whole_file = JsonFile(file=file, text="", value=None) if not events else events[-1]
    _refuse_failed(whole_file, whole)
    if whole["changeSummary"] is None:
        whole_file.refuse(INCOMPLETE_PREVIEW, (), "the events end before the preview's summary", hint="let pulumi end first")
    return _program(whole_file, steps, whole, region)


def _inside(value: dict[str, Any], outer: str, inner: str) -> Any:  # noqa: ANN401 - any JSON
    found = value.get(outer)
    return found.get(inner) if isinstance(found, dict) else None


def _program(read: JsonFile, steps: list[tuple[tuple[Step, ...], JsonFile, Any]], whole: dict[str, Any], region: str | None) -> Program:
    sides = Sides()
    for path, where, step in steps:
        sides.take(where, path, step)
    sides.finish()
    _refuse_incomplete(read, whole, Counter(step["op"] for _, _, step in steps))
    config = whole.get("config")
    given = config.get(_REGION) if isinstance(config, dict) else None
    default = given if isinstance(given, str) and given else None
    stack, project = _names(read, sides)
    return Program(
        file=read.file,
        project=project,
        stack=stack,
        source="preview",
        before=records_of(sides.before.values(), default_region=default, region=region),
        after=records_of(sides.after.values(), default_region=default, region=region),
        notes=tuple(sorted(sides.notes, key=lambda note: (note.resource, note.text))),
    )


def _names(read: JsonFile, sides: Sides) -> tuple[str, str]:
    """
    Return stack and project, which every URN names.
    """
    urns = [*sides.after, *sides.before, *(note.resource for note in sides.notes)]
    if not urns:
        read.refuse(OTHER_DOCUMENT, (), "the preview shows no resource", hint=f"write it with: {COMMAND}")
    first, project, _ = urns[0].split("::", 2)
    return printable(first.removeprefix("urn:pulumi:")), printable(project)


def _refuse_failed(read: JsonFile, value: dict[str, Any]) -> None:
    said = value.get("diagnostics")
    errors = [d for d in said if isinstance(d, dict) and d.get("severity") == "error"] if isinstance(said, list) else []
    hint = "a preview that fails shows a part of the program; run it until it succeeds"
    if errors:
        read.refuse(FAILED_PREVIEW, ("diagnostics",), f"the preview failed: {_told(errors[0].get('message'))}", hint=hint)
    if value.get("maybeCorrupt") is True:
        read.refuse(FAILED_PREVIEW, ("maybeCorrupt",), "pulumi says that this preview may be wrong (maybeCorrupt)", hint=hint)


def _told(message: object) -> str:
    """
    Return the last line of an error, which says what happened, without secrets and control characters.
    """
    lines = [line.strip() for line in message.splitlines() if line.strip()] if isinstance(message, str) else []
    told = lines[-1] if lines and lines[0].endswith(":") else (lines[0] if lines else "without a message")
    return MASK if find_secrets(told) else printable(told[:_MOST_SHOWN])


def _refuse_incomplete(read: JsonFile, whole: dict[str, Any], shown: Counter[Any]) -> None:
    """
    Raise where pulumi counted more than it shows: without --show-sames, what stays as it is is missing.
    """
    counted = whole.get("changeSummary")
    if not isinstance(counted, dict):
        return
    for operation, number in counted.items():
        if operation in PARTS or not isinstance(number, int) or shown[operation] >= number:
            continue
        missing = f"{number} resources are counted as {operation!r} and {shown[operation]} are shown"
        if operation == "same":
            message = f"unchanged resources are missing from the preview: {missing}"
            read.refuse(INCOMPLETE_PREVIEW, ("changeSummary", "same"), message, hint=f"write it again with --show-sames: {COMMAND}")
        read.refuse(INCOMPLETE_PREVIEW, ("changeSummary", operation), f"steps are missing: {missing}", hint=f"write it again: {COMMAND}")
