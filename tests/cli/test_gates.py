"""
Gates as a user meets them: everything is written, then the status says whether something refuses.
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

from servewright.cli.application import app

SMALL = Path(__file__).resolve().parents[1] / "golden" / "specs" / "llama-3.2-1b.yaml"
SCHEMAS = [
    json.loads(p.read_text(encoding="utf-8")) for p in files("servewright.report").joinpath("schemas").iterdir() if p.name.endswith(".json")
]
REGISTRY: Registry[Any] = Registry().with_resources((schema["$id"], Resource.from_contents(schema)) for schema in SCHEMAS)
TIGHT = "gates: {rules: [{rule: monthly-maximum, limit: 1 USD, action: deny}]}\n"
WAIVED = TIGHT.replace("]}", "], waivers: [{rule: monthly-maximum, owner: ml-platform, reason: the fair, expires: 2026-12-31}]}")


def call(tmp_path: Path, command: str, gates: str, *options: str) -> Result:
    """
    Return the finished *command* on a small spec with *gates*.
    """
    path = tmp_path / "spec.yaml"
    path.write_text(SMALL.read_text(encoding="utf-8") + gates, encoding="utf-8")
    return CliRunner().invoke(app, [command, str(path), *options], prog_name="servewright", env={"COLUMNS": "200", "NO_COLOR": "1"})


@pytest.mark.parametrize(("command", "last"), [("preview", "next: "), ("cost", "next: "), ("check", "next: ")])
def test_a_denied_gate_ends_with_status_3_after_everything_is_written(tmp_path: Path, command: str, last: str) -> None:
    """
    The screen is whole, down to its last line; the reason goes to standard error, with the arithmetic.
    """
    done = call(tmp_path, command, TIGHT)
    assert done.exit_code == 3
    assert "denied  monthly-maximum  $" in done.stdout
    assert done.stdout.splitlines()[-1].startswith(last)
    assert done.stderr.startswith("refused: monthly-maximum: $")
    assert "is above the limit of $1" in done.stderr


@pytest.mark.parametrize(("command", "schema"), [("preview", "preview-v1.json"), ("cost", "bill-v1.json"), ("check", "check-v1.json")])
def test_the_data_is_whole_too(tmp_path: Path, command: str, schema: str) -> None:
    """
    A denied gate is in the JSON, which holds by its schema, and the status is 3 all the same.
    """
    done = call(tmp_path, command, TIGHT, "--json")
    value = json.loads(done.stdout)
    found = next(each for each in SCHEMAS if each["$id"].endswith(f"/{schema}"))
    Draft202012Validator(found, registry=REGISTRY).validate(value)
    assert done.exit_code == 3
    assert [gate["state"] for gate in value["gates"]] == ["denied", "passed"]
    assert value.get("ok") is (False if command == "check" else None)


def test_a_warning_refuses_nothing(tmp_path: Path) -> None:
    """
    It is said, and the status is 0.
    """
    done = call(tmp_path, "cost", TIGHT.replace("deny", "warn"))
    assert done.exit_code == 0
    assert "warned  monthly-maximum  $" in done.stdout


def test_a_waiver_counts_to_its_day_by_the_clock_of_the_command(tmp_path: Path) -> None:
    """
    On its last day it holds; on the next the command ends with status 3 and says that it has ended, with its place in the spec.
    """
    on_time, late = (call(tmp_path, "preview", WAIVED, "--as-of", day) for day in ("2026-12-31", "2027-01-01"))
    assert (on_time.exit_code, late.exit_code) == (0, 3)
    assert "waived by ml-platform until 2026-12-31: the fair" in " ".join(on_time.stdout.split())
    assert "the waiver of ml-platform ended on 2026-12-31" in late.stderr
    assert "SW442 gates.waivers[0].expires" in late.stdout
    assert "SW442" not in on_time.stdout
