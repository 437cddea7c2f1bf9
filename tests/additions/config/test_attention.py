"""
Which layers keep the whole context, and which a window of it.
"""

from __future__ import annotations

from typing import Any

import pytest

from servewright.additions.config.attention import caches, heads
from servewright.additions.config.families import FAMILIES
from servewright.additions.config.section import Section
from servewright.diagnostics import SourceMap


def section(family: str, **values: Any) -> Section:
    """
    Return a config.json of *values*.
    """
    return Section(values=values, source=SourceMap("config.json", {}), defaults=FAMILIES[family].defaults)


@pytest.mark.parametrize(
    ("family", "values", "layers", "kept", "bounded"),
    [
        ("Llama", {}, 32, 32, 0),
        ("Mistral", {}, 32, 0, 32),  # the class fills in 4096
        ("Mistral", {"sliding_window": None}, 32, 32, 0),
        ("Gemma2", {}, 43, 21, 22),  # the first layer has a window
        ("Gemma3", {"sliding_window": 1024}, 34, 5, 29),
        ("Gemma3", {"sliding_window": 1024, "sliding_window_pattern": 2}, 34, 17, 17),
        ("Qwen2", {"sliding_window": 4096, "max_window_layers": 20}, 28, 28, 0),  # not switched on
        ("Qwen2", {"sliding_window": 4096, "max_window_layers": 20, "use_sliding_window": True}, 28, 20, 8),
        ("Qwen2", {"sliding_window": 4096, "max_window_layers": 40, "use_sliding_window": True}, 28, 28, 0),
        ("Phi3", {"sliding_window": 262144}, 32, 32, 0),  # longer than the context: bounds nothing
        ("Olmo3", {"sliding_window": 4096, "layer_types": ["sliding_attention"] * 3 + ["full_attention"]}, 4, 1, 3),
        ("Llama4", {"layer_types": ["chunked_attention"] * 3 + ["full_attention"]}, 4, 4, 0),
        ("Bert", {"sliding_window": 128}, 12, 0, 0),
    ],
)
def test_windows_bound_the_layers_of_each_family(family: str, values: dict[str, Any], layers: int, kept: int, bounded: int) -> None:
    """
    Every family has its own rule, and a list of layer types overrides it.
    """
    found = caches(section(family, **values), FAMILIES[family], layers, 131072)

    assert (found["kv_layers"], found["window_layers"]) == (kept, bounded)
    assert (found["sliding_window"] > 0) == (bounded > 0)


def test_linear_layers_keep_a_state() -> None:
    """
    Qwen3-Next keeps the context in every fourth layer, by a list or by an interval.
    """
    family = FAMILIES["Qwen3Next"]
    listed = section("Qwen3Next", layer_types=(["linear_attention"] * 3 + ["full_attention"]) * 12)
    spaced = section("Qwen3Next", full_attention_interval=4)

    assert caches(listed, family, 48, None) == caches(spaced, family, 48, None)
    assert caches(spaced, family, 48, None)["linear_attention_layers"] == 36


@pytest.mark.parametrize(
    ("values", "attention", "head_dim"),
    [
        ({"num_attention_heads": 32, "num_key_value_heads": 8, "hidden_size": 4096}, "GQA", 128),
        ({"num_attention_heads": 32, "hidden_size": 4096}, "MHA", 128),
        ({"num_attention_heads": 32, "num_key_value_heads": 1, "hidden_size": 4096, "head_dim": 64}, "MQA", 64),
        ({"num_attention_heads": 32, "num_key_value_heads": 8, "hidden_size": 4096, "head_dim": None}, "GQA", 128),
        ({"num_key_value_heads": 8, "hidden_size": 4096}, None, None),
    ],
)
def test_heads_are_shared_as_the_file_says(values: dict[str, Any], attention: str | None, head_dim: int | None) -> None:
    """
    The size of a head is stated, or the hidden size over the heads.
    """
    found = heads(section("Llama", **values), FAMILIES["Llama"])

    assert (found["attention"], found["head_dim"]) == (attention, head_dim)
