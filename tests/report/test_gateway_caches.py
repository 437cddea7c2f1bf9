"""
The caches on the screens: what is kept, what that spares as an interval, and the stores.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

import front_doors_made
import gateways_made
from front_doors_made import NOT_SPARED, SPARED
from previews import shown
from servewright.plan.model import Plan
from servewright.report.caches import class_rows, effect_words, interval
from servewright.report.export_caches import caches_value
from servewright.report.figures import period
from servewright.report.text import show_plan
from servewright.spec.cache_request import HitRate


def words(made: Plan, width: int = 120) -> str:
    """
    Return the screen of `plan` in one line.
    """
    return " ".join(shown(show_plan, made, width=width, spec="prod.yaml").split())


def test_a_stated_hit_rate_is_an_interval_of_requests_and_of_money() -> None:
    """
    What the engines get and what their nodes cost stand at the low, expected and high rate, and without the cache.
    """
    (found,) = effect_words(gateways_made.plan(models=(gateways_made.small(),), effects=(SPARED,)))

    assert found.startswith("of 12 req/s the engines get 9.6–8.4–7.2 (hits 20–30–40 % of all requests); ")
    assert "$2,900 at 20 %, $2,600 at 30 %, $2,300 at 40 %, $3,400 without the cache" in found
    assert found.endswith("replicas are sized for 20 %")


def test_a_hit_rate_that_nobody_states_saves_nothing() -> None:
    """
    No amount stands beside it that a reader could take for a saving.
    """
    (_, found) = effect_words(front_doors_made.front_door())

    assert found == "large: hit rate not stated: no saving is counted; the engines are sized and priced for all 4 req/s"
    assert "$" not in found


def test_an_amount_that_is_not_known_is_not_nothing() -> None:
    """
    None is "unknown", at each rate.
    """
    unknown = replace(SPARED, low=None, expected=None, high=None, without=None)
    (found,) = effect_words(gateways_made.plan(models=(gateways_made.small(),), effects=(unknown,)))

    assert "unknown at 20 %, unknown at 30 %, unknown at 40 %, unknown without the cache" in found
    assert "$0" not in found


def test_a_cache_that_spares_no_whole_replica_says_so() -> None:
    """
    The same amount four times is no saving.
    """
    same = replace(SPARED, low=Decimal(2699), expected=Decimal(2699), high=Decimal(2699), without=Decimal(2699))
    (found,) = effect_words(gateways_made.plan(models=(gateways_made.small(),), effects=(same,)))

    assert "$2,699 with the cache and without: no replica less is needed" in found


def test_models_are_named_where_there_are_several() -> None:
    """
    One line for each model that the caches stand before.
    """
    found = effect_words(front_doors_made.front_door())

    assert [line.split(":")[0] for line in found] == [SPARED.model, NOT_SPARED.model]


@pytest.mark.parametrize(
    ("hits", "said"),
    [
        (HitRate(low=Decimal(0), expected=Decimal("0.3"), high=Decimal("0.45")), "0–30–45 %"),
        (HitRate(low=Decimal("0.3"), expected=Decimal("0.3"), high=Decimal("0.3")), "30 %"),
    ],
)
def test_an_interval_is_said_in_short(hits: HitRate, said: str) -> None:
    """
    Three figures and one sign of percent; one figure where they are the same.
    """
    assert interval(hits) == said


def test_each_class_says_what_it_answers_and_for_how_long() -> None:
    """
    Answers only at temperature 0, a bound on the copy in memory, the volatility taken off, and teams apart.
    """
    made = front_doors_made.public()
    screen = words(made)

    assert (
        "answers of small and large to requests with temperature 0, 40 % of all, for 1 h, at most 30 s of it in the gateway's own" in screen
    )
    assert "for 18 h (24 h less 25 % volatility), each team its own" in screen
    assert "questions at least 95 % alike, by vectors of embed" in screen
    assert "room for 300,000 tokens of each" in screen
    assert "a semantic cache gives wrong answers" in screen


def test_near_questions_are_served_no_longer_than_the_answers() -> None:
    """
    The time that is shown is what holds, on the screen and in the JSON; so is that of the copy in a process.
    """
    made = front_doors_made.public()
    assert made.caches is not None
    assert made.caches.responses is not None
    short = replace(made.caches, responses=replace(made.caches.responses, ttl_s=40, volatility=Decimal("0.5")))
    rows = dict(class_rows(short))
    values = {each["class"]: each for each in caches_value(replace(made, caches=short))["classes"]}

    assert "by vectors of embed, for 20 s," in rows["semantic"]
    assert "at most 20 s of it in the gateway's own memory" in rows["responses"]
    assert (values["semantic"]["seconds"], values["responses"]["memory_seconds"]) == (20, 20)


def test_what_is_not_cached_is_said_with_why() -> None:
    """
    Search results are refused: a reader learns that here too.
    """
    screen = words(gateways_made.plan())

    assert "not cached embeddings, semantic, contexts, search results (the gateway never sees them)" in screen
    assert "wrong answers" not in screen


def test_stores_show_size_eviction_persistence_and_price() -> None:
    """
    A pod is priced with its pool, a node by itself, and a price that is not known says so.
    """
    inside, outside = words(gateways_made.plan()), words(front_doors_made.public())

    assert "cache-counters" in inside
    assert "new keys are refused; kept on a" in inside
    assert "store runs on usable needs when full" in inside
    assert "347 MiB 50,400 × 5.8 KiB" in inside
    assert "with the pool" in inside
    assert "2 × cache.t4g.small" in outside
    assert "unknown" in outside
    assert "password" not in outside.split("Caches")[1].split("Why this hardware")[0].replace("without a password", "")


def test_a_narrow_screen_has_the_same_figures_in_words() -> None:
    """
    Nothing of a store is left out below the width of the table.
    """
    screen = words(front_doors_made.public(), 80)

    assert "cache-responses answers: 2 × cache.t4g.small of 512 MiB; $37 a month; 347 MiB usable; needs 50,400 × 5.8 KiB" in screen
    assert "cache-contexts KV blocks of prompts: 1 × cache.r7g.4xlarge of 64 GiB; price unknown; 48 GiB usable;" in screen


def test_counters_alone_are_shown_where_nothing_is_cached() -> None:
    """
    A store for limits is there without any cache; it holds state and is kept.
    """
    made = gateways_made.plan(caches=None, tiers=(gateways_made.tier("counters"),))

    assert "cache-counters" in words(made)
    assert "not cached" not in words(made)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(30, "30 s"), (2700, "45 min"), (3600, "1 h"), (69_120, "19 h 12 min"), (86_400, "24 h"), (2_592_000, "30 days")],
)
def test_a_long_time_is_said_as_people_say_it(seconds: int, said: str) -> None:
    """
    Hours from one hour on, days from two on where they are whole.
    """
    assert period(seconds) == said
