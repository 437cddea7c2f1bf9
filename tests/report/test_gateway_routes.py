"""
Routes and the ladder on the screens.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

import front_doors_made
from front_doors_made import ROUTE, RUNGS
from gateways_made import plan
from previews import shown
from servewright.plan.gateway_plan import RoutePlan
from servewright.plan.model import Plan
from servewright.report.export_front_door import front_door_value
from servewright.report.ladder import standing
from servewright.report.routes import route_words, target_rows
from servewright.report.text import show_plan
from servewright.spec.gateway_request import Ladder, RouteTarget

if TYPE_CHECKING:
    from servewright.spec.gateway_request import RoutePolicy


def words(made: Plan) -> str:
    """
    Return the screen of `plan` in one line.
    """
    return " ".join(shown(show_plan, made, width=120, spec="prod.yaml").split())


def with_targets(policy: RoutePolicy, *targets: tuple[str, str, str | None]) -> RoutePlan:
    """
    Return the route with another *policy* and other targets: model, share, when.
    """
    made = tuple(RouteTarget(model=model, share=Decimal(share), when=when) for model, share, when in targets)
    return replace(ROUTE, route=replace(ROUTE.route, policy=policy, targets=made))


def test_a_route_has_its_policy_shares_models_and_the_price_of_the_mix() -> None:
    """
    A line for the route, one for each model with its part of the rate and its own price.
    """
    screen = words(front_doors_made.front_door())

    assert "auto 20 req/s, $0.21 per 1M tokens of the mix; by complexity" in screen
    assert "small 80 % 16 $0.064 simple and medium requests" in screen
    assert "large 20 % 4 $0.81 complex and reasoning requests" in screen


def test_shares_are_said_to_be_those_after_the_rungs_in_force() -> None:
    """
    At a level above 0 on the screen, with what a shift leaves to each model there and in the JSON; the tiers of one that a shift brings are
    those of the other.
    """
    left = tuple(
        RouteTarget(model=model, share=Decimal(share), when=when)
        for model, share, when in (("small", "0.8", "simple"), ("large", "0.14", "complex"), ("small", "0.06", "complex"))
    )
    made = replace(front_doors_made.front_door(level=3), routes=(replace(ROUTE, shifted=left),))
    screen = words(made)

    assert "the shares are expected, after the rungs in force, and size the replicas" in screen
    assert "after the rungs in force" not in words(front_doors_made.front_door(level=0))
    assert "large 14 % 2.8 $0.81 complex and reasoning requests small 6 % 1.2 $0.064 complex and reasoning requests" in screen
    assert [target["share"] for target in front_door_value(made)["routes"][0]["targets"]] == [0.8, 0.14, 0.06]


def test_a_mix_with_an_unknown_price_is_unknown() -> None:
    """
    It is not the price of the others.
    """
    made = replace(ROUTE, usd_per_1m_tokens=None, usd_per_1m_tokens_by_model=(("small", Decimal("0.064")), ("large", None)))

    assert "unknown per 1M tokens of the mix" in route_words(made)
    assert [row[3] for row in target_rows(made)] == ["$0.064", "unknown"]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (with_targets("tag", ("small", "0.5", "batch"), ("large", "0.5", "chat")), ["tag batch", "tag chat"]),
        (with_targets("weight", ("small", "0.5", None), ("large", "0.5", None)), ["", ""]),
        (
            with_targets("complexity", ("small", "0.5", "medium"), ("large", "0.5", "reasoning")),
            ["simple and medium and complex requests", "reasoning requests"],
        ),
    ],
)
def test_a_target_says_which_requests_it_gets(made: RoutePlan, said: list[str]) -> None:
    """
    A tag, nothing where chance decides, and with complexity the tiers that have no model of their own too.
    """
    assert [row[4] for row in target_rows(made)] == said


def test_a_rung_says_its_trigger_its_act_and_who_acts() -> None:
    """
    Nothing of ours runs: each rung takes effect with an up at its level.
    """
    screen = words(front_doors_made.front_door())

    assert "level 1 of 3: 1 rung in force" in screen
    assert "when the first token takes more than 1,000 ms for 5 min: the engines of large take 8,192 tokens per step" in screen
    assert "when more than 20 requests wait before a replica for 5 min: answers in the cache are served for 4 h" in screen
    assert "when more than 90 % of the GPUs are in use for 10 min: 30 % of what large gets goes to small" in screen
    assert "nothing of ours watches" in screen
    assert "LiteLLM's and act by themselves at any level" in screen


def test_rungs_up_to_the_level_are_in_force() -> None:
    """
    The level counts from the first rung; those above it name the level that they need.
    """
    steps = Ladder(rungs=RUNGS, level=2)
    found = [standing(steps, number) for number in (1, 2, 3)]

    assert found == [
        "in force: the engines restart, one replica after the other",
        "in force: the gateway's pods are replaced",
        "takes effect with the next up at level 3: the gateway's pods are replaced",
    ]


def test_without_routes_and_rungs_there_is_no_heading() -> None:
    """
    An empty list has no title.
    """
    screen = words(plan())

    assert [heading for heading in ("Routes", "Degradation ladder") if heading in screen] == []
