"""
The shipped dev stack on the real Pulumi engine, with simulated providers: what the recorder and the bill promise is what happens.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pulumi_lab import Lab
from servewright.catalog.load import load_catalog
from servewright.cost.records import ResourceRecord
from servewright.pipeline import preview_file
from servewright.record.offline import record_plan
from servewright.resources.estimates import Estimates

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="no pulumi on PATH: .ci/tools/pulumi_cli builds it"),
]

FILLED = {"account": "123456789012", "cluster": {"name": "shared-dev", "kubernetes_version": "1.35"}}
ADDED_BY_THE_ENGINE = {"version", "__internal"}
"""
Inputs of providers that the engine itself adds.
"""


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """
    Provide a stack that was never deployed, with the spec as it is shipped.
    """
    with Lab(tmp_path_factory.mktemp("fresh") / "lab") as lab:
        lab.run("stack", "init", "dev")
        yield lab


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Lab]:
    """
    Provide a stack that was never deployed, whose spec names account and cluster.
    """
    with Lab(tmp_path / "lab") as lab:
        lab.run("stack", "init", "dev")
        lab.edit_spec(platform=FILLED)
        yield lab


def _estimate(spec: Path) -> Estimates:
    """
    Return the estimate that the offline bill of *spec* gives.
    """
    preview = preview_file(spec)
    dates = f"{preview.prices_oldest} to {preview.prices_newest}"
    return Estimates.of(preview.bill.monthly, complete=preview.bill.complete, prices_as_of=dates)


def _records(spec: Path) -> dict[str, ResourceRecord]:
    """
    Return what the recorder says *spec* registers, by URN.
    """
    records = record_plan(preview_file(spec).plan, load_catalog(), estimate=_estimate(spec))
    return {record.urn: record for record in records}


def _steps(digest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {step["urn"]: step for step in digest["steps"]}


def _operations(digest: dict[str, Any]) -> set[str]:
    return {step["op"] for step in digest["steps"]}


def _component(digest: dict[str, Any]) -> dict[str, Any]:
    return next(step for step in digest["steps"] if step["urn"].split("::")[2] == "servewright:index:ServingStack")


def _outputs(stream: str) -> dict[str, Any]:
    """
    Return the stack's outputs from a preview in streaming JSON, one event per line.
    """
    events = [json.loads(line) for line in stream.splitlines() if line.startswith("{")]
    finished = [e["resOutputsEvent"]["metadata"] for e in events if "resOutputsEvent" in e]
    # the stack finishes twice: registered, then with its outputs
    outputs: dict[str, Any] = [m["new"]["outputs"] for m in finished if m["type"] == "pulumi:pulumi:Stack"][-1]
    return outputs


def test_the_engine_and_the_recorder_register_the_same(fresh: Lab) -> None:
    """
    The first real preview has the recorder's URNs and, for every resource, its inputs: so price and checks on the records are sound.
    """
    steps, records = _steps(fresh.preview()), _records(fresh.spec)
    assert set(steps) == set(records)
    for urn, record in records.items():
        inputs = steps[urn]["newState"].get("inputs", {})
        assert {key: inputs.get(key) for key in record.inputs} == dict(record.inputs), urn
        assert set(inputs) - set(record.inputs) <= ADDED_BY_THE_ENGINE, urn


def test_the_preview_shows_the_offline_estimate(fresh: Lab) -> None:
    """
    As an output of the stack and as an input of the component, to the dollar.
    """
    expected = _estimate(fresh.spec).as_inputs()
    stream = fresh.run("preview", "--json", PULUMI_ENABLE_STREAMING_JSON_PREVIEW="true")
    assert _outputs(stream)["estimatedMonthlyUsd"] == expected
    assert _component(fresh.preview())["newState"]["inputs"]["estimatedMonthlyUsd"] == expected


def test_the_program_looks_nothing_up(fresh: Lab) -> None:
    """
    No invoke and no read: a preview needs neither credentials nor a cluster.
    """
    fresh.preview()
    assert fresh.calls("Check")
    assert fresh.calls("Invoke") == fresh.calls("Read") == []


def test_up_refuses_placeholders(fresh: Lab) -> None:
    """
    The shipped spec names no account and no cluster: `up` says which fields to fill in and makes nothing.
    """
    done = fresh.attempt("up", "--yes")
    assert done.status != 0
    assert "platform.account and platform.cluster.name" in done.output + done.errors
    assert "Traceback" not in done.output + done.errors
    assert fresh.made("Create") == []


def test_a_faulty_spec_is_reported_without_traceback(filled: Lab) -> None:
    """
    A mistake in the spec reads in `pulumi preview` as it does in `servewright preview`: code, position, path.
    """
    filled.edit_spec(modells=[])
    done = filled.attempt("preview")
    assert done.status != 0
    assert "dev.yaml:" in done.output + done.errors
    assert "modells" in done.output + done.errors
    assert "Traceback" not in done.output + done.errors


def test_a_whole_life(filled: Lab) -> None:
    """
    `up` makes what was recorded, once each; the second preview is empty; an edit updates in place and shows old and new estimate;
    `destroy` leaves nothing.
    """
    recorded = {urn for urn, record in _records(filled.spec).items() if not record.structural}
    before = _estimate(filled.spec).as_inputs()
    filled.run("up", "--yes")
    assert sorted(filled.made("Create")) == sorted(recorded)
    assert json.loads(filled.run("stack", "output", "--json"))["estimatedMonthlyUsd"] == before
    assert _operations(filled.preview("--expect-no-changes")) == {"same"}

    models = [{**model, "traffic": {**model["traffic"], "requests_per_second": 40}} for model in filled.document()["models"]]
    filled.edit_spec(models=models)
    after = _estimate(filled.spec).as_inputs()
    digest = filled.preview()
    assert _operations(digest) == {"same", "update"}
    states = [_component(digest)[state]["inputs"]["estimatedMonthlyUsd"] for state in ("oldState", "newState")]
    assert states == [before, after]
    assert before != after
    filled.run("up", "--yes")
    assert filled.made("Delete") == []
    assert _operations(filled.preview("--expect-no-changes")) == {"same"}

    filled.run("destroy", "--yes")
    assert sorted(filled.made("Delete")) == sorted(recorded)


def test_what_others_need_is_made_first(filled: Lab) -> None:
    """
    A namespace precedes what lies in it and goes after it; a node class precedes the pools that name it; a key precedes its topic.
    """
    filled.run("up", "--yes")
    filled.run("destroy", "--yes")
    created, deleted = filled.made("Create"), filled.made("Delete")
    records = _records(filled.spec)
    namespace = next(urn for urn, record in records.items() if record.type.endswith(":Namespace"))
    inside = [urn for urn, record in records.items() if "namespace" in record.inputs.get("metadata", {})]
    assert inside
    assert all(created.index(namespace) < created.index(urn) and deleted.index(urn) < deleted.index(namespace) for urn in inside)
    kinds = [record.type.rsplit(":", 1)[1] for record in map(records.__getitem__, created)]
    assert max(i for i, kind in enumerate(kinds) if kind == "EC2NodeClass") < min(i for i, kind in enumerate(kinds) if kind == "NodePool")
    assert kinds.index("Key") < kinds.index("Topic") < kinds.index("Budget")


def test_up_continues_after_a_failure(filled: Lab) -> None:
    """
    A create that fails ends `up` with the provider's words; the next `up` makes the rest and nothing twice.
    """
    filled.fail({"demo-namespace": "no quota left"})
    done = filled.attempt("up", "--yes")
    assert done.status != 0
    assert "simulated failure: no quota left" in done.output + done.errors
    filled.fail({})
    filled.run("up", "--yes")
    made = filled.made("Create")
    assert len(made) == len(set(made))
    assert _operations(filled.preview("--expect-no-changes")) == {"same"}
