"""
The paid time of a week, against a simulation by the half hour.
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from servewright.plan.paid_week import paid_week_seconds

coarse_weeks = st.lists(st.integers(0, 4), min_size=8, max_size=8).map(lambda values: [v for v in values for _ in range(21)])
weeks = coarse_weeks | st.lists(st.integers(0, 4), min_size=168, max_size=168)


@given(weeks, st.integers(0, 6), st.integers(0, 6))
def test_paid_time_is_what_a_simulation_pays(week: list[int], start_halves: int, idle_halves: int) -> None:
    """
    In steps of half an hour: a node is paid in each step in which it is needed within the next *start* or the last *idle* steps.
    """
    steps = 336
    paid = 0
    for level in range(1, max(week) + 1):
        needed = [week[step // 2] >= level for step in range(steps)]
        paid += sum(any(needed[(step + shift) % steps] for shift in range(-idle_halves, start_halves + 1)) for step in range(steps))

    assert paid_week_seconds(week, (start_halves + idle_halves) * 1800) == paid * 1800
