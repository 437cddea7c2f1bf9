"""
The search for the largest number within a limit.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.plan.performance.bracket import largest


@given(limit=st.floats(0.1, 1000), edge=st.floats(0.001, 2000), power=st.floats(0.3, 4), near=st.none() | st.floats(0, 2000))
def test_the_edge_is_found(limit: float, edge: float, power: float, near: float | None) -> None:
    """
    The largest number within is where a rising use reaches 1, or the limit, whatever the guess; a use that jumps counts too.
    """
    expected = pytest.approx(min(limit, edge), abs=limit * 1e-9)
    assert largest(limit, lambda x: (x / edge) ** power, near=near) == expected
    jump = largest(limit, lambda x: float(2 * (x > edge)), near=near)
    assert jump == expected
    assert jump <= edge
    assert largest(limit, lambda _: 1.5, near=near) == -1


CURVES: dict[str, Callable[[float], float]] = {
    "straight": lambda x: x / 123.4,
    "steep": lambda x: (x / 5) ** 3,
    "flat at first": lambda x: 0.99 + (x / 1000) ** 2,
    "a queue": lambda x: 0.1 / max(1e-9, 1 - x / 700),
    "a root": lambda x: math.sqrt(x / 17),
    "a kink": lambda x: max(0.3 + x / 1000, x / 50),
}


@pytest.mark.parametrize("near", [None, 0.0, 3.0, 400.0])
@pytest.mark.parametrize("name", CURVES)
def test_smooth_curves_need_few_questions(name: str, near: float | None) -> None:
    """
    One part in ten thousand million in less than half the questions of halving.
    """
    asked: list[float] = []

    def use(x: float) -> float:
        asked.append(x)
        return CURVES[name](x)

    found = largest(1000.0, use, near=near)
    assert CURVES[name](found) <= 1
    assert CURVES[name](found * (1 + 2e-10)) > 1
    assert len(asked) < 20


def test_a_coarse_answer_is_on_the_safe_side() -> None:
    """
    With less precision the answer is still within.
    """
    found = largest(1000.0, lambda x: x / 333, precision=1e-3)
    assert 332 <= found <= 333
