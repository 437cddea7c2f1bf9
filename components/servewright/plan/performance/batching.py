"""
Continuous batching in steady state, as a function of a batch size B, so that nothing has to be iterated.

    budget for prompts      k = max_num_batched_tokens - B/p             running requests take their token of the step first
    arrivals per pass       a = B / gaps                                 as many come as finish; gaps = output tokens - 1
    chunks of a prompt      c = max(1, I / k)                            I input tokens; a long prompt takes I / k steps of k tokens
    steps with a prompt     x = min(1, a c / p),  n = a I / (p x)
    time per output token   itl = (1 - y) T0 + y Tn                      T0 = T(B, S, 0), Tn = T(B, S, n);  y = x without a pipeline
    rate                    B / (gaps itl)                               Little's law
    slow-down               u = 1 - T0 / itl                             share of decode time that prompts take
    prefill use             rate I T(B, S, k) / (p k)                    share of all time that prompts need when every step is filled

T(B, S, n) is a pass: p times the step time of a stage with the request itself, its share B/p of the others and n prompt tokens. S is the
mean context of a running request. A prompt token lies in a prompt of I (1 + cv^2) tokens on average: long prompts hold more tokens. The
last chunk of a prompt counts by its tokens, not as a whole one. Of prompts that begin alike only what is new is read: I is that part of
them here, and a token of it attends to the cached part too. The rate rises with B: of T / B the fixed part falls faster than the
cost of reading prompts beside a larger batch grows.

Pipeline of p stages: p batches are under way, a request is in one of them and takes part in every p-th; p = 1 is the plain engine. The
batches cannot overtake, so one with a long prompt holds up all of them for a whole pass:
    long passes             y = x + (1 - x) (1 - (1 - s)^(p-1))          some of p batches in a row carry a prompt
    a prompt begins         s = x / (c (1 - x) + x)                      chance in a batch after one without; its c chunks follow each other
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from servewright.plan.performance.replica import Lengths
    from servewright.plan.performance.step_time import Pass, StepTime


class Steady(NamedTuple):
    """
    The steady state at batch size *batch*: requests per second, seconds, shares.

    *plain_s* is a pass without prompts, *mixed_s* one with; *long_share* the share of time in the latter, *mixed_share* that in which the
    first stage works on prompts itself (without a pipeline: the same). *prompt_s_per_token* holds while prompts queue and every step is
    filled. *delay_s* is what one arriving prompt adds to the others' decoding, at least what it adds on an empty replica: with experts a
    first prompt costs most, and a percentile must not fall when the load rises.
    """

    batch: float
    rate: float
    chunk: float
    plain_s: float
    mixed_s: float
    mixed_share: float
    long_share: float
    itl_s: float
    slow_down: float
    delay_s: float
    delay_share: float
    prompt_s_per_token: float
    prefill_use: float


class _Gap(NamedTuple):
    chunk: float
    with_prompt: float
    long_passes: float
    plain_s: float
    mixed_s: float
    itl_s: float


@dataclass(frozen=True, kw_only=True)
class Batching:
    """
    A replica's step time under requests of some *lengths*; *budget* is max_num_batched_tokens, *stages* those of a pipeline.
    """

    step: StepTime
    lengths: Lengths
    budget: int
    stages: int = 1

    def with_budget(self, budget: int) -> Batching:
        """
        Return the same with another batching budget.
        """
        other = Batching(step=self.step, lengths=self.lengths, budget=budget, stages=self.stages)
        other.__dict__["pass_s"] = self.pass_s  # the same for every budget
        return other

    @cached_property
    def pass_s(self) -> Pass:
        """
        Return the function T at the mean context of a running request.
        """
        return self.step.passing(self.lengths.context, self.stages)

    @cached_property
    def first_delay_s(self) -> float:
        """
        Return what a prompt adds to the decoding of a request that is alone.
        """
        lengths, chunk = self.lengths, min(self.lengths.new_mean, self.budget)
        longer = self.pass_s(0.0, chunk, lengths.around_new_token) - self.pass_s(0.0)
        return (lengths.new_mean / chunk + self.stages - 1) * longer / self.stages

    def rate(self, batch: float) -> float:
        """
        Return the rate of `steady` at batch size *batch*, without the rest of it.
        """
        return batch / (self.lengths.gaps * self._gap(batch).itl_s)

    def steady(self, batch: float) -> Steady:
        """
        Return the steady state at batch size *batch*.
        """
        lengths, stages = self.lengths, self.stages
        chunk, with_prompt, long_passes, plain_s, mixed_s, itl_s = self._gap(batch)
        arrivals, first_delay_s = batch / lengths.gaps, self.first_delay_s
        rate = batch / (lengths.gaps * itl_s)
        mixed_share, long_share = with_prompt * mixed_s / itl_s, long_passes * mixed_s / itl_s
        delay_s = (itl_s - plain_s) / arrivals if arrivals else 0.0
        delay_s = max(first_delay_s, delay_s)
        delay_share = arrivals * delay_s / (plain_s + arrivals * delay_s)
        prompt_s_per_token = filled_s = self.pass_s(batch, chunk, lengths.input_around_token) / (stages * chunk)
        if lengths.cached:
            filled_s = self.pass_s(batch, chunk, lengths.around_new_token) / (stages * chunk)
        prefill_use = rate * lengths.new_mean * filled_s
        return Steady(
            batch, rate, chunk, plain_s, mixed_s, mixed_share, long_share, itl_s, 1 - plain_s / itl_s, delay_s,
            delay_share, prompt_s_per_token, prefill_use,
        )  # fmt: skip

    def _gap(self, batch: float) -> _Gap:
        """
        Return the mean time per output token at batch size *batch*, with what it is made of.
        """
        lengths, stages, pass_s = self.lengths, self.stages, self.pass_s
        prompt, arrivals = lengths.new_mean, batch / lengths.gaps
        chunk = max(1.0, self.budget - batch / stages)
        chunks = max(1.0, prompt / chunk)
        with_prompt = min(1.0, arrivals * chunks / stages)
        long_passes = long_pass_share(with_prompt, chunks, stages) if stages > 1 else with_prompt
        read = arrivals * prompt / (stages * with_prompt) if with_prompt else prompt / chunks
        plain_s, mixed_s = pass_s(batch), pass_s(batch, read, lengths.around_new_token)
        return _Gap(chunk, with_prompt, long_passes, plain_s, mixed_s, (1 - long_passes) * plain_s + long_passes * mixed_s)


def long_pass_share(with_prompt: float, chunks: float, stages: int) -> float:
    """
    Return the share of passes in which some of *stages* batches in a row carries a prompt; the share of batches *with_prompt* for one.
    """
    without = 1 - with_prompt
    begins = with_prompt / (chunks * without + with_prompt)
    return with_prompt + without * (1 - (1 - begins) ** (stages - 1))
