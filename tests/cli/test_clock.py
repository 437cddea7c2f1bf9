"""
The clock of the commands: every one that reads waivers takes --as-of and ends with the fault of one that is over by then.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from servewright.catalog.load import load_catalog
from servewright.cli.application import app

SMALL = Path(__file__).resolve().parents[2] / "tests" / "golden" / "specs" / "llama-3.2-1b.yaml"
ENDS = load_catalog().build_date + timedelta(days=30)
COMMANDS = [
    ("preview",),
    ("plan",),
    ("plan", "--explain"),
    ("plan", "--replan", "--write-lock"),
    ("cost",),
    ("render", "--output", "-"),
    ("check",),
    ("check", "--readiness"),
]


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """
    Return a spec with a waiver beside it that holds until ENDS.
    """
    waiver = {"image": "ghcr.io/acme/tool:v1", "reason": "no digest yet", "expires": ENDS.isoformat()}
    document = {"apiVersion": "servewright.dev/images/v1", "images": [], "waivers": [waiver]}
    (tmp_path / "servewright.images.json").write_text(json.dumps(document), encoding="utf-8")
    path = tmp_path / "small.yaml"
    path.write_bytes(SMALL.read_bytes())
    return path


def call(*arguments: str) -> Result:
    """
    Return the finished command.
    """
    return CliRunner().invoke(app, arguments, prog_name="servewright", env={"COLUMNS": "120"})


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_waiver_is_held_against_the_clock_that_is_given(command: tuple[str, ...], spec: Path) -> None:
    """
    On its last day the waiver holds, the day after every command refuses it with its place, and nothing is written.
    """
    name, *options = command
    over = call(name, str(spec), *options, "--as-of", (ENDS + timedelta(days=1)).isoformat())

    assert (over.exit_code, over.stdout) == (2, "")
    assert "SW254" in over.stderr
    assert [path.name for path in spec.parent.glob("*.lock.json")] == []
    assert call(name, str(spec), *options, "--as-of", ENDS.isoformat()).exit_code == 0
