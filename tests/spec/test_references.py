"""
References to parameters are found in any text, and nothing else is.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servewright.spec.references import Reference, pieces, references


def good(name: str) -> Reference:
    """
    Return a reference to a parameter.
    """
    return Reference(name, sound=True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("plain", ("plain",)),
        ("", ("",)),
        ("$5 {x}", ("$5 {x}",)),
        ("${a}", (good("a"),)),
        ("${a}${b-c_1}", (good("a"), good("b-c_1"))),
        ("x-${a}-y", ("x-", good("a"), "-y")),
        ("$${a}", ("${a}",)),
        ("$$${a}", ("$${a}",)),
        ("$${a}${b}", ("${a}", good("b"))),
        ("$${", ("${",)),
    ],
)
def test_texts_come_apart(text: str, found: tuple[str | Reference, ...]) -> None:
    """
    A text is its plain pieces and its references, in order; `$${` is `${`.
    """
    assert pieces(text) == found


@pytest.mark.parametrize(
    "text", ["${", "${}", "${ a }", "${a", "${a:-b}", "${a.b}", "${1a}", "${{ a }}", "${a[0]}", "${" + "a" * 41 + "}", "${é}"]
)
def test_what_is_no_name_is_no_sound_reference(text: str) -> None:
    """
    There are no expressions, defaults or paths: each is found and is not sound.
    """
    assert [reference.sound for reference in references(text)] == [False]


@settings(deadline=None)
@given(st.text())
def test_text_without_the_sign_is_left_alone(text: str) -> None:
    """
    A text without `${` is one piece, itself.
    """
    if "${" not in text:
        assert pieces(text) == (text,)


@settings(deadline=None)
@given(st.text())
def test_an_escaped_text_comes_back(text: str) -> None:
    """
    Every text can be written: with each `${` escaped it is plain, and the same.
    """
    if "$${" not in text:
        assert "".join(map(str, pieces(text.replace("${", "$${")))) == text
        assert references(text.replace("${", "$${")) == ()
