"""
Weights: parameters by kind and bytes on a GPU.
"""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

import cards
from servewright.catalog.model import ModelCard
from servewright.plan.weight_formats import FORMATS
from servewright.plan.weights import CannotBeSized, Parameters, gpu_weights, missing_fields, parameters

BILLION = 1e9


def counted(card: ModelCard) -> Parameters:
    """
    Return the parameters of a card that can be sized.
    """
    found = parameters(card)
    assert isinstance(found, Parameters)
    return found


@pytest.mark.parametrize("card", cards.ALL, ids=lambda card: card.hf_id)
def test_parts_add_up_to_the_published_total(card: ModelCard) -> None:
    """
    The kinds of parameters add up to total_params, and the formulas come within 3 % of it by themselves.
    """
    found = counted(card)
    kinds = [field.name for field in fields(found) if field.name != "anchor_ratio"]
    assert sum(getattr(found, kind) for kind in kinds) == pytest.approx(card.total_params, rel=1e-9)
    assert found.anchor_ratio == pytest.approx(1, abs=0.03)


def test_llama_70b_by_hand() -> None:
    """
    One architecture worked out by hand, to a tenth of a per cent.
    """
    found = counted(cards.LLAMA_70B)
    assert found.query_output == pytest.approx(80 * 2 * 8192 * 8192, rel=1e-3)
    assert found.key_value == pytest.approx(80 * 2 * 8192 * 1024, rel=1e-3)
    assert found.feed_forward == pytest.approx(80 * 3 * 8192 * 28672, rel=1e-3)
    assert found.embedding == found.head == 128256 * 8192


def test_deepseek_latent_attention_by_hand() -> None:
    """
    MLA: 187 million parameters a layer, of which the down-projections (15.5 million) are not split.
    """
    found = counted(cards.DEEPSEEK_R1)
    assert found.attention / 61 == pytest.approx(187.1e6, rel=2e-3)
    assert found.latent / 61 == pytest.approx(7168 * (1536 + 512 + 64), rel=1e-3)
    assert found.experts == pytest.approx(58 * 256 * 3 * 7168 * 2048, rel=1e-3)


def test_tied_embeddings_count_once() -> None:
    """
    A tied table is stored and counted once, as head.
    """
    tied = counted(cards.LLAMA_1B)
    assert tied.head == 0
    held = gpu_weights(cards.LLAMA_1B, tied, FORMATS["bf16"], 1)
    assert held.head == 2 * 128256 * 2048
    assert held.total == pytest.approx(2 * cards.LLAMA_1B.total_params)


@pytest.mark.parametrize("card", cards.ALL, ids=lambda card: card.hf_id)
@pytest.mark.parametrize("split", [1, 2, 4, 8])
def test_a_split_holds_everything(card: ModelCard, split: int) -> None:
    """
    Over all GPUs there is at least the whole model; a larger split never holds more on one GPU.
    """
    counts = counted(card)
    for name in ("bf16", "fp8"):
        one, held = (gpu_weights(card, counts, FORMATS[name], t).total for t in (1, split))
        assert held <= one
        assert held * split >= one * (1 - 1e-12)


def test_kv_projections_are_replicated_beyond_the_kv_heads() -> None:
    """
    With 4 KV heads a split of 8 holds each head's projections twice.
    """
    card, counts = cards.QWEN3_30B_A3B, counted(cards.QWEN3_30B_A3B)
    four, eight = (gpu_weights(card, counts, FORMATS["bf16"], t).attention for t in (4, 8))
    assert eight * 8 - four * 4 == pytest.approx(2 * counts.key_value, rel=1e-9)


def test_what_stays_in_16_bits() -> None:
    """
    fp8 halves linear layers only: Llama 8B takes 8.03 + 1.05 GB, the embeddings and the head in 16 bits.
    """
    card = cards.LLAMA_8B
    held = gpu_weights(card, counted(card), FORMATS["fp8"], 1).total
    assert held == pytest.approx(card.total_params + 2 * 128256 * 4096, rel=1e-3)


def test_mxfp4_keeps_attention_in_16_bits() -> None:
    """
    gpt-oss-120b weighs about 65 GB: experts in mxfp4, attention, embeddings and head in 16 bits.
    """
    card = cards.GPT_OSS_120B
    counts = counted(card)
    held = gpu_weights(card, counts, FORMATS["mxfp4"], 1)
    assert held.attention == 2 * counts.attention
    assert held.total / BILLION == pytest.approx(64.9, abs=1)


def test_unknown_parts_count_in_16_bits() -> None:
    """
    What the formulas do not know (here a vision tower of 2 billion) is held in 16 bits, whatever the format.
    """
    tower = replace(cards.LLAMA_8B, total_params=10_030_000_000)
    assert counted(tower).other == pytest.approx(2e9, rel=1e-2)
    plain, larger = (gpu_weights(c, counted(c), FORMATS["fp8"], 1).total for c in (cards.LLAMA_8B, tower))
    assert larger - plain == pytest.approx(4e9, rel=1e-2)


def test_formulas_that_count_too_much_are_scaled_down() -> None:
    """
    A model whose feed-forward has two matrices (Falcon) keeps its published total and its own embeddings.
    """
    falcon = cards.card(
        hf_id="tiiuae/falcon-7b-instruct", total_params=6_920_000_000, layers=32, hidden=4544, attention_heads=71, kv_heads=1,
        head_dim=64, intermediate=18176, vocab=65024, tied_embeddings=True,
    )  # fmt: skip
    found = counted(falcon)
    assert found.anchor_ratio == pytest.approx(1.38, abs=0.01)
    assert found.embedding == 65024 * 4544
    assert gpu_weights(falcon, found, FORMATS["bf16"], 1).total == pytest.approx(2 * 6.92e9)


def test_empty_cells_are_named_and_not_guessed() -> None:
    """
    A card with empty cells cannot be sized, and says which are missing.
    """
    empty = replace(cards.LLAMA_8B, intermediate=None, vocab=None, kv_layers=None, kv_rule_unknown=True)
    found = parameters(empty)
    assert isinstance(found, CannotBeSized)
    assert found.missing == ("vocab", "intermediate", "kv_layers", "rule for the KV cache")
    names = "vocab, intermediate, kv_layers, rule for the KV cache"
    assert found.reason == f"meta-llama/Llama-3.1-8B-Instruct cannot be sized: the catalogue has no {names} for it"


def test_fields_that_are_not_needed_may_be_empty() -> None:
    """
    MLA has no head_dim, a model of experts only no dense width, an encoder no KV layers, which is said: 0.
    """
    assert missing_fields(cards.DEEPSEEK_R1) == ()
    assert missing_fields(cards.MIXTRAL) == ()
    assert missing_fields(cards.BGE_M3) == ()
    assert missing_fields(replace(cards.BGE_M3, kv_layers=None)) == ("kv_layers",)


def test_experts_are_not_guessed() -> None:
    """
    A model that uses a sixth of its parameters per token has experts; without their sizes it is not taken for a dense one.
    """
    hidden = replace(cards.LLAMA_70B, total_params=300_000_000_000, active_params=47_000_000_000)
    assert missing_fields(hidden) == ("experts",)


def test_another_structure_is_refused() -> None:
    """
    Fields that add up to twice the published size describe another structure.
    """
    (missing,) = missing_fields(replace(cards.LLAMA_8B, total_params=4_000_000_000, active_params=4_000_000_000))
    assert missing == "layer structure (its fields add up to 2.0 times the published size)"
