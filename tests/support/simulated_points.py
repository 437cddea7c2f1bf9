"""
The closed forms of batching and queueing against the step simulator, as one table.

The table is printed by `python tests/support/simulated_points.py` and stands in docs/sizing.md; a test keeps the two equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from statistics import mean, median
from typing import TYPE_CHECKING

import cards
from servewright.plan.model import Precision
from servewright.plan.performance.batching import Batching
from servewright.plan.performance.bracket import largest
from servewright.plan.performance.hardware import effective_gpu
from servewright.plan.performance.queueing import decoding, first_token
from servewright.plan.performance.replica import Lengths
from servewright.plan.performance.step_time import StepTime, step_time
from step_simulator import simulate

if TYPE_CHECKING:
    from servewright.catalog.model import ModelCard

FP8 = Precision(weights="fp8", origin="online", weight_only=False)
REPLICAS: tuple[tuple[ModelCard, str, int], ...] = (
    (cards.LLAMA_70B, "h200", 2),
    (cards.LLAMA_8B, "l4", 1),
    (cards.QWEN3_30B_A3B, "h100", 1),
)
LENGTHS = {
    "chat, 1,500 + 300 tokens": Lengths(input_mean=1500, input_p95=3000, output_mean=300, output_p95=750),
    "documents, 6,000 + 400 tokens": Lengths(input_mean=6000, input_p95=12000, output_mean=400, output_p95=800),
    "extraction, 3,000 + 50 tokens": Lengths(input_mean=3000, input_p95=6000, output_mean=50, output_p95=120),
    "even, 1,000 + 200 tokens": Lengths(input_mean=1000, input_p95=1000, output_mean=200, output_p95=200),
}
BUDGETS = (512, 4096)
USES = (0.3, 0.6)
REQUESTS = 1200
SEEDS = (1, 2)
LARGEST_BATCH = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """
    Closed form over simulation, less 1.
    """

    itl_p95: float
    ttft_p95: float
    running: float


@cache
def differences(name: str) -> tuple[Difference, ...]:
    """
    Return the differences for requests of the lengths called *name*: three replicas, two budgets, two loads.
    """
    return tuple(_difference(replica, LENGTHS[name], budget, use) for replica in REPLICAS for budget in BUDGETS for use in USES)


def table() -> str:
    """
    Return the differences by length as a Markdown table.
    """
    lines = [
        "| requests | runs | time per output token, p95: median | lowest | highest | first token, p95: median | lowest | highest |",
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


def _difference(replica: tuple[ModelCard, str, int], lengths: Lengths, budget: int, use: float) -> Difference:
    """
    Compare at the load at which prompts alone would need the share *use* of the time, or at the largest batch that is simulated.
    """
    card, gpu_id, split = replica
    gpu = effective_gpu(gpu_id)
    assert gpu is not None
    step = step_time(card, gpu, split, FP8, 2)
    assert isinstance(step, StepTime)
    batching = Batching(step=step, lengths=lengths, budget=budget)
    steady = batching.steady(largest(LARGEST_BATCH, lambda batch: batching.steady(batch).prefill_use / use))
    first = first_token(batching, steady)
    state = decoding(batching, steady, first)
    seen = [simulate(step, lengths, steady.rate, budget, requests=REQUESTS, seed=seed) for seed in SEEDS]
    return Difference(
        itl_p95=state.itl_p95_s / mean(run.itl_p95_s for run in seen) - 1,
        ttft_p95=first.p95_s / mean(run.ttft_p95_s for run in seen) - 1,
        running=state.running / mean(run.running for run in seen) - 1,
    )


if __name__ == "__main__":
    print(table())  # noqa: T201 - the table for docs/sizing.md
