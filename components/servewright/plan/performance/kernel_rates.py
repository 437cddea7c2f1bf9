"""
FLOP/s and bytes/s that the kernels reach on one GPU for one weight format: peak x efficiency x the GPU's fitted multiplier.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servewright.plan.model import Precision
    from servewright.plan.performance.hardware import Constants, EffectiveGpu
    from servewright.plan.weight_formats import Arithmetic, WeightFormat


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelRates:
    """
    FLOP/s of *linear* layers, *attention* projections, 16-bit products, *prefill* attention, *latent* attention and experts (at full
    width and fill); bytes/s of weights, KV cache and experts.
    """

    linear: float
    attention: float
    linear_16bit: float
    prefill: float
    latent: float
    experts: float
    weight_read: float
    kv_read: float
    expert_read: float


def kernel_rates(
    gpu: EffectiveGpu, weight_format: WeightFormat, precision: Precision, kv_element_bytes: float, k: Constants
) -> KernelRates:
    """
    Return the rates of *gpu* for weights in *weight_format*.
    """
    units: dict[Arithmetic, float | None] = {"16-bit": gpu.peak_16bit, "fp8": gpu.peak_fp8, "fp4": gpu.peak_fp4}
    # A format without units on the GPU is unpacked and computed in 16 bits.
    arithmetic: Arithmetic = "16-bit" if precision.weight_only or not units[weight_format.arithmetic] else weight_format.arithmetic
    linear: dict[Arithmetic, float] = {
        "16-bit": gpu.peak_16bit * k.compute_efficiency_16bit,
        "fp8": (gpu.peak_fp8 or 0.0) * k.compute_efficiency_fp8,
        "fp4": (gpu.peak_fp4 or 0.0) * k.compute_efficiency_fp4,
    }
    compute, memory = gpu.compute_multiplier, gpu.memory_bytes_per_s * gpu.memory_multiplier
    packed = weight_format.kernels in {"fp4", "int4"}
    kv_efficiency = k.kv_read_efficiency_8bit if kv_element_bytes == 1 else k.kv_read_efficiency_16bit
    return KernelRates(
        linear=linear[arithmetic] * compute,
        attention=linear[arithmetic if weight_format.quantises_attention else "16-bit"] * compute,
        linear_16bit=linear["16-bit"] * compute,
        prefill=gpu.peak_16bit * k.prefill_attention_efficiency * compute,
        latent=gpu.peak_16bit * k.latent_attention_efficiency * compute,
        experts=_expert_compute(gpu, weight_format, arithmetic, k) * compute,
        weight_read=memory * (k.weight_read_efficiency_4bit if packed else k.weight_read_efficiency),
        kv_read=memory * kv_efficiency,
        expert_read=memory * _expert_read_efficiency(weight_format, k),
    )


def _expert_compute(gpu: EffectiveGpu, weight_format: WeightFormat, arithmetic: Arithmetic, k: Constants) -> float:
    if weight_format.kernels == "int4":
        return gpu.peak_16bit * k.expert_compute_efficiency_int4
    if weight_format.kernels == "mxfp4":
        # Blackwell multiplies mxfp4 weights with 8-bit activations; older GPUs unpack them to 16 bits.
        peak = gpu.peak_fp8 if gpu.peak_fp4 and gpu.peak_fp8 else gpu.peak_16bit
        return peak * k.expert_compute_efficiency_mxfp4
    rates: dict[Arithmetic, float] = {
        "16-bit": gpu.peak_16bit * k.expert_compute_efficiency_16bit,
        "fp8": (gpu.peak_fp8 or 0.0) * k.expert_compute_efficiency_fp8,
        "fp4": (gpu.peak_fp4 or 0.0) * k.expert_compute_efficiency_fp4,
    }
    return rates[arithmetic]


def _expert_read_efficiency(weight_format: WeightFormat, k: Constants) -> float:
    efficiencies = {
        "16-bit": k.expert_read_efficiency_16bit,
        "8-bit": k.expert_read_efficiency_fp8,
        "fp4": k.expert_read_efficiency_fp4,
        "mxfp4": k.expert_read_efficiency_mxfp4,
        "int4": k.expert_read_efficiency_int4,
    }
    return efficiencies[weight_format.kernels]
