"""
The lock's file: what is written is what is read, and nothing else is.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from locks_made import BF16, IMAGE, lock, locked_model
from servewright.additions.lock_file import UNREADABLE_LOCK, lock_text, parse_lock
from servewright.catalog.load import load_catalog
from servewright.errors import InvalidInputError

CATALOG = load_catalog()
MODEL = locked_model(
    precision=replace(BF16, weights="fp8", origin="checkpoint", checkpoint_source="a/b", checkpoint_revision="f" * 40),
    name="chät \"'$(x)",
)
LOCK = lock(MODEL, locked_model(name="other", revision=None), images=(replace(IMAGE, digest=None),))


def test_what_is_written_is_read() -> None:
    """
    Reading a written lock gives the same value, to the last digit.
    """
    text = lock_text(LOCK)
    assert parse_lock("x.lock.json", text.encode(), CATALOG) == LOCK
    assert lock_text(parse_lock("x.lock.json", text.encode(), CATALOG)) == text
    assert text.endswith("}\n")


def test_a_lock_without_a_task_is_of_a_model_that_generates() -> None:
    """
    A lock of the time before there were other tasks is read.
    """
    value = json.loads(lock_text(LOCK))
    for model in value["lock"]["models"]:
        assert model.pop("task") == "generate"
    assert parse_lock("x.lock.json", json.dumps(value).encode(), CATALOG) == LOCK


def faults_after(damage: Any) -> list[tuple[str, str]]:
    """
    Return code and path of what is said of the lock after *damage*, each with a place in the file.
    """
    value = json.loads(lock_text(LOCK))
    damage(value)
    with pytest.raises(InvalidInputError) as refused:
        parse_lock("prod.lock.json", json.dumps(value, indent=1).encode(), CATALOG)
    assert {fault.file for fault in refused.value.diagnostics} == {"prod.lock.json"}
    assert all(fault.line > 0 for fault in refused.value.diagnostics)
    return [(fault.code, fault.path) for fault in refused.value.diagnostics]


@pytest.mark.parametrize(
    ("damage", "path"),
    [
        (lambda value: value["lock"]["models"][0].pop("gpu"), "lock.models[0].gpu"),
        (lambda value: value["lock"]["models"][1].update(tensor_parallel="four"), "lock.models[1].tensor_parallel"),
        (lambda value: value["lock"].update(extra=1), "lock.extra"),
        (lambda value: value["lock"]["models"][0]["precision"].update(extra=1), "lock.models[0].precision.extra"),
        (lambda value: value.update(apiVersion="servewright.dev/lock/v9"), "apiVersion"),
        (lambda value: value["lock"]["models"][0]["precision"].update(origin="magic"), "lock.models[0].precision.origin"),
        (lambda value: value["lock"]["models"][0].update(requests_per_s="NaN"), "lock.models[0].requests_per_s"),
    ],
    ids=["missing", "type", "unknown", "unknown-below", "version", "choice", "nan"],
)
def test_a_damaged_lock_is_refused_at_its_place(damage: Any, path: str) -> None:
    """
    Every damage is one diagnostic with its path and a place in the file.
    """
    assert faults_after(damage) == [(UNREADABLE_LOCK, path)]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tensor_parallel", "4"),
        ("tensor_parallel", 4.0),
        ("pipeline_parallel", True),
        ("max_num_seqs", " 64"),
        ("requests_per_s", 3.1415926535),
        ("requests_per_s", "+3.1415926535"),
        ("extra_headroom", "1e-1"),
        ("precision.weight_only", "no"),
        ("precision.weight_only", 0),
    ],
)
def test_nothing_is_converted(field: str, value: Any) -> None:
    """
    What only stands for the right value is not what is written: text for a number, a fraction of nothing, a word for a flag.
    """

    def damage(document: Any) -> None:
        *above, name = field.split(".")
        place = document["lock"]["models"][1]
        for step in above:
            place = place[step]
        place[name] = value

    assert faults_after(damage) == [(UNREADABLE_LOCK, f"lock.models[1].{field}")]


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff\xfe", b"null", b'{"apiVersion": 1e999}'])
def test_what_is_no_lock_is_refused(raw: bytes) -> None:
    """
    Text that is no JSON or no lock ends in diagnostics, never in another exception.
    """
    with pytest.raises(InvalidInputError):
        parse_lock("prod.lock.json", raw, CATALOG)
