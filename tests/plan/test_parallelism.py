"""
Splits by tensors and into stages: which are legal, and why the others are not.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

import cards
from servewright.catalog.model import ModelCard
from servewright.plan.parallelism import SIZES, Split, TensorSplits, pipeline_refusal, pipeline_splits, refusal, tensor_splits
from servewright.plan.weights import CannotBeSized


def legal(card: ModelCard, gpus: int = 8, weight_format: str | None = None, checkpoint: str | None = None) -> tuple[int, ...]:
    """
    Return the legal sizes.
    """
    found = tensor_splits(card, gpus, weight_format, checkpoint)
    assert isinstance(found, TensorSplits)
    assert {*found.legal} | {split.size for split in found.refused} == {1, 2, 4, 8}
    return found.legal


@pytest.mark.parametrize("card", cards.ALL, ids=lambda card: card.hf_id)
def test_legal_splits_divide_heads_and_widths(card: ModelCard) -> None:
    """
    Every legal size divides the attention heads and every width; one GPU is always legal.
    """
    sizes = legal(card)
    assert sizes[0] == 1
    for size in sizes:
        assert (card.attention_heads or 0) % size == 0
        assert card.moe_intermediate % size == 0


def test_a_split_stays_on_a_node() -> None:
    """
    A node of four GPUs allows splits of up to four.
    """
    assert legal(cards.LLAMA_70B, gpus=4) == (1, 2, 4)
    assert refusal(cards.LLAMA_70B, 8, 4) == "a node has 4 GPUs, a tensor split over 8 would span nodes"


def test_heads_that_do_not_divide() -> None:
    """
    Fourteen heads can be split over two GPUs only.
    """
    small = replace(cards.QWEN_14B, attention_heads=14, kv_heads=2)
    assert legal(small) == (1, 2)
    assert refusal(small, 4, 8) == "14 attention heads cannot be divided by 4"


def test_kv_heads_may_be_replicated_but_not_cut() -> None:
    """
    Four KV heads go over eight GPUs (each head twice); three go nowhere.
    """
    assert 8 in legal(cards.QWEN3_30B_A3B)
    odd = replace(cards.LLAMA_8B, attention_heads=24, kv_heads=3)
    assert refusal(odd, 2, 8) == "3 KV heads can neither be divided by 2 nor replicated over it"


def test_a_pinned_size_gets_a_reason() -> None:
    """
    A pin that is no power of two is refused in words.
    """
    assert refusal(cards.LLAMA_8B, 3, 8) == "3 is not a tensor split: 1, 2, 4 or 8"


def test_fp8_in_blocks_needs_whole_blocks() -> None:
    """
    MiniMax is published in 128 x 128 blocks: 1536 / 8 = 192 columns are one and a half.
    """
    assert legal(cards.MINIMAX) == (1, 2, 4)
    assert refusal(cards.MINIMAX, 8, 8) == "expert width 1536 / 8 = 192 is not a multiple of the fp8 block of 128"


@pytest.mark.parametrize(
    ("checkpoint", "sizes"),
    [(None, (1, 2, 4, 8)), ("RedHatAI/Qwen3-235B-A22B-FP8-dynamic", (1, 2, 4, 8)), ("Qwen/Qwen3-235B-A22B-FP8", (1, 2, 4))],
)
def test_the_checkpoint_decides_about_blocks(checkpoint: str | None, sizes: tuple[int, ...]) -> None:
    """
    Online fp8 and RedHatAI's checkpoints have one scale per channel, the owner's checkpoint has blocks.
    """
    assert legal(cards.QWEN3_235B, weight_format="fp8", checkpoint=checkpoint) == sizes


def test_int4_groups_need_whole_groups() -> None:
    """
    Qwen2.5-14B: 13824 / 8 = 1728 is 13.5 groups of 128.
    """
    assert legal(cards.QWEN_14B, weight_format="int4-awq") == (1, 2, 4)


def test_a_card_with_empty_cells_has_no_splits() -> None:
    """
    The refusal passes through.
    """
    assert isinstance(tensor_splits(replace(cards.LLAMA_8B, kv_heads=None), 8), CannotBeSized)


@pytest.mark.parametrize("gpus", SIZES)
@pytest.mark.parametrize("card", cards.ALL, ids=lambda card: card.hf_id)
def test_a_pipeline_stays_on_a_node(card: ModelCard, gpus: int) -> None:
    """
    Tensor times pipeline is never more than the GPUs of a node, the tensor size is legal, and fewer GPUs come first.
    """
    found = pipeline_splits(card, legal(card, gpus), gpus)
    assert all(split.gpus <= gpus and split.pipeline > 1 and split.tensor in legal(card, gpus) for split in found)
    assert [split.gpus for split in found] == sorted(split.gpus for split in found)
    assert len(set(found)) == len(found)


def test_every_stage_needs_a_layer() -> None:
    """
    A model of three layers has two stages at most.
    """
    flat = replace(cards.LLAMA_8B, layers=3)
    assert {split.pipeline for split in pipeline_splits(flat, (1, 2), 8)} == {2}
    assert pipeline_refusal(flat, Split(1, 4), 8) == "3 layers cannot be cut into 4 stages"


def test_why_stages_are_refused() -> None:
    """
    The arithmetic is in the words.
    """
    assert pipeline_refusal(cards.LLAMA_70B, Split(4, 4), 8) == "tensor 4 x pipeline 4 = 16 GPUs, a node has 8"
    assert pipeline_refusal(cards.LLAMA_70B, Split(1, 3), 8) == "3 is not a pipeline split: 1, 2, 4 or 8"
    assert pipeline_refusal(cards.LLAMA_70B, Split(4, 2), 8) is None


def test_splits_as_people_write_them() -> None:
    """
    Stages are named where there are some.
    """
    assert Split(8).words == "8"
    assert Split(4, 2).words == "8 (tensor 4 x pipeline 2)"
