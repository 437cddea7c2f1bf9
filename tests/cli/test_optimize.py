"""
servewright optimize, as a user runs it: exit statuses, streams, files.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from typer.testing import CliRunner, Result

from servewright.additions.model_file import MODELS_FILE
from servewright.cli.application import app
from servewright.cli.overlay_files import MARK
from servewright.pipeline import priced_file

SCHEMAS = [
    json.loads(p.read_text(encoding="utf-8")) for p in files("servewright.report").joinpath("schemas").iterdir() if p.name.endswith(".json")
]
REGISTRY: Registry[Any] = Registry().with_resources((schema["$id"], Resource.from_contents(schema)) for schema in SCHEMAS)

SPEC = """\
models:
  - name: chat
    source: meta-llama/Llama-3.2-1B-Instruct
    traffic: {requests_per_second: 5, input_tokens: 800, output_tokens: 200}
    slo: {ttft_p95: 500ms, itl_p95: 40ms}
    hardware: {gpu: L40S}
"""


def call(*arguments: str) -> Result:
    """
    Return the finished command, its output piped.
    """
    return CliRunner().invoke(app, ["optimize", *arguments], prog_name="servewright", env={"COLUMNS": None})


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """
    Write a spec whose hardware is pinned to something dear.
    """
    path = tmp_path / "stacks" / "dev.yaml"
    path.parent.mkdir()
    path.write_text(SPEC, encoding="utf-8")
    return path


def test_the_screen_and_the_document_are_data(spec: Path) -> None:
    """
    Standard output holds them alone; the same stack gives the same bytes.
    """
    text, value, again = (call(str(spec), "--kind", "gpu", *more) for more in ([], ["--json"], ["--json"]))

    assert (text.exit_code, text.stderr) == (0, "")
    assert "1  hardware left to the plan" in text.stdout
    assert json.loads(value.stdout)["proposals"][0]["id"] == "gpu-open"
    assert value.stdout == again.stdout


def test_written_proposals_are_specs_that_cost_what_was_promised(spec: Path, tmp_path: Path) -> None:
    """
    Into another folder too; a second run writes over them.
    """
    into = tmp_path / "ideas"
    promised = {
        each["id"]: each["after"]["monthly"]["expected"]
        for each in json.loads(call(str(spec), "--kind", "gpu", "--json").stdout)["proposals"]
    }

    done = call(str(spec), "--kind", "gpu", "--write", str(into))
    again = call(str(spec), "--kind", "gpu", "--write", str(into))

    assert (done.exit_code, again.exit_code) == (0, 0)
    assert f"{len(promised)} specs written to" in done.stderr
    assert {path.name for path in into.iterdir()} == {f"dev.{name}.yaml" for name in promised}
    for name, month in promised.items():
        path = into / f"dev.{name}.yaml"
        assert path.read_text(encoding="utf-8").startswith(MARK)
        assert f"{priced_file(path).bill.monthly.expected:f}".rstrip("0").rstrip(".") == month


def test_nothing_of_anybody_else_is_overwritten(spec: Path) -> None:
    """
    A file that this command did not write stays, and no other is written then.
    """
    own = spec.parent / "dev.gpu-open.yaml"
    own.write_text("mine\n", encoding="utf-8")

    done = call(str(spec), "--kind", "gpu", "--write", str(spec.parent))

    assert done.exit_code == 2
    assert "is in the way" in done.stderr
    assert own.read_text(encoding="utf-8") == "mine\n"
    assert len(list(spec.parent.iterdir())) == 2


def test_specs_that_would_be_read_otherwise_elsewhere_are_not_written_there(spec: Path, tmp_path: Path) -> None:
    """
    Models of one's own lie beside the spec; a spec without names is copied, and lies beside what it extends.
    """
    own = spec.parent / MODELS_FILE
    own.write_text('{"apiVersion": "servewright.dev/models/v1", "models": []}', encoding="utf-8")

    beside = call(str(spec), "--kind", "gpu", "--write", str(tmp_path / "ideas"))
    own.unlink()
    spec.write_text(SPEC.replace("name: chat\n    ", ""), encoding="utf-8")
    nameless = call(str(spec), "--kind", "gpu", "--write", str(tmp_path / "ideas"))

    assert (beside.exit_code, nameless.exit_code) == (2, 2)
    assert f"{MODELS_FILE} beside" in beside.stderr
    assert "have no names" in nameless.stderr
    assert not (tmp_path / "ideas").exists()


def test_a_proposal_for_another_spec_of_that_name_stays(spec: Path, tmp_path: Path) -> None:
    """
    Two specs with one stem and one folder: the second is told, and the first's proposals are as they were.
    """
    into, other = tmp_path / "ideas", tmp_path / "other" / "dev.yaml"
    other.parent.mkdir()
    other.write_text(SPEC, encoding="utf-8")
    call(str(spec), "--kind", "gpu", "--write", str(into))
    before = {path.name: path.read_bytes() for path in into.iterdir()}

    done = call(str(other), "--kind", "gpu", "--write", str(into))

    assert done.exit_code == 2
    assert "a proposal for another spec" in done.stderr
    assert before
    assert {path.name: path.read_bytes() for path in into.iterdir()} == before


@pytest.mark.parametrize(
    ("name", "said"),
    [("child.yaml", "give each of these a name"), ("a${x}.yaml", "rename the file"), ("blueprint:x.yaml", "read as that of a blueprint")],
)
def test_a_spec_that_nothing_can_extend_is_told_why(spec: Path, name: str, said: str) -> None:
    """
    Models without names that another file brings, and file names that `extends` does not take: no change could be tried.
    """
    made = spec.with_name(name)
    if name == "child.yaml":
        spec.write_text(SPEC.replace("name: chat\n    ", ""), encoding="utf-8")
        made.write_text("extends: dev.yaml\nowner: team-x\n", encoding="utf-8")
    else:
        spec.rename(made)

    done = call(str(made), "--kind", "gpu")

    assert (done.exit_code, done.stdout) == (2, "")
    assert "can be tried" in done.stderr
    assert said in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--kind", "gpus"], "'gpus' is none of replan, purchase"),
        (["--risk", "none"], "'none' is none of low"),
        (["--limit", "0"], "--limit"),
    ],
    ids=["kind", "risk", "limit"],
)
def test_wrong_options_end_with_2(spec: Path, arguments: list[str], said: str) -> None:
    """
    Nothing is looked at then.
    """
    done = call(str(spec), *arguments)

    assert done.exit_code == 2
    assert said in done.stderr


def test_faults_of_the_spec_are_told_as_everywhere(spec: Path) -> None:
    """
    With their codes, as text and as data.
    """
    spec.write_text(SPEC.replace("500ms", "500"), encoding="utf-8")

    text, data = call(str(spec)), call(str(spec), "--json")

    assert (text.exit_code, data.exit_code) == (2, 2)
    assert "SW117" in text.stderr
    assert json.loads(data.stdout)["diagnostics"][0]["code"] == "SW117"


def test_what_was_paid_stands_before_the_proposals(spec: Path, tmp_path: Path) -> None:
    """
    On the screen and as data; an export with a fault ends with status 2 before anything is planned.
    """
    paid = tmp_path / "spend.csv"
    paid.write_text("date,component,amount\n2026-10-05,GPU nodes,12.5\n", encoding="utf-8")
    text, value = (call(str(spec), "--kind", "gpu", "--actual", str(paid), *more) for more in ([], ["--json"]))

    assert text.exit_code == value.exit_code == 0
    assert text.stdout.index("Estimated and paid") < text.stdout.index("1  hardware left to the plan")
    document = json.loads(value.stdout)
    assert document["actual"]["total"]["paid"] == "12.5"
    schema = next(schema for schema in SCHEMAS if schema["$id"].endswith("optimize-v1.json"))
    Draft202012Validator(schema, registry=REGISTRY).validate(document)

    paid.write_text("date,amount\nyesterday,1\n", encoding="utf-8")
    refused = call(str(tmp_path / "no-such.yaml"), "--actual", str(paid))
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "SW492" in refused.stderr
    assert "no-such" not in refused.stderr
