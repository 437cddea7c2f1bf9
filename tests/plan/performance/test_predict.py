"""
Predictions for a replica: rates, intervals, and the words for what binds.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import cards
import sizing_example
from servewright.catalog.model import ModelCard
from servewright.plan.memory import fit
from servewright.plan.model import Memory, Precision
from servewright.plan.performance.predict import (
    Lengths,
    Load,
    Outcome,
    ReplicaModel,
    SloTargets,
    Unstable,
    best_rate,
    extra_headroom,
    max_rate,
    pipeline_headroom,
    predict,
    saturated,
)

CHAT = Lengths(input_mean=1500, input_p95=3000, output_mean=300, output_p95=750)
BF16 = Precision(weights="bf16", origin="native", weight_only=False)
FP8 = Precision(weights="fp8", origin="online", weight_only=False)
USABLE_MIB = {"l4": 22888, "l40s": 45776, "a100-80": 81559, "h100": 81559, "h200": 143771, "b200": 183359}


def replica_of(card: ModelCard, gpu_id: str, split: int, precision: Precision, budget: int = 2048) -> ReplicaModel:
    """
    Return a replica with the KV cache that fits.
    """
    memory = fit(card, USABLE_MIB[gpu_id], split, precision, 8192, budget)
    assert isinstance(memory, Memory)
    return ReplicaModel(
        card=card,
        gpu_id=gpu_id,
        tensor_parallel=split,
        precision=precision,
        context_length=8192,
        kv_tokens=memory.kv_tokens,
        max_num_batched_tokens=budget,
    )


def outcome(replica: ReplicaModel, rate: float, lengths: Lengths = CHAT) -> Outcome:
    """
    Return the outcome of a stable load.
    """
    found = predict(replica, Load(requests_per_s=rate, lengths=lengths))
    assert isinstance(found, Outcome)
    return found


def test_a_stable_replica_serves_what_arrives() -> None:
    """
    Output tokens per second are the load's; shares are below one; the p99 of running requests is above their mean.
    """
    found = outcome(replica_of(cards.LLAMA_70B, "h200", 2, FP8), 3)
    assert found.output_tokens_per_s.value == found.output_tokens_per_s.low == 900
    assert 0 < found.kv_use < 1
    assert 0 < found.prefill_use < 1
    assert found.concurrency + 1 < found.concurrency_p99


def test_bands_follow_what_the_fit_has_seen() -> None:
    """
    Ten per cent for a dense model on a calibrated GPU; twenty for other GPUs and weight-only formats, a quarter for experts, half for
    latent attention, whatever else it is; forty per cent for the first token.
    """
    dense = outcome(replica_of(cards.LLAMA_70B, "h200", 2, FP8), 1)
    assert dense.calibrated
    assert dense.itl_p95_ms.high / dense.itl_p95_ms.value == pytest.approx(1.1)
    assert dense.ttft_p95_ms.low / dense.ttft_p95_ms.value == pytest.approx(0.6)
    experts = outcome(replica_of(cards.QWEN3_30B_A3B, "h100", 1, FP8), 1)
    assert experts.itl_p95_ms.high / experts.itl_p95_ms.value == pytest.approx(1.25)
    latent = replica_of(cards.DEEPSEEK_R1, "h200", 8, FP8)
    assert outcome(latent, 1).itl_p95_ms.high / outcome(latent, 1).itl_p95_ms.value == pytest.approx(1.5)
    assert extra_headroom(replace(latent, pipeline_parallel=2)) == extra_headroom(latent) == pytest.approx(0.4)
    other = outcome(replica_of(cards.LLAMA_8B, "l4", 1, FP8), 0.3)
    assert not other.calibrated
    assert other.itl_p95_ms.high / other.itl_p95_ms.value == pytest.approx(1.2)
    packed = replace(replica_of(cards.LLAMA_8B, "h100", 1, BF16), precision=replace(FP8, weight_only=True))
    assert outcome(packed, 1).itl_p95_ms.high / outcome(packed, 1).itl_p95_ms.value == pytest.approx(1.2)


def test_what_binds_is_named() -> None:
    """
    The binding constraint comes in words.
    """
    replica = replica_of(cards.LLAMA_70B, "h200", 2, FP8)
    assert max_rate(replica, CHAT, SloTargets(ttft_p95_ms=500)).binding == "first token within 500 ms"
    assert max_rate(replica, CHAT, SloTargets(itl_p95_ms=30)).binding == "time per output token within 30 ms"
    narrow = replica_of(cards.LLAMA_70B, "h200", 2, FP8, budget=512)
    assert max_rate(narrow, CHAT, SloTargets()).binding == "reading prompts takes 90% of the time"
    small = replace(replica, kv_tokens=30_000)
    assert max_rate(small, CHAT, SloTargets()).binding == "KV cache of 30,000 tokens is full"


def test_a_target_that_one_request_alone_misses() -> None:
    """
    Where an empty replica is too slow the rate is 0 and the reason says how slow.
    """
    slow = replica_of(cards.LLAMA_70B, "l40s", 4, FP8)
    rate, why = max_rate(slow, CHAT, SloTargets(ttft_p95_ms=800))
    assert rate == 0
    assert why == "the first token takes 1,287 ms without any other request"
    rate, why = max_rate(slow, CHAT, SloTargets(itl_p95_ms=10))
    assert rate == 0
    assert why.startswith("an output token takes ")


def test_more_than_it_can_serve_is_unstable() -> None:
    """
    Above the largest stable rate there is no steady state, and the reason names the bound and the rate.
    """
    replica = replica_of(cards.LLAMA_70B, "h200", 2, FP8, budget=512)
    found = predict(replica, Load(requests_per_s=100, lengths=CHAT))
    assert isinstance(found, Unstable)
    assert found.max_requests_per_s == pytest.approx(saturated(replica, CHAT).requests_per_s)
    assert found.reason == f"100 req/s exceed {found.max_requests_per_s:.3g}: reading prompts takes 90% of the time"


def test_saturation_is_the_rate_without_targets() -> None:
    """
    Saturated throughput is the largest stable rate times the output.
    """
    replica = replica_of(cards.LLAMA_8B, "h100", 1, BF16)
    found = saturated(replica, CHAT)
    assert found.requests_per_s == max_rate(replica, CHAT, SloTargets()).requests_per_s
    assert found.output_tokens_per_s.value == pytest.approx(300 * found.requests_per_s)
    assert found.output_tokens_per_s.low < found.output_tokens_per_s.value


@pytest.mark.parametrize(("slower", "faster"), [("a100-80", "h100"), ("h100", "h200"), ("h200", "b200")])
def test_newer_gpus_serve_more(slower: str, faster: str) -> None:
    """
    Generation by generation the same replica serves more within the same targets.
    """
    slo = SloTargets(ttft_p95_ms=1000, itl_p95_ms=60)
    rates = [max_rate(replica_of(cards.LLAMA_70B, gpu, 4, BF16), CHAT, slo).requests_per_s for gpu in (slower, faster)]
    assert 0 < rates[0] < rates[1]


def test_a_small_budget_trades_first_token_for_gaps() -> None:
    """
    The budget is a trade: 512 tokens a step shorten the time per output token and lengthen the first token.
    """
    small, large = (outcome(replica_of(cards.LLAMA_70B, "h200", 2, FP8, budget), 3) for budget in (512, 8192))
    assert small.itl_p95_ms.value < large.itl_p95_ms.value
    assert small.ttft_p95_ms.value > large.ttft_p95_ms.value


def test_nothing_is_predicted_for_the_unknown() -> None:
    """
    A GPU without figures and a card with empty cells are the caller's mistake: the planner asks first.
    """
    replica = replica_of(cards.LLAMA_8B, "h100", 1, BF16)
    with pytest.raises(ValueError, match="no speed is known for GPU t4g"):
        predict(replace(replica, gpu_id="t4g"), Load(requests_per_s=1, lengths=CHAT))
    with pytest.raises(ValueError, match="cannot be sized"):
        predict(replace(replica, card=replace(cards.LLAMA_8B, vocab=None)), Load(requests_per_s=1, lengths=CHAT))


def test_the_document_has_the_worked_example() -> None:
    """
    docs/sizing.md quotes exactly what this code gives.
    """
    document = Path(__file__).parents[3] / "docs" / "sizing.md"
    assert sizing_example.block() in document.read_text(encoding="utf-8"), "run: python tests/support/sizing_example.py"


def test_a_pipeline_is_a_guess_with_a_wider_band() -> None:
    """
    No point with stages is in the fit: twice the band of a GPU that was left out, marked as not calibrated, more head-room.
    """
    plain = replica_of(cards.LLAMA_70B, "h200", 2, FP8)
    staged = replace(plain, pipeline_parallel=2)
    found = outcome(staged, 1)
    assert not found.calibrated
    assert outcome(plain, 1).calibrated
    assert found.itl_p95_ms.high / found.itl_p95_ms.value == pytest.approx(1.4)
    assert found.ttft_p95_ms.high / found.ttft_p95_ms.value == pytest.approx(1.5)
    assert extra_headroom(staged) == pipeline_headroom() == pytest.approx(0.3)
    assert extra_headroom(plain) == 0


def test_stages_lengthen_the_token_and_add_throughput() -> None:
    """
    On four stages a token takes longer than on one GPU, without targets four GPUs serve more than one, fewer than four times as much.
    """
    one = replace(replica_of(cards.LLAMA_8B, "l40s", 1, BF16, 1024), kv_tokens=10**6)
    four = replace(one, pipeline_parallel=4)
    assert outcome(four, 0.01).itl_p95_ms.value > outcome(one, 0.01).itl_p95_ms.value
    assert 1.5 < saturated(four, CHAT).requests_per_s / saturated(one, CHAT).requests_per_s < 4


def test_where_no_budget_serves_the_closest_miss_is_told() -> None:
    """
    The largest budget reads a lone prompt fastest; what must be exceeded is told where that is the reason.
    """
    replicas = [replica_of(cards.LLAMA_8B, "l4", 1, FP8, budget) for budget in (256, 1024, 4096)]
    hopeless = SloTargets(ttft_p95_ms=20)
    assert best_rate(replicas, CHAT, hopeless) == (replicas[-1], max_rate(replicas[-1], CHAT, hopeless))
    _, found = best_rate(replicas, CHAT, SloTargets(), above=1000)
    assert found == (0.0, "serves no more than 1e+03 req/s")


def test_no_load_is_no_load() -> None:
    """
    A replica that nothing arrives at runs nothing.
    """
    assert outcome(replica_of(cards.LLAMA_8B, "l4", 1, FP8), 0).concurrency == 0
