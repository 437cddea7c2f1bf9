"""
The size of the gateway and its time-outs, from the traffic and the predictions of the models behind it.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from gateway_requests import RETRIES, caches_request, gateway_request, hits, response_cache, route, semantic_cache
from plans import embedder
from plans import model as planned_model
from requests_made import ON_DEMAND, SPOT, model_request, reading_request, request
from servewright.catalog.load import load_catalog
from servewright.errors import InvalidInputError
from servewright.plan.engine_arguments import SHUTDOWN_TIMEOUT_S
from servewright.plan.gateway import (
    EXIT_S,
    NEAR_ENTRIES,
    TooFewReplicas,
    first_token_timeout_s,
    longest_s,
    plan_gateway,
    requests_per_replica,
    timeout_s,
)
from servewright.plan.gateway_plan import GatewayPlan
from servewright.plan.model import Estimate, ModelPlan, Plan
from servewright.plan.planner import plan_stack
from servewright.plan.traffic import ModelWeek
from servewright.resources.gateway.hook_files import hook_files
from servewright.spec.demand import with_demand
from servewright.spec.gateway_request import GatewayRequest
from servewright.spec.request import Capacity, Request

CATALOG = load_catalog()
STEADY = (Decimal(1),) * 168
DAYS = ((Decimal("0.1"),) * 12 + (Decimal(1),) * 12) * 7
NIGHTS = ((Decimal(1),) * 12 + (Decimal("0.1"),) * 12) * 7
LLAMA = "meta-llama/Llama-3.1-8B-Instruct"


def model_at(rate: str, **changes: object) -> ModelPlan:
    """
    Return the hand-made model at *rate* requests a second.
    """
    made = planned_model(**changes)
    return replace(made, traffic=replace(made.traffic, requests_per_second=Decimal(rate)))


def sized(gateway: GatewayRequest, *weeks: ModelWeek, headroom: str = "0") -> GatewayPlan:
    """
    Return the plan of *gateway* before *weeks*.
    """
    found = plan_gateway(gateway, weeks, Decimal(headroom), CATALOG)
    assert isinstance(found, GatewayPlan)
    return found


def planned(asked: Request) -> Plan:
    """
    Return the plan of *asked*.
    """
    return plan_stack(asked, CATALOG)


def test_one_replica_serves_twenty_three_requests_a_second_of_one_cpu() -> None:
    """
    30 ms of CPU for each request at 70 % of a CPU; a cached one needs less.
    """
    assert requests_per_replica(CATALOG, Decimal(0)) == Decimal(700) / 30
    assert requests_per_replica(CATALOG, Decimal(1)) == Decimal(700) / 26
    assert requests_per_replica(CATALOG, Decimal("0.5")) == Decimal(700) / 28


def test_the_rate_is_that_of_all_models_in_the_busiest_hour() -> None:
    """
    Models that are busy at different times share the gateway's replicas; their peaks do not add up.
    """
    together = sized(gateway_request(), *(ModelWeek(model=model_at("100", name=n), factors=DAYS) for n in ("a", "b")))
    apart = sized(
        gateway_request(),
        ModelWeek(model=model_at("100", name="a"), factors=DAYS),
        ModelWeek(model=model_at("100", name="b"), factors=NIGHTS),
    )
    assert (together.rate, together.replicas.busiest) == (Decimal(200), 9)
    assert (apart.rate, apart.replicas.busiest) == (Decimal(110), 5)
    assert set(apart.replicas.by_hour) == {5}
    assert together.replicas.by_hour[:24] == (2,) * 12 + (9,) * 12


@pytest.mark.parametrize(("rate", "headroom", "busiest"), [("1", "0", 2), ("100", "0", 5), ("100", "0.25", 6), ("1000", "0.25", 54)])
def test_replicas_follow_rate_and_headroom(rate: str, headroom: str, busiest: int) -> None:
    """
    As many as the busiest hour needs with head-room, at least the minimum; the maximum is twice that.
    """
    found = sized(gateway_request(), ModelWeek(model=model_at(rate), factors=STEADY), headroom=headroom).replicas
    assert (found.minimum, found.busiest, found.maximum) == (2, busiest, 2 * busiest)


def test_a_stated_maximum_stands_unless_the_busiest_hour_needs_more() -> None:
    """
    The maximum of the spec is taken; one that the busiest hour exceeds is refused with the arithmetic.
    """
    week = ModelWeek(model=model_at("200"), factors=STEADY)
    assert sized(gateway_request(max_replicas=9), week).replicas.maximum == 9
    found = plan_gateway(gateway_request(max_replicas=8), (week,), Decimal(0), CATALOG)
    assert found == TooFewReplicas(needed=9, most=8, arithmetic="200 req/s x 1 head-room / 23.3 req/s per replica = 9")


def test_too_small_a_maximum_is_a_fault_of_the_spec() -> None:
    """
    One diagnostic at the field, no plan.
    """
    asked = replace(request(model_request(LLAMA, rate="120")), gateway=gateway_request(min_replicas=1, max_replicas=1))
    with pytest.raises(InvalidInputError) as refused:
        plan_stack(asked, CATALOG)
    (fault,) = refused.value.diagnostics
    assert (fault.code, fault.path, fault.value) == ("SW319", "gateway.replicas.max", "1")
    assert fault.message == "the busiest hour needs 6 replicas of the gateway"
    assert fault.hint == "120 req/s x 1.15 head-room / 23.3 req/s per replica = 6"


def test_sure_hits_make_the_gateway_smaller() -> None:
    """
    Only what caches surely answer counts, over all models.
    """
    cached = model_at("100", name="a", hits=hits("0.5", "0.6", "0.7"))
    found = sized(gateway_request(), *(ModelWeek(model=m, factors=STEADY) for m in (cached, model_at("100", name="b"))))
    assert found.requests_per_replica == requests_per_replica(CATALOG, Decimal("0.25"))


def test_vectors_for_near_questions_are_no_calls_of_clients() -> None:
    """
    The gateway makes them within the call that asks: 100 texts in calls of ten are 10 calls, whatever vectors come on top; and hits are of
    what is sent.
    """
    made = model_at("136", name="vectors", vectors=Decimal(36), hits=hits("0.25", "0.25", "0.25"))
    made = replace(made, traffic=replace(made.traffic, per_call=Decimal(10)))
    found = sized(gateway_request(), ModelWeek(model=made, factors=STEADY))
    assert found.rate == 10
    assert found.requests_per_replica == requests_per_replica(CATALOG, Decimal("0.34"))


def test_what_reaches_the_gateway_is_what_is_sent_under_all_names() -> None:
    """
    Direct requests and those of routes, once each: 6 + 10 here, with vectors for half of the questions on top for the engines alone.
    """
    chat = model_request(LLAMA, rate="6")
    embed = reading_request("BAAI/bge-m3", name="vectors", path="models[1]", rate="100")
    gateway = gateway_request(routes=(route(("chat", "1")),))
    caches = caches_request(
        responses=response_cache("chat", deterministic_share=Decimal("0.5")), semantic=semantic_cache("vectors", "chat")
    )
    asked = replace(request(chat), models=with_demand((chat, embed), gateway, caches), gateway=gateway, caches=caches)
    plan = planned(asked)
    assert plan.gateway is not None
    assert plan.gateway.rate == 6 + 10 + 100
    assert [(model.traffic.requests_per_second, model.vectors) for model in plan.models] == [
        (Decimal(16), Decimal(0)),
        (Decimal(108), Decimal(8)),
    ]


def test_a_timeout_is_twice_a_long_request_and_at_least_a_minute() -> None:
    """
    First token plus the p95 answer at the predicted gap, in seconds; 800 ms + 500 x 60 ms here.
    """
    made = model_at("1")
    assert longest_s(made) == pytest.approx(30.8)
    assert timeout_s(RETRIES, made) == 62
    slow = replace(made, predicted=replace(made.predicted, itl_p95_ms=Estimate(low=90, value=200, high=300)))
    assert timeout_s(RETRIES, slow) == 202
    quick = replace(made, predicted=replace(made.predicted, itl_p95_ms=Estimate(low=1, value=2, high=3)))
    assert timeout_s(RETRIES, quick) == 60
    assert timeout_s(replace(RETRIES, timeout_s=45), slow) == 45


def test_a_model_that_only_reads_has_no_answer_to_wait_for() -> None:
    """
    Its long request is its first token.
    """
    (vectors,) = embedder().models
    assert longest_s(vectors) == pytest.approx(0.1)
    assert timeout_s(RETRIES, vectors) == 60


def test_the_first_token_is_awaited_ten_times_its_target() -> None:
    """
    At least 20 s, never longer than the whole request; without a target ten times what is predicted.
    """
    made = model_at("1")
    assert first_token_timeout_s(RETRIES, made) == 20
    loose = replace(made, slo=replace(made.slo, ttft_p95_ms=Decimal(4500)))
    assert first_token_timeout_s(RETRIES, loose) == 45
    assert first_token_timeout_s(replace(RETRIES, timeout_s=30), loose) == 30
    assert first_token_timeout_s(replace(RETRIES, first_token_timeout_s=90), loose) == 62
    free = replace(made, slo=replace(made.slo, ttft_p95_ms=None))
    assert first_token_timeout_s(RETRIES, free) == 20


def test_a_pod_that_ends_has_time_for_the_longest_request_and_its_exit() -> None:
    """
    The grace period is above every time-out.
    """
    weeks = tuple(ModelWeek(model=model_at("1", name=name), factors=STEADY) for name in ("a", "b"))
    found = sized(gateway_request(), *weeks)
    assert found.timeout_s == (("a", 62), ("b", 62))
    assert found.grace_s == found.longest_s + EXIT_S == 77


def test_a_request_that_a_reclaimed_engine_cuts_is_warned_of() -> None:
    """
    Only on spot, and only where a request may take longer than the engine has to end.
    """

    def warned(capacity: Capacity, seconds: int) -> list[str]:
        asked = replace(request(model_request(LLAMA)), capacity=capacity)
        asked = replace(asked, gateway=gateway_request(retries=replace(RETRIES, timeout_s=seconds)))
        return [each.path for each in planned(asked).warnings if each.code == "SW444"]

    assert warned(SPOT, SHUTDOWN_TIMEOUT_S + 1) == ["gateway.retries.timeout"]
    assert warned(SPOT, SHUTDOWN_TIMEOUT_S) == []
    assert warned(ON_DEMAND, SHUTDOWN_TIMEOUT_S + 1) == []


def test_without_a_gateway_nothing_of_it_is_planned() -> None:
    """
    No gateway, no stores, no routes; the CPU pool stays empty.
    """
    plan = planned(request(model_request(LLAMA)))
    assert (plan.gateway, plan.caches, plan.tiers, plan.effects, plan.routes) == (None, None, (), (), ())
    assert plan.pools[-1].nodes.max == 0


def test_every_reason_has_its_figures() -> None:
    """
    Rate, head-room and what a replica serves stand in one line, time-outs in another.
    """
    plan = planned(replace(request(model_request(LLAMA, rate="120")), gateway=gateway_request()))
    assert plan.gateway is not None
    words = "\n".join(plan.gateway.reasons)
    assert "120 req/s x 1.15 head-room / 23.3 req/s per replica = 6 at the busiest hour, at least 2; at most 12" in words
    assert "30 ms for a request" in words
    assert "chat: 60 s for an attempt" in words


def test_the_vectors_of_near_questions_are_memory_of_each_replica() -> None:
    """
    10,000 x (1,024 dimensions of bge-m3 x 4 + 1,500 bytes) = 54 MiB more, requested and allowed; the hook keeps as many and no more.
    """
    vectors = ModelWeek(model=replace(embedder().models[0], architecture="BAAI/bge-m3"), factors=STEADY)
    chat = ModelWeek(model=model_at("10"), factors=STEADY)
    near = semantic_cache(vectors.model.name, chat.model.name)
    without = sized(gateway_request(), chat, vectors)
    found = plan_gateway(gateway_request(), (chat, vectors), Decimal(0), CATALOG, near=near)
    assert isinstance(found, GatewayPlan)
    assert found.container.memory_mib - without.container.memory_mib == 54
    assert found.container.memory_limit_mib - without.container.memory_limit_mib == 54
    assert any("10,000 near questions x (1,024 dimensions x 4 + 1,500 bytes) = 54 MiB more" in reason for reason in found.reasons)
    assert f"ENTRIES = {NEAR_ENTRIES:_}  #" in hook_files()["servewright_semantic.py"]
