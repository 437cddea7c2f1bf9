"""
Predictions for a replica that only reads: what it does under a load, and the highest rate at which it meets its targets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.plan.performance.hardware import constants, relative_band
from servewright.plan.performance.outcome import READING_SLICE, Capacity, Outcome, Unstable, estimate, step_of
from servewright.plan.performance.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servewright.plan.performance.replica import Lengths, Load, ReplicaModel, SloTargets


def predict_reading(replica: ReplicaModel, load: Load) -> Outcome | Unstable:
    """
    Return what *replica* does under *load*.
    """
    reading, rate = _reading(replica, load.lengths), load.requests_per_s
    highest = reading.rate(reading.highest())
    if rate > highest:
        return Unstable(reason=f"{rate:g} req/s exceed {highest:.3g}: {_time_words()}", max_requests_per_s=highest)
    read = reading.read(reading.at_rate(rate))
    running = rate * read.prompt_s
    return Outcome(
        ttft_p95_ms=estimate(read.p95_s * 1e3, relative_band("ttft", READING_SLICE)),
        itl_p95_ms=None,
        output_tokens_per_s=None,
        concurrency=running,
        concurrency_p99=reading.requests_p99,
        kv_use=0.0 if replica.card.encoder else min(1.0, running * load.lengths.input_mean / replica.kv_tokens),
        prefill_use=read.use,
        prompt_share=1.0,
        wait_ms=read.wait_s * 1e3,
        prompt_ms=read.prompt_s * 1e3,
        calibrated=False,
    )


def highest_reading(replica: ReplicaModel, lengths: Lengths, slo: SloTargets) -> Capacity:
    """
    Return the highest stable rate at which *replica* meets *slo*; 0 where it never does.
    """
    reading = _reading(replica, lengths)
    arriving = reading.highest(slo)
    if arriving <= 0:
        return Capacity(0.0, f"a request takes {reading.read(0.0).p95_s * 1e3:,.0f} ms without any other")
    used = reading.shares(arriving, slo)
    bound = max(used, key=lambda name: used[name])
    words = _time_words() if bound == "prefill" else f"request latency within {slo.ttft_p95_ms or 0:g} ms"
    return Capacity(reading.rate(arriving), words)


def best_reading(replicas: Sequence[ReplicaModel], lengths: Lengths, slo: SloTargets) -> tuple[ReplicaModel, Capacity]:
    """
    Return the one of *replicas*, which differ in their rising batching budgets, with the highest rate; of equals the first. Where none
    serves it is the last.
    """
    found = [(replica, highest_reading(replica, lengths, slo)) for replica in replicas]
    best = max(found, key=lambda pair: pair[1].requests_per_s)
    return best if best[1].requests_per_s > 0 else found[-1]


def _reading(replica: ReplicaModel, lengths: Lengths) -> Reading:
    return Reading(step=step_of(replica), replica=replica, lengths=lengths)


def _time_words() -> str:
    return f"reading takes {constants().prefill_use_limit:.0%} of the time"
