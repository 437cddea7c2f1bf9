"""
The tables of constants: complete, in range, each with a source.
"""

from __future__ import annotations

import csv
from dataclasses import fields
from importlib import resources

import pytest

from servewright.plan.performance.hardware import Constants, all_reduce, constants, effective_gpu, relative_band

GPUS = ("t4", "a10g", "l4", "l40s", "rtx-pro-6000", "a100-40", "a100-80", "h100", "h200", "b200", "b300")


def rows(name: str) -> list[dict[str, str]]:
    """
    Return the rows of a shipped table.
    """
    text = resources.files("servewright.plan.performance").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def test_every_constant_has_a_row_a_range_and_a_source() -> None:
    """
    The table and the class have the same names; low <= value <= high; unit and source are given.
    """
    table = rows("constants.csv")
    assert [row["name"] for row in table] == [field.name for field in fields(Constants)]
    for row in table:
        assert float(row["low"]) <= float(row["value"]) <= float(row["high"]), row["name"]
        assert row["unit"], row["name"]
        assert row["source"], row["name"]
    assert constants().prefill_use_limit == 0.9


@pytest.mark.parametrize("name", ["gpu_effective.csv", "all_reduce.csv", "error_bands.csv"])
def test_every_row_has_a_source(name: str) -> None:
    """
    No figure without a source.
    """
    assert all(row["source"] for row in rows(name))


@pytest.mark.parametrize("gpu_id", GPUS)
def test_every_gpu_can_be_planned_alone_and_in_a_split(gpu_id: str) -> None:
    """
    Each GPU has positive figures and all-reduce rows for its link; only calibrated ones have multipliers other than 1.
    """
    gpu = effective_gpu(gpu_id)
    assert gpu is not None
    assert gpu.memory_bytes_per_s > 0
    assert gpu.peak_16bit > 0
    starts = [all_reduce(gpu.link, gpus).start_s for gpus in (2, 4, 8)]
    assert starts == sorted(starts)
    multipliers = (gpu.memory_multiplier, gpu.compute_multiplier, gpu.overhead_multiplier)
    assert gpu.calibrated == (multipliers != (1, 1, 1))
    assert all(0.85 <= multiplier <= 1.15 for multiplier in multipliers)


def test_formats_with_units() -> None:
    """
    Ada and newer have fp8 units, Blackwell fp4 units, Turing and Ampere neither.
    """
    without = {gpu_id for gpu_id in GPUS if (gpu := effective_gpu(gpu_id)) is not None and gpu.peak_fp8 is None}
    assert without == {"t4", "a10g", "a100-40", "a100-80"}
    blackwell = {gpu_id for gpu_id in GPUS if (gpu := effective_gpu(gpu_id)) is not None and gpu.peak_fp4 is not None}
    assert blackwell == {"rtx-pro-6000", "b200", "b300"}


def test_a_gpu_without_figures_is_unknown() -> None:
    """
    Nothing is assumed about a GPU that is not in the table.
    """
    assert effective_gpu("rtx-pro-4500") is None


def test_error_bands() -> None:
    """
    Ten per cent where the fit has seen the like, twenty elsewhere, a quarter for experts, half for latent attention, forty for the first
    token.
    """
    assert relative_band("itl", "calibrated dense") == 0.1
    assert [relative_band("itl", part) for part in ("uncalibrated", "experts", "latent attention")] == [0.2, 0.25, 0.5]
    for part in ("calibrated dense", "uncalibrated", "experts", "latent attention", "pipeline"):
        assert relative_band("itl", part) == relative_band("throughput", part)
    assert relative_band("ttft", "all") == 0.4
