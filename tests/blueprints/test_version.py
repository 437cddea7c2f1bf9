"""
Versions of blueprints.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.blueprints.version import Version, allows, beginning, version_of

NUMBERS = st.integers(0, 12)
VERSIONS = st.builds(Version, NUMBERS, NUMBERS, NUMBERS)


@given(VERSIONS)
def test_a_version_is_read_as_it_is_written(version: Version) -> None:
    """
    Text and version are the same, and each of its beginnings finds it.
    """
    assert version_of(str(version)) == version
    for count in (1, 2, 3):
        wanted = beginning(".".join(str(version).split(".")[:count]))
        assert wanted is not None
        assert version.begins(wanted)


@given(st.text("0123456789.v-rc+a ", max_size=12))
def test_what_is_written_in_another_way_is_no_version(text: str) -> None:
    """
    There is one spelling: no leading zeros, no v, no pre-release, no blanks.
    """
    version = version_of(text)
    assert version is None or str(version) == text
    numbers = beginning(text)
    assert numbers is None or ".".join(map(str, numbers)) == text


@given(VERSIONS, VERSIONS)
def test_bounds_follow_the_order_of_versions(version: Version, bound: Version) -> None:
    """
    Each sign means what it means for numbers, part by part.
    """
    assert allows(f">={bound}", version) == (version >= bound)
    assert allows(f"<{bound}", version) == (version < bound)
    assert allows(f">{bound}", version) == (version > bound)
    assert allows(f"<= {bound}", version) == (version <= bound)
    assert allows(f"=={bound}", version) == (version == bound)
    assert allows(f">={bound}, <{bound}", version) is False


@pytest.mark.parametrize("bounds", ["", "newer", ">=", "1.0", "~=1.0", ">=1.0;<2"])
def test_what_is_no_bound_allows_nothing(bounds: str) -> None:
    """
    A range that is not understood is not taken for any.
    """
    assert allows(bounds, Version(1, 0, 0)) is False
