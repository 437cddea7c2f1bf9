"""
A replica with pipeline stages, batch by batch under Poisson arrivals: the check on what the closed forms say about a pipeline.

Up to as many batches are under way as there are stages. A batch takes every running request that is in no other one, and fills the rest
of its budget with prompts, first come, first served; the chunks of a prompt may follow each other without waiting. Batches cannot
overtake, and each takes the same time in every stage. That is how vLLM does it: `step_with_batch_queue` schedules while its queue has
room and then waits for the oldest batch; prompts count as read when they are scheduled.
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


@dataclass(slots=True, eq=False)
class _Request:
    arrival: float
    prompt: int
    output: int
    left: int
    made: int = 0
    first: float = 0.0
    under_way: bool = False


@dataclass(slots=True)
class _Batch:
    done: float
    running: list[_Request]
    read: list[_Request]


@dataclass(slots=True)
class _Run:
    free: list[float]
    warm: float
    clock: float = 0.0
    ttft: list[float] = field(default_factory=list)
    itl: list[float] = field(default_factory=list)
    waiting: deque[_Request] = field(default_factory=deque)
    running: list[_Request] = field(default_factory=list)
    under_way: deque[_Batch] = field(default_factory=deque)


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """
    What single requests saw: 95th percentiles in seconds.
    """

    ttft_p95_s: float
    itl_p95_s: float


def simulate(step: StepTime, lengths: Lengths, rate: float, budget: int, stages: int, *, requests: int, seed: int = 0) -> Simulated:
    """
    Return what *requests* requests at *rate* per second see, *step* being that of one stage; the first tenth is warm-up.
    """
    arrivals = _arrivals(random.Random(seed), lengths, rate, requests)  # noqa: S311 - a simulation, not a secret
    run = _Run(free=[0.0] * stages, warm=arrivals[requests // 10].arrival)
    while arrivals or run.waiting or run.running or run.under_way:
        while arrivals and arrivals[0].arrival <= run.clock:
            run.waiting.append(arrivals.popleft())
        if len(run.under_way) < stages and _schedule(step, run, budget):
            continue
        if run.under_way:
            _finish(run)
        else:
            run.clock = max(run.clock, arrivals[0].arrival)
    return Simulated(ttft_p95_s=_p95(run.ttft), itl_p95_s=_p95(run.itl))


def _arrivals(rng: random.Random, lengths: Lengths, rate: float, requests: int) -> deque[_Request]:
    clock, arrivals = 0.0, deque[_Request]()
    for _ in range(requests):
        clock += rng.expovariate(rate)
        prompt = _draw(rng, lengths.input_mean, lengths.input_variation)
        arrivals.append(_Request(clock, prompt, max(2, _draw(rng, lengths.output_mean, lengths.output_variation)), prompt))
    return arrivals


def _schedule(step: StepTime, run: _Run, budget: int) -> bool:
    """
    Send a batch into the first stage; False where there is nothing to send.
    """
    running = [request for request in run.running if not request.under_way]
    room, read, weighted, ready = budget - len(running), 0, 0.0, []
    while room > 0 and run.waiting:
        head = run.waiting[0]
        chunk = min(room, head.left)
        head.left -= chunk
        room, read, weighted = room - chunk, read + chunk, weighted + chunk * head.prompt
        if head.left == 0:
            ready.append(run.waiting.popleft())
    if not running and not read:
        return False
    context = sum(r.prompt + r.made for r in running) / len(running) if running else 0.0
    seconds = step.seconds(len(running), context, read, weighted / read if read else 0.0)
    at = run.clock
    for stage, free in enumerate(run.free):
        at = run.free[stage] = max(at, free) + seconds
    for request in running:
        request.under_way = True
    run.under_way.append(_Batch(at, running, ready))
    return True


def _finish(run: _Run) -> None:
    """
    Wait for the oldest batch and give its requests their tokens.
    """
    batch = run.under_way.popleft()
    run.clock = max(run.clock, batch.done)
    for request in batch.running:
        request.made, request.under_way = request.made + 1, False
        if request.made >= request.output:
            run.running.remove(request)
            if request.arrival >= run.warm:
                run.itl.append((batch.done - request.first) / (request.output - 1))
    for request in batch.read:
        request.made, request.first = 1, batch.done
        run.running.append(request)
        if request.arrival >= run.warm:
            run.ttft.append(batch.done - request.arrival + constants().first_token_overhead)


def _draw(rng: random.Random, mean: float, variation: float) -> int:
    sigma = math.sqrt(math.log1p(variation))
    return max(1, round(rng.lognormvariate(math.log(mean) - sigma * sigma / 2, sigma)))


def _p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * len(values))]
