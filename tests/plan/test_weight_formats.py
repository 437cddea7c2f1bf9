"""
Storage formats of linear layers.
"""

from __future__ import annotations

import pytest

from servewright.plan.weight_formats import BYTES_16_BIT, FORMATS


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_bytes_match_the_bits(name: str) -> None:
    """
    A format takes its bits and at most 13 % more for scales; nothing takes more than 16 bits.
    """
    bits = {"16-bit": 16, "8-bit": 8, "fp4": 4, "mxfp4": 4, "int4": 4}[FORMATS[name].kernels]
    assert bits / 8 <= FORMATS[name].bytes_per_param <= min(BYTES_16_BIT, bits / 8 * 1.13)


def test_every_format_of_the_catalogue_is_known() -> None:
    """
    The native formats that the catalogue normalises to, and those that a spec may name.
    """
    native = {"bf16", "fp16", "fp32", "fp8", "mxfp4", "int4"}
    named = {"bf16", "fp16", "fp8", "nvfp4", "mxfp4", "int8", "int4-awq", "int4-gptq"}
    assert native | named == set(FORMATS)


def test_only_8_and_4_bit_floats_have_units_of_their_own() -> None:
    """
    What is not fp8 or nvfp4 is multiplied in 16 bits.
    """
    assert {name for name, stored in FORMATS.items() if stored.arithmetic != "16-bit"} == {"fp8", "nvfp4"}
