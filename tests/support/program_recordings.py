"""
Programs that are not ours under the real CLI, and what is kept of it: previews and exports without anything that differs from run to run.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

from pulumi_lab import REPOSITORY, Lab

PROGRAMS: Final = REPOSITORY / "tests" / "engine" / "programs"
RECORDED: Final = REPOSITORY / "tests" / "support" / "previews_recorded"

_VARYING: Final = {
    # values that a run makes up: where they come from, how they look, what stands in their place
    "created": "2026-11-21T00:00:00Z",
    "modified": "2026-11-21T00:00:00Z",
    "sequence": 1,
    "timestamp": 1795219200,
    "durationSeconds": 1,
    "time": "2026-11-21T00:00:00Z",
    "duration": 1000000000,
    "ciphertext": "v1:AAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAA",
    "salt": "v1:AAAAAAAAAAA=:v1:AAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAA",
    "magic": "0",
    "encryptionsalt": "v1:AAAAAAAAAAA=:v1:AAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAA",
    "sourcePosition": "project:///__main__.py#1,1",
    "stackTrace": [],
}
_MADE_UP: Final = ((re.compile(r"-[0-9a-f]{8}\b"), "-00000000"), (re.compile(r"-[0-9a-f]{7}\b"), "-0000000"))
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def scrubbed(value: Any, name: str = "") -> Any:
    """
    Return *value* with the same text in the place of all that a run makes up; a list of steps or resources is sorted by what it says.
    """
    if name in _VARYING and value:
        return _VARYING[name]
    if isinstance(value, dict):
        return {key: scrubbed(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        items = [scrubbed(item) for item in value]
        unordered = name in ("steps", "resources") or all(str(item).startswith("urn:pulumi:") for item in items)
        return sorted(items, key=lambda item: json.dumps(item, sort_keys=True)) if unordered else items
    if isinstance(value, str):
        return _text(value)
    return value


def _text(text: str) -> str:
    text = _UUID.sub(lambda found: found[0] if found[0] == _UNKNOWN else "00000000-0000-0000-0000-000000000000", text)
    if text == _UNKNOWN:
        return text
    for pattern, stand_in in _MADE_UP:
        text = pattern.sub(stand_in, text)
    return text


def record_program(name: str, folder: Path) -> dict[str, Any]:
    """
    Run the program *name* in *folder* and return its documents by file name.
    """
    with Lab(folder / "lab", program=PROGRAMS / name) as lab:
        lab.run("stack", "init", "dev")
        if name != "updates":
            return {f"{name}.json": scrubbed(lab.preview())}
        return {file: scrubbed(document) for file, document in _updates(lab).items()}


def _updates(lab: Lab) -> dict[str, Any]:
    lab.run("up", "--yes")
    documents = {"updates-before-export.json": json.loads(lab.run("stack", "export"))}
    lab.run("config", "set", "round", "2")
    documents["updates.json"] = lab.preview()
    documents["updates-without-sames.json"] = json.loads(lab.run("preview", "--json"))
    stream = lab.run("preview", "--json", "--show-sames", PULUMI_ENABLE_STREAMING_JSON_PREVIEW="true")
    events = [json.loads(line) for line in stream.splitlines() if line.startswith("{")]
    documents["updates-stream.json"] = [event for event in events if event.get("diagnosticEvent", {}).get("severity") != "debug"]
    lab.fail({"moves": "still attached"}, only_deletion=True)
    lab.attempt("up", "--yes")
    documents["updates-pending-export.json"] = json.loads(lab.run("stack", "export"))
    return documents


def text_of(document: Any) -> str:
    """
    Return a recording as it lies in its file: an event of a stream per line.
    """
    if isinstance(document, list):
        return "".join(json.dumps(event) + "\n" for event in document)
    return json.dumps(document, indent=1) + "\n"
