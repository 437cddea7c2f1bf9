"""
The provider: the component that it makes for another language is the one that a Python program makes, and bad input is told at once.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from servewright.pipeline import estimates, preview_file
from servewright.provider.component_schema import COMPONENT
from servewright.provider.schema import package_schema
from servewright.provider.stack_provider import StackProvider, construct_stack
from servewright.record.monitor import Recording
from servewright.record.offline import record
from servewright.resources import serve

SPEC: dict[str, Any] = {
    "name": "chat",
    "owner": "team-support",
    "platform": {"account": "123456789012", "cluster": {"name": "shared", "kubernetes_version": "1.35"}},
    "models": [
        {
            "name": "chat",
            "source": "Qwen/Qwen2.5-1.5B-Instruct",
            "traffic": {"requests_per_second": 2.0, "input_tokens": 500.0, "output_tokens": 150.0},
            "slo": {"ttft_p95": "2s", "itl_p95": "100ms"},
        }
    ],
}
EXPORTS = ("endpoints", "namespace", "estimatedMonthlyUsd", "plan")


def constructed(name: str = "chat", **inputs: Any) -> Recording:
    """
    Return the recording of the provider's component, with its outputs as those of the stack.
    """

    def program() -> None:
        made = StackProvider().construct(name, COMPONENT, inputs)
        pulumi.export("urn", made.urn)
        for key in EXPORTS:
            pulumi.export(key, made.state[key])

    return record(program, project="p", stack="s")


def served(spec: Any) -> Recording:
    """
    Return the recording of a Python program that serves *spec*.
    """
    return record(lambda: serve(spec), project="p", stack="s")


def faults(**inputs: Any) -> dict[str, str]:
    """
    Return what is said about *inputs*, by property path.
    """
    with pytest.raises(pulumi.InputPropertiesError) as raised:
        asyncio.run(construct_stack("chat", inputs, None))
    return {each["property_path"]: each["reason"] for each in raised.value.errors or ()}


def test_the_same_spec_gives_the_same_resources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    By spec, by file and by overrides over a file: URNs and inputs are those of the Python program.
    """
    monkeypatch.chdir(tmp_path)
    Path("chat.yaml").write_text(yaml.safe_dump(SPEC), encoding="utf-8")
    expected = {urn: made.inputs for urn, made in served("chat.yaml").resources.items()}
    for inputs in ({"spec": SPEC}, {"specFile": "chat.yaml"}, {"extends": "chat.yaml", "overrides": {}}, {"extends": "./chat.yaml"}):
        assert {urn: made.inputs for urn, made in constructed(**inputs).resources.items()} == expected, inputs


def test_a_blueprint_can_be_built_upon() -> None:
    """
    With what the team sets over it, as in a spec file.
    """
    name = "blueprint:dev-single-gpu@1"
    expected = served({"extends": name, "owner": "team-b"}).resources
    component = next(each for each in expected.values() if each.type == COMPONENT)
    made = constructed(component.name, extends=name, overrides={"owner": "team-b"}).resources
    assert component.inputs["owner"] == "team-b"
    assert {urn: each.inputs for urn, each in made.items()} == {urn: each.inputs for urn, each in expected.items()}


def test_the_outputs_are_the_schema_s_and_the_estimate_the_bill(tmp_path: Path) -> None:
    """
    Each output that the schema names, with exactly its fields; the amounts are those of the offline bill.
    """
    spec = tmp_path / "chat.yaml"
    spec.write_text(yaml.safe_dump(SPEC), encoding="utf-8")
    stack = next(made for made in constructed(spec=SPEC).resources.values() if made.type == "pulumi:pulumi:Stack")
    assert stack.outputs is not None
    assert stack.outputs["urn"].endswith("servewright:index:ServingStack::chat")
    assert stack.outputs["endpoints"] == {"chat": "http://chat.chat-dev.svc.cluster.local:8000/v1"}
    assert stack.outputs["estimatedMonthlyUsd"] == dict(sorted(estimates(preview_file(spec)).as_inputs().items()))
    types = package_schema()["types"]
    plan = stack.outputs["plan"]
    for value, name in ((plan, "PlanSummary"), (plan["models"][0], "PlannedModel"), (plan["pools"][0], "PlannedPool")):
        assert set(value) == set(types[f"servewright:index:{name}"]["properties"])


def test_the_component_has_the_name_that_the_program_gives() -> None:
    """
    The names in the cluster are the spec's, the names in the state the program's.
    """
    recording = constructed("other", spec=SPEC)
    assert any(urn.endswith("::other-namespace") for urn in recording.resources)
    assert next(made for made in recording.resources.values() if made.name == "other-namespace").inputs["metadata"]["name"] == "chat-dev"


def test_all_faults_of_a_spec_come_at_once_with_their_paths() -> None:
    """
    Each under the property of the program that has it, with the code, the words and what would be right.
    """
    bad = json.loads(json.dumps(SPEC))
    bad["modells"] = []
    bad["models"][0]["traffic"]["requests_per_second"] = -1
    bad["models"][0]["priority"] = "cheap"
    said = faults(spec=bad)
    assert set(said) == {"spec.modells (as a whole)", "spec.models[0].traffic.requests_per_second", "spec.models[0].priority"}
    assert said["spec.models[0].priority"] == "SW202 not a value of this field (All of them: cost, latency, throughput, balanced)"


def test_a_fault_in_a_file_names_file_and_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The property is the one that names the file; a file that is not there has no line.
    """
    monkeypatch.chdir(tmp_path)
    Path("chat.yaml").write_text("models: []\nowner: a b\n", encoding="utf-8")
    said = faults(specFile="chat.yaml")["specFile"]
    assert said.startswith("owner: chat.yaml:2:8 SW203")
    assert faults(specFile="chta.yaml") == {"specFile": "SW101 the file does not exist"}


def test_what_looks_like_a_secret_is_not_echoed() -> None:
    """
    The engine would print the value at a path that it finds.
    """
    bad = {**SPEC, "models": [{**SPEC["models"][0], "token": {"secret": "hf_abcdefghijklmnop1234", "key": "x"}}]}
    said = faults(spec=bad)
    assert list(said) == ["spec.models[0].token.secret (not shown)"]
    assert "hf_abc" not in str(said)


def test_up_without_a_lock_says_that_a_file_can_have_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Staging and prod go out from a lock, and none can lie beside a program.
    """
    pinned = {**SPEC["models"][0], "revision": "989aa7980e4cf806f80c7fef2b1adb7bc71aa306"}
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: False)
    ((path, reason),) = faults(spec={**SPEC, "environment": "staging", "models": [pinned], "gateway": "off"}).items()
    assert path == "spec (as a whole)"
    assert reason.startswith("nothing is deployed: staging goes out from a locked plan only")
    assert reason.endswith("put the spec into one and name it as specFile.")


def test_what_the_plan_breaks_of_its_resources_is_a_fault_of_the_spec(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    What the component refuses is told under the program's property too.
    """
    monkeypatch.setattr("servewright.resources.component.faults", lambda _plan: (("budgets.alerts", "too many"),))
    monkeypatch.setattr("servewright.record.offline.faults", lambda _plan: ())
    assert faults(spec=SPEC) == {"spec.budgets.alerts": "too many"}


def test_another_type_is_refused() -> None:
    """
    The package has one component.
    """
    with pytest.raises(LookupError, match="servewright:index:Other"):
        StackProvider().construct("chat", "servewright:index:Other", {})
