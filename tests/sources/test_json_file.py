"""
Bytes to JSON: what pulumi writes is read, and what is none has one diagnostic with its place and the fix.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorded import raw
from servewright.errors import InvalidInputError
from servewright.sources import json_file
from servewright.sources.json_file import JsonFile, parse_source, read_source
from servewright.sources.json_place import place_of
from servewright.sources.preview import parse_preview

if TYPE_CHECKING:
    from pathlib import Path

    from servewright.diagnostics import Diagnostic

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text('ab"\\{[,: é', max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('ab" .[', max_size=3), inner, max_size=3),
    max_leaves=12,
)


def value_of(text: str | bytes) -> Any:
    """
    Return the value of a text.
    """
    read = parse_source("a.json", text.encode() if isinstance(text, str) else text)
    assert isinstance(read, JsonFile)
    return read.value


def fault(text: str | bytes) -> Diagnostic:
    """
    Return the one fault of a text.
    """
    with pytest.raises(InvalidInputError) as caught:
        value_of(text)
    (found,) = caught.value.diagnostics
    return found


def paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """
    Return the path of every value in *value*.
    """
    found = [path]
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        found += [below for key, inner in pairs for below in paths(inner, (*path, key))]
    return found


@given(value=VALUES, indent=st.sampled_from([None, 1]))
def test_every_value_is_found_at_its_place(value: Any, indent: int | None) -> None:
    """
    The text at the place of a path begins with the value of that path.
    """
    text = json.dumps(value, indent=indent)
    lines = text.split("\n")
    for path in paths(value):
        where = place_of(text, path)
        inner = value
        for step in path:
            inner = inner[step]
        assert "\n".join([lines[where.line - 1][where.column - 1 :], *lines[where.line :]]).startswith(json.dumps(inner)[:1])
        decoded, _ = json.JSONDecoder().raw_decode("\n".join([lines[where.line - 1][where.column - 1 :], *lines[where.line :]]))
        assert decoded == inner


def test_an_absent_value_has_the_place_of_its_parent() -> None:
    """
    A field that is missing is sought where it should be.
    """
    assert place_of('{"a":\n {"b": 1}}', ("a", "c", 3)) == place_of('{"a":\n {"b": 1}}', ("a",))


@pytest.mark.parametrize(
    ("text", "code", "words", "hint"),
    [
        ("", "SW107", "empty", "standard error"),
        (" \n", "SW107", "empty", "standard error"),
        (b"\xff\xfe\x00", "SW103", "not UTF-8", ""),
        (b'{"a": "\xe9"}', "SW103", "not UTF-8", ""),
        ("Previewing update (dev):\n + Stack", "SW121", "is no JSON", "pulumi preview --json --show-sames"),
        ('Installing plugins\n{"steps": []}', "SW121", "other text stands before the JSON", "before line 2"),
        ('{"a": NaN}', "SW121", "NaN is no JSON", ""),
        ('{"a": -Infinity}', "SW121", "-Infinity is no JSON", ""),
        ('{"a": 1e999}', "SW121", "1e999 is larger", ""),
        ('{"a": 1' + "0" * 400 + "}", "SW121", "is larger", ""),
        ('{"a": 1, "a": 2}', "SW110", "stands twice", "edited"),
        ("[" * 100_000, "SW111", "nested too deep", ""),
        ("[" * 700 + "]" * 700, "SW111", "nested too deep: more than 100 levels", ""),
        ('{"a":' * 101 + "1" + "}" * 101, "SW111", "nested too deep", ""),
        ('{"a": 1}\n{"a": NaN}', "SW121", "NaN is no JSON", ""),
        ('{"a": 1}\n{"a": ' + "[" * 700 + "]" * 700 + "}", "SW111", "event 2 of the preview is nested too deep", ""),
        ('{"a": [1, 2', "SW121", "ends before its last bracket", "cut off"),
        ('{"a": "bc', "SW121", "ends before its last bracket", "cut off"),
        ('{"a": 1,}', "SW121", "is no JSON", ""),
    ],
)
def test_what_is_no_json_has_one_fault(text: str | bytes, code: str, words: str, hint: str) -> None:
    """
    Its code, what is wrong in words, and the fix where there is one.
    """
    found = fault(text)
    assert found.code == code
    assert words in found.message
    assert hint in (found.hint or "")


def test_the_deepest_that_is_read_is_read() -> None:
    """
    100 levels, as the message says.
    """
    assert value_of("[" * 100 + "]" * 100)


def test_a_truncated_preview_is_refused_wherever_it_ends() -> None:
    """
    No part of a preview is taken for a whole one, and each has its one fault.
    """
    whole = raw("updates")
    for end in range(1, len(whole) - 2, 997):
        with pytest.raises(InvalidInputError) as caught:
            parse_preview("preview.json", whole[:end])
        (found,) = caught.value.diagnostics
        assert found.code == "SW121"
        assert found.line >= 1


def test_a_fault_stands_at_its_line() -> None:
    """
    Line and column are those of an editor.
    """
    found = fault('{\n "a": 1,\n "b": x\n}')
    assert (found.line, found.column) == (3, 7)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_of_shells(encoding: str) -> None:
    """
    A byte order mark does no harm, and PowerShell's UTF-16 is read.
    """
    assert value_of('{"a": "é"}'.encode(encoding)) == {"a": "é"}


def test_a_large_file_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """
    Not more than the bound is read, and the answer says which it is.
    """
    monkeypatch.setattr(json_file, "MAX_BYTES", 1024**2)
    path = tmp_path / "large.json"
    path.write_bytes(b" " * (1024**2 + 10))
    content = read_source(path, "large.json")
    assert len(content) == 1024**2 + 1
    assert (fault(content).code, fault(content).message) == ("SW102", "is larger than 1 MiB")


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    """
    A missing file and a folder are bad input.
    """
    for path in (tmp_path / "absent.json", tmp_path):
        with pytest.raises(InvalidInputError) as caught:
            read_source(path, "shown.json")
        assert (caught.value.diagnostics[0].code, caught.value.diagnostics[0].file) == ("SW101", "shown.json")
