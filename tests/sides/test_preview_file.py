"""
A preview's JSON, from anywhere, as a side.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from previews import preview
from servewright.errors import InvalidInputError
from servewright.report.diff_stack import diff_stack
from servewright.report.export import preview_value
from servewright.sides.program import json_side

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def written(folder: Path, value: object) -> Path:
    """
    Return a file with *value*.
    """
    path = folder / "a.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


def fault(folder: Path, value: object) -> tuple[str, str, str]:
    """
    Return code, path and message of the one fault of *value*.
    """
    with pytest.raises(InvalidInputError) as caught:
        json_side(written(folder, value), "a.json", None)
    (found,) = caught.value.diagnostics
    assert found.file == "a.json"
    return found.code, found.path, found.message


def test_a_preview_is_itself(tmp_path: Path) -> None:
    """
    What `preview --json` wrote does not differ from what it was written of.
    """
    found = json_side(written(tmp_path, preview_value(preview())), "a.json", None)

    assert diff_stack(found, found).state == "unchanged"
    assert found.bill.monthly == preview().bill.monthly


def test_a_preview_of_another_release_is_read(tmp_path: Path) -> None:
    """
    A field that is new since, and one that is not known yet, do no harm.
    """
    value = preview_value(preview())
    del value["gates"]
    del value["plan"]["trace"]

    assert json_side(written(tmp_path, value | {"later": 1}), "a.json", None).name == "support-chat"


def put(*path: str | int, value: Any) -> Callable[[Any], None]:
    """
    Return what writes *value* at *path*.
    """

    def change(whole: Any) -> None:
        for step in path[:-1]:
            whole = whole[step]
        whole[path[-1]] = value

    return change


BAD: dict[str, tuple[Callable[[Any], None], tuple[str, str]]] = {
    "another version": (put("apiVersion", value="servewright.dev/preview/v2"), ("SW260", "")),
    "another document": (put("apiVersion", value="servewright.dev/bill/v1"), ("SW260", "")),
    "another currency": (put("bill", "currency", value="EUR"), ("SW263", "bill.currency")),
    "a number for money": (put("bill", "lines", 0, "quantity", "min", value=730), ("SW263", "bill.lines[0].quantity.min")),
    "not a number": (put("bill", "lines", 0, "quantity", "min", value="NaN"), ("SW263", "bill.lines[0].quantity.min")),
    "no lines": (put("bill", "lines", value=None), ("SW263", "bill.lines")),
    "a model without name": (put("plan", "models", 0, "name", value=3), ("SW263", "plan.models[0].name")),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_preview_is_refused_at_its_place(tmp_path: Path, case: str) -> None:
    """
    Bad input ends in one diagnostic with code and path, never in a traceback.
    """
    change, expected = BAD[case]
    value = json.loads(json.dumps(preview_value(preview())))
    change(value)

    assert fault(tmp_path, value)[:2] == expected


@pytest.mark.parametrize("text", ["", "{", '{"apiVersion": "servewright.dev/preview/v1"', "[]", "3", "null", '{"a": 1}'])
def test_a_file_that_was_cut_off_is_refused(tmp_path: Path, text: str) -> None:
    """
    Truncated, empty or foreign JSON is bad input.
    """
    assert fault(tmp_path, text)[0].startswith("SW")


def test_a_day_that_is_none_is_refused(tmp_path: Path) -> None:
    """
    The form of a date is not enough.
    """
    waiver = {"owner": "a", "reason": "b", "expires": "2026-02-30"}
    gate = {"rule": "daily", "action": "deny", "state": "waived", "limit": None, "value": None, "message": "", "waiver": waiver}

    assert fault(tmp_path, preview_value(preview()) | {"gates": [gate]})[0] == "SW263"
