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
from typing import TYPE_CHECKING, Final, Literal

from servewright.plan.kv_cache import kv_bytes
from servewright.plan.performance.bracket import PRECISION, largest
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


_NEAR_ENOUGH: Final = 1e-6
"""
Precision of a batch that is only asked whether it is within the bounds.
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
    bounds = Bounds(batching, replica, slo)
    batch = bounds.largest_batch()
    return Limit(batch=batch, bound=bounds.binding(batch))


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


class Bounds:
    """
    The bounds of one replica under a load of some lengths.
    """

    def __init__(self, batching: Batching, replica: ReplicaModel, slo: SloTargets) -> None:
        slots: dict[Bound, float] = {
            "max_num_batched_tokens": replica.max_num_batched_tokens * replica.pipeline_parallel,
            "engine": constants().running_requests_limit,
        }
        if replica.max_num_seqs is not None:
            slots["max_num_seqs"] = replica.max_num_seqs
        self._batching, self._slo = batching, slo
        self._prefill_limit = constants().prefill_use_limit
        self._slots = min(slots, key=lambda name: slots[name])
        self._most_running = slots[self._slots]
        self._most_cached = kv_capacity(replica, batching.lengths)
        self._context_variance = 1 + batching.lengths.context_variation
        self._ceiling = max(0.0, min(self._most_running, self._most_cached) - 1)
        self._asked: tuple[float, tuple[Bound, float]] = (-1.0, ("prefill", 0.0))

    def largest_batch(self, near: float | None = None) -> float:
        """
        Return the largest batch size within the bounds, -1 where there is none. *near* is a guess to begin at.
        """
        return largest(self._ceiling, lambda batch: self.tightest(batch)[1], near=near)

    def batch_of(self, rate: float, near: float | None = None, precision: float = PRECISION) -> float:
        """
        Return the batch size that has *rate*, the largest one to ask about where none has. *near* is a guess at it.
        """
        if rate <= 0:
            return 0.0
        return max(0.0, largest(self._ceiling, lambda batch: self._batching.rate(batch) / rate, near=near, precision=precision))

    def at_rate(self, rate: float, near: float | None) -> tuple[float, bool]:
        """
        Return a batch size that has about *rate*, and whether one within the bounds may have a higher one. *near* is a guess at it.

        The rate rises with the batch: if the batch that has *rate* is beyond the bounds, so is every one that has more.
        """
        if near is not None and near <= self._ceiling:
            within = self.tightest(near)[1] <= 1
            if within == (self._batching.rate(near) > rate):
                return near, within
        batch = self.batch_of(rate, near, _NEAR_ENOUGH)
        return batch, self.tightest(batch)[1] <= 1

    def binding(self, batch: float) -> Bound:
        """
        Return the bound that stops the batch from growing beyond *batch*.
        """
        return self.tightest(max(batch, 0.0) + self._ceiling * _JUST_BEYOND)[0]

    def tightest(self, batch: float) -> tuple[Bound, float]:
        """
        Return the first bound that *batch* overruns (a share above 1), cheap questions first, else the one it uses most of.
        """
        if self._asked[0] != batch:
            self._asked = (batch, self._tightest(batch))
        return self._asked[1]

    def _tightest(self, batch: float) -> tuple[Bound, float]:
        batching, slo = self._batching, self._slo
        steady = batching.steady(batch)
        most: tuple[Bound, float] = ("prefill", steady.prefill_use / self._prefill_limit)
        if most[1] > 1:
            return most
        first = first_token(batching, steady)
        if slo.ttft_p95_ms is not None:
            most = _larger(most, "ttft", first.p95_s * 1e3 / slo.ttft_p95_ms)
            if most[1] > 1:
                return most
        state = decoding(batching, steady, first)
        if slo.itl_p95_ms is not None:
            most = _larger(most, "itl", state.itl_p95_s * 1e3 / slo.itl_p95_ms)
        cached = running_p99(state, self._context_variance)
        most = most if most[1] > 1 else _larger(most, "kv_cache", cached / self._most_cached if self._most_cached else math.inf)
        return most if most[1] > 1 else _larger(most, self._slots, running_p99(state) / self._most_running)


def _larger(most: tuple[Bound, float], bound: Bound, share: float) -> tuple[Bound, float]:
    return (bound, share) if share > most[1] else most
