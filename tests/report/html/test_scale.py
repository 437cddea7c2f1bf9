"""
Scales keep the order of amounts, hold all of them and have round ticks.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.report.html.scale import RatioScale, Scale, cut, percent_text, short

AMOUNTS = st.lists(st.decimals(min_value=-(10**12), max_value=10**12, places=4), max_size=10)
POSITIVE = st.lists(st.decimals(min_value=Decimal("0.0001"), max_value=10**12, places=4), min_size=1, max_size=10)


@given(AMOUNTS)
def test_all_amounts_have_room_in_their_order(amounts: list[Decimal]) -> None:
    """
    Zero and every amount lie between the edges; the larger lies further right.
    """
    scale = Scale.over(amounts, left=10, right=90)
    places = [scale.place(amount) for amount in sorted([Decimal(0), *amounts])]
    assert places == sorted(places)
    assert all(10 <= place <= 90 for place in places)


@given(AMOUNTS)
def test_ticks_are_round_and_few(amounts: list[Decimal]) -> None:
    """
    From 2 to 8 ticks, zero among them, from end to end in equal steps of one or two digits.
    """
    ticks = Scale.over(amounts).ticks()
    assert 2 <= len(ticks) <= 8
    assert 0 in ticks
    steps = {after - before for before, after in pairwise(ticks)}
    assert len(steps) == 1
    assert len(steps.pop().normalize().as_tuple().digits) <= 2


@given(POSITIVE)
def test_a_ratio_scale_holds_all_amounts_in_their_order(amounts: list[Decimal]) -> None:
    """
    Every amount lies between the edges, the larger further right, and the ends are labelled.
    """
    scale = RatioScale.over(amounts, left=10, right=90)
    places = [scale.place(amount) for amount in sorted(amounts)]
    assert places == sorted(places)
    assert all(10 <= place <= 90 for place in places)
    assert scale.low < scale.high
    assert scale.ticks()


@given(st.integers(min_value=1, max_value=10**6))
def test_equal_factors_are_equal_steps(amount: int) -> None:
    """
    On a ratio scale ten times as much is as far whatever it starts from.
    """
    scale = RatioScale(low=Decimal(1), high=Decimal(10**9), left=Decimal(0), right=Decimal(90))
    step = scale.place(Decimal(amount) * 10) - scale.place(Decimal(amount))
    assert abs(step - 10) <= Decimal("0.02")


def test_zero_on_a_ratio_scale_lies_at_the_low_end() -> None:
    """
    What is free has no logarithm: it lies at the edge and its hint tells the amount.
    """
    scale = RatioScale.over([Decimal(0), Decimal(100)], left=0, right=100)
    assert scale.place(Decimal(0)) == 0


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0", "$0"), ("500", "$500"), ("2500", "$2.5k"), ("40000", "$40k"), ("1000000", "$1M"), ("-20000", "−$20k"), ("0.5", "$0.5")],
)
def test_ticks_are_said_in_few_letters(amount: str, text: str) -> None:
    """
    Thousands and millions have a letter, and nothing is rounded.
    """
    assert short(Decimal(amount)) == text


@given(st.text(), st.integers(min_value=1, max_value=40))
def test_a_cut_text_fits(text: str, columns: int) -> None:
    """
    What is cut is as long as allowed at most and ends with an ellipsis; what fits stays.
    """
    made = cut(text, columns)
    assert made == text or (made.endswith("…") and len(made) <= columns)


def test_wide_signs_count_twice() -> None:
    """
    A sign of East Asia takes two columns.
    """
    assert cut("模型模型", 8) == "模型模型"
    assert cut("模型模型", 7) == "模型模…"


@given(st.decimals(min_value=0, max_value=100, places=6))
def test_places_are_what_svg_reads(place: Decimal) -> None:
    """
    A place is a plain number with a percent sign, never with an exponent.
    """
    text = percent_text(place)
    assert text.endswith("%")
    assert abs(Decimal(text[:-1]) - place) <= Decimal("0.005")
    assert "E" not in text
