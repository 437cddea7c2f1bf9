"""
Attainable rates of a GPU for a weight format.
"""

from __future__ import annotations

import pytest

from servewright.plan.model import Precision
from servewright.plan.performance.hardware import EffectiveGpu, constants, effective_gpu
from servewright.plan.performance.kernel_rates import KernelRates, kernel_rates
from servewright.plan.weight_formats import FORMATS


def gpu_named(gpu_id: str) -> EffectiveGpu:
    """
    Return a GPU of the table.
    """
    found = effective_gpu(gpu_id)
    assert found is not None
    return found


def rates(gpu_id: str, weights: str, *, weight_only: bool = False, kv_bytes: float = 2) -> KernelRates:
    """
    Return the rates of native *weights* on a GPU.
    """
    precision = Precision(weights=weights, origin="native", weight_only=weight_only)
    return kernel_rates(gpu_named(gpu_id), FORMATS[weights], precision, kv_bytes, constants())


def test_fp8_without_units_computes_in_16_bits() -> None:
    """
    On A100 and A10G fp8 saves memory traffic, not arithmetic, whether the plan says weight-only or not.
    """
    for gpu_id in ("a100-80", "a10g"):
        assert rates(gpu_id, "fp8").linear == rates(gpu_id, "bf16").linear
        assert rates(gpu_id, "fp8", weight_only=True) == rates(gpu_id, "fp8")


def test_fp8_with_units_is_faster() -> None:
    """
    On Ada, Hopper and Blackwell fp8 computes faster than 16 bits.
    """
    for gpu_id in ("l4", "l40s", "h100", "h200", "b200"):
        assert rates(gpu_id, "fp8").linear > rates(gpu_id, "bf16").linear


def test_weight_only_is_obeyed() -> None:
    """
    A plan that says weight-only gets 16-bit arithmetic even on a GPU with units.
    """
    assert rates("h100", "fp8", weight_only=True).linear == rates("h100", "bf16").linear


def test_attention_follows_its_own_format() -> None:
    """
    mxfp4 checkpoints keep attention in 16 bits; fp8 ones do not.
    """
    assert rates("b200", "mxfp4").attention == rates("b200", "bf16").attention
    assert rates("b200", "fp8").attention == rates("b200", "fp8").linear


@pytest.mark.parametrize("weights", sorted(FORMATS))
@pytest.mark.parametrize("gpu_id", ["t4", "a100-80", "l4", "h100", "b200"])
def test_no_rate_exceeds_the_hardware(gpu_id: str, weights: str) -> None:
    """
    Nothing computes above the largest peak or reads above the bandwidth, allowing the fitted multipliers.
    """
    gpu, found = gpu_named(gpu_id), rates(gpu_id, weights)
    peak = max(gpu.peak_16bit, gpu.peak_fp8 or 0, gpu.peak_fp4 or 0)
    assert all(0 < flops <= peak for flops in (found.linear, found.attention, found.prefill, found.latent, found.experts))
    bandwidth = gpu.memory_bytes_per_s * gpu.memory_multiplier
    assert all(0 < read <= bandwidth for read in (found.weight_read, found.kv_read, found.expert_read))


def test_an_8_bit_kv_cache_is_read_less_efficiently() -> None:
    """
    Half the bytes at about two thirds of the efficiency: still faster per token.
    """
    full, half = rates("h100", "bf16").kv_read, rates("h100", "bf16", kv_bytes=1).kv_read
    assert half < full < 2 * half
