"""
servewright waterfall: steps that add up exactly, what is unknown stays unknown, as screen, page and JSON.
"""

from __future__ import annotations

import json
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from servewright.cli.application import app

if TYPE_CHECKING:
    from click.testing import Result

SCHEMA = json.loads((files("servewright.report") / "schemas" / "waterfall-v1.json").read_text(encoding="utf-8"))
SPEC = """\
models:
  - source: meta-llama/Llama-3.1-8B-Instruct
    traffic: {requests_per_second: 2, input_tokens: 800, output_tokens: 200}
    slo: {ttft_p95: 2s, itl_p95: 100ms}
    hardware: {instance_types: [%s]}
capacity: {%s}
"""
STEPS = {
    "0-two-gpus.yaml": ("g6e.xlarge", "burst: {purchase: on-demand}"),
    "1-another-gpu.yaml": ("g6.xlarge", "burst: {purchase: on-demand}"),
    "2_spot.yaml": ("g6.xlarge", "burst: {purchase: spot, fallback: {purchase: on-demand}}"),
}
UNKNOWN = ("g6.xlarge", "base: {purchase: reserved, term: 3y, payment: all-upfront}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """
    Return a folder with the specs of STEPS and one without a price.
    """
    for name, values in {**STEPS, "unknown.yaml": UNKNOWN}.items():
        (tmp_path / name).write_text(SPEC % values, encoding="utf-8")
    return tmp_path


def run(*arguments: str, width: int = 100) -> Result:
    """
    Return the finished command.
    """
    return CliRunner().invoke(app, ["waterfall", *arguments], prog_name="servewright", env={"COLUMNS": str(width), "NO_COLOR": "1"})


def document(*arguments: str) -> Any:
    """
    Return the JSON of a waterfall, which holds its schema.
    """
    done = run(*arguments, "--json")
    assert done.exit_code == 0, done.stderr
    value = json.loads(done.stdout)
    Draft202012Validator(SCHEMA).validate(value)
    return value


def test_the_steps_add_up_exactly(folder: Path) -> None:
    """
    Start plus all changes is the end, to the last digit of min, expected and max; each month is that of the spec's own bill.
    """
    made = document(*(str(folder / name) for name in STEPS))
    first, *rest = made["steps"]
    for member in ("min", "expected", "max"):
        changes = sum((Decimal(step["change"][member]) for step in rest), Decimal(0))
        assert Decimal(first["monthly"][member]) + changes == Decimal(rest[-1]["monthly"][member])
        assert changes == Decimal(made["change"][member])
    for name, step in zip(STEPS, made["steps"], strict=True):
        alone = CliRunner().invoke(app, ["cost", str(folder / name), "--json"])
        total = json.loads(alone.stdout)["bill"]["total"]["monthly"]
        assert step["monthly"] == total
        parts = sum((Decimal(part["expected"]) for part in step["components"].values()), Decimal(0))
        assert parts == Decimal(total["expected"])
    assert [step["label"] for step in made["steps"]] == ["two gpus", "another gpu", "spot"]


def test_what_has_no_price_is_no_zero(folder: Path) -> None:
    """
    A step to and from something unknown is unknown, and so is the whole where the end is; the others stay known.
    """
    names = [str(folder / name) for name in ("0-two-gpus.yaml", "unknown.yaml", "1-another-gpu.yaml", "2_spot.yaml")]
    made = document(*names)
    assert made["steps"][1]["monthly"] is None
    assert made["steps"][1]["unknown"]
    assert [step["change"] is None for step in made["steps"]] == [True, True, True, False]
    assert made["change"] is not None
    assert document(*names[:2])["change"] is None
    assert set(made["steps"][1]["components"]["GPU nodes"].values()) == {None}
    assert None not in made["steps"][1]["components"]["storage"].values()
    screen = run(*names).stdout
    assert "not known" in screen
    assert "has no price" in screen
    rows = screen[screen.index("By component") :].splitlines()
    assert next(row.split()[1] for row in rows if row.startswith("  unknown ")) == "unknown"


def test_the_screen_and_the_page_say_the_same(folder: Path) -> None:
    """
    Each change of the screen stands on the page, which is one file of its own.
    """
    names = [str(folder / name) for name in STEPS]
    screen = run(*names, "--title", "From two to one").stdout
    assert screen.splitlines()[0].startswith("From two to one")
    done = run(*names, "--html", str(folder / "page.html"))
    assert done.exit_code == 0, done.stderr
    page = (folder / "page.html").read_text(encoding="utf-8")
    changes = [line.split()[-2] for line in screen.splitlines() if line.startswith(("  another gpu  ", "  spot  ")) and "-$" in line]
    assert len(changes) == 2
    assert [change for change in changes if change not in page] == []


def test_a_step_may_be_named(folder: Path) -> None:
    """
    NAME=FILE names it; a file is a file, also with a sign of equality in its name.
    """
    odd = folder / "a=b.yaml"
    odd.write_text((folder / "2_spot.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    made = document(f"before={folder / '0-two-gpus.yaml'}", str(odd))
    assert [step["label"] for step in made["steps"]] == ["before", "a=b"]


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_screen_fits(folder: Path, width: int) -> None:
    """
    No line is wider than the terminal.
    """
    said = run(*(str(folder / name) for name in STEPS), width=width).stdout
    assert max(map(len, said.splitlines())) <= width


def test_wrong_words_are_bad_input(folder: Path) -> None:
    """
    One step is no change; a spec that is not there has no bill.
    """
    assert run(str(folder / "2_spot.yaml")).exit_code == 2
    missing = run(str(folder / "2_spot.yaml"), str(folder / "none.yaml"))
    assert missing.exit_code == 2
    assert "SW101" in missing.stderr
