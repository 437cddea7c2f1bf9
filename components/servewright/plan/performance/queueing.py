"""
What single requests see under Poisson arrivals: 95th percentiles over requests, from the steady state of `batching`.

Time to the first token = HTTP and tokenising + rest of the step under way + wait for earlier prompts + own prompt:
    rest    q Tn / 2 (1 + cv_in^2 where whole prompts fit a step) + (1 - q) T0 / 2 while the engine is busy; q = time share of mixed steps
    wait    prompt tokens are an M/G/1 queue with use r and residual service R = s (1 + cv_in^2) / 2, s = I x seconds per prompt token:
            what lies ahead beyond the step under way is r R r / (1 - r) + r (R - rest of a mixed step), with an exponential tail of
            mean R / (1 - r)
    own     I / k steps of k tokens and at most half a step for the last, partly filled one; one step of I tokens if it fits. I is whole
            here, whatever part of prompts is cached: the first of its kind finds nothing, and has the same target
The 95th percentile of the sum is its mean plus the root of the summed squares of the parts' distances from mean to 95th percentile.
At a given batch a larger max_num_batched_tokens never makes the queue or the own prompt longer.

Time per output token of a request = its decode time / gaps; it is a mean, so single long steps even out. What arrives while it decodes
delays it, and what arrives during that delay too (a busy period). With D = what one prompt adds, a = arrivals per step and the share
d = a D / (T0 + a D) that prompts take of the decode time:
    backlog             V = d x (wait + own prompt) / (1 - d): prompts left behind it in the queue when it starts to decode
    decode time         gaps T0 / (1 - u) + V, at most gaps filled steps; the requests running are the rate times this
    variance, arrivals  T0 d D (1 + cv_in^2) s1 / (gaps (1 - d)^3)              s1 = gaps x mean of 1 / gaps = 1 + cv_out^2, at most gaps
    variance, backlog   (V^2 + V D (1 + cv_in^2) / (1 - d)) s2 / gaps^2         s2 = (1 + cv_out^2)^3, at most gaps^2
    neighbours, p95     B95 = B + 1 + 1.64 root(B / (1 - e)),  e = B T0' / T0: a step time that grows with the batch spreads the batch
Mean = T0 / (1 - u) + V s1 / gaps; 95th percentile = mean + root of ((T0(B95) - T0) / (1 - u) + 1.64 root arrivals)^2 + 2^2 backlog:
neighbours and arrivals rise together, the backlog is nearly exponential. Neither is ever more than a filled step T(B95, S, k).

With p pipeline stages T is a pass (`batching`), the queue stands before the first stage, which takes up a batch in a p-th of a pass, and
the own prompt needs (c + p - 1) stage times for its c chunks: they follow each other from stage to stage.
"""

from __future__ import annotations

from math import hypot, log, sqrt
from typing import TYPE_CHECKING, Final, NamedTuple

from servewright.plan.performance.hardware import constants
from servewright.plan.performance.replica import Z95

if TYPE_CHECKING:
    from servewright.plan.performance.batching import Batching, Steady

QUEUE_TAIL: Final = 0.05
_UNIFORM_P95: Final = 0.45
_EXPONENTIAL_P95: Final = 2.0
LARGEST_ELASTICITY: Final = 0.95
_ROUNDS: Final = 2
"""
Distance from mean to the 95th percentile: 0.45 of the width of a uniform distribution, 2.0 standard deviations of an exponential one.
The elasticity is kept below 1, where the batch would have no steady state. Two rounds settle the batch to a per cent.
"""


class FirstToken(NamedTuple):
    """
    Seconds to the first token: means of the parts, and the 95th percentile over requests of their sum.
    """

    overhead_s: float
    wait_s: float
    prompt_s: float
    p95_s: float

    @property
    def mean_s(self) -> float:
        """
        The mean of the sum.
        """
        return self.overhead_s + self.wait_s + self.prompt_s


class Decoding(NamedTuple):
    """
    *running* requests on average, with *dispersion* (variance over mean); time per output token of a request, mean and p95, seconds.
    """

    running: float
    dispersion: float
    itl_mean_s: float
    itl_p95_s: float


def first_token(batching: Batching, steady: Steady) -> FirstToken:
    """
    Return the time to the first token in *steady*.
    """
    lengths, stages = batching.lengths, batching.stages
    whole = lengths.input_mean < steady.chunk
    mixed_rest = steady.mixed_s / stages / 2 * ((1 + lengths.input_variation) if whole else 1.0)
    held_up = steady.mixed_s * (stages - 1) / stages
    plain_width = min(1.0, steady.batch) * steady.plain_s / stages * (1 - steady.long_share)
    use = min(steady.prefill_use, 1 - 1e-9)
    residual = max(mixed_rest, lengths.input_mean * steady.prompt_s_per_token * (1 + lengths.input_variation) / 2)
    ahead = use * (residual * use / (1 - use) + residual - mixed_rest)
    wait = steady.mixed_share * mixed_rest + steady.long_share * held_up / 2 + plain_width / 2 + ahead
    prompt = prompt_s(batching, steady, lengths.input_mean)
    under_way = _UNIFORM_P95 * (plain_width + steady.long_share * steady.mixed_s)
    queue = residual / (1 - use) * max(0.0, log(use / QUEUE_TAIL) - use) if use > 0.0 else 0.0
    longer = prompt_s(batching, steady, lengths.input_p95) - prompt
    overhead = constants().first_token_overhead
    p95 = overhead + wait + prompt + hypot(under_way, queue, longer)
    return FirstToken(overhead, wait, prompt, p95)


def prompt_s(batching: Batching, steady: Steady, prompt_length: float) -> float:
    """
    Return the seconds that a prompt takes once its turn has come.
    """
    chunk, stages = steady.chunk, batching.stages
    if prompt_length <= chunk:
        return batching.pass_s(steady.batch, prompt_length, prompt_length)
    chunks = prompt_length / chunk
    filled = batching.pass_s(steady.batch, chunk, prompt_length) / stages
    return (chunks + stages - 1) * filled + min(0.5, chunks - 1) * steady.plain_s / stages


def decoding(batching: Batching, steady: Steady, first: FirstToken) -> Decoding:
    """
    Return what requests see while they decode.
    """
    lengths, pass_s, gaps = batching.lengths, batching.pass_s, batching.lengths.gaps
    room, free = 1 - steady.slow_down, 1 - steady.delay_share
    backlog = steady.delay_share * (first.wait_s + first.prompt_s) / free
    running, plain, longest = steady.batch, steady.plain_s, gaps * steady.chunk * steady.prompt_s_per_token * batching.stages
    for _ in range(_ROUNDS):
        taken = gaps * plain / room + backlog
        running = steady.rate * (min(longest, taken))
        plain = pass_s(running)
    slope = pass_s(running + 1) - plain
    elasticity = running * slope / plain
    dispersion = 1 / (1 - (min(LARGEST_ELASTICITY, elasticity)))
    unequal, (short, shorter) = 1 + lengths.input_variation, lengths.inverse_gaps
    mean = plain / room + backlog * short / gaps
    neighbours = running + Z95 * sqrt(running * dispersion)
    crowd = (pass_s(neighbours) - plain) / room
    arrivals_sd = sqrt(plain * steady.delay_share * steady.delay_s * unequal * short / gaps / free**3)
    backlog_sd = sqrt((backlog**2 + backlog * steady.delay_s * unequal / free) * shorter) / gaps
    p95 = mean + hypot(crowd + Z95 * arrivals_sd, _EXPONENTIAL_P95 * backlog_sd)
    filled = pass_s(neighbours, steady.chunk, lengths.input_around_token)
    return Decoding(running, dispersion, min(filled, mean), min(filled, p95))
