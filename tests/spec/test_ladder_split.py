"""
How the rungs in force split what is asked of a model: one fold for the gateway's weights, the routes' shares and the demand.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway_requests import gateway_request, shifting
from servewright.spec.demand import demands
from servewright.spec.gateway_request import Ladder, tiers_taken

NAMES = ("a", "b", "c")
PERCENT = st.integers(1, 100).map(lambda percent: f"{Decimal(percent) / 100}")
PAIRS = st.lists(st.sampled_from(NAMES), min_size=2, max_size=2, unique=True)
STEPS = st.lists(st.tuples(PAIRS, PERCENT).map(lambda step: (step[0][0], step[0][1], step[1])), max_size=5)


@pytest.mark.parametrize(
    ("steps", "split"),
    [
        ([], {"small": "1"}),
        ([("small", "big", "0.5"), ("small", "big", "0.6")], {"small": "0.2", "big": "0.8"}),
        ([("small", "big", "0.5"), ("big", "small", "0.5")], {"small": "0.75", "big": "0.25"}),
        ([("small", "big", "0.5"), ("big", "huge", "0.5")], {"small": "0.5", "big": "0.25", "huge": "0.25"}),
        ([("big", "huge", "0.5"), ("small", "big", "0.5")], {"small": "0.5", "big": "0.5"}),
        ([("small", "big", "1")], {"big": "1"}),
    ],
)
def test_a_rung_acts_on_what_those_before_it_left_and_brought(steps: list[tuple[str, str, str]], split: dict[str, str]) -> None:
    """
    Two rungs of one model leave a share of a share, a rung of a model moves what an earlier one brought to it, a later one does not.
    """
    assert dict(shifting(*steps).split("small")) == {name: Decimal(share) for name, share in split.items()}


@settings(deadline=None)
@given(STEPS, st.integers(0, 5))
def test_the_split_is_the_whole_and_what_the_demand_reckons(steps: list[tuple[str, str, str]], level: int) -> None:
    """
    No share is negative, together they are 1, and replicas are sized for the same shares as the gateway draws by.
    """
    ladder = replace(shifting(*steps), level=min(level, len(steps)))
    for name in NAMES:
        split = dict(ladder.split(name))
        asked = demands({each: Decimal(each == name) for each in NAMES}, gateway_request(ladder=ladder))

        assert all(share > 0 for share in split.values())
        assert sum(split.values()) == 1
        assert split == {each: demand.rate for each, demand in asked.items() if demand.rate}


def test_a_ladder_without_a_level_splits_nothing() -> None:
    """
    A rung that is not in force moves nothing.
    """
    assert replace(shifting(("a", "b", "0.5")), level=0).split("a") == (("a", Decimal(1)),)
    assert Ladder().split("a") == (("a", Decimal(1)),)


@pytest.mark.parametrize("order", [("medium", "complex"), ("complex", "medium")])
def test_a_tier_without_a_model_is_taken_by_the_one_below_it(order: tuple[str, str]) -> None:
    """
    Those below the lowest by the lowest, in whatever order a spec has them.
    """
    assert tiers_taken(order) == {"simple": "medium", "medium": "medium", "complex": "complex", "reasoning": "complex"}
