"""
Fields of a row set on the command line.
"""

from __future__ import annotations

import pytest

from servewright.additions.by_hand import NotSettableError, parse_settings


def test_settings_become_values() -> None:
    """
    Numbers, yes and no, and words of a list; the last of two wins.
    """
    found = parse_settings(["layers=32", "layers=33", "gated=yes", "tied_embeddings=false", "native_format=fp8", "license=mit"])

    assert found == {"layers": 33, "gated": True, "tied_embeddings": False, "native_format": "fp8", "license": "mit"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("leyers=3", "Nearest: layers"),
        ("layers", "is no FIELD=VALUE"),
        ("revision=abc", "is no FIELD=VALUE"),
        ("layers=-3", "whole number"),
        ("layers=3.5", "whole number"),
        ("layers=\u0663", "whole number"),
        ("layers=" + "9" * 40, "whole number"),
        ("layers=99999999", "from 0 to 10000"),
        ("gated=1", "true or false"),
        ("kind=chat", "generate"),
        ("license=" + "x" * 500, "400 characters"),
    ],
)
def test_a_wrong_setting_is_said(text: str, said: str) -> None:
    """
    The field is one of the row, its value of the right kind and within its bounds.
    """
    with pytest.raises(NotSettableError, match=said):
        parse_settings([text])
