"""
How large the batch of a replica can be before it is no longer stable or misses a target, and what stops it.

    slots     mean + 1 + z sd of the running requests <= max_num_seqs, max_num_batched_tokens and the engine's own limit
    memory    mean + 1 + z sd <= KV cache / KV of a mean running request, sd with the spread of contexts
    prefill   prefill use <= 0.9
    targets   95th percentiles of `queueing` <= the service-level objectives

z = 2.33, the 99th percentile: beyond it requests are preempted, and a preempted request costs its prompt twice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from servewright.plan.kv_cache import kv_bytes
from servewright.plan.performance.batching import largest
from servewright.plan.performance.hardware import constants
from servewright.plan.performance.queueing import decoding, first_token
from servewright.plan.performance.replica import NO_TARGETS, Z99

if TYPE_CHECKING:
    from servewright.plan.performance.batching import Batching
    from servewright.plan.performance.queueing import Decoding
    from servewright.plan.performance.replica import Lengths, ReplicaModel, SloTargets

Bound = Literal["kv_cache", "max_num_seqs", "max_num_batched_tokens", "engine", "prefill", "ttft", "itl"]


_JUST_BEYOND = 1e-9
"""
Share of the search interval by which to overrun a bound in order to name it; wider than the bisection is fine.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """
    The largest *batch* size within all bounds (-1: not even an empty replica is), and the *bound* that a larger one overruns.
    """

    batch: float
    bound: Bound


def largest_batch(batching: Batching, replica: ReplicaModel, slo: SloTargets = NO_TARGETS) -> Limit:
    """
    Return the largest batch size that is stable and meets *slo*.
    """
    capacities = _capacities(replica, batching.lengths)
    ceiling = max(0.0, min(capacities.values()) - 1)
    batch = largest(ceiling, lambda b: _overrun(batching, capacities, slo, b) is None)
    tightest = min(capacities, key=lambda name: capacities[name])
    beyond = max(batch, 0.0) + ceiling * _JUST_BEYOND
    return Limit(batch=batch, bound=_overrun(batching, capacities, slo, beyond) or tightest)


def kv_capacity(replica: ReplicaModel, lengths: Lengths) -> float:
    """
    Return how many requests of mean running context the KV cache holds.
    """
    card, tokens = replica.card, replica.context_length
    one = kv_bytes(card, lengths.context, 1.0, 1)
    return replica.kv_tokens * kv_bytes(card, tokens, 1.0, 1) / tokens / one if one else math.inf


def running_p99(state: Decoding, variance_per_request: float = 1.0) -> float:
    """
    Return the 99th percentile of running requests, each counting with a spread of its own.
    """
    return state.running + 1 + Z99 * math.sqrt(state.running * (state.dispersion + variance_per_request - 1))


def _capacities(replica: ReplicaModel, lengths: Lengths) -> dict[Bound, float]:
    capacities: dict[Bound, float] = {
        "kv_cache": kv_capacity(replica, lengths),
        "max_num_batched_tokens": replica.max_num_batched_tokens,
        "engine": constants().running_requests_limit,
    }
    if replica.max_num_seqs is not None:
        capacities["max_num_seqs"] = replica.max_num_seqs
    return capacities


def _overrun(batching: Batching, capacities: dict[Bound, float], slo: SloTargets, batch: float) -> Bound | None:
    """
    Return what *batch* overruns, None if nothing; cheap questions first.
    """
    steady = batching.steady(batch)
    if steady.prefill_use > constants().prefill_use_limit:
        return "prefill"
    first = first_token(batching, steady)
    if slo.ttft_p95_ms is not None and first.p95_s * 1e3 > slo.ttft_p95_ms:
        return "ttft"
    state = decoding(batching, steady, first)
    if slo.itl_p95_ms is not None and state.itl_p95_s * 1e3 > slo.itl_p95_ms:
        return "itl"
    for bound, limit in capacities.items():
        if running_p99(state, 1 + batching.lengths.context_variation if bound == "kv_cache" else 1.0) > limit:
            return bound
    return None
