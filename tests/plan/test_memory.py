"""
Memory of a replica: the budget, what fits, and the words for what does not.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cards
from servewright.catalog.model import ModelCard
from servewright.plan.memory import DoesNotFit, Footprint, fit, footprint
from servewright.plan.model import Memory, Precision
from servewright.plan.parallelism import TensorSplits, tensor_splits
from servewright.plan.weights import CannotBeSized

GIB = 2**30
MIB = 2**20
BF16 = Precision(weights="bf16", origin="native", weight_only=False)
FP8_ONLINE = Precision(weights="fp8", origin="online", weight_only=False)
H100, H200, L4 = 81559, 143771, 22888


def fitted(card: ModelCard, usable_mib: int, split: int, precision: Precision) -> Memory:
    """
    Return the memory of a replica that fits.
    """
    found = fit(card, usable_mib, split, precision, 8192, 2048)
    assert isinstance(found, Memory)
    return found


def published_gib(card: ModelCard, precision: Precision) -> float:
    """
    Return a lower bound of the weights from the published total alone: one byte a parameter, two for 16 bits; nothing of the product.
    """
    return card.total_params * {"bf16": 2.0, "fp8": 1.0, "mxfp4": 0.5}[precision.weights] / GIB


@settings(max_examples=300, deadline=None)
@given(
    card=st.sampled_from(cards.ALL),
    usable_mib=st.sampled_from((15360, 22888, 45776, 40960, 81559, 143771, 183359, 275040)),
    split=st.sampled_from((1, 2, 4, 8)),
    quantised=st.booleans(),
    context=st.integers(256, 131072),
    budget=st.sampled_from((256, 2048, 16384)),
)
def test_what_fits_really_fits(*, card: ModelCard, usable_mib: int, split: int, quantised: bool, context: int, budget: int) -> None:
    """
    By a count that shares no code with the product: weights, a KV cache of kv_tokens tokens and a gigabyte stay within the GPUs.
    """
    precision = FP8_ONLINE if quantised else Precision(weights=card.native_format, origin="native", weight_only=False)
    splits = tensor_splits(card, 8, precision.weights)
    found = fit(card, usable_mib, split, precision, context, budget)
    if not isinstance(splits, TensorSplits) or split not in splits.legal or not isinstance(found, Memory):
        return
    if card.attention == "MLA":
        per_token = (card.layers or 0) * 576 * 2 * split
    else:
        stored_heads = max(card.kv_heads or 0, split)
        per_token = 2 * (card.kv_layers or 0) * stored_heads * (card.head_dim or 0) * 2
    needs = published_gib(card, precision) + found.kv_tokens * per_token / GIB + split * 1e9 / GIB
    assert needs <= split * usable_mib / 1024
    assert found.kv_tokens >= context


@settings(max_examples=100, deadline=None)
@given(usable_mib=st.integers(20000, 300000), more=st.integers(0, 50000), split=st.sampled_from((1, 2, 4, 8)))
def test_more_memory_never_fewer_tokens(usable_mib: int, more: int, split: int) -> None:
    """
    A larger GPU holds at least as many tokens, a larger budget of tokens per step at most as many.
    """
    small = fit(cards.LLAMA_8B, usable_mib, split, BF16, 8192, 2048)
    if isinstance(small, Memory):
        assert fitted(cards.LLAMA_8B, usable_mib + more, split, BF16).kv_tokens >= small.kv_tokens
        busier = fit(cards.LLAMA_8B, usable_mib, split, BF16, 8192, 8192)
        assert not isinstance(busier, Memory) or busier.kv_tokens <= small.kv_tokens


def test_the_parts_are_the_budget() -> None:
    """
    Weights, overhead and KV cache add up to 0.92 of the usable memory.
    """
    found = fitted(cards.LLAMA_70B, H200, 2, FP8_ONLINE)
    assert found.weights_gib + found.overhead_gib + found.kv_cache_gib == pytest.approx(found.budget_gib)
    assert found.budget_gib == pytest.approx(H200 / 1024 * 0.92)
    assert found.replica_weights_gib == pytest.approx(2 * found.weights_gib)


def test_llama_8b_on_an_l4_by_hand() -> None:
    """
    bf16: 22,888 MiB x 0.92 less 16.06 GB of weights, 1.5 GB and 20 x 4096 x 2048 bytes, over 131,072 bytes a token.
    """
    free = 22888 * MIB * 0.92 - 2 * 8_030_000_000 - 1.5e9 - 20 * 4096 * 2048
    assert fitted(cards.LLAMA_8B, L4, 1, BF16).kv_tokens == pytest.approx(free / 131072, rel=1e-3)


def test_what_does_not_fit_comes_with_its_arithmetic() -> None:
    """
    Llama 405B in bf16 on eight H100: the parts and the two lines of the diagnostic.
    """
    found = fit(cards.LLAMA_405B, H100, 8, BF16, 8192, 2048)
    assert isinstance(found, DoesNotFit)
    assert found.weights_mib == pytest.approx(2 * 405_850_000_000 / MIB)
    assert found.request_mib == pytest.approx(8192 * 516096 / MIB)
    assert found.needs_mib == pytest.approx(found.weights_mib + found.request_mib + found.overhead_mib)
    assert found.arithmetic == (
        "needs  weights 774,097 + KV of one 8,192-token request 4,032 + overhead 20,379 = 798,508",
        "has    8 × 81,559 × 0.92 = 600,274",
    )


def test_a_request_of_the_full_context_must_fit() -> None:
    """
    A replica whose KV cache holds 30,000 tokens is refused for a context of 128k.
    """
    assert fitted(cards.LLAMA_8B, L4, 1, BF16).kv_tokens < 131072
    found = fit(cards.LLAMA_8B, L4, 1, BF16, 131072, 2048)
    assert isinstance(found, DoesNotFit)
    assert found.limit == "kv_cache"


def test_online_quantisation_holds_one_layer_twice() -> None:
    """
    The load peak is the finished weights, the fixed overhead and one layer in 16 bits; a checkpoint has no second copy.
    """
    online = fitted(cards.LLAMA_70B, H200, 1, FP8_ONLINE)
    checkpoint = fitted(cards.LLAMA_70B, H200, 1, Precision(weights="fp8", origin="checkpoint", weight_only=False))
    layer = 2 * (2 * 8192 * 8192 + 2 * 8192 * 1024 + 3 * 8192 * 28672)
    assert (online.load_peak_gib - checkpoint.load_peak_gib) * GIB == pytest.approx(layer, rel=1e-2)
    assert online.kv_tokens == checkpoint.kv_tokens


def test_a_load_peak_beyond_the_memory_is_refused() -> None:
    """
    Where the finished weights fit and loading them does not, the refusal says so.
    """
    few_layers = cards.card(
        hf_id="test/wide", total_params=17_200_000_000, layers=1, hidden=8192, attention_heads=64, kv_heads=1, head_dim=128,
        intermediate=691_000, vocab=1000,
    )  # fmt: skip
    found = fit(few_layers, 24000, 1, FP8_ONLINE, 1024, 256)
    assert isinstance(found, DoesNotFit)
    assert found.limit == "load"
    assert found.needs_mib > found.has_mib == 24000
    assert "at the peak of loading" in found.arithmetic[0]


def test_a_card_with_empty_cells_is_not_sized() -> None:
    """
    The refusal passes through.
    """
    assert isinstance(fit(replace(cards.LLAMA_8B, vocab=None), H100, 1, BF16, 8192, 2048), CannotBeSized)


@settings(max_examples=200, deadline=None)
@given(
    card=st.sampled_from(cards.ALL),
    split=st.sampled_from((1, 2, 4, 8)),
    stages=st.sampled_from((1, 2, 4, 8)),
    quantised=st.booleans(),
    context=st.integers(256, 131072),
)
def test_a_stage_never_needs_more_than_the_whole(*, card: ModelCard, split: int, stages: int, quantised: bool, context: int) -> None:
    """
    A GPU of a stage takes no more weights, KV cache and loading peak than one that holds all layers, and together they hold the model.
    """
    precision = FP8_ONLINE if quantised else Precision(weights=card.native_format, origin="native", weight_only=False)
    whole, stage = (footprint(card, split, precision, context, p) for p in (1, stages))
    assert isinstance(whole, Footprint)
    assert isinstance(stage, Footprint)
    assert stage.weights <= whole.weights
    assert stage.request <= whole.request
    assert stage.load_peak <= whole.load_peak
    assert stage.replica_weights == whole.replica_weights
    assert stage.gpus == split * stages
    assert stage.weights * stages >= whole.weights * (1 - 1e-9)
    assert stage.request * stages >= whole.request * (1 - 1e-9)


def test_stages_divide_what_tensors_copy() -> None:
    """
    MLA's latents lie on every GPU of a tensor split whole; a stage holds those of its own layers.
    """
    native = Precision(weights="fp8", origin="native", weight_only=False)
    tensors, stages = (footprint(cards.DEEPSEEK_R1, t, native, 8192, p) for t, p in ((8, 1), (1, 8)))
    assert isinstance(tensors, Footprint)
    assert isinstance(stages, Footprint)
    assert stages.request == pytest.approx(tensors.request * 8 / 61)


def test_the_ends_lie_on_different_stages() -> None:
    """
    Half of an 8B model in 16 bits and one of its two tables, to the layer norms.
    """
    stage = footprint(cards.LLAMA_8B, 1, BF16, 8192, 2)
    assert isinstance(stage, Footprint)
    table = 128256 * 4096
    assert stage.weights == pytest.approx(2 * ((8_030_000_000 - 2 * table) / 2 + table), rel=1e-3)


def test_the_refusal_counts_all_stages() -> None:
    """
    What is missing is told over all GPUs of the replica.
    """
    found = fit(cards.LLAMA_70B, L4, 2, BF16, 8192, 2048, pipeline_parallel=2)
    assert isinstance(found, DoesNotFit)
    assert found.gpus == 4
    assert found.has_mib == pytest.approx(4 * L4 * 0.92)
