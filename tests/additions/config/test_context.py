"""
The longest context by the engine's rule.
"""

from __future__ import annotations

from typing import Any

import pytest

from servewright.additions.config.context import longest_context
from servewright.additions.config.families import FAMILIES
from servewright.additions.config.section import Section
from servewright.diagnostics import SourceMap

YARN = {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768}


@pytest.mark.parametrize(
    ("family", "values", "tokens"),
    [
        ("Llama", {"max_position_embeddings": 8192}, 8192),
        ("Llama", {"max_position_embeddings": 131072, "rope_scaling": {"rope_type": "llama3", "factor": 8.0}}, 131072),
        ("Llama", {"max_position_embeddings": 4096, "rope_scaling": {"type": "linear", "factor": 4.0}}, 16384),
        ("Llama", {"max_position_embeddings": 4096, "rope_scaling": {"type": "dynamic", "factor": 2.5}}, 10240),
        ("Qwen2", {"max_position_embeddings": 40960, "rope_scaling": YARN}, 131072),
        ("Qwen2", {"max_position_embeddings": 32768, "rope_scaling": {"rope_type": "yarn", "factor": 4}}, 131072),
        ("Qwen2", {"max_position_embeddings": 32768, "rope_parameters": {"rope_type": "yarn", "factor": 4}}, 131072),
        ("Qwen2_5_VL", {"max_position_embeddings": 128000, "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]}}, 128000),
        ("Phi3", {"max_position_embeddings": 131072, "rope_scaling": {"type": "longrope", "factor": 32}}, 131072),
        (
            "Gemma3",
            {"max_position_embeddings": 131072, "model_type": "gemma3_text", "rope_scaling": {"rope_type": "linear", "factor": 8}},
            131072,
        ),
        (
            "Olmo3",
            {
                "max_position_embeddings": 65536,
                "rope_parameters": {
                    "sliding_attention": {"rope_type": "default"},
                    "full_attention": {"rope_type": "yarn", "factor": 8.0, "original_max_position_embeddings": 8192},
                },
            },
            65536,
        ),
        ("Cohere", {"max_position_embeddings": 8192, "model_max_length": 131072}, 131072),
        ("XLMRoberta", {"max_position_embeddings": 514}, 512),
        ("Bert", {"max_position_embeddings": 512}, 512),
        ("Llama", {"rope_scaling": {"rope_type": "yarn", "factor": 4}}, None),
    ],
)
def test_the_length_is_what_the_engine_allows(family: str, values: dict[str, Any], tokens: int | None) -> None:
    """
    Scaling by a factor lengthens the context, but where the stated length contains it already.
    """
    section = Section(values=values, source=SourceMap("config.json", {}))

    assert longest_context(section, FAMILIES[family]) == tokens
    assert section.faults == []
