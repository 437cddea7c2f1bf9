"""
What one replica does under a load, and the highest load under which it meets its targets.

Closed forms only: a prediction costs some hundred step times, about a millisecond. Every figure is an interval; how wide, and what it
means, is in docs/sizing.md.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from servewright.plan.model import Estimate
from servewright.plan.performance.batching import Batching
from servewright.plan.performance.hardware import constants, relative_band
from servewright.plan.performance.limits import Bounds, kv_capacity, largest_batch, running_p99
from servewright.plan.performance.outcome import (
    PIPELINE_SLICE,
    Capacity,
    Outcome,
    Saturation,
    Unstable,
    estimate,
    extra_headroom,
    gpu_of,
    pipeline_headroom,
    slice_of,
    step_of,
)
from servewright.plan.performance.queueing import decoding, first_token
from servewright.plan.performance.read_only import best_reading, highest_reading, predict_reading
from servewright.plan.performance.replica import NO_TARGETS, Lengths, Load, ReplicaModel, SloTargets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servewright.plan.performance.limits import Bound

__all__ = [
    "Capacity",
    "Lengths",
    "Load",
    "Outcome",
    "ReplicaModel",
    "SloTargets",
    "Unstable",
    "best_rate",
    "extra_headroom",
    "max_rate",
    "pipeline_headroom",
    "predict",
    "saturated",
]


def predict(replica: ReplicaModel, load: Load) -> Outcome | Unstable:
    """
    Return what *replica* does under *load*.
    """
    if replica.card.reads_only:
        return predict_reading(replica, load)
    batching = _batching(replica, load.lengths)
    bounds = Bounds(batching, replica, NO_TARGETS)
    batch = bounds.batch_of(load.requests_per_s)
    if bounds.tightest(batch)[1] > 1:
        limit = largest_batch(batching, replica)
        highest = batching.rate(max(0.0, limit.batch))
        if load.requests_per_s > highest:
            reason = f"{load.requests_per_s:g} req/s exceed {highest:.3g}: {_words(limit.bound, replica, NO_TARGETS)}"
            return Unstable(reason=reason, max_requests_per_s=highest)
        batch = min(batch, max(0.0, limit.batch))  # within the bounds but for rounding
    steady = batching.steady(batch)
    first = first_token(batching, steady)
    state = decoding(batching, steady, first)
    tokens = load.requests_per_s * load.lengths.output_mean
    return Outcome(
        ttft_p95_ms=estimate(first.p95_s * 1e3, relative_band("ttft", PIPELINE_SLICE if replica.pipeline_parallel > 1 else "all")),
        itl_p95_ms=estimate(state.itl_p95_s * 1e3, relative_band("itl", slice_of(replica))),
        output_tokens_per_s=Estimate(low=tokens, value=tokens, high=tokens),
        concurrency=state.running,
        concurrency_p99=running_p99(state),
        kv_use=state.running / kv_capacity(replica, load.lengths),
        prefill_use=steady.prefill_use,
        prompt_share=steady.slow_down,
        wait_ms=first.wait_s * 1e3,
        prompt_ms=first.prompt_s * 1e3,
        calibrated=gpu_of(replica).calibrated and replica.pipeline_parallel == 1,
    )


def max_rate(replica: ReplicaModel, lengths: Lengths, slo: SloTargets) -> Capacity:
    """
    Return the highest stable rate at which *replica* meets *slo* by the middle of the interval; 0 where it never does.
    """
    if replica.card.reads_only:
        return highest_reading(replica, lengths, slo)
    batching = _batching(replica, lengths)
    limit = largest_batch(batching, replica, slo)
    if limit.batch > 0.0:
        return Capacity(batching.rate(limit.batch), _words(limit.bound, replica, slo))
    return Capacity(0.0, _alone(batching, limit.bound) or _words(limit.bound, replica, slo))


def best_rate(replicas: Sequence[ReplicaModel], lengths: Lengths, slo: SloTargets, above: float = 0.0) -> tuple[ReplicaModel, Capacity]:
    """
    Return the one of *replicas*, which differ in their rising batching budgets, with the highest `max_rate`; of equals the first.

    The last is asked first, each other one only until it is clear that it serves no more than the best so far. Where none serves it is
    the last: a large budget reads a lone prompt fastest, its refusal is the closest miss. A rate of *above* or less counts as none.
    """
    if replicas[-1].card.reads_only:
        return best_reading(replicas, lengths, slo)
    found = []
    near, best = None, above
    batching = _batching(replicas[-1], lengths)
    for replica in (replicas[-1], *replicas[:-1]):
        batching = batching.with_budget(replica.max_num_batched_tokens)
        bounds = Bounds(batching, replica, slo)
        near, hopeful = bounds.at_rate(best, near) if best > 0 else (near, True)
        batch = bounds.largest_batch(near) if hopeful else -1.0
        if batch > 0:
            near, best = batch, batching.rate(batch)
            found.append((best, -replica.max_num_batched_tokens, replica, bounds, batch))
        elif best <= 0:
            near = 0.0
    if found:
        best, _, replica, bounds, batch = max(found, key=itemgetter(0, 1))
        return replica, Capacity(best, _words(bounds.binding(batch), replica, slo))
    return replicas[-1], Capacity(0.0, f"serves no more than {above:.3g} req/s") if above > 0 else max_rate(replicas[-1], lengths, slo)


def saturated(replica: ReplicaModel, lengths: Lengths) -> Saturation:
    """
    Return the throughput of *replica* at its largest stable concurrency, whatever the latency.
    """
    batching = _batching(replica, lengths)
    limit = largest_batch(batching, replica)
    steady = batching.steady(max(0.0, limit.batch))
    return Saturation(
        output_tokens_per_s=estimate(steady.rate * lengths.output_mean, relative_band("throughput", slice_of(replica))),
        requests_per_s=steady.rate,
        concurrency=decoding(batching, steady, first_token(batching, steady)).running,
        binding=_words(limit.bound, replica, NO_TARGETS),
    )


def _batching(replica: ReplicaModel, lengths: Lengths) -> Batching:
    return Batching(step=step_of(replica), lengths=lengths, budget=replica.max_num_batched_tokens, stages=replica.pipeline_parallel)


def _alone(batching: Batching, bound: Bound) -> str | None:
    """
    Return what a request takes on an empty replica where that already misses a target.
    """
    steady = batching.steady(0.0)
    first = first_token(batching, steady)
    if bound == "ttft":
        return f"the first token takes {first.p95_s * 1e3:,.0f} ms without any other request"
    if bound == "itl":
        return f"an output token takes {decoding(batching, steady, first).itl_p95_s * 1e3:,.1f} ms without any other request"
    return None


def _words(bound: Bound, replica: ReplicaModel, slo: SloTargets) -> str:
    """
    Return what bounds the batch, for reasons that people read.
    """
    words: dict[Bound, str] = {
        "kv_cache": f"KV cache of {replica.kv_tokens:,} tokens is full",
        "max_num_seqs": f"max_num_seqs {replica.max_num_seqs} is reached",
        "max_num_batched_tokens": f"max_num_batched_tokens {replica.max_num_batched_tokens} is reached",
        "engine": f"{constants().running_requests_limit:.0f} running requests, the most that is planned per replica",
        "prefill": f"reading prompts takes {constants().prefill_use_limit:.0%} of the time",
        "ttft": f"first token within {slo.ttft_p95_ms or 0:g} ms",
        "itl": f"time per output token within {slo.itl_p95_ms or 0:g} ms",
    }
    return words[bound]
