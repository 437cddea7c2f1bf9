"""
Laws of the performance model that hold for every model, GPU, split, precision, budget and length.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import cards
from servewright.plan.memory import fit
from servewright.plan.model import Memory, Precision
from servewright.plan.parallelism import Split, TensorSplits, pipeline_splits, tensor_splits
from servewright.plan.performance.batching import Batching
from servewright.plan.performance.hardware import constants, effective_gpu
from servewright.plan.performance.limits import kv_capacity, running_p99
from servewright.plan.performance.predict import (
    Lengths,
    Load,
    Outcome,
    ReplicaModel,
    SloTargets,
    best_rate,
    max_rate,
    predict,
    saturated,
)
from servewright.plan.performance.queueing import decoding, first_token
from servewright.plan.performance.step_time import StepTime, step_time

USABLE_MIB = {
    "t4": 15360, "a10g": 22888, "l4": 22888, "l40s": 45776, "a100-40": 40960, "a100-80": 81559, "h100": 81559, "h200": 143771,
    "b200": 183359, "b300": 275040, "rtx-pro-6000": 97887,
}  # fmt: skip
BUDGETS = (256, 512, 1024, 2048, 4096, 8192, 16384)
SLACK = 1 + 1e-5

few = settings(max_examples=60)


def precision_of(weights: str, gpu_id: str, native: str) -> Precision:
    """
    Return the precision as the planner states it: weight-only where the GPU has no units.
    """
    gpu = effective_gpu(gpu_id)
    assert gpu is not None
    return Precision(
        weights=weights,
        origin="native" if weights == native else "online",
        weight_only=weights == "fp8" and gpu.peak_fp8 is None,
    )


@st.composite
def replicas(draw: st.DrawFn, *, pipelines: bool = True) -> ReplicaModel:
    """
    Draw a replica that fits its GPUs, one of pipeline stages among them where *pipelines*.
    """
    card, gpu_id = draw(st.sampled_from(cards.ALL)), draw(st.sampled_from(sorted(USABLE_MIB)))
    splits = tensor_splits(card, 8)
    assert isinstance(splits, TensorSplits)
    every = [*map(Split, splits.legal), *(pipeline_splits(card, splits.legal, 8) if pipelines else ())]
    split, budget = draw(st.sampled_from(every)), draw(st.sampled_from(BUDGETS))
    precision = precision_of(draw(st.sampled_from(sorted({card.native_format, "fp8"}))), gpu_id, card.native_format)
    context = draw(st.sampled_from((4096, 8192, 32768)))
    memory = fit(card, USABLE_MIB[gpu_id], split.tensor, precision, context, budget, pipeline_parallel=split.pipeline)
    assume(isinstance(memory, Memory))
    assert isinstance(memory, Memory)
    return ReplicaModel(
        card=card,
        gpu_id=gpu_id,
        tensor_parallel=split.tensor,
        pipeline_parallel=split.pipeline,
        precision=precision,
        context_length=context,
        kv_tokens=memory.kv_tokens,
        max_num_batched_tokens=budget,
        max_num_seqs=draw(st.sampled_from((None, 16, 256))),
    )


@st.composite
def lengths(draw: st.DrawFn) -> Lengths:
    """
    Draw lengths from chat to long documents, even and uneven.
    """
    given_mean, made_mean = draw(st.floats(16, 6000)), draw(st.floats(2, 1500))
    return Lengths(
        input_mean=given_mean,
        input_p95=given_mean * draw(st.floats(1, 4)),
        output_mean=made_mean,
        output_p95=made_mean * draw(st.floats(1, 4)),
    )


def batching_of(replica: ReplicaModel, sizes: Lengths) -> Batching:
    """
    Return the steady states of *replica*.
    """
    gpu, stages = effective_gpu(replica.gpu_id), replica.pipeline_parallel
    assert gpu is not None
    step = step_time(replica.card, gpu, replica.tensor_parallel, replica.precision, replica.kv_element_bytes, stages)
    assert isinstance(step, StepTime)
    return Batching(step=step, lengths=sizes, budget=replica.max_num_batched_tokens, stages=stages)


def slots_of(replica: ReplicaModel) -> float:
    """
    Return how many requests may run at once.
    """
    slots = (replica.max_num_batched_tokens * replica.pipeline_parallel, constants().running_requests_limit)
    return min(*slots, *(() if replica.max_num_seqs is None else (replica.max_num_seqs,)))


def plain_rate(replica: ReplicaModel, sizes: Lengths, slo: SloTargets) -> float:
    """
    Return the highest rate by the law alone: an interval of batch sizes is halved sixty times, each time with a plain yes or no.
    """
    batching, cache = batching_of(replica, sizes), kv_capacity(replica, sizes)

    def within(batch: float) -> bool:
        steady = batching.steady(batch)
        first = first_token(batching, steady)
        state = decoding(batching, steady, first)
        return (
            steady.prefill_use <= constants().prefill_use_limit
            and (slo.ttft_p95_ms is None or first.p95_s * 1e3 <= slo.ttft_p95_ms)
            and (slo.itl_p95_ms is None or state.itl_p95_s * 1e3 <= slo.itl_p95_ms)
            and running_p99(state) <= slots_of(replica)
            and running_p99(state, 1 + sizes.context_variation) <= cache
        )

    low, high = 0.0, max(0.0, min(slots_of(replica), cache) - 1)
    if not within(low):
        return 0.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle) else (low, middle)
    return batching.steady(low).rate


@few
@given(replica=replicas(), sizes=lengths(), ttft=st.none() | st.floats(50, 5000), itl=st.none() | st.floats(5, 300))
def test_the_search_finds_what_the_plain_law_says(replica: ReplicaModel, sizes: Lengths, ttft: float | None, itl: float | None) -> None:
    """
    The interpolating search ends at the same rate as halving does.
    """
    slo = SloTargets(ttft_p95_ms=ttft, itl_p95_ms=itl)
    assert max_rate(replica, sizes, slo).requests_per_s == pytest.approx(plain_rate(replica, sizes, slo), rel=1e-6, abs=1e-9)


@few
@given(replica=replicas(), sizes=lengths(), ttft=st.none() | st.floats(50, 5000), itl=st.none() | st.floats(5, 300), share=st.floats(0, 2))
def test_the_best_budget_is_the_best_of_all(
    replica: ReplicaModel, sizes: Lengths, ttft: float | None, itl: float | None, share: float
) -> None:
    """
    Budgets that are ruled out early would not have won, and a rate that must be exceeded changes nothing but whether it is.
    """
    slo, several = SloTargets(ttft_p95_ms=ttft, itl_p95_ms=itl), [replace(replica, max_num_batched_tokens=budget) for budget in BUDGETS]
    highest = max(plain_rate(each, sizes, slo) for each in several)
    chosen, found = best_rate(several, sizes, slo)
    assert found.requests_per_s == pytest.approx(highest, rel=1e-6, abs=1e-9)
    assert chosen in several
    assume(found.requests_per_s > 0 and abs(share - 1) > 1e-5)
    limited = best_rate(several, sizes, slo, above=found.requests_per_s * share)[1].requests_per_s
    assert limited == pytest.approx(highest if share < 1 else 0, rel=1e-6, abs=1e-9)


@few
@given(replica=replicas(), sizes=lengths(), low=st.floats(0.02, 1), high=st.floats(0.02, 1))
def test_latency_never_falls_when_the_rate_rises(replica: ReplicaModel, sizes: Lengths, low: float, high: float) -> None:
    """
    More requests a second never make first token or time per output token shorter, nor the batch smaller.

    A filled step bounds the time per output token; it may shorten by less than a hundredth as running requests displace prompt tokens,
    in a pipeline by less than a twentieth.
    """
    top = saturated(replica, sizes).requests_per_s * 0.999
    assume(top > 0)
    calm, busy = (predict(replica, Load(requests_per_s=top * share, lengths=sizes)) for share in sorted((low, high)))
    assert isinstance(calm, Outcome)
    assert isinstance(busy, Outcome)
    assert calm.ttft_p95_ms.value <= busy.ttft_p95_ms.value * SLACK
    assert calm.itl_p95_ms.value <= busy.itl_p95_ms.value * (1.01 if replica.pipeline_parallel == 1 else 1.05)
    assert calm.concurrency <= busy.concurrency * SLACK


@few
@given(replica=replicas(), sizes=lengths(), batch=st.floats(0, 200), more=st.floats(0.01, 50))
def test_the_rate_rises_with_the_batch(replica: ReplicaModel, sizes: Lengths, batch: float, more: float) -> None:
    """
    A larger batch means a higher rate: the search has one solution, and a batch beyond the bounds rules out all smaller rates.
    """
    batching = batching_of(replica, sizes)
    assume(batch + more < replica.max_num_batched_tokens * replica.pipeline_parallel)
    small, large = batching.steady(batch), batching.steady(batch + more)
    assert small.rate == batching.rate(batch)
    assert small.rate <= large.rate * SLACK


@few
@given(
    replica=replicas(), sizes=lengths(), ttft=st.floats(20, 5000), itl=st.floats(2, 300), tighter=st.floats(0.2, 1), which=st.booleans()
)  # fmt: skip
def test_a_tighter_target_never_raises_the_rate(
    *, replica: ReplicaModel, sizes: Lengths, ttft: float, itl: float, tighter: float, which: bool
) -> None:
    """
    The highest rate never rises when a target is tightened or added.
    """
    loose = SloTargets(ttft_p95_ms=ttft, itl_p95_ms=itl)
    tight = SloTargets(ttft_p95_ms=ttft * (tighter if which else 1), itl_p95_ms=itl * (1 if which else tighter))
    found = max_rate(replica, sizes, loose).requests_per_s
    assert max_rate(replica, sizes, tight).requests_per_s <= found * SLACK
    assert found <= max_rate(replica, sizes, SloTargets()).requests_per_s * SLACK


@few
@given(replica=replicas(), sizes=lengths(), longer=st.floats(1, 3), ttft=st.floats(50, 5000))
def test_a_longer_input_never_raises_the_rate(replica: ReplicaModel, sizes: Lengths, longer: float, ttft: float) -> None:
    """
    The highest rate never rises when prompts grow.
    """
    slo = SloTargets(ttft_p95_ms=ttft, itl_p95_ms=200)
    grown = Lengths(
        input_mean=sizes.input_mean * longer, input_p95=sizes.input_p95 * longer,
        output_mean=sizes.output_mean, output_p95=sizes.output_p95,
    )  # fmt: skip
    assert max_rate(replica, grown, slo).requests_per_s <= max_rate(replica, sizes, slo).requests_per_s * SLACK


@few
@given(replica=replicas(), sizes=lengths(), share=st.floats(0.01, 1))
def test_the_highest_rate_meets_its_targets_and_no_more_does(replica: ReplicaModel, sizes: Lengths, share: float) -> None:
    """
    At the rate that was found the prediction is within both targets; a rate above what is stable is unstable.
    """
    slo = SloTargets(ttft_p95_ms=1000 * share + 50, itl_p95_ms=100)
    found = max_rate(replica, sizes, slo).requests_per_s
    assume(found > 0)
    outcome = predict(replica, Load(requests_per_s=found * 0.9999, lengths=sizes))
    assert isinstance(outcome, Outcome)
    assert outcome.ttft_p95_ms.value <= (slo.ttft_p95_ms or 0) * SLACK
    assert outcome.itl_p95_ms.value <= (slo.itl_p95_ms or 0) * SLACK
    assert not isinstance(predict(replica, Load(requests_per_s=saturated(replica, sizes).requests_per_s * 1.01, lengths=sizes)), Outcome)


@few
@given(replica=replicas(), running=st.floats(0, 500), more=st.floats(0, 500), context=st.floats(1, 30000), tokens=st.floats(0, 8192))
def test_step_time_never_falls(replica: ReplicaModel, running: float, more: float, context: float, tokens: float) -> None:
    """
    A step never gets shorter with more running requests, more context or more prompt tokens.
    """
    step = batching_of(replica, Lengths(input_mean=100, input_p95=100, output_mean=100, output_p95=100)).step
    base = step.seconds(running, context, tokens, 2000)
    assert base <= step.seconds(running + more, context, tokens, 2000) * SLACK
    assert base <= step.seconds(running, context + more, tokens, 2000) * SLACK
    assert base <= step.seconds(running, context, tokens + more, 2000) * SLACK
    assert base <= step.seconds(running, context, tokens, 2000 + more) * SLACK


@few
@given(
    replica=replicas(pipelines=False),
    sizes=lengths(),
    batch=st.floats(0, 120),
    budgets=st.tuples(st.sampled_from(BUDGETS), st.sampled_from(BUDGETS)),
)
def test_a_larger_budget_never_delays_the_first_token(
    replica: ReplicaModel, sizes: Lengths, batch: float, budgets: tuple[int, int]
) -> None:
    """
    With the same requests running and the same rate, a larger max_num_batched_tokens shortens queue and prompt or leaves them.

    What it does cost, longer mixed steps under way on arrival, is at most half of one such step and a decoding matter. Through pipeline
    stages small chunks of a prompt flow faster than large ones: there the law does not hold.
    """
    small, large = (replace(batching_of(replica, sizes), budget=budget) for budget in sorted(budgets))
    assume(batch < small.budget * small.stages)
    tight, wide = small.steady(batch), large.steady(batch)
    assume(tight.prefill_use < 0.95)
    assert wide.prompt_s_per_token <= tight.prompt_s_per_token * SLACK
    slow, quick = first_token(small, tight), first_token(large, wide)
    assert quick.prompt_s <= slow.prompt_s * SLACK
    under_way = wide.mixed_share * wide.mixed_s * (1 + sizes.input_variation)
    assert quick.p95_s <= slow.p95_s * SLACK + under_way


@few
@given(replica=replicas(), sizes=lengths(), batch=st.floats(0, 100))
def test_the_percentile_is_not_below_the_mean(replica: ReplicaModel, sizes: Lengths, batch: float) -> None:
    """
    95th percentiles are never below means, and no time per output token exceeds a filled step.
    """
    batching = batching_of(replica, sizes)
    assume(batch < replica.max_num_batched_tokens * replica.pipeline_parallel)
    steady = batching.steady(batch)
    assume(steady.prefill_use < 0.95)
    first = first_token(batching, steady)
    state = decoding(batching, steady, first)
    assert first.mean_s <= first.p95_s * SLACK
    assert state.itl_mean_s <= state.itl_p95_s * SLACK


@few
@given(replica=replicas(), sizes=lengths(), factor=st.floats(1, 3))
def test_more_kv_cache_never_lowers_the_rate(replica: ReplicaModel, sizes: Lengths, factor: float) -> None:
    """
    A replica with more room for KV cache serves at least as much.
    """
    slo = SloTargets(ttft_p95_ms=2000, itl_p95_ms=150)
    roomy = replace(replica, kv_tokens=int(replica.kv_tokens * factor))
    assert max_rate(replica, sizes, slo).requests_per_s <= max_rate(roomy, sizes, slo).requests_per_s * SLACK


@few
@given(replica=replicas(), sizes=lengths())
def test_predictions_are_deterministic_and_bracketed(replica: ReplicaModel, sizes: Lengths) -> None:
    """
    The same question has the same answer, and low <= value <= high.
    """
    slo = SloTargets(ttft_p95_ms=1500, itl_p95_ms=120)
    assert max_rate(replica, sizes, slo) == max_rate(replica, sizes, slo)
    tokens = saturated(replica, sizes).output_tokens_per_s
    assert 0 <= tokens.low <= tokens.value <= tokens.high


@few
@given(replica=replicas(), sizes=lengths(), low=st.floats(0, 1), high=st.floats(0, 1), ttft=st.floats(50, 5000))
def test_a_cached_prefix_never_lowers_the_rate(replica: ReplicaModel, sizes: Lengths, low: float, high: float, ttft: float) -> None:
    """
    The highest rate never falls when more of the prompts is cached, but for a hundredth at most where targets are all but missed by one
    request alone: a step behind a cached part is longer than one with as many tokens of a whole prompt, for it attends to that part too.
    """
    low, high = sorted((low, high))
    slo = SloTargets(ttft_p95_ms=ttft, itl_p95_ms=200)
    found = [max_rate(replica, replace(sizes, cached=share), slo).requests_per_s for share in (0.0, low, high)]
    assert found[0] <= found[1] * 1.01
    assert found[1] <= found[2] * 1.01


@few
@given(replica=replicas(), sizes=lengths(), share=st.floats(0, 1))
def test_a_first_prompt_finds_nothing_cached(replica: ReplicaModel, sizes: Lengths, share: float) -> None:
    """
    On an empty replica the first token takes as long as ever, and as many requests fit the KV cache.
    """
    cached = replace(sizes, cached=share)
    plain, warm = (first_token(batching, batching.steady(0.0)) for batching in (batching_of(replica, sizes), batching_of(replica, cached)))
    assert plain == warm
    assert kv_capacity(replica, sizes) == kv_capacity(replica, cached)


@few
@given(replica=replicas(), sizes=lengths(), share=st.floats(0, 1))
def test_at_the_same_rate_nothing_gets_slower(replica: ReplicaModel, sizes: Lengths, share: float) -> None:
    """
    Less to read means a shorter queue and shorter gaps.
    """
    rate = 0.8 * max_rate(replica, sizes, SloTargets()).requests_per_s
    assume(rate > 0)
    plain, warm = (predict(replica, Load(requests_per_s=rate, lengths=each)) for each in (sizes, replace(sizes, cached=share)))
    assert isinstance(plain, Outcome)
    assert isinstance(warm, Outcome)
    assert warm.ttft_p95_ms.value <= plain.ttft_p95_ms.value * SLACK
    assert warm.prefill_use <= plain.prefill_use * SLACK
