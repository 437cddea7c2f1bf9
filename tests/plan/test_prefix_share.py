"""
The part of the prompts that repeats makes fewer replicas, within the same targets.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from requests_made import model_request, reading_request, request
from servewright.catalog.load import load_catalog
from servewright.plan.model import ModelPlan
from servewright.plan.planner import plan_stack
from servewright.spec.request import ModelRequest

CATALOG = load_catalog()
CHAT = model_request("meta-llama/Llama-3.1-8B-Instruct", rate="20", prompt=3000, answer=100, ttft="2000", instance_types=("g6.xlarge",))


def planned(model: ModelRequest, share: str) -> ModelPlan:
    """
    Return the plan of *model* with *share* of its prompts repeated.
    """
    repeated = replace(model, traffic=replace(model.traffic, prefix_share=Decimal(share)))
    (found,) = plan_stack(request(repeated), CATALOG).models
    return found


def test_what_repeats_is_not_read_again() -> None:
    """
    More requests from a replica, fewer replicas, still within the targets; the reason says what was counted.
    """
    plain, warm = planned(CHAT, "0"), planned(CHAT, "0.6")
    assert warm.predicted.max_requests_per_s > plain.predicted.max_requests_per_s
    assert warm.replicas.busiest < plain.replicas.busiest
    assert warm.predicted.ttft_p95_ms.value <= 2000
    words = "60 % of a mean prompt is in the engine's cache: the rate counts 1,200 of 3,000 tokens"
    assert any(words in reason for reason in warm.reasons)
    assert not any("engine's cache" in reason for reason in plain.reasons)


def test_the_memory_stays_that_of_whole_prompts() -> None:
    """
    Not one token of KV cache is saved: a cold cache must have room for all.
    """
    plain, warm = planned(CHAT, "0"), planned(CHAT, "0.6")
    if plain.engine.max_num_batched_tokens == warm.engine.max_num_batched_tokens:
        assert plain.memory == warm.memory
    assert plain.engine.context_length == warm.engine.context_length


def test_a_model_that_only_reads_is_sized_for_all_of_it() -> None:
    """
    Texts to embed have no beginning in common, and an encoder has no cache.
    """
    reader = reading_request("BAAI/bge-m3")
    assert replace(planned(reader, "0.6"), traffic=reader.traffic) == planned(reader, "0")
