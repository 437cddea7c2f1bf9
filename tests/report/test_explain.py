"""
The decision with its arithmetic.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from previews import model, plan, shown
from servewright.plan.model import Precision
from servewright.report.explain import show_explanation
from servewright.report.week import histogram


def words(**changes: object) -> str:
    """
    Return the explanation in one line.
    """
    return " ".join(shown(show_explanation, plan(models=(model(**changes),)), width=120, spec="dev.yaml").split())


def test_memory_adds_up_on_the_screen() -> None:
    """
    Weights, overhead and KV cache stand above the budget that they sum to, with what the cache holds.
    """
    text = words()

    assert "weights 2.3" in text
    assert "+ overhead 1.5" in text
    assert "+ KV cache 16.5" in text
    assert "= budget 20.3 usable 22.0 × 0.92 that the engine may use" in text
    assert "540,539 tokens per replica, 180 running requests of mean length" in text


def test_latencies_stand_against_their_targets_with_bands() -> None:
    """
    Low, expected and high of each prediction, the target, and how much of it is used.
    """
    text = words()

    assert "first token, ms 187 312 437 500 uses 62 % of the target" in text
    assert "5 req/s over 3 replicas is 1.67 req/s each, 75 % of the 2.21 req/s" in text


def test_a_band_above_the_target_is_said() -> None:
    """
    A prediction that may miss its target says so.
    """
    tight = replace(model().slo, ttft_p95_ms=Decimal(400))

    assert "the band reaches above it" in words(slo=tight)


def test_every_engine_argument_is_shown() -> None:
    """
    The positional model and each flag with its value, a switch without one.
    """
    text = words()

    for argument in (
        "model meta-llama/Llama-3.2-1B-Instruct",
        "--served-model-name chat",
        "--max-model-len 8192",
        "--enable-prefix-caching",
    ):
        assert argument in text


@pytest.mark.parametrize(
    ("precision", "said"),
    [
        (Precision(weights="bf16", origin="native", weight_only=False), "bf16: as published, in bf16"),
        (Precision(weights="fp8", origin="online", weight_only=False), "fp8: quantised to fp8 by the engine while it loads"),
        (
            Precision(
                weights="fp8", origin="checkpoint", weight_only=True, checkpoint_source="org/m-FP8", checkpoint_revision="0123456789"
            ),
            "fp8: checkpoint org/m-FP8 @ 01234567; this GPU has no fp8 units: weights only, arithmetic in 16 bits",
        ),
    ],
)
def test_precision_says_where_it_comes_from(precision: Precision, said: str) -> None:
    """
    Native, online and named forms are told apart, and a GPU without units for the format is said.
    """
    assert said in words(precision=precision)


def test_missing_measurements_are_said() -> None:
    """
    A prediction with generic constants is marked.
    """
    assert "generic constants" in words(predicted=replace(model().predicted, calibrated=False))


def test_equal_days_share_a_line() -> None:
    """
    The week has one line per run of equal days, with the range of replicas.
    """
    berlin = model()
    utc = replace(berlin, traffic=replace(berlin.traffic, timezone="UTC"))
    text = shown(show_explanation, plan(models=(utc,)), width=80, spec="dev.yaml")

    assert "  Mon–Fri  ▃▃▃▃▃▃▃▃▇▇▇▇▇▇▇▇▇▇▅▅▅▅▅▅  1–3" in text
    assert "  Sat–Sun  ▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃  1\n" in text


def test_the_week_is_shown_on_the_clock_of_its_users() -> None:
    """
    Replicas are planned by the hours of UTC; in Berlin the same hour is one later, and Monday begins with what was Sunday's last.
    """
    text = shown(show_explanation, plan(), width=80, spec="dev.yaml")

    assert "Europe/Berlin" in text
    assert "  Mon      ▃▃▃▃▃▃▃▃▃▇▇▇▇▇▇▇▇▇▇▅▅▅▅▅  1–3" in text
    assert "  Tue–Fri  ▅▃▃▃▃▃▃▃▃▇▇▇▇▇▇▇▇▇▇▅▅▅▅▅  1–3" in text


def test_an_hour_without_replicas_has_no_height() -> None:
    """
    Zero is a blank, the most is the full height.
    """
    assert histogram((0, 1, 4, 8), 8) == " ▂▄▇"
