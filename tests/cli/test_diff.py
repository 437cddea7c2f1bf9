"""
servewright diff, as a user runs it: exit statuses, streams, and what a hostile name cannot do.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner, Result

from repositories import repository, spec, write
from servewright.cli.application import app

SCHEMA = json.loads(files("servewright.report").joinpath("schemas/diff-v1.json").read_text(encoding="utf-8"))
RECORDED = Path(__file__).parents[1] / "support" / "previews_recorded"


def call(*arguments: str) -> Result:
    """
    Return the finished command, its output piped.
    """
    return CliRunner().invoke(app, ["diff", *arguments], prog_name="servewright", env={"COLUMNS": None})


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """
    Make a repository with one stack, changed since its commit, and work in it.
    """
    made = repository(tmp_path / "repository", {"stacks/dev.yaml": spec()})
    monkeypatch.chdir(made)
    return write(made, {"stacks/dev.yaml": spec(rate=40)})


@pytest.mark.usefixtures("here")
def test_the_screen_goes_to_standard_output() -> None:
    """
    A branch against what is here, on a pipe of 80 columns.
    """
    done = call("main")

    assert (done.exit_code, done.stderr) == (0, "")
    assert "~ demo · dev · dev.yaml" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


@pytest.mark.usefixtures("here")
def test_json_is_the_format_and_the_same_every_time() -> None:
    """
    --json writes diff/v1; the same sides give the same bytes.
    """
    first, second = call("main", "--json"), call("main", "--json")

    Draft202012Validator(SCHEMA).validate(json.loads(first.stdout))
    assert first.stdout == second.stdout
    assert first.exit_code == 0


def test_a_faulty_head_ends_with_2_after_writing(here: Path) -> None:
    """
    The document is whole, the fault in it, and the status says so.
    """
    write(here, {"stacks/dev.yaml": spec().replace("800ms", "800")})

    done = call("main", "--json")

    assert done.exit_code == 2
    assert json.loads(done.stdout)["stacks"][0]["faults"][0]["code"] == "SW117"
    assert call("main").exit_code == 2


def test_a_denied_gate_ends_with_3_after_writing(here: Path) -> None:
    """
    A gate on the increase refuses in a comparison; a faulty stack beside it is bad input first.
    """
    gates = "gates: {rules: [{rule: increase, limit: 1%, action: deny}]}\n"
    write(here, {"stacks/dev.yaml": spec(rate=40) + gates})

    done = call("main", "--json")

    assert done.exit_code == 3
    assert json.loads(done.stdout)["gates"]["denied"] == 1
    write(here, {"stacks/bad.yaml": spec().replace("800ms", "800")})
    assert call("main").exit_code == 2


@pytest.mark.usefixtures("here")
def test_what_is_left_out_goes_to_standard_error() -> None:
    """
    Data and words stay apart.
    """
    done = call("main", "--path", "nowhere")

    assert done.exit_code == 2
    assert "no stack in nowhere" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("main", "HEAD", "--preview-json", "x.json"),
        ("main", "--region", "us-east-1"),
        ("nothing",),
        ("--", "--output=/tmp/x"),
        ("--", "-main"),
        ("stacks",),
        ("main:../..",),
        ("missing.json", "stacks"),
        ("main", "--as-of", "yesterday"),
    ],
)
@pytest.mark.usefixtures("here")
def test_bad_arguments_are_bad_input(arguments: tuple[str, ...]) -> None:
    """
    What names nothing, and what does not go together, ends with 2 and without data.
    """
    done = call(*arguments)

    assert (done.exit_code, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("here")
def test_diagnostics_are_data_with_json() -> None:
    """
    As with every command: --json writes diagnostics where there is nothing else to write.
    """
    done = call("nothing", "--json")

    assert done.exit_code == 2
    assert [each["code"] for each in json.loads(done.stdout)["diagnostics"]] == ["SW280"]


def test_a_preview_of_any_program_is_compared_with_itself() -> None:
    """
    --preview-json has both sides in one file.
    """
    done = call("--preview-json", str(RECORDED / "updates.json"), "--json")

    value = json.loads(done.stdout)
    Draft202012Validator(SCHEMA).validate(value)
    assert done.exit_code == 0
    assert [stack["name"] for stack in value["stacks"]] == ["updates/dev"]
    assert "retained: " in done.stderr


def test_a_regions_name_is_for_programs() -> None:
    """
    --region is that of resources of a program that do not tell theirs.
    """
    done = call("--preview-json", str(RECORDED / "karpenter.json"), "--region", "us-east-1", "--json")

    assert done.exit_code == 0
    assert json.loads(done.stdout)["stacks"][0]["state"] == "added"
