"""
Whose use an entry of a usage file speaks of.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.catalog.usage import UsageRule

TYPE = "aws:rds/instance:Instance"


def fits(pattern: str, name: str) -> bool:
    """
    Tell whether an entry for *pattern* means the resource called *name*.
    """
    return UsageRule(pattern=pattern, values={}).fits(f"urn:pulumi:dev::shop::{TYPE}::{name}", TYPE, name)


@given(name=st.text("db[]?!*-09\\\\", min_size=1, max_size=8))
def test_a_name_fits_itself(name: str) -> None:
    """
    Whatever letters it has.
    """
    assert fits(name, name)


@pytest.mark.parametrize(
    ("pattern", "name", "meant"),
    [
        ("db[0]", "db[0]", True),
        ("db[0]", "db0", False),
        ("db[*]", "db[12]", True),
        ("db?", "db1", False),
        ("db*", "db[0]", True),
        ("[!a]", "b", False),
        ("*:Instance", "any", True),
        ("DB", "db", False),
    ],
)
def test_only_the_star_stands_for_other_text(pattern: str, name: str, meant: bool) -> None:  # noqa: FBT001 - a case
    """
    Brackets and question marks are themselves.
    """
    assert fits(pattern, name) is meant
