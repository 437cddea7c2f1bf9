"""
A preview to before and after: each operation leaves what it says, and what is no whole preview is refused with its place and the fix.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from recorded import document, program, raw, record_called
from servewright.cost.records import SECRET
from servewright.errors import InvalidInputError
from servewright.sources.preview import parse_preview

if TYPE_CHECKING:
    from servewright.diagnostics import Diagnostic
    from servewright.sources.program import Program

URN = "urn:pulumi:dev::shop::aws:ebs/volume:Volume::data"
_STACK = {"urn": "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"}
ROOT: dict[str, Any] = {"op": "same", "oldState": _STACK, "newState": _STACK}


def state(urn: str = URN, **more: Any) -> dict[str, Any]:
    """
    Return the state of a volume.
    """
    return {"urn": urn, "custom": True, "type": "aws:ebs/volume:Volume", "inputs": {"size": 10}, **more}


def parsed(*steps: Any, **whole: Any) -> Program:
    """
    Return the program of a preview with these steps.
    """
    return parse_preview("preview.json", json.dumps({"steps": steps, **whole}).encode())


def fault(text: bytes | str) -> Diagnostic:
    """
    Return the one fault of a text.
    """
    with pytest.raises(InvalidInputError) as caught:
        parse_preview("preview.json", text.encode() if isinstance(text, str) else text)
    (found,) = caught.value.diagnostics
    return found


def fault_of(*steps: Any, **whole: Any) -> Diagnostic:
    """
    Return the one fault of a preview with these steps.
    """
    return fault(json.dumps({"steps": steps, **whole}))


def sides(made: Program) -> tuple[list[Any], list[Any]]:
    """
    Return the sizes of the volumes before and after.
    """
    return [r.inputs.get("size") for r in made.before if r.custom], [r.inputs.get("size") for r in made.after if r.custom]


OLD, NEW = state(inputs={"size": 10}), state(inputs={"size": 20})


@pytest.mark.parametrize(
    ("steps", "before", "after"),
    [
        ([{"op": "same", "oldState": OLD, "newState": NEW}], [10], [20]),
        ([{"op": "update", "oldState": OLD, "newState": NEW}], [10], [20]),
        ([{"op": "replace", "oldState": OLD | {"delete": True}, "newState": NEW}], [10], [20]),
        ([{"op": "delete", "oldState": OLD}, {"op": "create", "newState": NEW}], [10], [20]),
        (
            [
                {"op": "create-replacement", "oldState": OLD, "newState": NEW},
                {"op": "replace", "oldState": OLD, "newState": NEW},
                {"op": "delete-replaced", "oldState": OLD},
            ],
            [10],
            [20],
        ),
        ([{"op": "create", "newState": NEW}], [], [20]),
        ([{"op": "import", "newState": NEW}], [], [20]),
        ([{"op": "delete", "oldState": OLD}], [10], []),
        ([{"op": "delete", "oldState": OLD | {"retainOnDelete": True}}], [10], [10]),
        ([{"op": "discard", "oldState": OLD | {"retainOnDelete": True}}], [10], []),
        ([{"op": "delete", "oldState": OLD | {"delete": True}}, {"op": "same", "oldState": NEW, "newState": NEW}], [20], [20]),
        ([{"op": "read", "newState": NEW | {"external": True}}], [], []),
        ([{"op": "same", "oldState": OLD | {"external": True}, "newState": NEW | {"external": True}}], [], []),
        ([{"op": "refresh", "oldState": OLD, "newState": NEW}], [10], [20]),
        ([{"op": "refresh", "oldState": OLD, "newState": NEW}, {"op": "same", "oldState": NEW, "newState": NEW}], [20], [20]),
        ([{"op": "refresh", "oldState": OLD, "newState": None}], [10], []),
    ],
)
def test_what_each_operation_leaves(steps: list[Any], before: list[int], after: list[int]) -> None:
    """
    A replacement is one resource on each side; what is retained is still paid; what is read or pending is not on the bill.
    """
    assert sides(parsed(ROOT, *steps)) == (before, after)


@pytest.mark.parametrize(
    ("step", "words", "side"),
    [
        ({"op": "delete", "oldState": OLD | {"retainOnDelete": True}}, "still paid", {"after"}),
        ({"op": "delete", "oldState": OLD | {"delete": True}}, "until the next pulumi up", {"before", "after"}),
        ({"op": "read", "newState": NEW}, "whoever made it pays for it", {"before", "after"}),
    ],
)
def test_what_the_bill_cannot_show_is_said(step: Any, words: str, side: set[str]) -> None:
    """
    A resource with such a fate has a note on the sides that it concerns.
    """
    made = parsed(step)
    (note,) = made.notes
    assert words in note.text
    assert "data (aws:ebs/volume:Volume)" in note.text
    assert {name for name in ("before", "after") if made.notes_of(name)} == side  # type: ignore[arg-type]


def test_the_recorded_change() -> None:
    """
    The real command line's JSON of an update: every volume on the sides where it belongs, with the size it has there.
    """
    made = program("updates")
    sizes = [
        {r.name: (r.inputs["size"], r.inputs["availabilityZone"]) for r in side if "size" in r.inputs} for side in (made.before, made.after)
    ]
    here, there = "us-east-1a", "us-east-1b"
    kept = {"stays": (10, here), "protected": (50, here), "retained": (70, here)}
    assert sizes[0] == kept | {"grows": (20, here), "moves": (30, here), "moves-deleted-first": (40, here), "goes": (60, here)}
    assert sizes[1] == kept | {"grows": (400, here), "moves": (30, there), "moves-deleted-first": (40, there), "new": (80, here)}
    assert [note.resource.rsplit("::", 1)[-1] for note in made.notes] == ["retained"]
    assert (made.project, made.stack, made.source) == ("updates", "dev", "preview")


def test_a_stream_of_events_says_the_same() -> None:
    """
    One event per line is the same program as the one document.
    """
    stream, whole = program("updates-stream"), program("updates")
    assert stream.before == whole.before
    assert stream.after == whole.after
    assert stream.notes == whole.notes


def test_secrets_stay_out() -> None:
    """
    A secret is SECRET, whatever form it had.
    """
    assert record_called(program("updates").after, "token").inputs["value"] == SECRET
    assert record_called(program("node_groups").after, "state").inputs["password"] == SECRET
    assert b"horse" not in raw("updates") + raw("node_groups") + raw("updates-before-export")


def test_regions_come_from_providers() -> None:
    """
    The default provider's from the configuration, an explicit one's from its step, the property's where it stands; Kubernetes has none
    where there are several.
    """
    after = program("karpenter").after
    assert record_called(after, "platform-cluster", ":Cluster").region == "us-east-1"
    assert record_called(after, "copy", ":Bucket").region == "eu-west-1"
    assert record_called(after, "west").region == "us-west-2"
    assert record_called(after, "gpu-pool").region is None
    assert record_called(program("karpenter", "us-east-1").after, "gpu-pool").region == "us-east-1"


def test_without_show_sames_it_is_refused() -> None:
    """
    The pitfall that makes a total too small: what does not change is missing. The fix is the flag.
    """
    found = fault(raw("updates-without-sames"))
    assert (found.code, found.path) == ("SW261", "changeSummary.same")
    assert found.message == "unchanged resources are missing from the preview: 5 resources are counted as 'same' and 1 are shown"
    assert "--show-sames" in (found.hint or "")
    assert raw("updates-without-sames").decode().splitlines()[found.line - 1].strip() == '"same": 5,'


def test_a_missing_step_is_refused() -> None:
    """
    A document that lost a step, as to a filter, is no whole preview.
    """
    lost = document("updates")
    lost["steps"] = [step for step in lost["steps"] if step["op"] != "update"]
    assert fault(json.dumps(lost)).code == "SW261"


def test_a_failed_preview_is_refused() -> None:
    """
    With the error in one line, and without what looks like a secret in it.
    """
    error = {"severity": "error", "message": "error: Program failed with an unhandled exception:\nTraceback\nKeyError: 'zone'\n"}
    found = fault_of(ROOT, diagnostics=[{"severity": "warning", "message": "old"}, error])
    assert (found.code, found.path, found.message) == ("SW262", "diagnostics", "the preview failed: KeyError: 'zone'")
    secret = fault(json.dumps({"diagnostics": [error | {"message": "token hf_abcdefghijklmnopqrstuvwxyz0123"}]}))
    assert "hf_" not in secret.message
    assert fault_of(ROOT, maybeCorrupt=True).code == "SW262"
    assert parsed(ROOT, {"op": "create", "newState": NEW}, diagnostics=[{"severity": "warning", "message": "old"}]).after


def test_a_stream_that_was_cut_off_is_refused() -> None:
    """
    Events without the summary at their end are a part of a preview.
    """
    lines = raw("updates-stream").decode().splitlines()
    assert fault("\n".join(lines[:10])).code == "SW261"
    assert fault("\n".join([*lines[:10], lines[10][:40]])).code == "SW121"


@pytest.mark.parametrize(
    ("step", "code", "path"),
    [
        (7, "SW263", "steps[1]"),
        ({"op": "explode"}, "SW263", "steps[1].op"),
        ({"newState": NEW}, "SW263", "steps[1].op"),
        ({"op": "create"}, "SW263", "steps[1]"),
        ({"op": "update", "oldState": OLD}, "SW263", "steps[1].newState"),
        ({"op": "create", "newState": "x"}, "SW263", "steps[1].newState"),
        ({"op": "create", "newState": state("vol-1")}, "SW263", "steps[1].newState.urn"),
        ({"op": "create", "newState": state(inputs=[1])}, "SW263", "steps[1].newState.inputs"),
        ({"op": "create", "newState": state(parent=3)}, "SW263", "steps[1].newState.parent"),
        ({"op": "create", "newState": ROOT["newState"]}, "SW264", "steps[1].newState"),
    ],
)
def test_a_step_of_another_shape_is_refused_at_its_place(step: Any, code: str, path: str) -> None:
    """
    One fault with line and path; nothing is guessed.
    """
    found = fault(json.dumps({"steps": [ROOT, step]}, indent=1))
    assert (found.code, found.path) == (code, path)
    assert found.line > 4


@pytest.mark.parametrize(
    ("text", "words", "hint"),
    [
        ("[]", "it must be fields, this is a list", "--show-sames"),
        ("7", "it must be fields, this is a number", "--show-sames"),
        ("{}", "it has no steps", "--show-sames"),
        ('{"steps": []}', "shows no resource", "--show-sames"),
        ('{"version": 3, "deployment": {}}', "an export of a stack", "--stack-export"),
        ('{"format_version": "1.2", "planned_values": {}}', "a plan of Terraform", "--show-sames"),
        ('{"apiVersion": "servewright.dev/bill/v1"}', "a document of ours", "--show-sames"),
    ],
)
def test_another_document_is_called_by_its_name(text: str, words: str, hint: str) -> None:
    """
    What it is, and how to get the right one.
    """
    found = fault(text)
    assert found.code == "SW260"
    assert words in found.message
    assert hint in (found.hint or "")


def test_absent_inputs_are_empty() -> None:
    """
    A state without inputs has none; null is absent too.
    """
    bare = {"urn": URN, "custom": True}
    made = parsed({"op": "create", "newState": bare}, {"op": "create", "newState": state(f"{URN}2", inputs=None)})
    assert [dict(record.inputs) for record in made.after] == [{}, {}]
    assert made.after[0].type == "aws:ebs/volume:Volume"


@pytest.mark.parametrize("deep", [99, 600, 900])
def test_inputs_of_any_depth_end_in_a_program_or_a_diagnostic(deep: int) -> None:
    """
    Nesting that Python reads and our own reading could not is refused at the border.
    """
    state = json.dumps({"urn": URN, "custom": True, "type": "aws:ebs/volume:Volume"})[:-1] + ', "inputs": {"tags": '
    text = '{"steps": [{"op": "create", "urn": "' + URN + '", "newState": ' + state + "[" * deep + "]" * deep + "}}}]}"

    with pytest.raises(InvalidInputError) as caught:
        parse_preview("preview.json", text.encode())
    assert [found.code for found in caught.value.diagnostics] == ["SW111"]


def test_an_event_leaves_the_custom_of_a_component_out() -> None:
    """
    Events leave out what is false; of AWS there are no components, so there it is missing.
    """
    urn = "urn:pulumi:dev::shop::acme:index:Site::site"
    summary = {"summaryEvent": {"resourceChanges": {"create": 1}}}

    def read(urn: str, token: str) -> Any:
        told = {"resourcePreEvent": {"metadata": {"op": "create", "new": {"urn": urn, "type": token}}}}
        return parse_preview("preview.json", "\n".join(json.dumps(event) for event in (told, summary)).encode())

    assert [record.custom for record in read(urn, "acme:index:Site").after] == [False]
    with pytest.raises(InvalidInputError, match="custom"):
        read(URN, "aws:ebs/volume:Volume")
