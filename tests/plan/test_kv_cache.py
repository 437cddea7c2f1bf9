"""
KV cache of one sequence on one GPU.
"""

from __future__ import annotations

import pytest

import cards
from servewright.catalog.model import ModelCard
from servewright.plan.kv_cache import kv_bytes

BF16_BYTES_PER_TOKEN = {
    cards.LLAMA_1B: 32768,
    cards.LLAMA_8B: 131072,
    cards.QWEN_14B: 196608,
    cards.QWEN3_32B: 262144,
    cards.LLAMA_70B: 327680,
    cards.LLAMA_405B: 516096,
    cards.MIXTRAL: 131072,
    cards.QWEN3_30B_A3B: 98304,
    cards.QWEN3_235B: 192512,
    cards.MINIMAX: 253952,
    cards.GPT_OSS_120B: 36864,
    cards.DEEPSEEK_R1: 70272,
    cards.GEMMA_27B: 81920,
}
"""
Column kv_bytes_per_token_bf16 of the facts tables (models.csv, models_more.csv): what a token beyond every window adds.
"""


@pytest.mark.parametrize("card", cards.ALL, ids=lambda card: card.hf_id)
def test_growth_per_token_is_that_of_the_facts(card: ModelCard) -> None:
    """
    Beyond the window a token adds exactly the published bytes per token.
    """
    assert kv_bytes(card, 8193, 2, 1) - kv_bytes(card, 8192, 2, 1) == BF16_BYTES_PER_TOKEN[card]


@pytest.mark.parametrize(("split", "share"), [(1, 1), (2, 2), (4, 4), (8, 4)])
def test_grouped_heads_are_divided_until_they_are_replicated(split: int, share: int) -> None:
    """
    Four KV heads: a split of 8 holds as much per GPU as one of 4.
    """
    assert kv_bytes(cards.QWEN3_30B_A3B, 1000, 2, split) == 98304 * 1000 / share


@pytest.mark.parametrize("split", [1, 2, 4, 8])
def test_the_latent_is_not_divided(split: int) -> None:
    """
    MLA keeps 576 values a layer and token on every GPU.
    """
    assert kv_bytes(cards.DEEPSEEK_R1, 1000, 2, split) == 61 * 576 * 2 * 1000


def test_a_window_bounds_its_layers() -> None:
    """
    Gemma 3: 52 of 62 layers stop growing at 1,024 tokens.
    """
    layer = 2 * 16 * 128 * 2
    assert kv_bytes(cards.GEMMA_27B, 500, 2, 1) == 62 * layer * 500
    assert kv_bytes(cards.GEMMA_27B, 8000, 2, 1) == layer * (10 * 8000 + 52 * 1024)


def test_linear_layers_keep_nothing_per_token() -> None:
    """
    Of a hybrid only the layers with full attention grow.
    """
    hybrid = cards.card(
        hf_id="Qwen/Qwen3.5-27B", total_params=27_000_000_000, layers=64, hidden=5120, attention_heads=24, kv_heads=4, head_dim=256,
        intermediate=17408, vocab=248320, linear_attention_layers=48,
    )  # fmt: skip
    assert kv_bytes(hybrid, 1, 2, 1) == 65536


def test_half_the_element_half_the_bytes() -> None:
    """
    An 8-bit KV cache takes half of a 16-bit one.
    """
    assert kv_bytes(cards.LLAMA_8B, 10, 1, 1) * 2 == kv_bytes(cards.LLAMA_8B, 10, 2, 1)
