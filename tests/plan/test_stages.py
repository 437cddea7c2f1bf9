"""
The largest stage of a pipeline.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cards
from servewright.catalog.model import ModelCard
from servewright.plan.stages import largest_stage, per_stage


@given(layers=st.integers(1, 200), stages=st.integers(1, 8))
def test_the_fullest_stage_is_within_one_layer_of_the_mean(layers: int, stages: int) -> None:
    """
    Stages together hold all layers, and none holds a whole layer more than its share.
    """
    held = per_stage(layers, stages)
    assert held * stages >= layers
    assert held - 1 < layers / stages


@pytest.mark.parametrize("card", cards.ALL, ids=lambda card: card.hf_id)
def test_one_stage_is_the_whole_model(card: ModelCard) -> None:
    """
    Without a pipeline a stage holds every layer, every expert and the KV cache of all of them.
    """
    stage = largest_stage(card, 1)
    assert (stage.layers, stage.full_layers, stage.window_layers) == (card.layers, card.kv_layers, card.window_layers)
    assert stage.layer_share == stage.expert_share == 1


@pytest.mark.parametrize("card", cards.ALL, ids=lambda card: card.hf_id)
def test_more_stages_never_hold_more(card: ModelCard) -> None:
    """
    The largest stage shrinks with their number, and all of them hold at least the model.
    """
    stages = [largest_stage(card, p) for p in (1, 2, 4, 8)]
    for fewer, more in pairwise(stages):
        assert more.layer_share <= fewer.layer_share
        assert more.expert_share <= fewer.expert_share
    for stage in stages:
        assert stage.layer_share * stage.stages >= 1 - 1e-12
        assert stage.expert_share * stage.stages >= 1 - 1e-12


def test_leading_dense_layers_leave_more_experts_to_the_others() -> None:
    """
    Of DeepSeek's 61 layers the first three have no experts: half of the layers, 31, may hold 31 of 58 expert layers.
    """
    assert largest_stage(cards.DEEPSEEK_R1, 2).layers == 31
    assert largest_stage(cards.DEEPSEEK_R1, 2).expert_share == 31 / 58


def test_alternating_dense_layers_share_the_experts_evenly() -> None:
    """
    Where every second layer is dense, half of the layers hold half of the experts.
    """
    alternating = replace(cards.QWEN3_30B_A3B, layers=48, kv_layers=48, dense_layers=24)
    assert largest_stage(alternating, 2).expert_share == 0.5


def test_windows_alternate_with_full_layers() -> None:
    """
    Of Gemma's 10 full and 52 windowed layers a quarter of the model holds 3 and 13 at most: its 16 layers.
    """
    stage = largest_stage(cards.GEMMA_27B, 4)
    assert (stage.full_layers, stage.window_layers, stage.layers) == (3, 13, 16)
