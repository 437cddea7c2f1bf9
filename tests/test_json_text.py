"""
JSON with places: what is JSON is read as the standard library reads it, what is not has one fault at its place.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servewright.diagnostics import Position
from servewright.json_text import MAX_DEPTH, MAX_VALUES, JsonFault, parse_json

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4), max_leaves=20
)


@given(value=VALUES, indent=st.sampled_from([None, 2]), ascii_only=st.booleans())
@settings(deadline=None)
def test_json_is_read_as_the_standard_library_reads_it(value: Any, indent: int | None, ascii_only: bool) -> None:  # noqa: FBT001
    """
    Whatever the standard library writes comes back equal.
    """
    assert parse_json("a.json", json.dumps(value, indent=indent, ensure_ascii=ascii_only)).value == value


@given(value=st.dictionaries(st.from_regex(r"[a-z]{1,5}", fullmatch=True), st.integers(0, 9) | st.lists(st.integers(0, 9)), min_size=1))
@settings(deadline=None)
def test_every_value_has_its_place(value: dict[str, Any]) -> None:
    """
    The text at the place of a path begins with the value of that path.
    """
    text = json.dumps(value, indent=1)
    lines, source = text.split("\n"), parse_json("a.json", text).source
    for name, inner in value.items():
        where = source.at(name)
        assert lines[where.line - 1][where.column - 1] == ("[" if isinstance(inner, list) else str(inner))


@given(text=st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_no_text_is_more_than_a_fault(text: str) -> None:
    """
    Any text is either read or refused with a place in it.
    """
    place = place_of_fault(text)

    assert 1 <= place.line <= text.count("\n") + 1
    assert place.column >= 1


def place_of_fault(text: str) -> Position:
    """
    Return where *text* stops being JSON, its beginning where it is JSON.
    """
    try:
        parse_json("a.json", text)
    except JsonFault as fault:
        return fault.position
    return Position(1, 1)


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ('{"a": NaN}', Position(1, 7), "NaN is no JSON"),
        ('{"a": -Infinity}', Position(1, 7), "-Infinity is no JSON"),
        ('{\n  "a": 1,\n}', Position(2, 9), "a comma stands before the closing bracket"),
        ('{"a": 1, "a": 2}', Position(1, 10), "twice"),
        ('{"a": 1e999}', Position(1, 7), "larger than a computer's numbers"),
        ('{"a": 1', Position(1, 8), "ends inside a bracket"),
        ('{"a": ', Position(1, 7), "ends where a value must stand"),
        ("", Position(1, 1), "ends where a value must stand"),
        ("{} {}", Position(1, 4), "something follows"),
        ('{"a": "\\ud800"}', Position(1, 7), "half a character"),
        ('{"a": "\x01"}', Position(1, 7), "control character"),
        ("{'a': 1}", Position(1, 2), "double quotes"),
        ("[01]", Position(1, 2), "no number"),
        ("[1 2]", Position(1, 4), "a comma"),
        ("<html>", Position(1, 1), "no JSON value"),
        ("[" + "9" * 30 + "]", Position(1, 2), "19 digits"),
        ("[" * (MAX_DEPTH + 1), Position(1, MAX_DEPTH + 1), "nested deeper"),
    ],
)
def test_what_is_no_json_is_said_at_its_place(text: str, place: Position, said: str) -> None:
    """
    Each kind of fault has its words and its line and column.
    """
    with pytest.raises(JsonFault, match=said) as caught:
        parse_json("a.json", text)

    assert caught.value.position == place
    assert caught.value.diagnostic("a.json").phase == "syntax"


def test_a_large_text_is_bounded() -> None:
    """
    A text of a hundred thousand values ends in a fault, not in memory.
    """
    with pytest.raises(JsonFault, match="more than 30,000 values"):
        parse_json("a.json", json.dumps([0] * (MAX_VALUES + 1)))
