"""
Values on the wire and back.
"""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import struct_pb2
from hypothesis import given
from hypothesis import strategies as st

from servewright.cost.records import SECRET, UNKNOWN
from servewright.record.wire import decode, encode, has_unknown

# A double holds whole numbers exactly up to 2**53.
plain = st.recursive(
    st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(plain)
def test_plain_values_survive_the_wire(value: Any) -> None:
    """
    What goes out comes back equal, whole numbers as whole numbers.
    """
    back = decode(encode(value))

    assert back == value
    assert repr(back).count("True") == repr(value).count("True")


def test_absent_properties_are_left_out() -> None:
    """
    The engine drops nulls in maps; a list keeps its places.
    """
    assert decode(encode({"a": None, "b": [None, 1]})) == {"b": [None, 1]}


def test_keys_come_back_sorted() -> None:
    """
    The wire has no order of its own.
    """
    assert list(decode(encode({"b": 1, "a": {"d": 1, "c": 2}}))) == ["a", "b"]


def test_a_secret_s_value_is_never_kept() -> None:
    """
    In its place stands the text that `preview --json` prints too.
    """
    wrapped = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "hunter2"}

    assert decode(encode({"password": wrapped})) == {"password": SECRET}


def test_no_value_is_nothing() -> None:
    """
    An empty wire value is no value.
    """
    assert decode(struct_pb2.Value()) is None


@pytest.mark.parametrize(("value", "expected"), [({"a": [UNKNOWN]}, True), ([{"a": "b"}], False), (UNKNOWN, True), (7, False)])
def test_unknowns_are_found_at_any_depth(value: Any, expected: bool) -> None:  # noqa: FBT001 - a table of cases
    """
    A provider whose configuration holds one anywhere cannot be configured yet.
    """
    assert has_unknown(value) is expected
