"""
What caches answer is taken from the demand of the engines, and told as money on the same hardware.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

from gateway_requests import caches_request, hits, response_cache
from requests_made import SPOT, model_request, request
from servewright.catalog.load import load_catalog
from servewright.plan.lock import lock_of
from servewright.plan.model import Plan
from servewright.plan.planner import plan_stack
from servewright.plan.traffic import plan_replicas, replicas_for
from servewright.resources.scaling import kv_target
from servewright.spec.cache_request import NO_HITS, HitRate
from servewright.spec.request import Request

CATALOG = load_catalog()
SOME = hits("0.1", "0.25", "0.5")
FEW = hits("0", "0.01", "0.02")


def asked(rate: HitRate, requests_per_second: str = "60") -> Request:
    """
    Return a request of which caches answer *rate*.
    """
    made = model_request(
        "meta-llama/Llama-3.1-8B-Instruct", rate=requests_per_second, profile="business-hours", hits=rate, instance_types=("g6.xlarge",)
    )
    return request(made, capacity=SPOT)


@cache
def planned(rate: HitRate) -> Plan:
    """
    Return the plan of a model of which caches answer *rate*.
    """
    return plan_stack(asked(rate), CATALOG)


def test_no_hits_change_nothing() -> None:
    """
    A plan without caches is the plan that it was: the rates are those of the clients.
    """
    plain = planned(NO_HITS)
    (model,) = plain.models
    assert plain.effects == ()
    assert model.engine_rate == model.expected_rate == model.traffic.requests_per_second
    assert "caches" not in " ".join(model.reasons)


def test_replicas_are_sized_for_sure_hits_and_hours_for_expected_ones() -> None:
    """
    The busiest hour as if only the low rate were answered, the hours and tokens as if the expected one were.
    """
    (model,), (plain,) = planned(SOME).models, planned(NO_HITS).models
    headroom = Decimal("0.15") + model.extra_headroom
    one = model.predicted.max_requests_per_s
    assert model.replicas.busiest == replicas_for(Decimal(54), headroom, one) < plain.replicas.busiest
    assert max(model.replicas.by_hour) == replicas_for(Decimal(45), headroom, one) < model.replicas.busiest
    assert model.input_tokens_per_month * 4 == plain.input_tokens_per_month * 3
    assert model.traffic == plain.traffic
    assert (model.engine_rate, model.expected_rate) == (Decimal(54), Decimal(45))


def test_the_reason_names_what_is_left_out() -> None:
    """
    Who reads the replicas sees that caches are counted on.
    """
    assert "54 req/s (of 60, less what the caches surely answer)" in " ".join(planned(SOME).models[0].reasons)


def test_hits_that_are_not_sure_take_no_replica_away() -> None:
    """
    At a low rate of 0 the busiest hour is that of no cache at all.
    """
    request_without, request_with = (replace(asked(NO_HITS).models[0], hits=each) for each in (NO_HITS, hits("0", "0.5", "0.9")))
    week = (Decimal(1),) * 168
    assert plan_replicas(request_with, week, 1.0).busiest == plan_replicas(request_without, week, 1.0).busiest
    assert plan_replicas(request_with, week, 1.0).by_hour < plan_replicas(request_without, week, 1.0).by_hour


def test_more_hits_cost_less() -> None:
    """
    Without > low > expected > high, on the model's own hardware; the expected month is the plan's.
    """
    plan = planned(SOME)
    (found,) = plan.effects
    assert (found.model, found.offered, found.hits) == ("chat", Decimal(60), SOME)
    assert found.expected == plan.models[0].monthly.expected
    months = [found.without, found.low, found.expected, found.high]
    known = [month for month in months if month is not None]
    assert known == months
    assert known == sorted(set(known), reverse=True)


def test_without_caches_is_what_a_plan_without_caches_costs() -> None:
    """
    Where the hardware is the same, which is pinned here.
    """
    assert planned(SOME).effects[0].without == planned(NO_HITS).models[0].monthly.expected


def test_the_low_end_is_the_plan_at_that_rate() -> None:
    """
    Sized for it and billed for it.
    """
    low = replace(SOME, expected=SOME.low, high=SOME.low)
    assert planned(SOME).effects[0].low == planned(low).models[0].monthly.expected


def test_a_limit_of_the_replicas_does_not_hide_the_effect() -> None:
    """
    What would be needed without caches is more than the limit allows, and has a price all the same.
    """
    limited = asked(SOME)
    limited = replace(limited, models=(replace(limited.models[0], max_replicas=planned(SOME).models[0].replicas.busiest),))
    found = plan_stack(limited, CATALOG).effects[0]
    assert found.without == planned(SOME).effects[0].without


def test_more_requests_than_one_model_may_have_replicas_are_unknown() -> None:
    """
    Then there is no plan without caches, and no price is made up.
    """
    near = hits("0.9", "0.9", "0.9")
    found = plan_stack(asked(near, "2000"), CATALOG).effects[0]
    assert found.without is None
    assert found.expected is not None


def test_a_lock_follows_the_hits() -> None:
    """
    A lock holds hardware, not demand: with caches its replicas are those that the plan with caches has.
    """
    lock = lock_of(planned(NO_HITS), CATALOG, "some constants")
    again = plan_stack(asked(SOME), CATALOG, lock=lock, lock_file="spec.lock.json")
    assert again.lock.state == "locked"
    assert again.models[0].replicas == planned(SOME).models[0].replicas
    assert again.effects == planned(SOME).effects


def test_the_autoscaler_waits_for_what_the_engines_get() -> None:
    """
    The rate of a replica at the busiest hour is that of the engines, from which its targets follow.
    """
    (model,) = planned(SOME).models
    offered_all = replace(model, hits=NO_HITS)
    assert kv_target(model) >= kv_target(offered_all)


def test_a_store_that_costs_more_than_it_spares_is_warned_of() -> None:
    """
    Where hits are stated and both amounts are known; answers that last a month are a dear store here, those of an hour are not.
    """

    def warned(ttl_s: int, **changes: Any) -> list[str]:
        caches = caches_request(responses=response_cache("chat", ttl_s=ttl_s), **{"provider": "elasticache", **changes})
        plan = plan_stack(replace(asked(FEW), caches=caches), CATALOG)
        return [each.message for each in plan.warnings if each.code == "SW446"]

    spared = (planned(FEW).effects[0].without or 0) - (planned(FEW).effects[0].expected or 0)
    (message,) = warned(30 * 86400)
    assert f"expected to spare ${spared:,.0f} of GPU nodes" in message
    assert warned(3600) == []
    assert warned(3600, provider="cluster") == []
