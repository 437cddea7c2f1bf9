"""
An export to the state that is deployed: what is there once, what waits for its deletion said, secrets out.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from recorded import program, record_called
from servewright.cost.records import SECRET
from servewright.errors import InvalidInputError
from servewright.sources.export import parse_export

if TYPE_CHECKING:
    from servewright.diagnostics import Diagnostic

URN = "urn:pulumi:dev::shop::aws:ebs/volume:Volume::data"
VOLUME: dict[str, Any] = {"urn": URN, "custom": True, "type": "aws:ebs/volume:Volume", "inputs": {"size": 10}}


def text_of(*resources: Any, **deployment: Any) -> bytes:
    """
    Return an export with these resources.
    """
    return json.dumps({"version": 3, "deployment": {"resources": resources, **deployment}}).encode()


def fault(text: bytes) -> Diagnostic:
    """
    Return the one fault of a text.
    """
    with pytest.raises(InvalidInputError) as caught:
        parse_export("stack.json", text)
    (found,) = caught.value.diagnostics
    return found


def test_the_export_is_the_preview_s_before() -> None:
    """
    What is deployed is the same in the export and on the before side of the preview that followed, region and all.
    """
    exported, previewed = program("updates-before-export"), program("updates")
    assert exported.before == exported.after
    assert {r.urn: (r.region, r.inputs) for r in exported.after if not r.structural} == {
        r.urn: (r.region, r.inputs) for r in previewed.before if not r.structural
    }
    assert (exported.project, exported.stack, exported.source) == ("updates", "dev", "export")


def test_a_pending_deletion_is_said_and_not_counted_twice() -> None:
    """
    After a replacement whose deletion failed both are in the state; one is on the bill, the other in a note.
    """
    made = program("updates-pending-export")
    assert record_called(made.after, "moves").inputs["availabilityZone"] == "us-east-1b"
    (note,) = made.notes
    assert note.text.startswith("moves (aws:ebs/volume:Volume) was replaced and is still there: it costs until")


def test_secrets_of_all_forms_stay_out() -> None:
    """
    Encrypted or in plain text (`--show-secrets`): SECRET in their place.
    """
    mark = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
    inputs = {"a": mark | {"ciphertext": "v1:x"}, "b": [{"c": mark | {"plaintext": '"hunter2"'}}], "d": 1}
    (record,) = parse_export("stack.json", text_of(VOLUME | {"inputs": inputs})).after
    assert record.inputs == {"a": SECRET, "b": [{"c": SECRET}], "d": 1}
    assert record_called(program("updates-before-export").after, "token").inputs["value"] == SECRET


def test_inputs_that_are_one_secret_are_refused() -> None:
    """
    Read as no fields they would say nothing, and defaults would stand for what they say.
    """
    mark = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x"}
    found = fault(text_of(VOLUME | {"inputs": mark}))

    assert (found.code, found.path) == ("SW263", "deployment.resources[0].inputs")
    assert "one secret" in found.message


@pytest.mark.parametrize("said", [None, "true", 1])
def test_what_does_not_say_whether_it_is_a_component_is_refused(said: Any) -> None:
    """
    A component is not billed: a volume whose `custom` is missing would cost nothing in silence.
    """
    bare = {key: value for key, value in VOLUME.items() if key != "custom"} | ({} if said is None else {"custom": said})
    found = fault(text_of(bare))

    assert (found.code, found.path) == ("SW263", "deployment.resources[0].custom")


def test_interrupted_and_read_resources_are_said() -> None:
    """
    What may be there, and what somebody else made.
    """
    other = VOLUME | {"urn": f"{URN}2", "external": True}
    pending = [{"type": "creating", "resource": VOLUME | {"urn": f"{URN}3"}}, {"type": "deleting", "resource": VOLUME}]
    made = parse_export("stack.json", text_of(VOLUME, other, pending_operations=pending))
    assert [record.urn for record in made.after] == [URN]
    assert [note.resource for note in made.notes] == [f"{URN}2", f"{URN}3"]


@pytest.mark.parametrize(
    ("text", "code", "path", "words"),
    [
        (b"{}", "SW260", "", "no deployment"),
        (b'{"steps": []}', "SW260", "", "this is a preview"),
        (b'{"preludeEvent": {}}\n{"summaryEvent": {}}', "SW260", "", "a stream of events"),
        (b'{"deployment": {}}', "SW263", "deployment.resources", "has no resources"),
        (text_of(), "SW263", "deployment.resources", "has no resources"),
        (b'{"deployment": {"resources": 3}}', "SW263", "deployment.resources", "must be a list"),
        (text_of(7), "SW263", "deployment.resources[0]", "must be fields"),
        (text_of(VOLUME, VOLUME), "SW264", "deployment.resources[1]", "data (aws:ebs/volume:Volume) stands twice"),
        (text_of(VOLUME, pending_operations=3), "SW263", "deployment.pending_operations", "must be a list"),
        (b'{"version": 3, "deployment": {"resources": [', "SW121", "", "ends before"),
    ],
)
def test_what_is_no_export_is_refused_at_its_place(text: bytes, code: str, path: str, words: str) -> None:
    """
    One fault with its path.
    """
    found = fault(text)
    assert (found.code, found.path) == (code, path)
    assert words in found.message
