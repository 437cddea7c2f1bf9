"""
The time of one engine step.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

import cards
from servewright.catalog.model import ModelCard
from servewright.plan.model import Precision
from servewright.plan.performance.hardware import all_reduce, constants, effective_gpu
from servewright.plan.performance.step_time import StepTime, step_time
from servewright.plan.weights import CannotBeSized

BF16 = Precision(weights="bf16", origin="native", weight_only=False)
FP8 = Precision(weights="fp8", origin="online", weight_only=False)


def step_of(card: ModelCard, gpu_id: str, split: int = 1, precision: Precision = BF16) -> StepTime:
    """
    Return the step time of a card.
    """
    gpu = effective_gpu(gpu_id)
    assert gpu is not None
    found = step_time(card, gpu, split, precision, 2)
    assert isinstance(found, StepTime)
    return found


def test_one_token_of_llama_8b_by_hand() -> None:
    """
    A single request on an L4: the weights less the embedding table at 0.95 of 300 GB/s, the host overheads, next to nothing else.
    """
    read = 2 * (8_030_000_000 - 128256 * 4096) / (0.3e12 * constants().weight_read_efficiency)
    host = 32 * constants().layer_overhead + constants().step_overhead + constants().sequence_overhead
    assert step_of(cards.LLAMA_8B, "l4").seconds(1, 1) == pytest.approx(read + host, rel=0.01)


def test_prefill_of_llama_70b_by_hand() -> None:
    """
    A large prompt is compute: 2 FLOPs per parameter and token at the attainable rate, and attention on top.
    """
    step = step_of(cards.LLAMA_70B, "h100")
    linear = 2 * (70.55e9 - 2 * 128256 * 8192) * 8192 / (989e12 * 0.7984 * 0.9893)
    attention = 4 * 64 * 128 * 8192 * 4096 * 80 / (989e12 * 0.4449 * 0.9893)
    seconds = step.seconds(0, 1, 8192, 8192)
    assert linear + attention < seconds < (linear + attention) * 1.05


def test_fp8_reads_half_on_a_gpu_without_units() -> None:
    """
    On A100 fp8 nearly halves a small decode step and leaves the prefill as it is.
    """
    weight_only = replace(FP8, weight_only=True)
    full, half = step_of(cards.LLAMA_70B, "a100-80", 4), step_of(cards.LLAMA_70B, "a100-80", 4, weight_only)
    assert half.attention.read_s == full.attention.read_s / 2
    assert half.seconds(0, 1, 8192, 8192) == pytest.approx(full.seconds(0, 1, 8192, 8192), rel=0.01)


@pytest.mark.parametrize("card", cards.ALL, ids=lambda card: card.hf_id)
def test_a_larger_split_is_faster_on_nvlink(card: ModelCard) -> None:
    """
    Splitting a large prompt over more GPUs is faster, though less than proportionally.
    """
    one, four = step_of(card, "h200", 1).seconds(0, 1, 8192, 8192), step_of(card, "h200", 4).seconds(0, 1, 8192, 8192)
    assert one / 4 < four < one


def test_experts_are_read_as_they_are_touched() -> None:
    """
    One token touches 8 of 128 experts, many tokens all of them: the read time grows with the batch and then stops.
    """
    experts = step_of(cards.QWEN3_30B_A3B, "h100").experts
    assert experts is not None
    alone = experts.read_s_per_expert * 8
    assert experts.seconds(1) == pytest.approx(alone, rel=0.1)
    assert experts.seconds(64) > 10 * alone
    assert experts.seconds(4000) - experts.seconds(2000) == pytest.approx(2000 * experts.compute_s_per_token, rel=0.1)


def test_windowed_layers_stop_costing() -> None:
    """
    Beyond the window only full layers read more per step.
    """
    step = step_of(cards.GEMMA_27B, "h100")
    inside, outside = step.seconds(10, 1000) - step.seconds(10, 900), step.seconds(10, 9000) - step.seconds(10, 8900)
    assert outside == pytest.approx(inside * 10 / 62, rel=1e-6)


def test_hybrid_blocks_are_read_too() -> None:
    """
    What a hybrid has beyond the formulas is read every step; a vision tower is not.
    """
    tower = replace(cards.LLAMA_8B, total_params=9_000_000_000)
    hybrid = replace(tower, linear_attention_layers=24, kv_layers=8)
    assert step_of(tower, "h100").attention.read_s == pytest.approx(step_of(cards.LLAMA_8B, "h100").attention.read_s, rel=1e-3)
    assert step_of(hybrid, "h100").attention.read_s > step_of(tower, "h100").attention.read_s


def test_a_card_with_empty_cells_has_no_step_time() -> None:
    """
    The refusal passes through.
    """
    gpu = effective_gpu("h100")
    assert gpu is not None
    assert isinstance(step_time(replace(cards.LLAMA_8B, vocab=None), gpu, 1, BF16, 2), CannotBeSized)


@pytest.mark.parametrize("card", cards.ALL, ids=lambda card: card.hf_id)
def test_a_stage_is_shorter_than_the_whole_and_all_stages_longer(card: ModelCard) -> None:
    """
    A stage does its part of the layers; one after the other, with their hand-overs, they take longer than the whole model at once.
    """
    gpu = effective_gpu("h100")
    assert gpu is not None
    whole = step_of(card, "h100")
    for stages in (2, 4, 8):
        stage = step_time(card, gpu, 1, BF16, 2, stages)
        assert isinstance(stage, StepTime)
        for running, prompt in ((1, 0), (40, 0), (8, 2048)):
            took = stage.seconds(running, 2000, prompt, 1000)
            assert took < whole.seconds(running, 2000, prompt, 1000) < took * stages


def test_stages_hand_over_hidden_states_and_residual() -> None:
    """
    Each token of a step costs 4 hidden bytes on the link between two GPUs; nothing is handed over where there is one stage.
    """
    gpu = effective_gpu("l40s")
    assert gpu is not None
    one, two = (step_time(cards.LLAMA_8B, gpu, 1, BF16, 2, stages) for stages in (1, 2))
    assert isinstance(one, StepTime)
    assert isinstance(two, StepTime)
    link = all_reduce("pcie4", 2)
    assert one.move_s_per_token == 0
    assert two.move_s_per_token == pytest.approx(4 * 4096 / (32e9 * link.link_efficiency))


def test_a_pass_is_all_stages() -> None:
    """
    With p - 1 times as many others as there are stages each batch holds them evenly: a pass is p steps of a stage.
    """
    step = step_of(cards.LLAMA_8B, "l4")
    assert step.passing(1000, 4)(28, 512, 1024) == pytest.approx(4 * step.seconds(8, 1000, 512, 1024))
    assert step.passing(1000, 1)(7) == step.seconds(8, 1000)
