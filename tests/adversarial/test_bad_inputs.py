"""
The catalogue of bad inputs (bad_inputs.csv): every row has a case or a reason why there can be none yet, and no case stands outside.

*cases* are names of tests/invalid, whose whole diagnostics are goldens, and of tests. Rows 1 to 57 are those of the project's notes on
reliability; those from 58 on came with what was built since.
"""

from __future__ import annotations

import ast
import csv
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
INVALID = HERE.parent / "invalid"

ELSEWHERE = {
    "SW102": "tests/spec/test_document.py",
    "SW120": "tests/spec/test_load.py",
    "SW322": "tests/plan/test_kv_offload.py",
    "SW243": "tests/blueprints/test_shelf.py",
    "SW247": "tests/blueprints/test_shelf.py",
    "SW251": "tests/additions/config/test_derive.py",
    "SW252": "tests/additions/config/test_derive.py",
    "SW255": "tests/cli/test_models.py",
    "SW256": "tests/additions/test_usage_file.py",
    "SW257": "tests/additions/test_usage_file.py",
    "SW260": "tests/sources/test_preview.py",
    "SW261": "tests/sources/test_preview.py",
    "SW262": "tests/sources/test_preview.py",
    "SW263": "tests/sources/test_preview.py",
    "SW264": "tests/sources/test_preview.py",
    "SW490": "tests/spend/test_read.py",
    "SW491": "tests/spend/test_read.py",
    "SW492": "tests/spend/test_read.py",
    "SW493": "tests/spend/test_read.py",
    "SW494": "tests/spend/test_read.py",
    "SW500": "tests/cli/test_prices_refresh.py",
    "SW501": "tests/cli/test_prices_refresh.py",
    "SW502": "tests/cli/test_prices_refresh.py",
    "SW503": "tests/cli/test_prices_refresh.py",
    "SW504": "tests/cli/test_prices_refresh.py",
    "SW505": "tests/cli/test_prices_refresh.py",
    "SW506": "tests/cli/test_prices_refresh.py",
    "SW507": "tests/cli/test_prices_refresh.py",
    "SW508": "tests/cli/test_prices_refresh.py",
    "SW509": "tests/offers/test_spot_feed.py",
    "SW280": "tests/sides/test_place.py",
    "SW281": "tests/sides/test_load.py",
}
"""
Codes that no file in tests/invalid can have: too large a file, a hundred faults, what only `models add` says, and what is said of
previews, exports of stacks and of spend, usage files, files of list prices and the sides of a diff.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """
    A kind of bad input: the *cases* that show what is said to it, or why there are none *yet*.
    """

    number: int
    fault: str
    cases: tuple[str, ...]
    not_yet: str


def _rows() -> tuple[Row, ...]:
    with (HERE / "bad_inputs.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Row(number=int(each["row"]), fault=each["fault"], cases=tuple(each["cases"].split()), not_yet=each["not_yet"])
            for each in csv.DictReader(file)
        )


ROWS = _rows()
GOLDENS = {path.name.removesuffix(".expected.json"): path for path in sorted(INVALID.glob("*.expected.json"))}


@cache
def _tests_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))


def _exists(case: str) -> bool:
    path, _, name = case.partition("::")
    return name in _tests_in(path) if name else case in GOLDENS


def test_the_rows_are_numbered_through() -> None:
    """
    No row of the catalogue is left out, none stands twice.
    """
    assert [row.number for row in ROWS] == list(range(1, len(ROWS) + 1))
    assert len(ROWS) >= 57


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.number))
def test_a_row_has_a_case_or_a_reason(row: Row) -> None:
    """
    A row that applies has at least one case, and all its cases exist; a row without one says what it waits for.
    """
    assert row.fault
    assert row.cases or len(row.not_yet) > 20
    assert len(set(row.cases)) == len(row.cases)
    assert [case for case in row.cases if not _exists(case)] == []


def test_every_bad_spec_belongs_to_a_row() -> None:
    """
    A case of tests/invalid that no row names would be one that nobody asked for, or a row that was forgotten.
    """
    assert set(GOLDENS) - {case for row in ROWS for case in row.cases} == set()


def test_there_are_enough_bad_specs_with_whole_diagnostics() -> None:
    """
    Forty and more, each with code, place, message and a way out: every diagnostic names file and place, nearly every one a hint.
    """
    faults = [fault for path in GOLDENS.values() for fault in json.loads(path.read_text(encoding="utf-8"))["diagnostics"]]
    fields = {"code", "severity", "phase", "file", "line", "column", "path", "value", "message", "hint"}
    assert len(GOLDENS) >= 40
    assert all(set(fault) == fields and fault["file"] and fault["message"] for fault in faults)
    assert [fault for fault in faults if fault["line"] < 1 or fault["column"] < 1] == []
    print(f"{len(GOLDENS)} bad specs, {len(faults)} diagnostics, {len({fault['code'] for fault in faults})} codes")  # noqa: T201


def test_every_code_of_an_error_is_seen() -> None:
    """
    Each code that docs/spec.md lists for errors stands in a golden, or in the test that is named for it.
    """
    listed = set(re.findall(r"^\| (SW[0-9]{3}) \| (?!warning)", (ROOT / "docs" / "spec.md").read_text(encoding="utf-8"), re.MULTILINE))
    seen = {fault["code"] for path in GOLDENS.values() for fault in json.loads(path.read_text(encoding="utf-8"))["diagnostics"]}
    assert listed - seen == set(ELSEWHERE)
    assert [code for code, path in ELSEWHERE.items() if code not in (ROOT / path).read_text(encoding="utf-8")] == []


def test_no_golden_holds_a_secret() -> None:
    """
    The secrets that stand in the bad specs are masked in all that is said about them.
    """
    said = "\n".join(path.read_text(encoding="utf-8") for path in GOLDENS.values())
    assert "***" in said
    assert re.findall(r"hf_[A-Za-z0-9]{8,}|sk-[A-Za-z0-9]{8,}|AKIA[0-9A-Z]{12,}|-----BEGIN ", said) == []
