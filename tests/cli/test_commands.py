"""
The commands as a user runs them: in a process of their own where the process matters, else through typer's runner.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from typer.testing import CliRunner, Result

from servewright import __version__
from servewright.cli.application import app

ROOT = Path(__file__).resolve().parents[2]
SPECS = ROOT / "tests" / "golden" / "specs"
SMALL = SPECS / "llama-3.2-1b.yaml"
SCHEMAS = [
    json.loads(p.read_text(encoding="utf-8")) for p in files("servewright.report").joinpath("schemas").iterdir() if p.name.endswith(".json")
]
REGISTRY: Registry[Any] = Registry().with_resources((schema["$id"], Resource.from_contents(schema)) for schema in SCHEMAS)


def run(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """
    Return the finished command; its environment is that of the tests without COLUMNS.
    """
    inherited = {key: value for key, value in os.environ.items() if key not in {"COLUMNS", "FORCE_COLOR", "NO_COLOR"}}
    return subprocess.run(
        [sys.executable, "-m", "servewright", *arguments], cwd=cwd, env=inherited | environment, capture_output=True, check=False
    )


def validate(name: str, value: Any) -> None:
    """
    Hold *value* against one of our schemas.
    """
    schema = next(schema for schema in SCHEMAS if schema["$id"].endswith(f"/{name}"))
    Draft202012Validator(schema, registry=REGISTRY).validate(value)


def call(*arguments: str, **environment: str) -> Result:
    """
    Return the finished command, run in this process with its output piped.
    """
    return CliRunner().invoke(
        app, arguments, prog_name="servewright", env={"COLUMNS": None, "NO_COLOR": None, "FORCE_COLOR": None} | environment
    )


@pytest.mark.parametrize(
    ("command", "schema"),
    [("preview", "preview-v1.json"), ("plan", "plan-v1.json"), ("cost", "bill-v1.json")],
    ids=["preview", "plan", "cost"],
)
def test_json_is_data_alone_and_valid(command: str, schema: str) -> None:
    """
    Standard output is one JSON document that holds its schema; standard error is empty.
    """
    done = call(command, str(SMALL), "--json")

    assert (done.exit_code, done.stderr) == (0, "")
    validate(schema, json.loads(done.stdout))


@pytest.mark.parametrize("options", [("--json",), ("--bill", "--tree")], ids=["json", "text"])
def test_the_same_bytes_everywhere(options: tuple[str, ...], tmp_path: Path) -> None:
    """
    Hash seed, locale, time zone and working directory make no difference to a byte.
    """
    folders = [tmp_path / "here", tmp_path / "there"]
    for folder in folders:
        folder.mkdir()
        (folder / "a.yaml").write_bytes(SMALL.read_bytes())
    c_locale = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    here = run("preview", "a.yaml", *options, cwd=folders[0], PYTHONHASHSEED="1", LC_ALL="C.UTF-8", TZ="UTC")
    there = run("preview", "a.yaml", *options, cwd=folders[1], PYTHONHASHSEED="2", TZ="Asia/Tokyo", **c_locale)

    assert (here.returncode, there.returncode) == (0, 0)
    assert (here.stderr, there.stderr) == (b"", b"")
    assert here.stdout == there.stdout
    assert b"\x1b" not in here.stdout


def test_no_path_of_the_machine_is_in_the_json(tmp_path: Path) -> None:
    """
    The document does not say where the spec or the program lies.
    """
    path = tmp_path / "spec.yaml"
    path.write_bytes(SMALL.read_bytes())
    text = call("preview", str(path), "--json").stdout

    assert str(tmp_path) not in text
    assert str(ROOT) not in text


@pytest.mark.parametrize(("columns", "width"), [(None, 80), ("110", 110)], ids=["default", "COLUMNS"])
def test_a_pipe_is_80_columns_or_what_columns_says(columns: str | None, width: int) -> None:
    """
    Piped text takes neither the width nor the colours of the terminal behind it. The next command stays whole, to be copied.
    """
    text = call("plan", str(SMALL), "--explain", **({"COLUMNS": columns} if columns else {})).stdout

    assert "\x1b" not in text
    assert width - 10 < max(len(line) for line in text.splitlines() if not line.startswith("next: ")) <= width


def test_the_help_and_the_version() -> None:
    """
    Both go to standard output with status 0, and so does python -m servewright.
    """
    assert run("--version").stdout.decode() == f"servewright {__version__}\n"
    assert call("--help").stdout.startswith("Usage: servewright ")


def test_complete_prices_pass_the_gate() -> None:
    """
    With every price known --require-prices changes nothing.
    """
    assert call("preview", str(SMALL), "--require-prices").exit_code == 0


def test_unknown_prices_are_refused_after_they_are_shown(tmp_path: Path) -> None:
    """
    Where a price is not known (KMS keys in eu-west-1) the preview is printed, the reason goes to standard error, the status is 3.
    """
    path = tmp_path / "spec.yaml"
    path.write_text(SMALL.read_text(encoding="utf-8") + "platform: {region: eu-west-1}\n", encoding="utf-8")
    done = call("preview", str(path), "--require-prices")

    assert done.exit_code == 3
    assert "at least $" in done.stdout
    assert "! unknown: " in done.stdout
    assert done.stderr.startswith("refused: --require-prices: ")


def test_the_clock_is_an_option() -> None:
    """
    --as-of moves the clock of the document and nothing else is needed for it.
    """
    value = json.loads(call("preview", str(SMALL), "--json", "--as-of", "2027-03-01").stdout)

    assert value["as_of"] == "2027-03-01"


@pytest.mark.parametrize(
    "arguments",
    [
        ("preview",),
        ("preview", "a.yaml", "--as-of", "tomorrow"),
        ("preview", "a.yaml", "--nonsense"),
        ("nonsense",),
        ("catalog", "gpus", "H1OO"),
        ("catalog", "gpus", "--region", "us-esat-1"),
        ("preview", "no-such-file.yaml"),
    ],
    ids=" ".join,
)
def test_bad_input_ends_with_2_and_says_so_on_standard_error(arguments: tuple[str, ...]) -> None:
    """
    Wrong usage, a missing file, an unknown name: status 2, a message, no data and no traceback.
    """
    done = call(*arguments)

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_gpu_gets_the_nearest_names() -> None:
    """
    The message names what is near.
    """
    assert "'H1OO' is no GPU we know. Nearest: H100" in call("catalog", "gpus", "H1OO").stderr


def test_the_catalogue_lists_gpus_and_the_types_of_one() -> None:
    """
    Without a name every GPU, with one its instance types.
    """
    assert "RTX-PRO-6000" in call("catalog", "gpus").stdout
    assert "g6.12xlarge" in call("catalog", "gpus", "L4").stdout


def test_diagnostics_are_data_with_json() -> None:
    """
    With --json the faults are a document on standard output, without it they are text on standard error.
    """
    broken = str(ROOT / "tests" / "invalid" / "units.error.slo.yaml")
    as_json, as_text = call("plan", broken, "--json"), call("plan", broken)

    assert (as_json.exit_code, as_text.exit_code) == (2, 2)
    assert (as_json.stderr, as_text.stdout) == ("", "")
    validate("diagnostics-v1.json", json.loads(as_json.stdout))
    assert as_text.stderr.startswith("phase ")


def test_a_reader_that_goes_away_is_no_fault() -> None:
    """
    `servewright catalog gpus | true` ends quietly: the status is that of a closed pipe, and nothing is said.
    """
    command = f'"{sys.executable}" -m servewright catalog gpus | true; echo "${{PIPESTATUS[0]}}"'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr) == ("141\n", "")
