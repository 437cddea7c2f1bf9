"""
The format in which the weights are published, from dtype and quantization_config, in the words of the catalogue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.additions.codes import UNKNOWN_ARCHITECTURE

if TYPE_CHECKING:
    from servewright.additions.config.section import Section

_TYPES: Final = {
    "bfloat16": "bf16",
    "float16": "fp16",
    "half": "fp16",
    "float32": "fp32",
    "float": "fp32",
}
_METHODS: Final = {
    ("fp8", 8): "fp8",
    ("fbgemm_fp8", 8): "fp8",
    ("mxfp4", 4): "mxfp4",
    ("awq", 4): "int4-awq",
    ("gptq", 4): "int4-gptq",
    ("gptq", 8): "int8",
}
_BITS: Final = {"fp8": 8, "fbgemm_fp8": 8, "mxfp4": 4}
_MODELOPT: Final = {"FP8": "fp8", "NVFP4": "nvfp4"}
_COMPRESSED: Final = {("float", 8): "fp8", ("int", 8): "int8", ("int", 4): "int4-gptq", ("float", 4): "nvfp4"}


def native_format(root: Section, text: Section) -> str | None:
    """
    Return the format's name; None where the file does not say it or says one that is not planned for (then with a fault).
    """
    for section in (text, root):
        for name in ("quantization_config", "compression_config"):
            found = section.below(name)
            if found is not None:
                return _quantised(section, name, found)
    written = text.text("dtype", "torch_dtype") or root.text("dtype", "torch_dtype")
    return None if written is None else _TYPES.get(written.removeprefix("torch."))


def _quantised(section: Section, name: str, found: Section) -> str | None:
    method = (found.text("quant_method") or "").lower()
    if method == "modelopt":
        known = _MODELOPT.get((found.text("quant_algo") or "").upper())
    elif method == "compressed-tensors":
        known = _compressed(found)
    else:
        bits = found.count("bits") or _BITS.get(method)
        known = None if bits is None else _METHODS.get((method, bits))
    if known is None:
        section.fault(
            UNKNOWN_ARCHITECTURE,
            name,
            f"the quantisation {method[:40] or 'without quant_method'} is not planned for",
            hint="add the model it was made from, or name its format: --set native_format=fp8",
        )
    return known


def _compressed(found: Section) -> str | None:
    """
    Return the format of a compressed-tensors checkpoint; None where its groups of layers have several.
    """
    groups = found.below("config_groups")
    if groups is None:
        return None
    formats = set()
    for name in groups.values:
        group = groups.below(name)
        weights = None if group is None else group.below("weights")
        if weights is not None:
            formats.add(_COMPRESSED.get((weights.text("type") or "", weights.count("num_bits") or 0)))
    if len(formats) != 1:
        return None
    (only,) = formats
    if only == "nvfp4" and "mxfp4" in (found.text("format") or ""):
        return "mxfp4"
    # Checkpoints that leave attention in 16 bits (Kimi K2) quantise the experts alone, which the catalogue calls int4.
    return "int4" if only == "int4-gptq" and any("self_attn" in item for item in found.texts("ignore")) else only
