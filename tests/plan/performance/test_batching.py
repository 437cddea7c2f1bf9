"""
Continuous batching in steady state.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

import cards
from servewright.plan.model import Precision
from servewright.plan.performance.batching import Batching
from servewright.plan.performance.hardware import effective_gpu
from servewright.plan.performance.replica import Lengths
from servewright.plan.performance.step_time import StepTime, step_time

EVEN = Lengths(input_mean=3000, input_p95=3000, output_mean=201, output_p95=201)


def llama_70b(budget: int, lengths: Lengths = EVEN) -> Batching:
    """
    Return Llama 70B in fp8 on two H200.
    """
    gpu = effective_gpu("h200")
    assert gpu is not None
    step = step_time(cards.LLAMA_70B, gpu, 2, Precision(weights="fp8", origin="online", weight_only=False), 2)
    assert isinstance(step, StepTime)
    return Batching(step=step, lengths=lengths, budget=budget)


def test_an_empty_replica() -> None:
    """
    Without load the rate is 0 and a step is that of one request.
    """
    batching = llama_70b(8192)
    steady = batching.steady(0)
    assert steady.rate == steady.prefill_use == steady.mixed_share == 0
    assert steady.itl_s == steady.plain_s == batching.step.seconds(1, EVEN.context)


def test_littles_law() -> None:
    """
    The batch is the rate times the gaps times the time per output token.
    """
    steady = llama_70b(8192).steady(40)
    assert steady.rate * 200 * steady.itl_s == pytest.approx(40)


def test_steps_with_and_without_prompts() -> None:
    """
    With 40 running requests of 200 gaps every fifth step carries a prompt of 3,000 tokens.
    """
    batching = llama_70b(8192)
    plain, mixed = batching.step.seconds(41, EVEN.context), batching.step.seconds(41, EVEN.context, 3000, 3000)
    assert batching.steady(40).itl_s == pytest.approx(0.8 * plain + 0.2 * mixed)


def test_running_requests_take_from_the_budget() -> None:
    """
    Of a budget of 256 tokens 40 running requests leave 216 for prompts.
    """
    assert llama_70b(256).steady(40).chunk == 216


def test_the_last_chunk_counts_by_its_tokens() -> None:
    """
    A prompt a little longer than the budget costs a little more than one that just fits, not a whole step more.
    """
    fits = llama_70b(3040).steady(40)
    spills = llama_70b(3039).steady(40)
    assert fits.chunk == 3000
    assert spills.itl_s == pytest.approx(fits.itl_s, rel=1e-3)
    assert spills.delay_s == pytest.approx(fits.delay_s, rel=1e-3)


def test_uneven_prompts_cost_more_attention() -> None:
    """
    A prompt token lies in a long prompt more often than not, and attention grows with the prompt.
    """
    uneven = replace(EVEN, input_p95=9000)
    assert uneven.input_around_token > 1.5 * uneven.input_mean
    assert llama_70b(8192, uneven).steady(40).itl_s > llama_70b(8192).steady(40).itl_s
