"""
The format of published weights in the catalogue's words.
"""

from __future__ import annotations

from typing import Any

import pytest

from servewright.additions.config.formats import native_format
from servewright.additions.config.section import Section
from servewright.diagnostics import SourceMap
from servewright.plan.weight_formats import FORMATS


def compressed(kind: str, bits: int, **more: Any) -> dict[str, Any]:
    """
    Return what llm-compressor writes for one group of layers.
    """
    weights = {"type": kind, "num_bits": bits}
    return {"quantization_config": {"quant_method": "compressed-tensors", "config_groups": {"group_0": {"weights": weights}}, **more}}


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"torch_dtype": "bfloat16"}, "bf16"),
        ({"dtype": "float16"}, "fp16"),
        ({"dtype": "torch.float32"}, "fp32"),
        ({"torch_dtype": "auto"}, None),
        ({}, None),
        ({"torch_dtype": "bfloat16", "quantization_config": {"quant_method": "fp8"}}, "fp8"),
        ({"quantization_config": {"quant_method": "fbgemm_fp8"}}, "fp8"),
        ({"quantization_config": {"quant_method": "mxfp4"}}, "mxfp4"),
        ({"quantization_config": {"quant_method": "awq", "bits": 4}}, "int4-awq"),
        ({"quantization_config": {"quant_method": "gptq", "bits": 4}}, "int4-gptq"),
        ({"quantization_config": {"quant_method": "gptq", "bits": 8}}, "int8"),
        ({"quantization_config": {"quant_method": "modelopt", "quant_algo": "NVFP4"}}, "nvfp4"),
        ({"quantization_config": {"quant_method": "modelopt", "quant_algo": "FP8"}}, "fp8"),
        (compressed("float", 8), "fp8"),
        (compressed("int", 8), "int8"),
        (compressed("int", 4), "int4-gptq"),
        (compressed("int", 4, ignore=["lm_head", "re:.*self_attn.*"]), "int4"),
        (compressed("float", 4, format="nvfp4-pack-quantized"), "nvfp4"),
        (compressed("float", 4, format="mxfp4-pack-quantized"), "mxfp4"),
        ({"compression_config": compressed("float", 8)["quantization_config"]}, "fp8"),
    ],
)
def test_formats_are_of_the_catalogues_vocabulary(values: dict[str, Any], name: str | None) -> None:
    """
    Every known spelling leads to one of the planned formats.
    """
    section = Section(values=values, source=SourceMap("config.json", {}))

    assert native_format(section, section) == name
    assert name is None or name in FORMATS
    assert section.faults == []


@pytest.mark.parametrize(
    "config",
    [
        {"quant_method": "bitsandbytes"},
        {"quant_method": "gptq", "bits": 3},
        {"quant_method": "modelopt", "quant_algo": "W4A8_AWQ"},
        {"quant_method": "compressed-tensors"},
        {
            "quant_method": "compressed-tensors",
            "config_groups": {"a": {"weights": {"type": "int", "num_bits": 4}}, "b": {"weights": {"type": "float", "num_bits": 8}}},
        },
        {},
    ],
)
def test_what_is_not_planned_is_refused(config: dict[str, Any]) -> None:
    """
    A quantisation without a planned format, or with several, is a fault that names the way out.
    """
    section = Section(values={"torch_dtype": "bfloat16", "quantization_config": config}, source=SourceMap("config.json", {}))

    assert native_format(section, section) is None
    assert [fault.code for fault in section.faults] == ["SW251"]
    assert "--set native_format=" in (section.faults[0].hint or "")
