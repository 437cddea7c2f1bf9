"""
A benchmark run in closed loop, as published points were measured: a fixed number of users, each sending its next request when the
answer is complete.

The step time is the product's; how a fixed number of users loads it, and the harness around, is here: the run starts with all users
at once, and a run is *waves* times as many requests as users. The constants were fitted through these equations.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from servewright.plan.performance.hardware import constants

if TYPE_CHECKING:
    from servewright.plan.performance.batching import Batching

_ROUNDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedLoopRun:
    """
    Means over a run: time per output token, time to the first token (seconds), output tokens per second.
    """

    itl_s: float
    ttft_s: float
    output_tokens_per_s: float


def closed_loop(batching: Batching, users: float, capacity: float, waves: int = 10) -> ClosedLoopRun:
    """
    Return what a run with *users* users measures on a replica that holds *capacity* running requests.
    """
    lengths = batching.lengths
    running = min(users, capacity)
    for _ in range(_ROUNDS):
        itl = _itl_s(batching, running)
        alone = _prompt_s(batching, 0.0)
        service = _prompt_s(batching, running)
        rate = running / (service + lengths.gaps * itl)
        use = min(0.95, rate * alone)
        ttft = service + itl / 2 + use * service / 4 / (1 - use) + constants().first_token_overhead
        settled = min(users * lengths.gaps * itl / (ttft + lengths.gaps * itl), capacity)
        if abs(settled - running) < 1e-4 * running:
            break
        running = (running + max(settled, 1e-3)) / 2
    steady = ttft + (max(0.0, users / rate - ttft - lengths.gaps * itl) if users > capacity else 0.0)
    burst = _burst_s(batching, min(users, capacity)) if users > 1 else steady
    mean = steady + (max(burst, ttft) - steady) / waves
    return ClosedLoopRun(
        itl_s=itl,
        ttft_s=mean,
        output_tokens_per_s=users * lengths.output_mean / (mean + lengths.gaps * itl),
    )


def _itl_s(batching: Batching, running: float) -> float:
    """
    Return the mean time per output token: of the steps, those with a prompt and those without.
    """
    lengths, seconds = batching.lengths, batching.step.seconds
    arrivals = running / lengths.gaps
    share = min(1.0, arrivals * max(1.0, lengths.input_mean / batching.budget))
    mixed = seconds(running, lengths.context, arrivals * lengths.input_mean / share, lengths.input_mean)
    return (1 - share) * seconds(running, lengths.context) + share * mixed


def _prompt_s(batching: Batching, running: float) -> float:
    chunks = max(1.0, batching.lengths.input_mean / batching.budget)
    tokens = min(batching.lengths.input_mean, batching.budget)
    return chunks * batching.step.seconds(running, batching.lengths.context, tokens, batching.lengths.input_mean)


def _burst_s(batching: Batching, users: float) -> float:
    """
    Return the mean time to the first token of users who all start at once and are read in full steps.
    """
    length = batching.lengths.input_mean
    together = max(1, int(batching.budget // length))
    rounds = math.ceil(users / together)
    chunks = max(1.0, length / batching.budget)
    step = batching.step.seconds(0.0, 1.0, min(together * length, batching.budget), length)
    return step * chunks * (rounds + 1) / 2 + constants().first_token_overhead
