"""
servewright check and its readiness list, as a user runs them.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from typer.testing import CliRunner, Result

from checked_stacks import PROD, preview_at, ready, records_with, write_locked
from servewright import pipeline
from servewright.catalog.load import load_catalog
from servewright.cli import engine_check
from servewright.cli.application import app
from servewright.readiness.checklist import ITEMS
from servewright.readiness.rules import RULES

ROOT = Path(__file__).resolve().parents[2]
SMALL = ROOT / "tests" / "golden" / "specs" / "llama-3.2-1b.yaml"
SCHEMAS = [
    json.loads(p.read_text(encoding="utf-8")) for p in files("servewright.report").joinpath("schemas").iterdir() if p.name.endswith(".json")
]
REGISTRY: Registry[Any] = Registry().with_resources((schema["$id"], Resource.from_contents(schema)) for schema in SCHEMAS)


def call(*arguments: str, **environment: str) -> Result:
    """
    Return the finished command, run in this process with its output piped.
    """
    cleared: dict[str, str | None] = {"COLUMNS": None, "NO_COLOR": None, "FORCE_COLOR": None}
    return CliRunner().invoke(app, arguments, prog_name="servewright", env={**cleared, **environment})


def document(name: str, done: Result) -> Any:
    """
    Return the JSON on standard output, held against the schema *name*.
    """
    value = json.loads(done.stdout)
    schema = next(schema for schema in SCHEMAS if schema["$id"].endswith(f"/{name}"))
    Draft202012Validator(schema, registry=REGISTRY).validate(value)
    return value


@pytest.fixture(autouse=True)
def previewed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Let a spec be previewed once for all tests of this process.
    """
    monkeypatch.setattr(pipeline, "preview_file", preview_at)


@pytest.fixture(scope="module")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    Return the spec of the stack that is ready.
    """
    return write_locked(tmp_path_factory.mktemp("prod"), PROD)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Let every spec become the ready stack with one image by tag.
    """
    records = records_with("Deployment", "chat", "spec template spec containers 0 image", "vllm/vllm-openai:latest")
    made = replace(ready(), records=records)
    monkeypatch.setattr(pipeline, "preview_file", lambda *_: made)
    monkeypatch.setattr(pipeline, "catalog_beside", lambda *_: load_catalog())


@pytest.fixture
def without_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Let no engine be installed, whatever is.
    """
    monkeypatch.setattr(engine_check, "engine_version", lambda: None)


@pytest.mark.usefixtures("without_engine")
def test_a_good_spec_is_ok(prod: Path) -> None:
    """
    Status 0: what was checked, that the engine's own parser was not asked, and every warning with its place.
    """
    done = call("check", str(prod))
    said = " ".join(done.stdout.split())

    assert (done.exit_code, done.stderr) == (0, "")
    assert f"ok: 1 model, 39 resources, {len(RULES)} rules" in said
    assert "arguments of 2 engines: not checked with the engine's own parser: pip install 'servewright[vllm]'" in said
    assert re.search(r"SW433 \S+spec.yaml:\d+:\d+ budgets", said)
    assert done.stdout.splitlines()[-1] == f"next: servewright check {prod} --readiness"


@pytest.mark.usefixtures("without_engine")
def test_the_answer_as_json(prod: Path) -> None:
    """
    The document holds its schema and says the same.
    """
    done = call("check", str(prod), "--json")
    value = document("check-v1.json", done)

    assert (done.exit_code, done.stderr) == (0, "")
    assert value["ok"] is True
    assert value["checked"] == {"models": 1, "resources": 39, "rules": len(RULES), "engines": 2}
    assert (value["engine"], value["findings"]) == (None, [])
    assert {w["severity"] for w in value["warnings"]} == {"warning"}


@pytest.mark.usefixtures("broken", "without_engine")
def test_a_broken_rule_refuses() -> None:
    """
    Status 3 after everything is shown: the rule in words, the object, the evidence; the reason goes to standard error.
    """
    done = call("check", "any.yaml")

    assert done.exit_code == 3
    assert "1 finding: 1 model" in done.stdout
    assert "SR103 an image is fixed by its digest, or a waiver says why not" in done.stdout
    assert "Deployment support-chat-prod/chat: container engine: image" in done.stdout
    assert done.stderr == "refused: 1 of what is registered breaks a rule\n"


@pytest.mark.usefixtures("broken", "without_engine")
def test_a_broken_rule_as_json() -> None:
    """
    The finding is data; the status is the same.
    """
    done = call("check", "any.yaml", "--json")
    value = document("check-v1.json", done)

    assert done.exit_code == 3
    assert value["ok"] is False
    assert [(f["rule"], f["object"]) for f in value["findings"]] == [("SR103", "Deployment support-chat-prod/chat")]


def test_an_installed_engine_is_asked(prod: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Its parser gets the arguments of every engine at once, as the engine sees them; what it refuses is a finding.
    """
    asked: list[Any] = []

    def faults_of(lists: Any) -> Any:
        asked.append(lists)
        return (("--no-such-flag is not known",), ())

    monkeypatch.setattr(engine_check, "engine_version", lambda: "0.31.0")
    monkeypatch.setattr(engine_check, "faults_of", faults_of)
    done = call("check", str(prod))

    assert done.exit_code == 3
    assert "SR701 the engine's own parser accepts its arguments" in done.stdout
    assert "--no-such-flag is not known" in done.stdout
    assert "read by the parser of vLLM 0.31.0" in done.stdout
    assert f"{len(RULES) + 1} rules" in done.stdout
    assert len(asked) == 1
    assert [words[0] for words in asked[0]] == ["meta-llama/Llama-3.1-8B-Instruct"] * 2


@pytest.mark.parametrize("options", [(), ("--readiness",)], ids=["check", "readiness"])
def test_a_fault_of_the_spec_is_a_diagnostic(options: tuple[str, ...]) -> None:
    """
    Status 2, with --json as data.
    """
    spec = str(ROOT / "tests" / "invalid" / "units.error.slo.yaml")
    as_text, as_json = call("check", spec, *options), call("check", spec, *options, "--json")

    assert (as_text.exit_code, as_text.stdout, as_json.exit_code, as_json.stderr) == (2, "", 2, "")
    document("diagnostics-v1.json", as_json)


def test_dev_is_told_and_not_refused() -> None:
    """
    The list shows what fails with its fix, and the status is 0.
    """
    done = call("check", str(SMALL), "--readiness")
    said = " ".join(done.stdout.split())

    assert (done.exit_code, done.stderr) == (0, "")
    assert f"Readiness, {len(ITEMS)} items: " in said
    assert "In dev nothing is refused for it" in said
    assert "replicas: at least two replicas of each model always run" in said
    assert "fix: models[0].scaling.min: 2" in said
    assert "aws service-quotas get-service-quota" in said


def test_a_ready_stack_passes(prod: Path) -> None:
    """
    In prod the status is 0 where nothing fails.
    """
    done = call("check", str(prod), "--readiness")

    assert (done.exit_code, done.stderr) == (0, "")
    assert "Fails" not in done.stdout
    assert "To be verified elsewhere" in done.stdout


def test_a_stack_that_is_not_ready_is_refused(tmp_path: Path) -> None:
    """
    In prod a failed item ends with status 3 after the list is shown, and the reason names the items.
    """
    path = write_locked(tmp_path, PROD.replace("owner: team-support\n", ""))
    done = call("check", str(path), "--readiness")

    assert done.exit_code == 3
    assert "owner: the stack has an owner" in done.stdout
    assert done.stderr == "refused: --readiness: nothing may fail in prod: owner\n"


def test_the_list_as_json(prod: Path) -> None:
    """
    The document holds its schema: every item, with evidence, and a place for what cannot be verified here.
    """
    value = document("readiness-v1.json", call("check", str(prod), "--readiness", "--json"))

    assert [item["id"] for item in value["items"]] == [item.id for item in ITEMS]
    assert (value["ready"], value["refused"], value["as_of"]) == (True, False, "2026-11-21")
    assert all((item["where"] is not None) == (item["state"] == "not-verifiable") for item in value["items"])


def test_the_clock_is_an_option(prod: Path) -> None:
    """
    --as-of moves what depends on a date: support of the cluster's version ends, prices age.
    """
    done = call("check", str(prod), "--readiness", "--json", "--as-of", "2028-01-01")
    failed = {item["id"] for item in document("readiness-v1.json", done)["items"] if item["state"] == "fail"}

    assert done.exit_code == 3
    assert failed == {"kubernetes-version", "prices-fresh"}


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("options", [(), ("--readiness",)], ids=["check", "readiness"])
def test_the_screen_fits(prod: Path, columns: int, options: tuple[str, ...]) -> None:
    """
    No line is wider than the screen but the places and commands that are to be copied; no colour in a pipe.
    """
    text = call("check", str(prod), *options, COLUMNS=str(columns)).stdout
    long = [line for line in text.splitlines() if len(line) > columns and not line.startswith("next: ") and "spec.yaml:" not in line]

    assert long == []
    assert "\x1b" not in text


@pytest.mark.parametrize("columns", [80, 120])
def test_every_item_is_on_the_screen_with_its_evidence(columns: int) -> None:
    """
    Nothing of the list is left out at any width.
    """
    arguments = ("check", str(SMALL), "--readiness")
    value = json.loads(call(*arguments, "--json").stdout)
    said = "".join(call(*arguments, COLUMNS=str(columns)).stdout.split())

    for item in value["items"]:
        assert item["id"] in said
        if columns == 80:
            assert all("".join(line.split()) in said for line in (item["what"], *item["evidence"]))
