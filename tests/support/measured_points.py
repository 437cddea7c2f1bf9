"""
The curated measured points: each row predicted, and the errors by slice as one table.

The table is printed by `python tests/support/measured_points.py` and stands in docs/sizing.md; a test keeps the two equal.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import cards
from closed_loop import closed_loop
from servewright.plan.kv_cache import kv_bytes
from servewright.plan.memory import fit
from servewright.plan.model import Memory, Precision
from servewright.plan.performance.batching import Batching
from servewright.plan.performance.hardware import effective_gpu, relative_band
from servewright.plan.performance.replica import Lengths
from servewright.plan.performance.step_time import StepTime, step_time

if TYPE_CHECKING:
    from servewright.catalog.model import ModelCard

POINTS = Path(__file__).parents[1] / "plan" / "performance" / "data" / "closed_loop_points.csv"
BUDGET = 8192
LIMIT = 1024
CARDS = {
    "Llama-3.1-8B": cards.LLAMA_8B, "Llama-3.1-70B": cards.LLAMA_70B, "Qwen3-32B": cards.QWEN3_32B, "Qwen3-235B-A22B": cards.QWEN3_235B,
    "MiniMax-M2.5": cards.MINIMAX, "gpt-oss-120b": cards.GPT_OSS_120B, "DeepSeek-R1": cards.DEEPSEEK_R1,
    "Qwen3-8B": cards.card(
        hf_id="Qwen/Qwen3-8B", total_params=8_190_000_000, layers=36, hidden=4096, attention_heads=32, kv_heads=8, head_dim=128,
        intermediate=12288, vocab=151936, max_context=40960,
    ),
}  # fmt: skip
USABLE_MIB = {"h100": 81559, "h200": 143771, "b200": 183359, "b300": 275040}
UNEXPLAINED = "unexplained: dense fp8 of the gap analysis"
TEN_SPECS = {
    "Llama-3.3-70B": "Llama-3.1-70B", "Qwen3-32B": "Qwen3-32B", "gpt-oss-120b": "gpt-oss-120b", "Qwen3-235B-A22B": "Qwen3-235B-A22B",
    "DeepSeek-R1": "DeepSeek-R1",
}  # fmt: skip
"""
Of the ten specs those whose model was measured, with the model of the rows: Llama-3.3-70B has the architecture of 3.1.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """
    Signed relative errors of one row: time per output token, throughput, first token.
    """

    itl: float
    throughput: float
    ttft: float


def slices_of(row: dict[str, str]) -> tuple[str, ...]:
    """
    Return the slices that a row counts in.

    The dense fp8 rows of the gap analysis count apart: two of them read prompts at 77 % and 96 % of the datasheet's peak if no prefix was
    cached, and whether prefixes were cached or tokens speculated is not said.
    """
    model = CARDS[row["model"]]
    if row["harness"] == "NVIDIA gap analysis" and row["weights"] == "fp8" and not model.experts:
        return (UNEXPLAINED,)
    part = "experts" if model.experts else "dense"
    return part, f"{part}, {row['gpu_id']}", f"{row['model']}, {row['weights']}, {row['harness']}"


def errors() -> dict[str, list[Errors]]:
    """
    Return the errors of every row, by slice.
    """
    found: dict[str, list[Errors]] = defaultdict(list)
    with POINTS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            error = _error(row)
            for name in slices_of(row):
                found[name].append(error)
    return found


def table() -> str:
    """
    Return the errors by slice as a Markdown table.
    """
    lines = [
        "| slice | rows | per output token: median | 90 % below | bias | in the band | throughput: median | first token: median | bias |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name, rows in sorted(errors().items()):
        itl, ttft = [row.itl for row in rows], [row.ttft for row in rows]
        inside = sum(abs(error) <= band(name) for error in itl) / len(itl)
        lines.append(
            f"| {name} | {len(rows)} | {_middle(itl):.0%} | {_p90(itl):.0%} | {median(itl):+.0%} | {inside:.0%} of ±{band(name):.0%}"
            f" | {_middle([row.throughput for row in rows]):.0%} | {_middle(ttft):.0%} | {median(ttft):+.0%} |"
        )
    return "\n".join(lines)


def of_the_ten_specs() -> dict[str, list[Errors]]:
    """
    Return the errors of the rows of each model in TEN_SPECS.
    """
    found: dict[str, list[Errors]] = {spec: [] for spec in TEN_SPECS}
    with POINTS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for spec, model in TEN_SPECS.items():
                if row["model"] == model and UNEXPLAINED not in slices_of(row):
                    found[spec].append(_error(row))
    return found


def table_of_the_ten_specs() -> str:
    """
    Return the errors of `of_the_ten_specs` as a Markdown table.
    """
    lines = ["| model | rows | per output token: median | bias | stated |", "|---|---:|---:|---:|---:|"]
    for name, rows in of_the_ten_specs().items():
        signed = [row.itl for row in rows]
        lines.append(f"| {name} | {len(rows)} | {_middle(signed):.0%} | {median(signed):+.0%} | ±{band(TEN_SPECS[name]):.0%} |")
    return "\n".join(lines)


def band(name: str) -> float:
    """
    Return the band that the product states for a slice.
    """
    return relative_band("itl", part(name))


def part(name: str) -> str:
    """
    Return the part of the error table that a slice belongs to.
    """
    card = CARDS.get(name.split(",", maxsplit=1)[0])
    if name == UNEXPLAINED:
        return "uncalibrated"
    if card is not None and card.attention == "MLA":
        return "latent attention"
    return "experts" if name.startswith("experts") or (card is not None and card.experts) else "calibrated dense"


def middle_error(values: list[float]) -> float:
    """
    Return the median absolute error.
    """
    return _middle(values)


def _middle(values: list[float]) -> float:
    return median(abs(value) for value in values)


def _p90(values: list[float]) -> float:
    return sorted(abs(value) for value in values)[int(0.9 * (len(values) - 1))]


def _error(row: dict[str, str]) -> Errors:
    model, users = CARDS[row["model"]], float(row["users"])
    batching, capacity = _replica(model, row)
    run = closed_loop(batching, users, capacity)
    itl, ttft = float(row["itl_ms"]) / 1e3, float(row["ttft_ms"]) / 1e3
    output = batching.lengths.output_mean
    measured = users * output / (ttft + (output - 1) * itl)
    return Errors(itl=run.itl_s / itl - 1, throughput=run.output_tokens_per_s / measured - 1, ttft=run.ttft_s / ttft - 1)


def _replica(model: ModelCard, row: dict[str, str]) -> tuple[Batching, float]:
    given, made = float(row["input_tokens"]), float(row["output_tokens"])
    lengths = Lengths(input_mean=given, input_p95=given, output_mean=made, output_p95=made)
    precision = Precision(weights=row["weights"], origin="native", weight_only=False)
    split, element = int(row["tensor_parallel"]), float(row["kv_element_bytes"])
    gpu = effective_gpu(row["gpu_id"])
    assert gpu is not None
    memory = fit(model, USABLE_MIB[row["gpu_id"]], split, precision, 1024, BUDGET)
    step = step_time(model, gpu, split, precision, element)
    assert isinstance(memory, Memory)
    assert isinstance(step, StepTime)
    capacity = memory.kv_cache_gib * 2**30 / kv_bytes(model, lengths.context, element, split)
    return Batching(step=step, lengths=lengths, budget=BUDGET), min(LIMIT, capacity)


if __name__ == "__main__":
    print(table())  # noqa: T201 - the tables for docs/sizing.md
    print(table_of_the_ten_specs())  # noqa: T201
