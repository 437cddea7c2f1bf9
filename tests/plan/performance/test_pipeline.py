"""
Pipelines: what the closed forms say, against formulas by hand and against the simulator of pipelines.
"""

from __future__ import annotations

import random
from pathlib import Path
from statistics import median

import pytest

import cards
import pipeline_points
import simulated_points
from servewright.plan.model import Precision
from servewright.plan.parallelism import Split
from servewright.plan.performance.batching import Batching, long_pass_share
from servewright.plan.performance.hardware import effective_gpu, relative_band
from servewright.plan.performance.queueing import prompt_s
from servewright.plan.performance.replica import Lengths
from servewright.plan.performance.step_time import StepTime, step_time
from servewright.plan.shape import BUDGETS, budgets_of

DOCUMENT = Path(__file__).parents[3] / "docs" / "sizing.md"
EVEN = Lengths(input_mean=1000, input_p95=1000, output_mean=201, output_p95=201)


def pipeline(stages: int, budget: int = 1024) -> Batching:
    """
    Return Llama 8B on L4, one for each stage.
    """
    gpu = effective_gpu("l4")
    assert gpu is not None
    step = step_time(cards.LLAMA_8B, gpu, 1, Precision(weights="bf16", origin="native", weight_only=False), 2, stages)
    assert isinstance(step, StepTime)
    return Batching(step=step, lengths=EVEN, budget=budget, stages=stages)


@pytest.mark.parametrize("stages", [2, 4, 8])
def test_a_token_passes_all_stages(stages: int) -> None:
    """
    Alone, a token takes all stages one after the other, and the batches under way share the others.
    """
    batching = pipeline(stages)
    assert batching.steady(0).plain_s == stages * batching.step.seconds(1, EVEN.context)
    assert batching.steady(5.0 * stages).plain_s == pytest.approx(stages * batching.step.seconds(6, EVEN.context))


@pytest.mark.parametrize("stages", [2, 4, 8])
def test_chunks_follow_each_other(stages: int) -> None:
    """
    A prompt of ten chunks needs ten stage times and one more for each further stage, and half a step for the last, partly filled one.
    """
    batching = pipeline(stages, budget=256)
    steady = batching.steady(0)
    filled = batching.step.seconds(1, EVEN.context, 256, 2560)
    assert prompt_s(batching, steady, 2560) == pytest.approx((10 + stages - 1) * filled + 0.5 * steady.plain_s / stages)


@pytest.mark.parametrize("stages", [2, 4, 8])
@pytest.mark.parametrize("chunks", [1, 3])
@pytest.mark.parametrize("share", [0.05, 0.25, 0.5, 0.8])
def test_a_long_batch_holds_up_the_others(stages: int, chunks: int, share: float) -> None:
    """
    Batches that cannot overtake, a share of them long, in runs of as many as a prompt has chunks: the closed form is near their passes.
    """
    rng = random.Random(1)  # noqa: S311 - a simulation, not a secret
    lengths: list[float] = []
    begins = share / (chunks * (1 - share) + share)
    while len(lengths) < 20_000:
        lengths += [5.0] * chunks if rng.random() < begins else [1.0]
    done, free = [0.0] * stages, [0.0] * stages
    for seconds in lengths:
        at = done.pop(0)
        for stage, until in enumerate(free):
            at = free[stage] = max(at, until) + seconds
        done.append(at)
    passing = done[-1] / len(lengths) * stages
    share_of_long = (passing / stages - 1) / 4
    assert long_pass_share(share, chunks, stages) == pytest.approx(share_of_long, abs=0.12)


def test_one_stage_has_no_one_to_hold_up() -> None:
    """
    Without a pipeline the long passes are the steps with a prompt.
    """
    assert long_pass_share(0.3, 2, 1) == 0.3
    assert long_pass_share(0.0, 1, 8) == 0.0
    assert long_pass_share(1.0, 1, 8) == 1.0


@pytest.mark.parametrize("name", simulated_points.LENGTHS)
def test_the_closed_form_is_near_the_simulation(name: str) -> None:
    """
    First tokens are within half their band; times per output token err on the slow side, and hardly ever on the other.
    """
    runs = pipeline_points.differences(name)
    assert max(abs(run.ttft_p95) for run in runs) < relative_band("ttft", "pipeline") / 2
    assert 0 <= median(run.itl_p95 for run in runs) < relative_band("itl", "pipeline")
    assert min(run.itl_p95 for run in runs) > -relative_band("itl", "pipeline") / 2


def test_the_document_has_the_table() -> None:
    """
    docs/sizing.md quotes exactly what the simulation and the closed forms give.
    """
    assert pipeline_points.table() in DOCUMENT.read_text(encoding="utf-8"), "run: python tests/support/pipeline_points.py"


def test_a_step_of_a_pipeline_holds_two_prompts_at_most() -> None:
    """
    Larger budgets let one step swallow all that waits; the smallest one is always tried, and without stages all are.
    """
    assert budgets_of(Split(4, 2), EVEN) == (256, 512, 1024)
    assert budgets_of(Split(1, 8), Lengths(input_mean=20, input_p95=20, output_mean=9, output_p95=9)) == (256,)
    assert budgets_of(Split(8), EVEN) == BUDGETS
