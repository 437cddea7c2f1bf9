"""
What stands behind `blueprint:`.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servewright.blueprints.reference import Reference, parse_reference
from servewright.spec.source_file import CannotReadError


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("blueprint:chat-8b@1", Reference(name="chat-8b", wanted=(1,))),
        ("blueprint:chat-8b@1.4.0", Reference(name="chat-8b", wanted=(1, 4, 0))),
        ("blueprint:chat-8b", Reference(name="chat-8b", wanted=())),
        ("blueprint:acme.platform_x/chat@2.0", Reference(name="chat", wanted=(2, 0), shelf="acme.platform_x")),
        ("blueprint:./chat@1", Reference(name="chat", wanted=(1,), path=".")),
        ("blueprint:../../shared/shelf/chat@1", Reference(name="chat", wanted=(1,), path="../../shared/shelf")),
    ],
)
def test_a_reference_says_where_and_which(written: str, expected: Reference) -> None:
    """
    A name, a version, and a shelf or a path in front of them; written out again it is the same.
    """
    assert parse_reference(written) == expected
    assert str(expected) == written


@pytest.mark.parametrize(
    ("written", "code", "words"),
    [
        ("blueprint:", "SW240", "no name"),
        ("blueprint:@1", "SW240", "no name"),
        ("blueprint:Chat@1", "SW240", "no name"),
        ("blueprint:chat--x@1", "SW240", "no name"),
        ("blueprint:chat@", "SW240", "no number"),
        ("blueprint:chat@1@2", "SW240", "no number"),
        ("blueprint:chat@01", "SW240", "no number"),
        ("blueprint:chat@1.2.3.4", "SW240", "no number"),
        ("blueprint:chat@1.2.3-rc.1", "SW240", "pre-release"),
        ("blueprint:chat@1.2.3+build", "SW240", "pre-release"),
        ("blueprint:chat\n@1", "SW240", "no reference"),
        ("blueprint:./" + "a/" * 600 + "chat@1", "SW240", "no reference"),
        ("blueprint:${name}@1", "SW131", "parameter"),
        ("blueprint:./${name}/chat@1", "SW131", "parameter"),
        ("blueprint:/srv/chat@1", "SW131", "absolute"),
        ("blueprint:~/chat@1", "SW131", "home"),
        ("blueprint:C:/chat@1", "SW131", "absolute"),
        ("blueprint:..\\shelf/chat@1", "SW131", "separated"),
        ("blueprint:git@example.com:acme/chat@1", "SW131", "address"),
        ("blueprint:a/b/chat@1", "SW240", "neither a shelf nor a path"),
    ],
)
def test_what_is_no_reference_is_said(written: str, code: str, words: str) -> None:
    """
    Each fault has its code, a reason and a way out.
    """
    with pytest.raises(CannotReadError, match=words) as caught:
        parse_reference(written)
    assert (caught.value.code, bool(caught.value.hint)) == (code, True)


@settings(max_examples=500)
@given(st.text("abz09-@./~\\:${} \n_é", max_size=30))
def test_any_text_is_a_reference_or_a_fault(text: str) -> None:
    """
    Whatever is taken is relative, and says the same when written out.
    """
    try:
        found = parse_reference(f"blueprint:{text}")
    except CannotReadError:
        return
    assert str(found) == f"blueprint:{text}"
    assert found.path is None or found.path.split("/")[0] in (".", "..")
