"""
A gates file holds a program that is not ours: in the bill, in the diff, on the screen, as data and in the status.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from typer.testing import CliRunner

from recorded import FOLDER, program
from servewright.additions.gates_file import read_gates
from servewright.cli.application import app
from servewright.programs import bill_of_program, gates_from

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

UPDATES, NEW, EXPORT = (str(FOLDER / f"{name}.json") for name in ("updates", "node_groups", "updates-before-export"))
SPEC = str(FOLDER.parents[1] / "golden" / "specs" / "llama-3.2-1b.yaml")
PREVIEW = ("--preview-json", UPDATES)
PAGE = FOLDER.parents[2] / "docs" / "any-program.md"
SCHEMAS = [
    json.loads(p.read_text(encoding="utf-8")) for p in files("servewright.report").joinpath("schemas").iterdir() if p.name.endswith(".json")
]
REGISTRY: Registry[Any] = Registry().with_resources((schema["$id"], Resource.from_contents(schema)) for schema in SCHEMAS)


def ran(*arguments: str) -> Result:
    """
    Return the finished command.
    """
    return CliRunner().invoke(app, arguments, prog_name="servewright", env={"COLUMNS": "100", "NO_COLOR": "1"})


@pytest.fixture
def gates(tmp_path: Path) -> Path:
    """
    Return a file: the month denies in prod and warns in dev, the increase always denies.
    """
    return written(
        tmp_path,
        "{rule: monthly-expected, limit: 10 USD, action: {dev: warn, staging: warn}}",
        "{rule: increase, limit: 1 USD, action: {dev: deny, staging: deny, prod: deny}}",
        "{rule: lock-drift, action: deny}",
    )


def written(folder: Path, *rules: str) -> Path:
    """
    Return a gates file with *rules*.
    """
    path = folder / "gates.yaml"
    path.write_text(f"apiVersion: servewright.dev/gates/v1\ngates: {{rules: [{', '.join(rules)}]}}\n", encoding="utf-8")
    return path


def states(found: list[Any]) -> dict[str, str]:
    """
    Return what came of each rule.
    """
    return {gate["rule"]: gate["state"] for gate in found}


def test_bill_and_diff_of_one_preview_say_the_same(gates: Path) -> None:
    """
    Both judge what the change leaves against what is deployed; what has no lock is not known to keep to one.
    """
    bill = json.loads(ran("cost", *PREVIEW, "--gates", str(gates), "--json").stdout)
    diff = json.loads(ran("diff", *PREVIEW, "--gates", str(gates), "--json").stdout)

    (stack,) = diff["stacks"]
    for value, name in ((bill, "bill-v1.json"), (diff, "diff-v1.json")):
        (schema,) = (each for each in SCHEMAS if each["$id"].endswith(f"/{name}"))
        Draft202012Validator(schema, registry=REGISTRY).validate(value)
    assert bill["gates"] == stack["gates"]
    assert states(bill["gates"]) == {"monthly-expected": "denied", "increase": "denied", "lock-drift": "unknown", "unknown-price": "passed"}
    assert diff["gates"] == {"denied": 2, "warned": 0, "waived": 0}
    (value,) = (gate["value"] for gate in bill["gates"] if gate["rule"] == "increase")
    assert Decimal(value.removeprefix("$")) == Decimal(diff["total"]["delta"]["expected"])


@pytest.mark.parametrize("command", ["cost", "diff"])
@pytest.mark.parametrize("as_json", [False, True])
def test_a_denied_gate_ends_with_three_after_everything_is_written(command: str, as_json: bool, gates: Path) -> None:  # noqa: FBT001
    """
    The output is whole: with gates it is the longer one, and nothing but the status refuses.
    """
    flags = ["--json"] if as_json else []
    held, free = ran(command, *PREVIEW, "--gates", str(gates), *flags), ran(command, *PREVIEW, *flags)

    assert (held.exit_code, free.exit_code) == (3, 0)
    assert held.stdout.splitlines()[-1] == free.stdout.splitlines()[-1]
    assert set(free.stdout.splitlines()) - set(held.stdout.splitlines()) <= {'  "gates": []', '      "gates": [],', '    "denied": 0,'}


def test_the_screen_has_the_block_of_gates(gates: Path) -> None:
    """
    Each rule with its state; a rule on an increase that nothing is compared with is named; without a file there is no block.
    """
    shown, export, free = (
        ran("cost", *source, *held).stdout
        for source, held in (
            (PREVIEW, ("--gates", str(gates))),
            (("--stack-export", EXPORT), ("--gates", str(gates))),
            (PREVIEW, ()),
        )
    )

    assert "Gates   when broken, monthly-expected, increase, unknown-price, lock-drift refuse" in shown
    assert [line.split()[:2] for line in shown.splitlines() if line.startswith(("  denied", "  unknown", "  passed"))] == [
        ["denied", "monthly-expected"],
        ["denied", "increase"],
        ["passed", "unknown-price"],
        ["unknown", "lock-drift"],
    ]
    assert "increase is judged where there is something to compare with" in export
    assert "Gates" not in free


@pytest.mark.parametrize(("environment", "state"), [("dev", "warned"), ("staging", "warned"), ("prod", "denied"), (None, "denied")])
def test_the_environment_says_which_actions_hold(environment: str | None, state: str, gates: Path) -> None:
    """
    Whoever does not name it is held to prod.
    """
    flags = [] if environment is None else ["--environment", environment]
    bill = json.loads(ran("cost", *PREVIEW, "--gates", str(gates), *flags, "--json").stdout)

    assert states(bill["gates"])["monthly-expected"] == state


def test_what_only_warns_ends_with_zero(tmp_path: Path) -> None:
    """
    A broken rule that warns, and an increase that nothing is compared with, refuse nothing; the same denies otherwise.
    """
    path = str(written(tmp_path, "{rule: monthly-expected, limit: 1 USD}", "{rule: increase, limit: 1 USD, action: deny}"))
    export = ("--stack-export", EXPORT, "--gates", path)

    assert (ran("cost", *export, "--environment", "dev").exit_code, ran("cost", *export).exit_code) == (0, 3)
    assert ran("cost", *PREVIEW, "--before", "--gates", path, "--environment", "dev").exit_code == 0
    assert ran("cost", *PREVIEW, "--gates", path, "--environment", "dev").exit_code == 3


def test_a_new_program_has_nothing_to_compare_with(gates: Path) -> None:
    """
    Nothing is deployed: its increase is judged neither in the bill nor in the diff.
    """
    bill = json.loads(ran("cost", "--preview-json", NEW, "--gates", str(gates), "--json").stdout)
    (stack,) = json.loads(ran("diff", "--preview-json", NEW, "--gates", str(gates), "--json").stdout)["stacks"]

    assert bill["gates"] == stack["gates"]
    assert "increase" not in states(bill["gates"])
    assert states(bill["gates"])["unknown-price"] == "denied"


def test_a_waiver_ends_by_the_clock(tmp_path: Path) -> None:
    """
    Until its day it lets the broken rule pass, the day after it does not: --as-of is the clock, in the bill and in the diff.
    """
    path = written(tmp_path, "{rule: monthly-expected, limit: 10 USD}")
    waiver = "  waivers: [{rule: monthly-expected, owner: shop, reason: the fair, expires: 2026-12-01}]\n"
    path.write_text(path.read_text(encoding="utf-8").replace("gates: {", "gates:\n  ").replace("]}\n", f"]\n{waiver}"), encoding="utf-8")
    for command in ("cost", "diff"):
        ends = [ran(command, *PREVIEW, "--gates", str(path), "--as-of", day).exit_code for day in ("2026-12-01", "2026-12-02")]
        assert ends == [0, 3], command


def test_before_is_priced_with_the_same_use(tmp_path: Path) -> None:
    """
    What does not change has no increase, whatever the usage file says; an entry for what comes with the change is no fault of before.
    """
    usage = tmp_path / "usage.yaml"
    usage.write_text("apiVersion: servewright.dev/usage/v1\nusage:\n  nat: {data_processed_gb: 1000}\n", encoding="utf-8")
    gates = gates_from(written(tmp_path, "{rule: increase, limit: 1 USD}"))
    new = program("node_groups")
    same, without = (replace(new, before=tuple(r for r in new.after if r.name != gone)) for gone in ("", "nat"))

    unmoved, moved = (bill_of_program(each, usage=usage, gates=gates) for each in (same, without))
    assert unmoved.before == unmoved.bill
    assert moved.before is not None
    assert {line.resource for line in moved.bill.lines} - {line.resource for line in moved.before.lines} == {
        record.urn for record in new.after if record.name == "nat"
    }


def test_the_page_shows_a_file_that_is_read() -> None:
    """
    The example of docs/any-program.md is a gates file, and so is one with the rule that it names for incomplete bills.
    """
    (text,) = re.findall(r"```yaml\n(apiVersion: servewright.dev/gates/v1\n.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (rule,) = re.findall(r"`(\{rule: unknown-price, .*?\})`", PAGE.read_text(encoding="utf-8"))

    shown, lenient = (
        read_gates("gates.yaml", each.encode()).of() for each in (text, text.replace("  rules:\n", f"  rules:\n    - {rule}\n"))
    )
    assert {each.name: each.action for each in shown.rules} == {"monthly-maximum": "deny", "increase": "deny", "unknown-price": "deny"}
    assert {each.action for each in lenient.rules if each.name == "unknown-price"} == {"warn"}


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("cost", SPEC, "--gates", "gates.yaml"), "a spec has a section gates of its own"),
        (("diff", SPEC, SPEC, "--gates", "gates.yaml"), "a spec has a section gates of its own"),
        (("cost", *PREVIEW, "--environment", "dev"), "--gates"),
        (("diff", *PREVIEW, "--environment", "dev"), "--gates"),
        (("cost", *PREVIEW, "--gates", "gates.yaml", "--environment", "test"), "'dev', 'staging', 'prod'"),
        (("cost", *PREVIEW, "--gates", "absent.yaml"), "the file does not exist"),
        (("diff", *PREVIEW, "--gates", "absent.yaml"), "the file does not exist"),
        (("cost", *PREVIEW, "--gates", UPDATES), "must be servewright.dev/gates/v1"),
    ],
)
def test_wrong_words_are_bad_input(arguments: tuple[str, ...], hint: str) -> None:
    """
    Gates go with a program, an environment with gates; a file of something else is refused: status 2, nothing on standard output.
    """
    done = ran(*arguments)

    assert (done.exit_code, done.stdout) == (2, "")
    assert hint in " ".join(done.stderr.replace("│", " ").split())
