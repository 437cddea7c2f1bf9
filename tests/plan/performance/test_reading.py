"""
Replicas that only read: the steps they fill, what requests wait for, and the closed forms against a simulation of single requests.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from statistics import median

import pytest

import cards
import reading_points
from servewright.plan.kv_cache import kv_bytes
from servewright.plan.performance.outcome import step_of
from servewright.plan.performance.predict import Lengths, Load, Outcome, ReplicaModel, SloTargets, Unstable, best_rate, max_rate, predict
from servewright.plan.performance.reading import Reading

PIECES = Lengths(input_mean=300, input_p95=450)
LARGE, DECODER = reading_points.ENCODER, reading_points.DECODER

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "sizing.md"


def reading(replica: ReplicaModel, lengths: Lengths = PIECES) -> Reading:
    """
    Return the states of *replica*.
    """
    return Reading(step=step_of(replica), replica=replica, lengths=lengths)


@pytest.mark.parametrize("name", reading_points.LENGTHS)
def test_the_closed_form_is_that_of_single_requests(name: str) -> None:
    """
    Over replicas and loads the 95th percentile is within 30 % of a simulated one, in the median within 15 %.
    """
    runs = reading_points.differences(name)

    assert max(abs(run) for run in runs) <= 0.30
    assert abs(median(runs)) <= 0.15


def test_the_document_has_the_table() -> None:
    """
    docs/sizing.md quotes exactly what this comparison gives.
    """
    assert reading_points.table() in DOCUMENT.read_text(encoding="utf-8"), "run: python tests/support/reading_points.py"


def test_an_encoder_keeps_nothing_and_looks_both_ways() -> None:
    """
    No KV cache, and a token sees all others: the attention of a prompt costs twice that of the same layers in a decoder.
    """
    both_ways, one_way = step_of(LARGE), step_of(replace(LARGE, card=replace(cards.BGE_M3, kind="generate", kv_layers=24)))

    assert kv_bytes(cards.BGE_M3, 8192, 2.0, 1) == 0
    assert one_way.prefill_full_s > 0
    assert both_ways.prefill_full_s == pytest.approx(2 * one_way.prefill_full_s)


def test_a_step_without_answers_needs_no_head() -> None:
    """
    Reading as many tokens takes less than reading them beside an answer: neither LM head nor decoding.
    """
    step = step_of(replace(DECODER, card=replace(cards.QWEN_EMBED_8B, kind="generate")))

    assert 0 < step.reading(1000, 300) < step.seconds(1, 300, 1000, 300)


def test_whole_prompts_leave_room_in_a_step() -> None:
    """
    An encoder takes prompts while they fit, so half of one is free on average; a decoder fills its steps with parts.
    """
    assert reading(LARGE).room == pytest.approx(8192 - PIECES.input_around_token / 2)
    assert reading(DECODER).room == 1024
    assert reading(replace(DECODER, kv_tokens=700)).room == 700


def test_as_many_requests_as_are_planned_fill_a_step() -> None:
    """
    Texts of two tokens: 1,024 requests a step, or what max_num_seqs allows.
    """
    words = Lengths(input_mean=2, input_p95=3)

    assert reading(LARGE, words).room == 2 * 1024
    assert reading(replace(LARGE, max_num_seqs=16), words).room == 32


def test_a_prediction_has_no_output() -> None:
    """
    A request is done when it is read: no gap between tokens, no output, and nothing of it is measured.
    """
    found = predict(LARGE, Load(requests_per_s=100, lengths=PIECES))

    assert isinstance(found, Outcome)
    assert (found.itl_p95_ms, found.output_tokens_per_s, found.kv_use, found.calibrated) == (None, None, 0, False)
    assert found.ttft_p95_ms.low == pytest.approx(0.4 * found.ttft_p95_ms.value)


def test_beyond_the_highest_rate_a_queue_grows() -> None:
    """
    The refusal names both rates and what is used up.
    """
    highest = max_rate(LARGE, PIECES, SloTargets())
    found = predict(LARGE, Load(requests_per_s=2 * highest.requests_per_s, lengths=PIECES))

    assert isinstance(found, Unstable)
    assert found.max_requests_per_s == pytest.approx(highest.requests_per_s)
    assert found.reason.endswith("reading takes 90% of the time")


def test_at_the_highest_rate_the_target_is_met() -> None:
    """
    What binds is named, and at the highest rate the latency is the target.
    """
    capacity = max_rate(DECODER, PIECES, SloTargets(ttft_p95_ms=100))
    found = predict(DECODER, Load(requests_per_s=capacity.requests_per_s, lengths=PIECES))

    assert isinstance(found, Outcome)
    assert found.ttft_p95_ms.value == pytest.approx(100, rel=1e-3)
    assert capacity.binding == "request latency within 100 ms"


def test_a_target_that_one_request_misses_is_refused_with_its_time() -> None:
    """
    An empty replica says how long a request takes.
    """
    capacity = max_rate(DECODER, Lengths(input_mean=8000, input_p95=16000), SloTargets(ttft_p95_ms=60))

    assert capacity.requests_per_s == 0
    assert capacity.binding.startswith("a request takes ")
    assert capacity.binding.endswith(" ms without any other")


def test_of_equal_budgets_the_smallest_is_taken() -> None:
    """
    The budget with the highest rate wins, of equals the first; where none serves, the last says why.
    """
    replicas = [replace(DECODER, max_num_batched_tokens=budget) for budget in (512, 2048, 8192)]
    rates = {each.max_num_batched_tokens: max_rate(each, PIECES, SloTargets(ttft_p95_ms=150)).requests_per_s for each in replicas}
    best, capacity = best_rate(replicas, PIECES, SloTargets(ttft_p95_ms=150))

    assert capacity.requests_per_s == max(rates.values())
    assert rates[best.max_num_batched_tokens] == max(rates.values())
    assert best_rate(replicas, PIECES, SloTargets(ttft_p95_ms=1))[0] == replicas[-1]
    assert best_rate([LARGE, LARGE], PIECES, SloTargets())[0] is LARGE
