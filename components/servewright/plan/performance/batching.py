"""
Continuous batching in steady state, as a function of a batch size B, so that nothing has to be iterated.

    budget for prompts      k = max_num_batched_tokens - B               running requests take their token of the step first
    arrivals per step       a = B / gaps                                 as many come as finish; gaps = output tokens - 1
    steps with a prompt     p = min(1, a max(1, I / k)),  n = a I / p    I input tokens; a long prompt takes I / k steps of k tokens
    time per output token   itl = (1 - p) T0 + p Tn                      T0 = T(B + 1, S, 0), Tn = T(B + 1, S, n): a request sees itself too
    rate                    B / (gaps itl)                               Little's law
    slow-down               u = 1 - T0 / itl                             share of decode time that prompts take
    prefill use             rate I T(B + 1, S, k) / k                    share of all time that prompts need when every step is filled

T is the step time, S the mean context of a running request. A prompt token lies in a prompt of I (1 + cv^2) tokens on average: long
prompts hold more tokens. The last chunk of a prompt counts by its tokens, not as a whole one. The rate rises with B: of T / B the fixed
part falls faster than the cost of reading prompts beside a larger batch grows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from servewright.plan.performance.replica import Lengths
    from servewright.plan.performance.step_time import StepTime

_HALVINGS: Final = 40
"""
Halvings of an interval of batch sizes: to one part in 10^12.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steady:
    """
    The steady state at batch size *batch*: requests per second, seconds, shares.

    *plain_s* is a step without prompts, *mixed_s* one with; *mixed_share* the share of time in the latter. *prompt_s_per_token* holds
    while prompts queue and every step is filled. *delay_s* is what one arriving prompt adds to the others' decoding, at least what it
    adds on an empty replica: with experts a first prompt costs most, and a percentile must not fall when the load rises.
    """

    batch: float
    rate: float
    chunk: float
    plain_s: float
    mixed_s: float
    mixed_share: float
    itl_s: float
    slow_down: float
    delay_s: float
    delay_share: float
    prompt_s_per_token: float
    prefill_use: float


@dataclass(frozen=True, kw_only=True)
class Batching:
    """
    A replica's step time under requests of some *lengths*; *budget* is max_num_batched_tokens.
    """

    step: StepTime
    lengths: Lengths
    budget: int

    @cached_property
    def first_delay_s(self) -> float:
        """
        Return what a prompt adds to the decoding of a request that is alone.
        """
        lengths, seconds, chunk = self.lengths, self.step.seconds, min(self.lengths.input_mean, self.budget)
        mixed = seconds(1.0, lengths.context, chunk, lengths.input_around_token)
        return lengths.input_mean / chunk * (mixed - seconds(1.0, lengths.context))

    def steady(self, batch: float) -> Steady:
        """
        Return the steady state at batch size *batch*.
        """
        lengths, seconds = self.lengths, self.step.seconds
        seen, context, prompt = batch + 1, lengths.context, lengths.input_mean
        around = lengths.input_around_token
        chunk = max(1.0, self.budget - batch)
        arrivals, steps = batch / lengths.gaps, max(1.0, prompt / chunk)
        share = min(1.0, arrivals * steps)
        plain = seconds(seen, context)
        mixed = seconds(seen, context, arrivals * prompt / share if share else prompt / steps, around)
        itl = (1 - share) * plain + share * mixed
        per_token = seconds(seen, context, chunk, around) / chunk
        rate = batch / (lengths.gaps * itl)
        delay = max(self.first_delay_s, (itl - plain) / arrivals if arrivals else 0.0)
        return Steady(
            batch=batch,
            rate=rate,
            chunk=chunk,
            plain_s=plain,
            mixed_s=mixed,
            mixed_share=share * mixed / itl,
            itl_s=itl,
            slow_down=1 - plain / itl,
            delay_s=delay,
            delay_share=arrivals * delay / (plain + arrivals * delay),
            prompt_s_per_token=per_token,
            prefill_use=rate * prompt * per_token,
        )


def largest(limit: float, holds: Callable[[float], bool]) -> float:
    """
    Return the largest number up to *limit* for which *holds*; it must hold from 0 on without gaps. -1 if it holds nowhere.

    >>> round(largest(10.0, lambda x: x * x <= 2.0), 6)
    1.414214
    """
    if holds(limit):
        return limit
    if not holds(0.0):
        return -1.0
    low, high = 0.0, limit
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
