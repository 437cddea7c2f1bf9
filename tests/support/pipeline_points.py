"""
The closed forms of a pipeline against the simulator of pipelines, as one table.

The table is printed by `python tests/support/pipeline_points.py` and stands in docs/sizing.md; a test keeps the two equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from statistics import median
from typing import TYPE_CHECKING

import cards
import pipeline_simulator
from servewright.plan.model import Precision
from servewright.plan.parallelism import Split
from servewright.plan.performance.batching import Batching
from servewright.plan.performance.bracket import largest
from servewright.plan.performance.hardware import effective_gpu
from servewright.plan.performance.queueing import decoding, first_token
from servewright.plan.performance.step_time import StepTime, step_time
from servewright.plan.shape import budgets_of
from simulated_points import LENGTHS

if TYPE_CHECKING:
    from servewright.catalog.model import ModelCard
    from servewright.plan.performance.replica import Lengths

BF16 = Precision(weights="bf16", origin="native", weight_only=False)
REPLICAS: tuple[tuple[ModelCard, str, Split], ...] = (
    (cards.LLAMA_8B, "l4", Split(1, 2)),
    (cards.QWEN_14B, "l40s", Split(1, 4)),
    (cards.LLAMA_70B, "l40s", Split(2, 4)),
)
USES = (0.3, 0.6)
REQUESTS = 500
LARGEST_BATCH = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """
    Closed form over simulation, less 1.
    """

    itl_p95: float
    ttft_p95: float


@cache
def differences(name: str) -> tuple[Difference, ...]:
    """
    Return the differences for requests of the lengths called *name*: three replicas, the least and the largest budget, two loads.
    """
    lengths = LENGTHS[name]
    return tuple(
        _difference(card, gpu_id, split, lengths, budget, use)
        for card, gpu_id, split in REPLICAS
        for budget in (budgets_of(split, lengths)[0], budgets_of(split, lengths)[-1])
        for use in USES
    )


def table() -> str:
    """
    Return the differences by length as a Markdown table.
    """
    spread = "median | lowest | highest"
    lines = [
        f"| pipelines, requests | runs | time per output token, p95: {spread} | first token, p95: {spread} |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name in LENGTHS:
        runs = differences(name)
        itl, ttft = [run.itl_p95 for run in runs], [run.ttft_p95 for run in runs]
        lines.append(
            f"| {name} | {len(runs)} | {median(itl):+.0%} | {min(itl):+.0%} | {max(itl):+.0%}"
            f" | {median(ttft):+.0%} | {min(ttft):+.0%} | {max(ttft):+.0%} |"
        )
    return "\n".join(lines)


def _difference(  # noqa: PLR0917 - one point
    card: ModelCard, gpu_id: str, split: Split, lengths: Lengths, budget: int, use: float
) -> Difference:
    gpu = effective_gpu(gpu_id)
    assert gpu is not None
    step = step_time(card, gpu, split.tensor, BF16, 2, split.pipeline)
    assert isinstance(step, StepTime)
    batching = Batching(step=step, lengths=lengths, budget=budget, stages=split.pipeline)
    steady = batching.steady(largest(LARGEST_BATCH, lambda batch: batching.steady(batch).prefill_use / use))
    first = first_token(batching, steady)
    seen = pipeline_simulator.simulate(step, lengths, steady.rate, budget, split.pipeline, requests=REQUESTS)
    return Difference(itl_p95=decoding(batching, steady, first).itl_p95_s / seen.itl_p95_s - 1, ttft_p95=first.p95_s / seen.ttft_p95_s - 1)


if __name__ == "__main__":
    print(table())  # noqa: T201 - the table for docs/sizing.md
