"""
A replica that only reads, step by step under Poisson arrivals: the check on the closed forms of `plan.performance.reading`.

Each step takes prompts first come, first served, while they fit: whole ones in an encoder, in a decoder the last one in part. The step time
is the product's; scheduling, lengths and percentiles are worked out here from single requests. Deterministic for a seed.
"""

from __future__ import annotations

import math
import random
from collections import deque
from typing import TYPE_CHECKING

from servewright.plan.performance.hardware import constants

if TYPE_CHECKING:
    from servewright.plan.performance.reading import Reading

_Z95 = 1.6449
_WARM_UP = 10


def simulated_p95_s(reading: Reading, rate: float, *, requests: int = 6000, seed: int = 0) -> float:
    """
    Return the 95th percentile of the latency of *requests* requests at *rate* per second, seconds; the first tenth is warm-up.
    """
    arrivals = _arrivals(reading, rate, requests, random.Random(seed))  # noqa: S311 - a simulation
    waiting: deque[list[float]] = deque()
    clock, took = 0.0, []
    while arrivals or waiting:
        if not waiting:
            clock = max(clock, arrivals[0][0])
        while arrivals and arrivals[0][0] <= clock:
            waiting.append(arrivals.popleft())
        tokens, done = _filled(reading, waiting)
        clock += reading.step.reading(tokens, reading.lengths.input_around_token) + constants().read_request_overhead * len(done)
        took += [clock - arrived for arrived in done]
    seen = sorted(took[requests // _WARM_UP :])
    return constants().first_token_overhead + seen[int(0.95 * len(seen))]


def _filled(reading: Reading, waiting: deque[list[float]]) -> tuple[float, list[float]]:
    """
    Take what fits a step from *waiting*; return its tokens, and the arrivals of the requests that are done with it.
    """
    budget, tokens = float(reading.replica.max_num_batched_tokens), 0.0
    done: list[float] = []
    while waiting and tokens < budget:
        arrived, left = waiting[0]
        if left > budget - tokens and reading.replica.card.encoder and done:
            break
        read = min(left, budget - tokens)
        tokens += read
        waiting[0][1] = left - read
        if waiting[0][1] > 0:
            break
        done.append(arrived)
        waiting.popleft()
    return tokens, done


def _arrivals(reading: Reading, rate: float, requests: int, chance: random.Random) -> deque[list[float]]:
    lengths, clock = reading.lengths, 0.0
    sigma = _Z95 - math.sqrt(max(0.0, _Z95**2 - 2 * math.log(lengths.input_p95 / lengths.input_mean)))
    found: deque[list[float]] = deque()
    for _ in range(requests):
        clock += chance.expovariate(rate)
        tokens = lengths.input_mean * math.exp(chance.gauss(-(sigma**2) / 2, sigma))
        longest = min(reading.replica.context_length, reading.replica.max_num_batched_tokens)
        found.append([clock, max(1.0, min(tokens, longest) if reading.replica.card.encoder else tokens)])
    return found
