"""
Bytes to a tree with places, within fixed budgets.
"""

from __future__ import annotations

import pytest

from servewright.diagnostics import Diagnostic, Position
from servewright.errors import InvalidInputError
from servewright.spec.document import Document, read_document
from servewright.spec.nodes import MAX_DEPTH, MAX_NODES
from servewright.spec.syntax import MAX_BYTES

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join(['*' + a] * 10)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


def read(text: str) -> Document:
    """
    Return the document in *text*.
    """
    return read_document("spec.yaml", text.encode())


def refused(raw: str | bytes) -> tuple[Diagnostic, ...]:
    """
    Return the faults of syntax in *raw*.
    """
    with pytest.raises(InvalidInputError) as caught:
        read_document("spec.yaml", raw.encode() if isinstance(raw, str) else raw)
    assert {fault.phase for fault in caught.value.diagnostics} == {"syntax"}
    return caught.value.diagnostics


def test_values_and_keys_have_their_places() -> None:
    """
    A value is found where it begins, a key where it begins, in block and in flow style.
    """
    document = read("a:\n  b: [1, {c: two}]\n")
    assert document.tree == {"a": {"b": [1, {"c": "two"}]}}
    assert document.source.positions["a.b[1].c"] == Position(2, 14)
    assert document.keys["a.b[1].c"] == Position(2, 11)
    assert document.texts["a.b[1].c"] == "two"


def test_texts_keep_their_spelling() -> None:
    """
    What is shown is what was written: quotes, leading zeros and trailing zeros included.
    """
    document = read("a: '1'\nb: 1.30\nc: 007\n")
    assert document.texts == {"a": "'1'", "b": "1.30", "c": "007"}


def test_a_missing_path_answers_with_its_nearest_parent() -> None:
    """
    A missing field points at what should hold it.
    """
    document = read("a:\n  b: 1\n")
    assert document.source.at("a.x.y") == Position(2, 3)
    assert document.source.at("z") == Position(1, 1)


def test_odd_keys_stand_in_quotes() -> None:
    """
    A key with a dot is no path of two fields.
    """
    assert set(read('"a.b": {"c d": 1}\n').source.positions) == {"", '["a.b"]', '["a.b"]["c d"]'}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (BOMB, "SW111"),
        ("[" * 20_000, "SW111"),
        ("- " * 20_000, "SW111"),
        ("{a: " * 20_000, "SW111"),
        ("".join(" " * n + "a:\n" for n in range(500)), "SW111"),
        ("a: [" + "1, " * (MAX_NODES + 1) + "]", "SW111"),
        ("x" * (MAX_BYTES + 1), "SW102"),
        ("a: &a {b: *a}\n", "SW112"),
        ("a: &a [[*a]]\n", "SW112"),
        ("a: *nowhere\n", "SW112"),
        ("? [1, 2]\n: x\n", "SW115"),
        ("? {a: b}\n: x\n", "SW115"),
        ("? " + "k" * 300 + "\n: x\n", "SW115"),
        ("true: x\n", "SW115"),
        ("a: 1\n...\n---\nb: 2\n", "SW108"),
        ("a: !ruby/object:Gem x\n", "SW113"),
        ("a: !!int '3'\n", "SW113"),
        ("just text\n", "SW109"),
        ("'\n", "SW104"),
        ("a: @b\n", "SW104"),
        ("a: 1\n b: 2\n", "SW104"),
        ('a: "\\q"\n', "SW104"),
        ("null\n", "SW107"),
        ("", "SW107"),
    ],
)
def test_syntax_is_refused_with_its_code(text: str, code: str) -> None:
    """
    What cannot be read ends in one diagnostic, whatever its size.
    """
    (fault,) = refused(text)
    assert fault.code == code
    assert fault.line >= 1
    assert fault.column >= 1


def test_depth_through_aliases_counts() -> None:
    """
    Levels that only aliases add are levels.
    """
    deep = "x: &a0 [1]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, MAX_DEPTH + 2))
    assert [fault.code for fault in refused(deep)] == ["SW111"]


def test_aliases_within_the_budget_are_fine() -> None:
    """
    A value may be written once and used often.
    """
    assert read("a: &a [1, 2]\nb: [*a, *a]\n").tree == {"a": [1, 2], "b": [[1, 2], [1, 2]]}


def test_tags_of_plain_kinds_are_fine() -> None:
    """
    !!str says what a value is anyway.
    """
    assert read("a: !!str 1.30\nb: !!map {}\nc: !!seq []\n").tree == {"a": "1.30", "b": {}, "c": []}


def test_all_faults_of_the_tree_are_told() -> None:
    """
    Twice given fields, tags, merge keys and odd keys do not hide one another.
    """
    said = refused("a: 1\na: 2\nb: !x 1\nc: {<<: {d: 1}}\n5: x\n")
    assert [(fault.code, fault.path) for fault in said] == [("SW110", "a"), ("SW113", "b"), ("SW114", 'c["<<"]'), ("SW115", "")]


@pytest.mark.parametrize(
    ("raw", "line", "column"),
    [
        (b"a: 1\nb: \xff\n", 2, 4),
        (b"a: 1\r\nb: caf\xc3\xa9 \xe9\r\n", 2, 9),
        (b"a: 1\nb: \x07\n", 2, 4),
        (b"\x00\x01\x02", 1, 1),
        (b"\xff\xfea\x00", 1, 1),
    ],
)
def test_bytes_that_are_no_text_are_found(raw: bytes, line: int, column: int) -> None:
    """
    The place of a byte that is not UTF-8, or of a control character, is told in characters.
    """
    (fault,) = refused(raw)
    assert (fault.code, fault.line, fault.column) == ("SW103", line, column)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("[platform]\nregion = 'x'\n", "TOML"),
        ("name = 'x'\n", "TOML"),
        ("[[models]]\nname = 'x'\n", "TOML"),
        ("// hello\n{}\n", "JSON with comments"),
        ('{"a": 1, /* b */ "c": 2}', "JSON with a comment"),
        ('{"a": [1, 2,]}', "JSON with a comma before the closing bracket"),
        ("<html>\n", "HTML"),
        ('<?xml version="1.0"?>\n', "XML"),
        ('resource "aws_instance" "x" {\n  ami = 1\n}\n', "Terraform"),
        ("<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> b\n", "merge conflict"),
    ],
)
def test_other_formats_are_named(text: str, name: str) -> None:
    """
    Who gives another format is told which one it is.
    """
    (fault,) = refused(text)
    assert fault.code == "SW106"
    assert name in fault.message


def test_slashes_in_json_texts_are_no_comments() -> None:
    """
    Only comments outside of texts make JSON something else.
    """
    assert read('{"a": "http://x/*y*/,]"}').tree == {"a": "http://x/*y*/,]"}


@pytest.mark.parametrize("text", ["a:\n\tb: 1\n", "a:\n  b: 1\n\tc: 2\n", "a:\n \t- b\n  - c\n"])
def test_a_tab_is_named_with_its_column(text: str) -> None:
    """
    A tab that indents looks right and is not.
    """
    (fault,) = refused(text)
    assert fault.code == "SW105"
    line = text.splitlines()[fault.line - 1]
    assert line[fault.column - 1] == "\t"
