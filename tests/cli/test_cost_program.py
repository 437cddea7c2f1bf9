"""
servewright cost on programs that are not ours: one source, the right side, exit statuses, valid JSON and screens that fit.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from typer.testing import CliRunner

from recorded import FOLDER
from servewright.cli.application import app

if TYPE_CHECKING:
    from click.testing import Result

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "tests" / "golden" / "specs" / "llama-3.2-1b.yaml"
GROUPS, KARPENTER, UPDATES = (str(FOLDER / f"{name}.json") for name in ("node_groups", "karpenter", "updates"))
EXPORT = str(FOLDER / "updates-pending-export.json")
SCHEMAS = [
    json.loads(p.read_text(encoding="utf-8")) for p in files("servewright.report").joinpath("schemas").iterdir() if p.name.endswith(".json")
]
REGISTRY: Registry[Any] = Registry().with_resources((schema["$id"], Resource.from_contents(schema)) for schema in SCHEMAS)


def cost(*arguments: str, width: int = 80) -> Result:
    """
    Return the finished command.
    """
    return CliRunner().invoke(app, ["cost", *arguments], prog_name="servewright", env={"COLUMNS": str(width), "NO_COLOR": "1"})


def document(*arguments: str) -> Any:
    """
    Return the JSON of a bill that holds its schema.
    """
    done = cost(*arguments, "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    value = json.loads(done.stdout)
    schema = next(schema for schema in SCHEMAS if schema["$id"].endswith("/bill-v1.json"))
    Draft202012Validator(schema, registry=REGISTRY).validate(value)
    return value


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        (str(SPEC), "--preview-json", GROUPS),
        ("--stack-export", EXPORT, "--preview-json", GROUPS),
        ("--stack-export", EXPORT, "--before"),
        (str(SPEC), "--before"),
        (str(SPEC), "--region", "us-east-1"),
        ("--preview-json", GROUPS, "--region", "us-east-9"),
        ("--preview-json", GROUPS, "--region", "us-gov-west-1"),
    ],
)
def test_wrong_words_are_bad_input(arguments: tuple[str, ...]) -> None:
    """
    One source, and only what makes sense with it: status 2, nothing on standard output.
    """
    done = cost(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")


@pytest.mark.parametrize("arguments", [("--preview-json", GROUPS), ("--preview-json", KARPENTER), ("--stack-export", EXPORT)])
@pytest.mark.parametrize("width", [80, 120])
def test_the_screen_fits_and_says_what_is_missing(arguments: tuple[str, ...], width: int) -> None:
    """
    No line is wider than the screen; header, counts, total, notes and every unknown and unsupported thing stand on it.
    """
    done = cost(*arguments, width=width)
    made = document(*arguments)
    text = " ".join(done.stdout.split())
    assert done.exit_code == 0
    assert max(len(line) for line in done.stdout.splitlines()) <= width
    assert done.stdout.startswith(f"{made['program']['project']} · stack dev · as ")
    assert f"{len(made['bill']['unsupported'])} unsupported" in text
    assert all(item["type"].replace(" ", "") in done.stdout.replace("\n", "").replace(" ", "") for item in made["bill"]["unsupported"])
    squeezed = done.stdout.replace("\n", "").replace(" ", "")
    assert all(item["why"].replace(" ", "") in squeezed for item in made["bill"]["unknown"])
    assert all(note["text"].replace(" ", "") in squeezed for note in made["program"]["notes"])
    if made["bill"]["total"]["at_least"]:
        assert "at least $" in text
        assert done.stdout.index("Not in the total") > done.stdout.index("total")


def test_the_json_says_what_is_known_of_the_program() -> None:
    """
    There is no spec behind it: stack and budget are null, `program` stands in their place.
    """
    made = document("--preview-json", UPDATES)
    assert (made["stack"], made["budget"]) == (None, None)
    assert {key: made["program"][key] for key in ("project", "stack", "source", "side")} == {
        "project": "updates",
        "stack": "dev",
        "source": "preview",
        "side": "after",
    }
    assert "retainOnDelete" in made["program"]["notes"][0]["text"]
    assert "program" not in document(str(SPEC))


def test_before_is_what_is_deployed() -> None:
    """
    The before side of a preview is the bill of the export that was taken before it.
    """
    before = document("--preview-json", UPDATES, "--before")
    exported = document("--stack-export", str(FOLDER / "updates-before-export.json"))
    assert before["bill"] == exported["bill"]
    assert (before["program"]["side"], before["program"]["notes"]) == ("before", [])


def test_require_prices_refuses_what_is_incomplete() -> None:
    """
    The bill is written, then the gate says no with status 3.
    """
    done = cost("--preview-json", KARPENTER, "--require-prices")
    assert done.exit_code == 3
    assert "Not in the total" in done.stdout
    assert "--require-prices" in done.stderr
    assert cost(str(SPEC), "--require-prices").exit_code == 0


@pytest.mark.parametrize("as_json", [False, True])
def test_a_preview_without_sames_is_bad_input(as_json: bool) -> None:  # noqa: FBT001
    """
    Status 2 with the flag that is missing; no bill is written.
    """
    done = cost("--preview-json", str(FOLDER / "updates-without-sames.json"), *(["--json"] if as_json else []))
    assert done.exit_code == 2
    assert "--show-sames" in done.stdout + done.stderr
    assert "$ a month" not in done.stdout


def test_the_region_of_the_cluster_can_be_said() -> None:
    """
    Where a program has several regions, --region is that of its Kubernetes objects, and moves no other resource.
    """
    plain, told = document("--preview-json", KARPENTER), document("--preview-json", KARPENTER, "--region", "us-east-1")

    def aws(made: Any) -> set[tuple[str, str]]:
        return {
            (line["id"] if "id" in line else line["name"], line["region"]) for line in made["bill"]["lines"] if "$aws:" in line["resource"]
        }

    assert aws(plain) == aws(told)


def test_a_usage_file_moves_the_bill(tmp_path: Path) -> None:
    """
    What the file says takes the place of a default: on a program and on a spec.
    """
    path = tmp_path / "usage.yaml"
    path.write_text("apiVersion: servewright.dev/usage/v1\nusage:\n  nat: {data_processed_gb: 1000}\n", encoding="utf-8")
    done = cost("--preview-json", GROUPS, "--usage", str(path))
    assert done.exit_code == 0
    wrong = cost(str(SPEC), "--usage", str(path))
    assert (wrong.exit_code, "SW256" in wrong.stderr, wrong.stdout) == (2, True, "")


def test_a_missing_usage_file_is_bad_input(tmp_path: Path) -> None:
    """
    Nothing is priced without the file that was named.
    """
    done = cost("--preview-json", GROUPS, "--usage", str(tmp_path / "absent.yaml"))
    assert (done.exit_code, "SW101" in done.stderr, done.stdout) == (2, True, "")
