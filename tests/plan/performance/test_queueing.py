"""
What single requests see: the closed forms against a simulation, and their behaviour at the edges.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from statistics import median

import pytest

import cards
import simulated_points
from servewright.plan.model import Precision
from servewright.plan.performance.batching import Batching
from servewright.plan.performance.hardware import constants, effective_gpu, relative_band
from servewright.plan.performance.queueing import decoding, first_token, prompt_s
from servewright.plan.performance.replica import Lengths
from servewright.plan.performance.step_time import StepTime, step_time

DOCUMENT = Path(__file__).parents[3] / "docs" / "sizing.md"
CHAT = Lengths(input_mean=1500, input_p95=3000, output_mean=300, output_p95=750)


def llama_8b(budget: int = 2048, lengths: Lengths = CHAT) -> Batching:
    """
    Return Llama 8B in bf16 on an H100.
    """
    gpu = effective_gpu("h100")
    assert gpu is not None
    step = step_time(cards.LLAMA_8B, gpu, 1, Precision(weights="bf16", origin="native", weight_only=False), 2)
    assert isinstance(step, StepTime)
    return Batching(step=step, lengths=lengths, budget=budget)


@pytest.mark.parametrize("name", simulated_points.LENGTHS)
def test_percentiles_agree_with_a_simulation(name: str) -> None:
    """
    Over replicas, budgets and loads the closed forms are within 20 % of simulated 95th percentiles, in the median within 8 %.

    The mean batch may differ by 30 %: a run of some hundred requests settles slowly.
    """
    runs = simulated_points.differences(name)
    for values in ([run.itl_p95 for run in runs], [run.ttft_p95 for run in runs]):
        assert max(abs(value) for value in values) <= 0.20
        assert abs(median(values)) <= 0.08
    assert max(abs(run.running) for run in runs) <= 0.30


def test_the_document_has_the_table() -> None:
    """
    docs/sizing.md quotes exactly what this comparison gives.
    """
    assert simulated_points.table() in DOCUMENT.read_text(encoding="utf-8"), "run: python tests/support/simulated_points.py"


def test_an_empty_replica_has_no_wait() -> None:
    """
    Alone, the first token takes HTTP, tokenising and the own prompt; its 95th percentile is that of a long prompt.
    """
    batching = llama_8b(budget=8192)
    steady = batching.steady(0)
    first = first_token(batching, steady)
    assert first.wait_s == 0
    assert first.overhead_s == constants().first_token_overhead
    long_prompt = batching.step.seconds(1, CHAT.context, 3000, 3000)
    assert first.p95_s == pytest.approx(first.overhead_s + long_prompt)


def test_an_empty_replica_decodes_at_the_speed_of_one() -> None:
    """
    Alone, mean and 95th percentile of the time per output token are a step of one request.
    """
    batching = llama_8b()
    steady = batching.steady(0)
    state = decoding(batching, steady, first_token(batching, steady))
    assert state.running == 0
    assert state.itl_p95_s == state.itl_mean_s == steady.plain_s


def test_a_prompt_is_read_in_chunks() -> None:
    """
    A prompt of two and a half chunks takes two and a half full steps and half a step for the partly filled one.
    """
    batching = llama_8b(budget=1000)
    steady = batching.steady(0)
    full = batching.step.seconds(1, CHAT.context, 1000, 2500)
    assert prompt_s(batching, steady, 2500) == pytest.approx(2.5 * full + 0.5 * steady.plain_s)
    assert prompt_s(batching, steady, 1000) == batching.step.seconds(1, CHAT.context, 1000, 1000)


def test_uneven_lengths_wait_longer() -> None:
    """
    At the same mean lengths and the same batch, uneven requests have the longer tails.
    """
    even = replace(CHAT, input_p95=1500, output_p95=300)
    calm, rough = llama_8b(lengths=even), llama_8b()
    pairs = [(batching, batching.steady(20)) for batching in (calm, rough)]
    short, long = (first_token(*pair) for pair in pairs)
    assert short.p95_s < long.p95_s
    steadier, wilder = (decoding(batching, steady, first_token(batching, steady)) for batching, steady in pairs)
    assert steadier.itl_p95_s - steadier.itl_mean_s < wilder.itl_p95_s - wilder.itl_mean_s


def test_long_steps_even_out_over_a_long_answer() -> None:
    """
    The percentile is over requests, not over gaps: a longer answer brings it nearer to the mean, far below the longest step.
    """
    prompts = Lengths(input_mean=4000, input_p95=4000, output_mean=50, output_p95=50)
    spread = []
    for output in (50, 1600):
        batching = llama_8b(8192, replace(prompts, output_mean=output, output_p95=output))
        steady = batching.steady(4)
        state = decoding(batching, steady, first_token(batching, steady))
        spread.append(state.itl_p95_s / state.itl_mean_s)
        assert state.itl_p95_s < steady.mixed_s
    assert spread[1] < spread[0]


def test_the_closed_form_is_nearer_than_the_printed_interval() -> None:
    """
    The simplification costs less than the band that is printed for the first token.
    """
    worst = max(abs(run.ttft_p95) for name in simulated_points.LENGTHS for run in simulated_points.differences(name))
    assert worst < relative_band("ttft", "all") / 2
