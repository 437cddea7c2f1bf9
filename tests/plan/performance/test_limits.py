"""
What bounds the batch of a replica.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

import cards
from servewright.plan.model import Precision
from servewright.plan.performance.batching import Batching
from servewright.plan.performance.hardware import effective_gpu
from servewright.plan.performance.limits import Bounds, kv_capacity, largest_batch
from servewright.plan.performance.replica import Lengths, ReplicaModel, SloTargets
from servewright.plan.performance.step_time import StepTime, step_time

CHAT = Lengths(input_mean=500, input_p95=1000, output_mean=300, output_p95=700)
ESSAYS = Lengths(input_mean=10, input_p95=10, output_mean=900, output_p95=900)
PROMPTS = Lengths(input_mean=6000, input_p95=9000, output_mean=20, output_p95=30)
REPLICA = ReplicaModel(
    card=cards.LLAMA_8B,
    gpu_id="h100",
    tensor_parallel=1,
    precision=Precision(weights="bf16", origin="native", weight_only=False),
    context_length=8192,
    kv_tokens=400_000,
    max_num_batched_tokens=2048,
)


def batching(replica: ReplicaModel, lengths: Lengths) -> Batching:
    """
    Return the steady states of *replica*.
    """
    gpu = effective_gpu(replica.gpu_id)
    assert gpu is not None
    step = step_time(replica.card, gpu, replica.tensor_parallel, replica.precision, 2)
    assert isinstance(step, StepTime)
    return Batching(step=step, lengths=lengths, budget=replica.max_num_batched_tokens)


@pytest.mark.parametrize(
    ("replica", "lengths", "slo", "bound"),
    [
        (replace(REPLICA, kv_tokens=20_000), CHAT, SloTargets(), "kv_cache"),
        (replace(REPLICA, max_num_seqs=8), CHAT, SloTargets(), "max_num_seqs"),
        (replace(REPLICA, max_num_batched_tokens=64, kv_tokens=10**7), ESSAYS, SloTargets(), "max_num_batched_tokens"),
        (replace(REPLICA, kv_tokens=10**9), ESSAYS, SloTargets(), "engine"),
        (REPLICA, PROMPTS, SloTargets(), "prefill"),
        (REPLICA, CHAT, SloTargets(ttft_p95_ms=120), "ttft"),
        (REPLICA, CHAT, SloTargets(itl_p95_ms=15), "itl"),
    ],
)  # fmt: skip
def test_each_bound_is_named(replica: ReplicaModel, lengths: Lengths, slo: SloTargets, bound: str) -> None:
    """
    Whatever bounds the batch is named.
    """
    found = largest_batch(batching(replica, lengths), replica, slo)
    assert found.batch > 0
    assert found.bound == bound


def test_the_cache_is_not_filled_to_the_brim() -> None:
    """
    A quarter or more of the KV cache is head-room for the 99th percentile.
    """
    replica = replace(REPLICA, kv_tokens=60_000)
    found = largest_batch(batching(replica, CHAT), replica)
    assert 0.3 < found.batch / kv_capacity(replica, CHAT) < 0.75


def test_capacity_in_requests() -> None:
    """
    A cache of 81,920 tokens holds 100 requests that are 819.2 tokens long on average.
    """
    even = Lengths(input_mean=719.2, input_p95=719.2, output_mean=200, output_p95=200)
    assert kv_capacity(replace(REPLICA, kv_tokens=81_920), even) == pytest.approx(100)


def test_short_requests_use_windows_fully() -> None:
    """
    kv_tokens counts tokens of long requests, whose windowed layers are cheap: shorter requests take more per token.
    """
    gemma = replace(REPLICA, card=cards.GEMMA_27B, context_length=32768, kv_tokens=1_000_000)
    even = Lengths(input_mean=900, input_p95=900, output_mean=200, output_p95=200)
    assert kv_capacity(gemma, even) < 1_000_000 / 1000 / 3


def test_a_request_beyond_the_cache() -> None:
    """
    Where not even one mean request fits, nothing is stable.
    """
    replica = replace(REPLICA, kv_tokens=300)
    assert largest_batch(batching(replica, CHAT), replica).batch == -1


def test_a_guess_does_not_change_the_answer() -> None:
    """
    Wherever the search begins, the largest batch is the same.
    """
    slo = SloTargets(ttft_p95_ms=150, itl_p95_ms=40)
    bounds = Bounds(batching(REPLICA, CHAT), REPLICA, slo)
    expected = bounds.largest_batch()
    assert [bounds.largest_batch(near) for near in (0.0, 1.0, expected, 2 * expected, 1e6)] == pytest.approx([expected] * 5)
    assert bounds.binding(expected) == largest_batch(batching(REPLICA, CHAT), REPLICA, slo).bound


def test_a_rate_beyond_the_bounds_is_recognised() -> None:
    """
    The batch of a rate a hair below the highest is within the bounds, that of one a hair above is not; the guess does not matter.
    """
    state = batching(REPLICA, CHAT)
    bounds = Bounds(state, REPLICA, SloTargets(itl_p95_ms=15))
    highest = state.rate(bounds.largest_batch())
    for near in (None, 0.0, 5.0, 300.0):
        assert bounds.at_rate(highest * 0.999, near)[1]
        assert not bounds.at_rate(highest * 1.001, near)[1]
    assert state.rate(bounds.batch_of(highest)) == pytest.approx(highest)


def test_stages_have_slots_of_their_own() -> None:
    """
    Each of two batches under way has its own budget: twice as many requests may run.
    """
    narrow = replace(REPLICA, max_num_batched_tokens=64, kv_tokens=10**7)
    one, two = (Bounds(batching(narrow, ESSAYS), replace(narrow, pipeline_parallel=p), SloTargets()) for p in (1, 2))
    assert one.largest_batch() < 64 < two.largest_batch()
