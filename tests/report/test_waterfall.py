"""
A waterfall adds up, or says what it leaves.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

import waterfalls_made
from servewright.ranges import Range
from servewright.report.waterfall import Bar, Waterfall, expected

AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=2)


def test_what_adds_up_leaves_nothing() -> None:
    """
    The known steps lead from start to end; one that is unknown counts as nothing known, not as zero dollars.
    """
    made = waterfalls_made.saving()
    assert made.unexplained == 0
    assert expected(made.steps[-1]) is None


@given(start=AMOUNTS, steps=st.lists(AMOUNTS, max_size=6), rest=AMOUNTS)
def test_the_rest_is_exact(start: Decimal, steps: list[Decimal], rest: Decimal) -> None:
    """
    What start and steps do not explain of the end is told to the cent.
    """
    bars = tuple(Bar(label=str(number), monthly=Range.exactly(step)) for number, step in enumerate(steps))
    end = Bar(label="end", monthly=Range.exactly(start + sum(steps) + rest))
    made = Waterfall(title="x", start=Bar(label="start", monthly=Range.exactly(start)), steps=bars, end=end)
    assert made.unexplained == rest


def test_an_unknown_end_explains_nothing() -> None:
    """
    Where start or end is unknown there is no rest.
    """
    assert replace(waterfalls_made.saving(), end=Bar(label="after", monthly=None)).unexplained is None
