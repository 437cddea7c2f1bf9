"""
Which layers have experts, and how wide they are.
"""

from __future__ import annotations

from typing import Any

import pytest

from servewright.additions.config.families import FAMILIES
from servewright.additions.config.feed_forward import feed_forward
from servewright.additions.config.section import Section
from servewright.diagnostics import SourceMap


def fields(family: str, layers: int, **values: Any) -> dict[str, Any]:
    """
    Return what is read from *values*.
    """
    section = Section(values=values, source=SourceMap("config.json", {}), defaults=FAMILIES[family].defaults)
    found = feed_forward(section, FAMILIES[family], layers)
    assert section.faults == []
    return found


QWEN = {"num_experts": 60, "num_experts_per_tok": 4, "moe_intermediate_size": 1408, "intermediate_size": 5632}


@pytest.mark.parametrize(
    ("family", "values", "dense"),
    [
        ("Qwen2Moe", QWEN, 0),
        ("Qwen2Moe", QWEN | {"decoder_sparse_step": 2}, 4),  # layers 0, 2, 4, 6
        ("Qwen2Moe", QWEN | {"mlp_only_layers": [0, 7]}, 2),
        ("Qwen2Moe", QWEN | {"decoder_sparse_step": 2, "mlp_only_layers": [1]}, 5),
        ("DeepseekV3", {"n_routed_experts": 8, "moe_intermediate_size": 10, "first_k_dense_replace": 3}, 3),
        ("DeepseekV3", {"n_routed_experts": 8, "moe_intermediate_size": 10}, 0),
        ("Llama4", {"num_local_experts": 16, "intermediate_size": 8192}, 0),
        ("Llama4", {"num_local_experts": 128, "intermediate_size": 8192, "interleave_moe_layer_step": 2}, 4),
        ("Llama4", {"num_local_experts": 128, "intermediate_size": 8192, "moe_layers": [1, 3, 5]}, 5),
        ("Mixtral", {"num_local_experts": 8, "intermediate_size": 14336}, 0),
        ("Llama", {"num_local_experts": 8, "intermediate_size": 14336}, 0),  # a field of another class means nothing
        ("DeepseekV2", {"n_routed_experts": None, "intermediate_size": 10944}, 0),
    ],
)
def test_layers_without_experts_are_counted(family: str, values: dict[str, Any], dense: int) -> None:
    """
    Each class says in its own way which of its eight layers have none.
    """
    assert fields(family, 8, **values)["dense_layers"] == dense


def test_a_dense_model_has_one_width() -> None:
    """
    Without experts there is the width of the layers and nothing else.
    """
    found = fields("Llama", 8, intermediate_size=14336)

    assert found["intermediate"] == 14336
    assert [found[name] for name in ("experts", "experts_per_token", "moe_intermediate", "shared_expert_intermediate")] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("family", "values", "widths"),
    [
        ("Mixtral", {"num_local_experts": 8, "intermediate_size": 14336}, (None, 14336, 0)),
        ("Llama4", {"num_local_experts": 16, "intermediate_size": 8192, "intermediate_size_mlp": 16384}, (16384, 8192, 8192)),
        ("Qwen2Moe", QWEN | {"shared_expert_intermediate_size": 5632}, (5632, 1408, 5632)),
        ("Qwen3Moe", QWEN, (5632, 1408, 0)),
        (
            "DeepseekV2",
            {"n_routed_experts": 160, "n_shared_experts": 2, "moe_intermediate_size": 1536, "intermediate_size": 12288},
            (12288, 1536, 3072),
        ),
    ],
)
def test_experts_have_widths_of_their_own(family: str, values: dict[str, Any], widths: tuple[int | None, int, int]) -> None:
    """
    Of dense layers, of an expert, and of what every token passes beside the experts.
    """
    found = fields(family, 8, **values)

    assert (found["intermediate"], found["moe_intermediate"], found["shared_expert_intermediate"]) == widths
