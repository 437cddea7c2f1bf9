"""
The component package under the real engine, with simulated providers: a YAML program deploys what the Python program would.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from pulumi_lab import REPOSITORY, Lab
from servewright.pipeline import estimates, preview_file
from servewright.provider.schema import package_schema
from servewright.record.monitor import Registration
from servewright.record.offline import record
from servewright.resources import serve

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="no pulumi on PATH: .ci/tools/pulumi_cli builds it"),
    pytest.mark.skipif(
        shutil.which("pulumi-language-yaml") is None, reason="no YAML language host on PATH: .ci/tools/pulumi_cli builds it"
    ),
]

PLUGIN = REPOSITORY / "components" / "servewright" / "provider" / "plugin"
EXAMPLES = REPOSITORY / "docs" / "examples"
REMOTE = REPOSITORY / "tests" / "engine" / "component_program"
NAME = "servewright-plugin"
TYPE = "servewright:index:ServingStack"
ADDED_BY_THE_ENGINE = {"version", "__internal"}


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """
    Provide the YAML program of the docs with a copy of the plugin beside it, never deployed.
    """
    with Lab(tmp_path / "lab", program=EXAMPLES / "yaml") as made:
        shutil.copytree(PLUGIN, made.project / NAME, ignore=shutil.ignore_patterns("__pycache__"))
        made.run("stack", "init", "dev")
        yield made


def _program(lab: Lab) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((lab.project / "Pulumi.yaml").read_text(encoding="utf-8"))
    return document


def _write(lab: Lab, document: dict[str, Any]) -> None:
    (lab.project / "Pulumi.yaml").write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")


def _spec(lab: Lab) -> dict[str, Any]:
    spec: dict[str, Any] = _program(lab)["resources"]["chat"]["properties"]["spec"]
    return spec


def _give(lab: Lab, **properties: Any) -> None:
    """
    Give the component other properties.
    """
    document = _program(lab)
    document["resources"]["chat"]["properties"] = properties
    _write(lab, document)


def _in_python(spec: Any, project: str) -> dict[str, Registration]:
    """
    Return what the Python program registers for *spec*, by URN.
    """
    return record(lambda: serve(spec, name="chat"), project=project, stack="dev").resources


def _steps(digest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {step["urn"]: step for step in digest["steps"]}


def _operations(digest: dict[str, Any]) -> set[str]:
    return {step["op"] for step in digest["steps"]}


def _said(lab: Lab, *command: str) -> str:
    """
    Return what a command says that must fail, without a traceback of ours. A Python program that asks for the component may write the
    beginning of its own: the engine ends it at the refusal, sometimes in the middle of that line.
    """
    done = lab.attempt(*command)
    assert done.status != 0
    said = " ".join((done.output + done.errors).split())
    assert not re.search(r'File "[^"]*servewright/[^"]*\.py"', said)
    return said


def test_the_yaml_program_registers_what_the_python_program_does(lab: Lab) -> None:
    """
    The same URNs with the same inputs, to the last label.
    """
    steps, expected = _steps(lab.preview()), _in_python(_spec(lab), "support-chat")
    assert set(steps) == set(expected)
    for urn, made in expected.items():
        inputs = steps[urn]["newState"].get("inputs", {})
        assert {key: inputs.get(key) for key in made.inputs} == dict(made.inputs), urn
        assert set(inputs) - set(made.inputs) <= ADDED_BY_THE_ENGINE, urn


def test_a_whole_life(lab: Lab) -> None:
    """
    `up` makes what the Python program registers, with the offline bill as an output; the second preview is empty; an edited property
    updates in place and moves the estimate; `destroy` leaves nothing.
    """
    made = {urn for urn, each in _in_python(_spec(lab), "support-chat").items() if each.custom and not each.type.startswith("pulumi:")}
    spec = lab.root / "spec.yaml"
    spec.write_text(yaml.safe_dump(_spec(lab)), encoding="utf-8")
    lab.run("up", "--yes")
    assert sorted(lab.made("Create")) == sorted(made)
    outputs = json.loads(lab.run("stack", "output", "--json"))
    assert outputs["estimatedMonthlyUsd"] == dict(estimates(preview_file(spec)).as_inputs())
    assert outputs["endpoints"] == {"chat": "http://chat.chat-dev.svc.cluster.local:8000/v1"}
    assert [model["name"] for model in outputs["plan"]["models"]] == ["chat"]
    assert _operations(lab.preview("--expect-no-changes")) == {"same"}

    busier = _spec(lab)
    busier["models"][0]["traffic"]["requests_per_second"] = 40
    _give(lab, spec=busier)
    digest = lab.preview()
    assert _operations(digest) == {"same", "update"}
    (component,) = (step for step in digest["steps"] if step["urn"].split("::")[2] == TYPE)
    before, after = (component[state]["inputs"]["estimatedMonthlyUsd"]["expected"] for state in ("oldState", "newState"))
    assert before < after
    lab.run("up", "--yes")
    assert lab.made("Delete") == []
    assert _operations(lab.preview("--expect-no-changes")) == {"same"}

    lab.run("destroy", "--yes")
    assert sorted(lab.made("Delete")) == sorted(made)


def test_a_file_and_what_is_set_over_it(lab: Lab) -> None:
    """
    A path starts from the folder of the program; the URNs are the same however the spec comes in, and the overrides have the last word.
    """
    folder = lab.project / "specs"
    folder.mkdir()
    (folder / "chat.yaml").write_text(yaml.safe_dump(_spec(lab)), encoding="utf-8")
    inline = _steps(lab.preview())
    _give(lab, specFile="specs/chat.yaml")
    assert set(_steps(lab.preview())) == set(inline)
    _give(
        lab, extends="specs/chat.yaml", overrides={"owner": "team-b", "models": [{"name": "chat", "traffic": {"requests_per_second": 3}}]}
    )
    over = _steps(lab.preview())
    assert set(over) == set(inline)
    (component,) = (step for step in over.values() if step["urn"].split("::")[2] == TYPE)
    assert component["newState"]["inputs"]["owner"] == "team-b"


def test_all_faults_come_at_once_with_the_property(lab: Lab) -> None:
    """
    Below the resource, each with its path; nothing is made.
    """
    bad = _spec(lab)
    bad["owner"] = "a b"
    bad["models"][0]["traffic"]["requests_per_second"] = -1
    _give(lab, spec=bad)
    said = _said(lab, "up", "--yes")
    assert "resource 'chat' has a problem: the spec has 2 faults" in said
    assert "- property spec.owner with value '{a b}' has a problem: SW203" in said
    assert "- property spec.models[0].traffic.requests_per_second with value '{-1}' has a problem: SW118" in said
    assert lab.made("Create") == []


def test_a_field_that_is_misspelt_or_missing_is_told_before_anything_runs(lab: Lab) -> None:
    """
    The schema lets the language say so.
    """
    misspelt, short = _spec(lab), _spec(lab)
    misspelt["models"][0]["priorty"] = "cost"
    _give(lab, spec=misspelt)
    assert "Property priorty does not exist on 'servewright:index:Model'" in _said(lab, "preview")
    del short["models"][0]["slo"]
    _give(lab, spec=short)
    assert "Missing required property 'slo'" in _said(lab, "preview")


def test_a_secret_is_refused_and_not_printed(lab: Lab) -> None:
    """
    Neither its value nor anything else of the spec shows up.
    """
    _give(lab, spec={**_spec(lab), "owner": {"fn::secret": "hunter2"}})
    said = _said(lab, "preview")
    assert "property spec.owner (not shown) has a problem: is a secret" in said
    assert "hunter2" not in said


def test_the_cli_reads_the_schema(lab: Lab) -> None:
    """
    `package get-schema` and `schema check` take it, so it fits Pulumi's metaschema; what comes back has every type that we give.
    """
    found = json.loads(lab.run("package", "get-schema", f"./{NAME}"))
    expected = package_schema()
    assert found["version"] == expected["version"]
    assert set(found["types"]) == set(expected["types"])
    assert set(found["resources"]) == {TYPE}
    lab.run("schema", "check", str(PLUGIN.parent / "schema.json"))


def test_package_add_makes_a_program_ready(lab: Lab) -> None:
    """
    The folder that `servewright provider-path` prints can be added as it is.
    """
    document = _program(lab)
    del document["packages"]
    _write(lab, document)
    lab.run("package", "add", str(PLUGIN))
    assert _program(lab)["packages"] == {"servewright": str(PLUGIN)}
    assert any(urn.endswith("::chat-namespace") for urn in _steps(lab.preview()))


def test_options_reach_the_children_and_outputs_that_are_known_are_taken(tmp_path: Path) -> None:
    """
    As another language's SDK asks for it: order and protection are those of every child; an output that is known in the preview is a
    value, and one that is not is refused with its path.
    """
    spec = yaml.safe_load((EXAMPLES / "yaml" / "Pulumi.yaml").read_text(encoding="utf-8"))["resources"]["chat"]["properties"]["spec"]
    with Lab(tmp_path / "lab", program=REMOTE) as lab:
        shutil.copytree(PLUGIN, lab.project / NAME, ignore=shutil.ignore_patterns("__pycache__"))
        (lab.project / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
        lab.run("stack", "init", "dev")
        lab.run("config", "set", "owner", "name")
        steps = _steps(lab.preview())
        children = [step["newState"] for urn, step in steps.items() if f"{TYPE}$" in urn]
        assert len(children) > 20
        assert all(child["protect"] and any(urn.endswith("::owners") for urn in child["dependencies"]) for child in children)
        (component,) = (step["newState"] for urn, step in steps.items() if urn.split("::")[2] == TYPE)
        assert component["inputs"]["owner"] == "owners"

        lab.run("config", "set", "owner", "address")
        assert "property spec.owner (not shown) has a problem: is not known while the plan is made" in _said(lab, "preview")


def test_the_python_example_is_deployed(tmp_path: Path) -> None:
    """
    The program of docs/python-api.md: the same resources, and nothing left to do after `up`.
    """
    with Lab(tmp_path / "lab", program=EXAMPLES / "python" / "whole_stack") as lab:
        lab.run("stack", "init", "dev")
        lab.run("up", "--yes")
        steps = _steps(lab.preview("--expect-no-changes"))
        assert set(steps) == set(_in_python(str(lab.project / "spec.yaml"), "support-chat"))
