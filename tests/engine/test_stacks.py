"""
The shipped stacks on the real Pulumi engine, with simulated providers: what the recorder and the bill promise is what happens.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pulumi_lab import Lab
from servewright.cost.records import ResourceRecord
from servewright.pipeline import estimates, preview_file

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="no pulumi on PATH: .ci/tools/pulumi_cli builds it"),
]

STACKS = ("dev", "staging", "prod")
NETWORK = {"subnets": ["subnet-0123456789abcdef0", "subnet-0fedcba9876543210"], "security_groups": ["sg-0123456789abcdef0"]}
FILLED = {"account": "123456789012", "cluster": {"name": "shared", "kubernetes_version": "1.35", **NETWORK}}
ADDED_BY_THE_ENGINE = {"version", "__internal"}
"""
Inputs of providers that the engine itself adds.
"""


@pytest.fixture(scope="module", params=STACKS)
def fresh(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """
    Provide each stack, never deployed, with the spec as it is shipped.
    """
    with Lab(tmp_path_factory.mktemp("fresh") / "lab", stack=request.param) as lab:
        lab.run("stack", "init", request.param)
        yield lab


@pytest.fixture(params=STACKS)
def filled(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lab]:
    """
    Provide each stack, never deployed, whose spec names account and cluster.
    """
    with Lab(tmp_path / "lab", stack=request.param) as lab:
        lab.run("stack", "init", request.param)
        lab.edit_spec(platform=FILLED)
        yield lab


def _remove(lab: Lab) -> None:
    """
    Take the whole stack down: what holds state is let go first, as docs/caches.md says.
    """
    if lab.stack != "dev":
        lab.run("config", "set", "servewright:allow_teardown", "true")
        lab.run("up", "--yes")
    lab.run("destroy", "--yes")


def _estimate(spec: Path) -> dict[str, Any]:
    """
    Return the estimate that the offline bill of *spec* gives.
    """
    return dict(estimates(preview_file(spec)).as_inputs())


def _records(spec: Path) -> dict[str, ResourceRecord]:
    """
    Return what the recorder says *spec* registers, by URN.
    """
    return {record.urn: record for record in preview_file(spec).records}


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
    expected = _estimate(fresh.spec)
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
    said = done.output + done.errors
    assert "platform.account" in said
    assert "platform.cluster.name" in said
    assert ("caches.elasticache.subnets" in said) == (fresh.stack != "dev")
    assert "Traceback" not in done.output + done.errors
    assert fresh.made("Create") == []


def test_a_faulty_spec_is_reported_without_traceback(filled: Lab) -> None:
    """
    A mistake in the spec reads in `pulumi preview` as it does in `servewright preview`: code, position, path.
    """
    filled.edit_spec(modells=[])
    done = filled.attempt("preview")
    assert done.status != 0
    assert f"{filled.spec.name}:" in done.output + done.errors
    assert "modells" in done.output + done.errors
    assert "Traceback" not in done.output + done.errors


def test_a_whole_life(filled: Lab) -> None:
    """
    `up` makes what was recorded, once each; the second preview is empty; an edit updates in place and shows old and new estimate;
    `destroy` leaves nothing.
    """
    recorded = {urn for urn, record in _records(filled.spec).items() if not record.structural}
    before = _estimate(filled.spec)
    filled.run("up", "--yes")
    assert sorted(filled.made("Create")) == sorted(recorded)
    assert json.loads(filled.run("stack", "output", "--json"))["estimatedMonthlyUsd"] == before
    assert _operations(filled.preview("--expect-no-changes")) == {"same"}

    filled.busier()
    after = _estimate(filled.spec)
    digest = filled.preview()
    assert _operations(digest) == {"same", "update"}
    states = [_component(digest)[state]["inputs"]["estimatedMonthlyUsd"] for state in ("oldState", "newState")]
    assert states == [before, after]
    assert before != after
    filled.run("up", "--yes")
    assert filled.made("Delete") == []
    assert _operations(filled.preview("--expect-no-changes")) == {"same"}

    _remove(filled)
    assert sorted(filled.made("Delete")) == sorted(recorded)


def test_what_others_need_is_made_first(filled: Lab) -> None:
    """
    A namespace precedes what lies in it and goes after it; a node class precedes the pools that name it; a key precedes its topic.
    """
    filled.run("up", "--yes")
    _remove(filled)
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
    namespace = next(record.name for record in _records(filled.spec).values() if record.type.endswith(":Namespace"))
    filled.fail({namespace: "no quota left"})
    done = filled.attempt("up", "--yes")
    assert done.status != 0
    assert "simulated failure: no quota left" in done.output + done.errors
    filled.fail({})
    filled.run("up", "--yes")
    made = filled.made("Create")
    assert len(made) == len(set(made))
    assert _operations(filled.preview("--expect-no-changes")) == {"same"}


def test_staging_and_prod_go_out_from_a_lock_only(filled: Lab) -> None:
    """
    Without its lock `up` refuses staging and prod and makes nothing; dev needs none. A preview works for all of them.
    """
    lock = filled.spec.with_name(f"{filled.spec.stem}.lock.json")
    lock.unlink(missing_ok=True)
    assert filled.preview()["steps"]
    done = filled.attempt("up", "--yes")
    if filled.stack == "dev":
        assert done.status == 0
        return
    assert done.status != 0
    assert "--write-lock" in done.output + done.errors
    assert filled.made("Create") == []


def test_two_stacks_share_a_cluster(tmp_path: Path) -> None:
    """
    dev, which installs the operators, and staging, which finds them, meet in no object of the cluster or the account; one goes without the
    other noticing.
    """
    with Lab(tmp_path / "lab") as lab:
        for stack in ("dev", "staging"):
            lab.choose(stack)
            lab.run("stack", "init", stack)
            lab.edit_spec(platform=FILLED)
            lab.run("up", "--yes")
        named = [tuple(call["identity"]) for call in lab.calls("Create") if not call.get("preview") and call["identity"][2]]
        assert len(named) > 40
        assert len(named) == len(set(named))
        _remove(lab)
        lab.choose("dev")
        lab.run("stack", "select", "dev")
        assert _operations(lab.preview("--expect-no-changes")) == {"same"}
