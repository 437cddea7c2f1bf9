"""
Which paths may stand behind `from`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servewright.errors import InvalidInputError
from servewright.spec.extends_path import refusal
from servewright.spec.load import load_request
from spec_files import MODEL, TOP
from spec_texts import zones_of


@pytest.mark.parametrize(
    "path", ["base.yaml", "./base.yaml", "../shared/base.yaml", "../../a/b.yml", "a b.yaml", "café.yaml", "@team/base.yaml"]
)
def test_relative_paths_are_taken(path: str) -> None:
    """
    Whatever lies in the repository can be named, folders above included.
    """
    assert refusal(path) is None


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("", "no path"),
        ("  ", "no path"),
        ("/etc/base.yaml", "absolute"),
        ("C:/base.yaml", "absolute"),
        ("c:\\base.yaml", "absolute"),
        ("~/base.yaml", "home"),
        ("~root/base.yaml", "home"),
        ("..\\base.yaml", "folders are separated by /"),
        ("https://host/base.yaml", "address"),
        ("file:///etc/base.yaml", "address"),
        ("s3://bucket/base.yaml", "address"),
        ("//host/share/base.yaml", "address"),
        ("git@host:team/repository", "address"),
        ("git::https://host/repository", "address"),
        ("a\0b", "characters"),
        ("a\nb", "characters"),
        ("${region}.yaml", "no parameter"),
        ("x" * 1025, "longer"),
    ],
)
def test_what_leads_out_of_the_repository_is_refused(path: str, words: str) -> None:
    """
    A path that means another file on each machine, or none, is refused with what would be right.
    """
    found = refusal(path)
    assert found is not None
    assert words in found[0]
    assert found[1]


@settings(deadline=None)
@given(st.text(max_size=30))
def test_what_is_taken_is_relative(path: str) -> None:
    """
    Whatever is taken begins in the folder of the file that names it.
    """
    if refusal(path) is None:
        assert not path.startswith(("/", "~", "\\"))
        assert path.isprintable()


def test_a_blueprint_is_no_path(tmp_path: Path) -> None:
    """
    Who reads files alone says so of a blueprint, and looks for no file of that name.
    """
    spec = tmp_path / TOP
    spec.write_text("extends: blueprint:chat@1\n", encoding="utf-8")
    (tmp_path / "blueprint:chat@1").write_text(MODEL, encoding="utf-8")
    with pytest.raises(InvalidInputError, match="SW101 extends: blueprints are not read here"):
        load_request(spec, zones_of)
