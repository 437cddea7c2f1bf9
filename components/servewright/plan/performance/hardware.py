"""
What the GPUs, links and kernels achieve: the constants of the performance model, read once from the tables beside this file.

Bandwidths and peaks here belong to the fit (see data/SOURCES.md); they may differ from a datasheet, and memory size is the catalogue's.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveGpu:
    """
    One GPU as the performance model sees it: bytes/s, FLOP/s (None: no units for the format), and the fitted multipliers.

    *link* names the row of the all-reduce table, *link_bytes_per_s* is one direction. *calibrated* is False where the multipliers are 1
    for want of data.
    """

    id: str
    memory_bytes_per_s: float
    peak_16bit: float
    peak_fp8: float | None
    peak_fp4: float | None
    link: str
    link_bytes_per_s: float
    memory_multiplier: float
    compute_multiplier: float
    overhead_multiplier: float
    calibrated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AllReduce:
    """
    One all-reduce within a node: a fixed start and the share of the link that it reaches.
    """

    start_s: float
    link_efficiency: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """
    The constants of data/constants.csv by name; units and ranges stand there.
    """

    compute_efficiency_16bit: float
    compute_efficiency_fp8: float
    compute_efficiency_fp4: float
    weight_read_efficiency: float
    weight_read_efficiency_4bit: float
    kv_read_efficiency_16bit: float
    kv_read_efficiency_8bit: float
    prefill_attention_efficiency: float
    latent_attention_efficiency: float
    expert_compute_efficiency_16bit: float
    expert_compute_efficiency_fp8: float
    expert_compute_efficiency_fp4: float
    expert_compute_efficiency_mxfp4: float
    expert_compute_efficiency_int4: float
    expert_read_efficiency_16bit: float
    expert_read_efficiency_fp8: float
    expert_read_efficiency_fp4: float
    expert_read_efficiency_mxfp4: float
    expert_read_efficiency_int4: float
    expert_width_half: float
    expert_fill_half: float
    layer_overhead: float
    expert_layer_overhead: float
    step_overhead: float
    sequence_overhead: float
    first_token_overhead: float
    read_request_overhead: float
    prefill_use_limit: float
    running_requests_limit: float


@cache
def constants() -> Constants:
    """
    Return the constants.
    """
    return Constants(**{row["name"]: float(row["value"]) for row in _rows("constants.csv")})


def effective_gpu(gpu_id: str) -> EffectiveGpu | None:
    """
    Return the GPU with the catalogue's id *gpu_id*, None where its speed is not known.
    """
    return _gpus().get(gpu_id)


def all_reduce(link: str, gpus: int) -> AllReduce:
    """
    Return the all-reduce over *gpus* GPUs (2, 4 or 8) of one node joined by *link*.
    """
    return _all_reduces()[link, gpus]


def relative_band(metric: str, part: str) -> float:
    """
    Return the relative error band of *metric* ("itl", "ttft", "throughput") in a slice of the measured points.
    """
    return _bands()[metric, part]


@cache
def _gpus() -> dict[str, EffectiveGpu]:
    return {row["gpu_id"]: _gpu(row) for row in _rows("gpu_effective.csv")}


def _gpu(row: dict[str, str]) -> EffectiveGpu:
    return EffectiveGpu(
        id=row["gpu_id"],
        memory_bytes_per_s=float(row["memory_bandwidth_tbps"]) * 1e12,
        peak_16bit=float(row["peak_16bit_tflops"]) * 1e12,
        peak_fp8=float(row["peak_fp8_tflops"]) * 1e12 if row["peak_fp8_tflops"] else None,
        peak_fp4=float(row["peak_fp4_tflops"]) * 1e12 if row["peak_fp4_tflops"] else None,
        link=row["link"],
        link_bytes_per_s=float(row["link_gbps"]) * 1e9,
        memory_multiplier=float(row["memory_multiplier"]),
        compute_multiplier=float(row["compute_multiplier"]),
        overhead_multiplier=float(row["overhead_multiplier"]),
        calibrated=row["calibrated"] == "yes",
    )


@cache
def _all_reduces() -> dict[tuple[str, int], AllReduce]:
    return {
        (row["link"], int(row["gpus"])): AllReduce(start_s=float(row["start_us"]) * 1e-6, link_efficiency=float(row["link_efficiency"]))
        for row in _rows("all_reduce.csv")
    }


@cache
def _bands() -> dict[tuple[str, str], float]:
    return {(row["metric"], row["slice"]): float(row["relative_band"]) for row in _rows("error_bands.csv")}


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files("servewright.plan.performance").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
