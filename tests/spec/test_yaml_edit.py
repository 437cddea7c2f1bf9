"""
Changes of text at places that the reader gives.
"""

from __future__ import annotations

import pytest

from servewright.diagnostics import Position
from servewright.spec.document import read_values
from servewright.spec.placed import PlacedFields, PlacedScalar, plain
from servewright.spec.yaml_edit import CannotEditError, Edit, edited, renamed, respelled


def root_of(text: str) -> PlacedFields:
    """
    Return what stands in *text*.
    """
    root = read_values("x.yaml", text.encode()).root
    assert root is not None
    return root


def scalar(text: str, name: str) -> PlacedScalar:
    """
    Return the scalar behind *name* at the top of *text*.
    """
    found = root_of(text).get(name)
    assert isinstance(found, PlacedScalar)
    return found


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_everything_else_stays(line_end: str, mark: str) -> None:
    """
    Comments, blank lines, indentation, line ends and the byte order mark are the same bytes as before.
    """
    lines = ["# über uns", "", "a:   'x'   # why", "b: {c: 1,  d: [1,2]}", ""]
    text = mark + line_end.join(lines)
    made = edited(text, [respelled(scalar(text, "a"), "it's")])

    assert made == text.replace("'x'", "'it''s'")


@pytest.mark.parametrize(
    ("written", "value", "spelled"),
    [
        ("x", "blueprint:a/b-c@2", "blueprint:a/b-c@2"),
        ("x", "yes", '"yes"'),
        ("x", "12", '"12"'),
        ("x", "a: b", '"a: b"'),
        ('"x"', 'a"b\\', '"a\\"b\\\\"'),
        ("'x'", "a'b", "'a''b'"),
    ],
)
def test_a_value_keeps_its_quotes_and_gets_them_where_it_needs_them(written: str, value: str, spelled: str) -> None:
    """
    What is read from the changed text is the new value, whatever stands in it.
    """
    text = f"a: {written} # note\n"
    made = edited(text, [respelled(scalar(text, "a"), value)])

    assert made == f"a: {spelled} # note\n"
    assert scalar(made, "a").value == value


@pytest.mark.parametrize("written", ["rate", '"rate"', "'rate'"])
def test_names_keep_their_quotes(written: str) -> None:
    """
    A field is renamed where it stands, within brackets too.
    """
    text = f"with: {{ {written}: 1, other: rate }}\n"
    fields = root_of(text).get("with")
    assert isinstance(fields, PlacedFields)
    made = edited(text, [renamed(fields.entries["rate"][0], text, "rate", "requests")])

    assert plain(root_of(made)) == {"with": {"requests": 1, "other": "rate"}}
    assert made == text.replace("rate", "requests", 1)


def test_an_escape_is_not_guessed() -> None:
    """
    A name or value that is written otherwise than it is read is left to people.
    """
    text = '"r\\x61te": 1\n'
    place = root_of(text).entries["rate"][0]

    with pytest.raises(CannotEditError, match="line 1 does not have the name 'rate'"):
        renamed(place, text, "rate", "requests")
    for other in ("a: |\n  text\n", "a: te\n  xt\n", 'a: "t\\x65xt"\n', "a: &b text\nc: *b\n", "a: 'it''s'\n"):
        with pytest.raises(CannotEditError, match="line 1 does not hold"):
            respelled(scalar(other, "a"), "x")


def test_what_is_not_there_is_not_changed() -> None:
    """
    An edit whose place holds something else is refused, and so are two that overlap; the same edit twice is one.
    """
    edit = Edit(place=Position(1, 4), before="x", after="y")

    assert edited("a: x\n", [edit, edit]) == "a: y\n"
    with pytest.raises(CannotEditError):
        edited("a: z\n", [edit])
    with pytest.raises(CannotEditError):
        edited("a: x\n", [edit, Edit(place=Position(1, 4), before="x", after="z")])
