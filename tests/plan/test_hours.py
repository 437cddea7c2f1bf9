"""
The week as run-length text.
"""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.plan.hours import decode_hours, encode_hours

weeks = st.lists(st.integers(0, 999_999), min_size=168, max_size=168).map(tuple)
few_runs = st.lists(st.integers(0, 3), min_size=168, max_size=168).map(lambda values: tuple(sorted(values)))


@given(weeks | few_runs)
def test_decoding_gives_back_what_was_encoded(week: tuple[int, ...]) -> None:
    """
    decode(encode(week)) is the week, and neighbouring runs of the text differ.
    """
    text = encode_hours(week)
    values = [run.split("*")[1] for run in text.split(",")]

    assert decode_hours(text) == week
    assert all(a != b for a, b in pairwise(values))


@given(st.lists(st.integers(0, 5)).filter(lambda hours: len(hours) != 168))
def test_only_a_week_is_encoded(hours: list[int]) -> None:
    """
    A list of another length than 168 is refused.
    """
    with pytest.raises(ValueError, match="168"):
        encode_hours(hours)


def test_negative_replicas_are_refused() -> None:
    """
    There are no fewer than 0 replicas.
    """
    with pytest.raises(ValueError, match="0 or more"):
        encode_hours([-1] * 168)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'' is not of the form count*replicas (7*1,12*3,149*1)"),
        ("168", "'168' is not of the form count*replicas (7*1,12*3,149*1)"),
        ("168*-1", "'168*-1' is not of the form count*replicas (7*1,12*3,149*1)"),
        ("168*1,", "'' is not of the form count*replicas (7*1,12*3,149*1)"),
        ("\u0661*1", "'\u0661*1' is not of the form count*replicas (7*1,12*3,149*1)"),
        ("9999999999*1", "'9999999999*1' is not of the form count*replicas (7*1,12*3,149*1)"),
        ("167*1", "the counts add up to 167 hours, not 168"),
    ],
)
def test_other_texts_are_refused_with_the_form(text: str, message: str) -> None:
    """
    What is no such text is refused with the part that is wrong; no text makes a list that is too large to hold.
    """
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        decode_hours(text)
