"""
The closed forms of reading against the simulator of single requests, as one table.

The table is printed by `python tests/support/reading_points.py` and stands in docs/sizing.md; a test keeps the two equal.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from statistics import median
from typing import Final

import cards
from reading_simulator import simulated_p95_s
from servewright.plan.model import Precision
from servewright.plan.performance.hardware import constants
from servewright.plan.performance.outcome import step_of
from servewright.plan.performance.reading import Reading
from servewright.plan.performance.replica import Lengths, ReplicaModel

_BF16: Final = Precision(weights="bf16", origin="native", weight_only=False)
ENCODER: Final = ReplicaModel(
    card=cards.BGE_M3, gpu_id="l4", tensor_parallel=1, precision=_BF16, context_length=8192, kv_tokens=0, max_num_batched_tokens=8192
)
DECODER: Final = replace(ENCODER, card=cards.QWEN_EMBED_8B, gpu_id="h100", kv_tokens=300_000, max_num_batched_tokens=1024)
REPLICAS: Final = (ENCODER, DECODER, replace(DECODER, max_num_batched_tokens=8192))
LENGTHS: Final = {
    "queries, 50 tokens": Lengths(input_mean=50, input_p95=75),
    "queries of uneven length, 50 tokens, p95 of 150": Lengths(input_mean=50, input_p95=150),
    "pieces of text, 300 tokens": Lengths(input_mean=300, input_p95=450),
    "documents, 2,000 tokens": Lengths(input_mean=2000, input_p95=4000),
}
USES: Final = (0.1, 0.4, 0.7, 0.95)
"""
Shares of the highest stable rate.
"""


@cache
def differences(name: str) -> tuple[float, ...]:
    """
    Return closed form over simulation, less 1, of the 95th percentile without the host's fixed part: each replica at each load.
    """
    return tuple(_difference(replica, LENGTHS[name], use) for replica in REPLICAS for use in USES)


def _difference(replica: ReplicaModel, lengths: Lengths, use: float) -> float:
    reading = Reading(step=step_of(replica), replica=replica, lengths=lengths)
    rate, fixed = use * reading.rate(reading.highest()), constants().first_token_overhead
    return (reading.read(reading.at_rate(rate)).p95_s - fixed) / (simulated_p95_s(reading, rate) - fixed) - 1


def table() -> str:
    """
    Return the differences by length as a Markdown table.
    """
    lines = ["| models that only read | runs | request, p95: median | lowest | highest |", "|---|---:|---:|---:|---:|"]
    for name in LENGTHS:
        runs = differences(name)
        lines.append(f"| {name} | {len(runs)} | {median(runs):+.0%} | {min(runs):+.0%} | {max(runs):+.0%} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())  # noqa: T201 - the program's answer
