"""
What one replica does under a load, and the highest load under which it meets its targets.

Closed forms only: a prediction costs some hundred step times, about a millisecond. Every figure is an interval; how wide, and what it
means, is in docs/sizing.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from servewright.plan.model import Estimate
from servewright.plan.performance.batching import Batching
from servewright.plan.performance.hardware import constants, effective_gpu, relative_band
from servewright.plan.performance.limits import Bounds, kv_capacity, largest_batch, running_p99
from servewright.plan.performance.queueing import decoding, first_token
from servewright.plan.performance.replica import NO_TARGETS, Lengths, Load, ReplicaModel, SloTargets
from servewright.plan.performance.step_time import step_time
from servewright.plan.weight_formats import FORMATS
from servewright.plan.weights import CannotBeSized

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servewright.plan.performance.hardware import EffectiveGpu
    from servewright.plan.performance.limits import Bound

__all__ = ["Capacity", "Lengths", "Load", "Outcome", "ReplicaModel", "SloTargets", "Unstable", "max_rate", "predict", "saturated"]


_MEASURED_SLICE: Final = "calibrated dense"
_PIPELINE_SLICE: Final = "pipeline"
_FITTED_KERNELS = frozenset({"16-bit", "8-bit", "fp4"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """
    What a replica does under a load.

    *output_tokens_per_s* follows from the load (a stable replica serves what arrives); *concurrency* is the mean number of running
    requests and *concurrency_p99* the percentile to set --max-num-seqs by; *kv_use* and *prefill_use* are mean shares. The
    *..._ms* figures are mean parts of the first token. *calibrated* is False where the GPU has no fitted constants and for a pipeline.
    """

    ttft_p95_ms: Estimate
    itl_p95_ms: Estimate
    output_tokens_per_s: Estimate
    concurrency: float
    concurrency_p99: float
    kv_use: float
    prefill_use: float
    wait_ms: float
    prompt_ms: float
    calibrated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unstable:
    """
    The replica cannot serve the load: its queue grows without end. *max_requests_per_s* is what it can serve at most.
    """

    reason: str
    max_requests_per_s: float


class Capacity(NamedTuple):
    """
    The highest rate of one replica, and the words for what binds it there.
    """

    requests_per_s: float
    binding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Saturation:
    """
    A replica at its largest stable concurrency, whatever the latency.
    """

    output_tokens_per_s: Estimate
    requests_per_s: float
    concurrency: float
    binding: str


def predict(replica: ReplicaModel, load: Load) -> Outcome | Unstable:
    """
    Return what *replica* does under *load*.
    """
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
        ttft_p95_ms=_estimate(first.p95_s * 1e3, relative_band("ttft", _PIPELINE_SLICE if replica.pipeline_parallel > 1 else "all")),
        itl_p95_ms=_estimate(state.itl_p95_s * 1e3, relative_band("itl", _slice(replica))),
        output_tokens_per_s=Estimate(low=tokens, value=tokens, high=tokens),
        concurrency=state.running,
        concurrency_p99=running_p99(state),
        kv_use=state.running / kv_capacity(replica, load.lengths),
        prefill_use=steady.prefill_use,
        wait_ms=first.wait_s * 1e3,
        prompt_ms=first.prompt_s * 1e3,
        calibrated=_gpu(replica).calibrated and replica.pipeline_parallel == 1,
    )


def max_rate(replica: ReplicaModel, lengths: Lengths, slo: SloTargets) -> Capacity:
    """
    Return the highest stable rate at which *replica* meets *slo* by the middle of the interval; 0 where it never does.
    """
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
        output_tokens_per_s=_estimate(steady.rate * lengths.output_mean, relative_band("throughput", _slice(replica))),
        requests_per_s=steady.rate,
        concurrency=decoding(batching, steady, first_token(batching, steady)).running,
        binding=_words(limit.bound, replica, NO_TARGETS),
    )


def extra_headroom(replica: ReplicaModel) -> float:
    """
    Return how much wider the error band of *replica* is than that of what the fit has seen: 0 for that, 0.1 for other GPUs and models,
    0.3 for a pipeline.
    """
    return relative_band("throughput", _slice(replica)) - relative_band("throughput", _MEASURED_SLICE)


def pipeline_headroom() -> float:
    """
    Return `extra_headroom` of a replica with pipeline stages.
    """
    return relative_band("throughput", _PIPELINE_SLICE) - relative_band("throughput", _MEASURED_SLICE)


def _batching(replica: ReplicaModel, lengths: Lengths) -> Batching:
    stages = replica.pipeline_parallel
    step = step_time(replica.card, _gpu(replica), replica.tensor_parallel, replica.precision, replica.kv_element_bytes, stages)
    if isinstance(step, CannotBeSized):
        raise ValueError(step.reason)  # noqa: TRY004 - the card's value is at fault, not a type
    return Batching(step=step, lengths=lengths, budget=replica.max_num_batched_tokens, stages=stages)


def _gpu(replica: ReplicaModel) -> EffectiveGpu:
    gpu = effective_gpu(replica.gpu_id)
    if gpu is None:
        msg = f"no speed is known for GPU {replica.gpu_id}"
        raise ValueError(msg)
    return gpu


def _slice(replica: ReplicaModel) -> str:
    """
    Return the slice of the error table: the narrow band is for what the fit has seen.
    """
    if replica.pipeline_parallel > 1:
        return _PIPELINE_SLICE
    card, fitted = replica.card, FORMATS[replica.precision.weights].kernels in _FITTED_KERNELS and not replica.precision.weight_only
    plain = not card.experts and not card.linear_attention_layers
    return _MEASURED_SLICE if _gpu(replica).calibrated and plain and fitted else "experts or uncalibrated"


def _estimate(value: float, band: float) -> Estimate:
    return Estimate(low=value * (1 - band), value=value, high=value * (1 + band))


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
