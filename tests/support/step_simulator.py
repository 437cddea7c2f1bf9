"""
A replica step by step under Poisson arrivals: the check on the closed forms of batching and queueing.

Each step gives every running request one token and fills the rest of the budget with prompts, first come, first served. The step time
is the product's; scheduling, lengths and percentiles are worked out here from single requests. Deterministic for a seed.
"""

from __future__ import annotations

import math
import random
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from servewright.plan.performance.hardware import constants

if TYPE_CHECKING:
    from servewright.plan.performance.replica import Lengths
    from servewright.plan.performance.step_time import StepTime

_Z95 = 1.6449


@dataclass(slots=True)
class _Request:
    arrival: float
    prompt: int
    output: int
    left: int = 0
    made: int = 0
    first: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """
    What single requests saw: 95th percentiles in seconds, and the mean number of running requests.
    """

    ttft_p95_s: float
    itl_p95_s: float
    ttft_mean_s: float
    itl_mean_s: float
    running: float


@dataclass(slots=True)
class _Run:
    clock: float = 0.0
    busy: float = 0.0
    ttft: list[float] = field(default_factory=list)
    itl: list[float] = field(default_factory=list)
    waiting: deque[_Request] = field(default_factory=deque)
    running: list[_Request] = field(default_factory=list)


def simulate(step: StepTime, lengths: Lengths, rate: float, budget: int, *, requests: int = 3000, seed: int = 0) -> Simulated:
    """
    Return what *requests* requests at *rate* per second see; the first tenth is warm-up.
    """
    rng, clock, arrivals = random.Random(seed), 0.0, deque[_Request]()  # noqa: S311 - a simulation, not a secret
    for _ in range(requests):
        clock += rng.expovariate(rate)
        prompt = _draw(rng, lengths.input_mean, lengths.input_variation)
        arrivals.append(_Request(clock, prompt, max(2, _draw(rng, lengths.output_mean, lengths.output_variation)), left=prompt))
    run, warm, last = _Run(), arrivals[requests // 10].arrival, clock
    while arrivals or run.waiting or run.running:
        if not run.waiting and not run.running:
            run.clock = max(run.clock, arrivals[0].arrival)
        while arrivals and arrivals[0].arrival <= run.clock:
            run.waiting.append(arrivals.popleft())
        began, decoding = run.clock, len(run.running)
        _one_step(step, run, budget, warm)
        run.busy += (run.clock - began) * decoding if warm <= began < last else 0.0
    return Simulated(
        ttft_p95_s=_p95(run.ttft),
        itl_p95_s=_p95(run.itl),
        ttft_mean_s=sum(run.ttft) / len(run.ttft),
        itl_mean_s=sum(run.itl) / len(run.itl),
        running=run.busy / (last - warm),
    )


def _one_step(step: StepTime, run: _Run, budget: int, warm: float) -> None:
    waiting, running = run.waiting, run.running
    decoding = len(running)
    context = sum(r.prompt + r.made for r in running) / decoding if decoding else 0.0
    room, read, weighted, ready = budget - decoding, 0, 0.0, []
    while room > 0 and waiting:
        head = waiting[0]
        chunk = min(room, head.left)
        head.left -= chunk
        room, read, weighted = room - chunk, read + chunk, weighted + chunk * head.prompt
        if head.left == 0:
            ready.append(waiting.popleft())
    seconds = step.seconds(decoding, context, read, weighted / read) if read else step.seconds(decoding, context)
    run.clock += seconds
    for request in running:
        request.made += 1
    for done in [r for r in running if r.made >= r.output]:
        running.remove(done)
        if done.arrival >= warm:
            run.itl.append((run.clock - done.first) / (done.output - 1))
    for request in ready:
        request.made, request.first = 1, run.clock
        running.append(request)
        if request.arrival >= warm:
            run.ttft.append(run.clock - request.arrival + constants().first_token_overhead)


def _draw(rng: random.Random, mean: float, variation: float) -> int:
    sigma = math.sqrt(math.log1p(variation))
    return max(1, round(rng.lognormvariate(math.log(mean) - sigma * sigma / 2, sigma)))


def _p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * len(values))]
