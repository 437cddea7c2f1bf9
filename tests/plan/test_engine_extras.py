"""
What the gateway, the caches and monitoring add to an engine's arguments: in force at once, never in a lock.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

import monitoring_made
from gateway_requests import batching_rung, caches_request, context_cache, gateway_request, team
from requests_made import model_request, reading_request, request
from servewright.catalog.load import load_catalog
from servewright.errors import InvalidInputError
from servewright.plan.lock import lock_of
from servewright.plan.model import EngineSettings, Plan
from servewright.plan.planner import plan_stack
from servewright.spec.gateway_request import Ladder
from servewright.spec.monitoring_request import Traces
from servewright.spec.request import Request

CATALOG = load_catalog()
ASKED = request(model_request("meta-llama/Llama-3.1-8B-Instruct", rate="5", instance_types=("g6.xlarge",)))
PLAIN = plan_stack(ASKED, CATALOG)
LARGER = batching_rung("chat", 8192)
TRACES = Traces(endpoint="http://otel-collector.observability:4317", share=Decimal("0.1"))
EXTRAS: dict[str, dict[str, Any]] = {
    "priorities": {"gateway": gateway_request(teams=(team(priority="high"),))},
    "contexts": {"caches": caches_request(provider="elasticache", contexts=context_cache("chat"))},
    "batching": {"gateway": gateway_request(ladder=Ladder(rungs=(LARGER,), level=1))},
    "traces": {"monitoring": replace(monitoring_made.REQUEST, traces=TRACES, logs="warning")},
}


def engine_of(plan: Plan) -> EngineSettings:
    """
    Return the engine of the one model.
    """
    (model,) = plan.models
    return model.engine


def planned(**changes: Any) -> EngineSettings:
    """
    Return the engine of the stack with *changes*.
    """
    return engine_of(plan_stack(replace(ASKED, **changes), CATALOG))


def test_teams_with_priorities_make_the_engine_serve_by_priority() -> None:
    """
    Without any the engine serves in order of arrival, its default.
    """
    assert "--scheduling-policy=priority" in planned(**EXTRAS["priorities"]).arguments
    assert planned(gateway=gateway_request(teams=(team(),))) == engine_of(PLAIN)


def test_contexts_are_kept_for_the_models_that_are_named() -> None:
    """
    A model beside them has no connector.
    """
    assert any(each.startswith("--kv-transfer-config=") for each in planned(**EXTRAS["contexts"]).arguments)
    other = caches_request(provider="elasticache", contexts=context_cache("other", gib="10"))
    assert planned(caches=other) == engine_of(PLAIN)


def test_monitoring_asks_for_traces_and_logs_where_they_are_not_the_default() -> None:
    """
    Traces go to the collector, the server writes from the level on; monitoring alone changes no argument.
    """
    arguments = planned(**EXTRAS["traces"]).arguments
    assert {"--otlp-traces-endpoint=http://otel-collector.observability:4317", "--uvicorn-log-level=warning"} <= set(arguments)
    assert planned(monitoring=monitoring_made.REQUEST) == engine_of(PLAIN)


def test_a_rung_in_force_changes_the_batches() -> None:
    """
    One that is not in force changes nothing.
    """
    changed = planned(**EXTRAS["batching"])
    assert "--max-num-batched-tokens=8192" in changed.arguments
    assert sum(each.startswith("--max-num-batched-tokens") for each in changed.arguments) == 1
    assert planned(gateway=gateway_request(ladder=Ladder(rungs=(LARGER,), level=0))) == engine_of(PLAIN)


@pytest.mark.parametrize("name", EXTRAS)
def test_a_lock_from_before_still_fits(name: str) -> None:
    """
    The lock holds what was decided; what is added follows the spec, in both directions.
    """
    before = lock_of(PLAIN, CATALOG, "some constants")
    asked = replace(ASKED, **EXTRAS[name])
    after = plan_stack(asked, CATALOG, lock=before, lock_file="spec.lock.json")
    assert after.lock.state == "locked"
    assert engine_of(after).arguments == planned(**EXTRAS[name]).arguments != engine_of(PLAIN).arguments
    assert lock_of(after, CATALOG, "some constants") == before
    fresh = lock_of(plan_stack(asked, CATALOG), CATALOG, "some constants")
    assert fresh.models == before.models
    back = plan_stack(ASKED, CATALOG, lock=fresh, lock_file="spec.lock.json")
    assert engine_of(back) == engine_of(PLAIN)


def refused(asked: Request) -> tuple[str, str, str, str]:
    """
    Return the one fault of *asked*: code, path, message and hint.
    """
    with pytest.raises(InvalidInputError) as raised:
        plan_stack(asked, CATALOG)
    (fault,) = raised.value.diagnostics
    return fault.code, fault.path, fault.message, fault.hint or ""


@pytest.mark.parametrize("level", [0, 1])
def test_batches_that_do_not_fit_are_refused_before_they_are_needed(level: int) -> None:
    """
    The rung is checked whether it is in force or not, with the arithmetic of memory.
    """
    rung = batching_rung("chat", 400_000)
    code, path, message, hint = refused(replace(ASKED, gateway=gateway_request(ladder=Ladder(rungs=(rung,), level=level))))
    assert (code, path) == ("SW321", "gateway.ladder.rungs[0].batching.max_num_batched_tokens")
    assert message == "chat does not fit L4 with steps of 400,000 tokens, MiB:"
    assert "needs" in hint
    assert "has" in hint


def test_batches_smaller_than_what_runs_at_once_are_refused() -> None:
    """
    The engine would not start: each running sequence makes one token in a step.
    """
    few = engine_of(PLAIN).max_num_seqs - 1
    code, _, message, hint = refused(replace(ASKED, gateway=gateway_request(ladder=Ladder(rungs=(batching_rung("chat", few),)))))
    assert code == "SW321"
    assert message == f"a step of {few} tokens is less than the sequences that may run at once: {few + 1}"
    assert f"at least {few + 1}" in hint


def test_an_encoder_reads_a_prompt_in_one_step() -> None:
    """
    Its batches may not be smaller than its context.
    """
    asked = replace(request(reading_request("BAAI/bge-m3")), gateway=gateway_request(ladder=Ladder(rungs=(batching_rung("chat", 4096),))))
    assert "a prompt of full length, which is read in one step: 8,192" in refused(asked)[2]
