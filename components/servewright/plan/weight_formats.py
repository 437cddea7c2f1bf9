"""
Storage formats of linear layers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Arithmetic = Literal["16-bit", "fp8", "fp4"]
Kernels = Literal["16-bit", "8-bit", "fp4", "mxfp4", "int4"]

BYTES_16_BIT: Final = 2.0
"""
Bytes per parameter of what is not quantised.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightFormat:
    """
    A storage format of linear layers: bytes per parameter with scales, whether attention is in it too, what multiplies it on a GPU
    that has units for it, and the family of kernels that was measured for it.
    """

    bytes_per_param: float
    quantises_attention: bool
    arithmetic: Arithmetic
    kernels: Kernels


# Bytes: block formats add one 8-bit scale per 16 (nvfp4) or 32 (mxfp4, OCP Microscaling 1.0) values; int4 one 16-bit scale and a zero
# point per group of 128. The scales of fp8 and int8 (per channel or per 128 x 128 block) are below 0.1 % and left out.
# Attention: the published mxfp4 (gpt-oss) and "int4" (Kimi) checkpoints quantise the experts only; AWQ and GPTQ take every linear layer.
# int8 is computed in 16 bits here: its units are in no fit, so this errs to the slow side.
FORMATS: Final[Mapping[str, WeightFormat]] = {
    "bf16": WeightFormat(bytes_per_param=2.0, quantises_attention=True, arithmetic="16-bit", kernels="16-bit"),
    "fp16": WeightFormat(bytes_per_param=2.0, quantises_attention=True, arithmetic="16-bit", kernels="16-bit"),
    "fp32": WeightFormat(bytes_per_param=2.0, quantises_attention=True, arithmetic="16-bit", kernels="16-bit"),
    "fp8": WeightFormat(bytes_per_param=1.0, quantises_attention=True, arithmetic="fp8", kernels="8-bit"),
    "int8": WeightFormat(bytes_per_param=1.0, quantises_attention=True, arithmetic="16-bit", kernels="8-bit"),
    "nvfp4": WeightFormat(bytes_per_param=0.5625, quantises_attention=True, arithmetic="fp4", kernels="fp4"),
    "mxfp4": WeightFormat(bytes_per_param=0.53125, quantises_attention=False, arithmetic="16-bit", kernels="mxfp4"),
    "int4": WeightFormat(bytes_per_param=0.53, quantises_attention=False, arithmetic="16-bit", kernels="int4"),
    "int4-awq": WeightFormat(bytes_per_param=0.53, quantises_attention=True, arithmetic="16-bit", kernels="int4"),
    "int4-gptq": WeightFormat(bytes_per_param=0.53, quantises_attention=True, arithmetic="16-bit", kernels="int4"),
}
"""
By normalised name. fp32 models are loaded in 16 bits (vLLM's dtype "auto").
"""
