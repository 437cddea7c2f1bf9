"""
What is shown of a model that only reads: a request and its input, nothing of an answer.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from plans import embedder
from previews import preview, shown
from servewright.plan.model import ModelPlan
from servewright.readiness.speed_items import ITEMS
from servewright.report.explain import show_explanation
from servewright.report.export import preview_value
from servewright.report.model import Preview
from servewright.report.text import show_plan, show_preview

ANSWERS = ("first token", "between tokens", "output", " out", "None", "nan", "inf ", "KV cache left", " 0 tokens")
"""
Words of what a model that only reads does not have.
"""


def made() -> Preview:
    """
    Return the preview of an embedder.
    """
    return replace(preview(), plan=embedder())


def screens() -> dict[str, str]:
    """
    Return each screen in one line.
    """
    texts = {
        "preview": shown(show_preview, made(), width=120, spec="dev.yaml", bill=True, tree=True),
        "plan": shown(show_plan, made().plan, width=120, spec="dev.yaml"),
        "explain": shown(show_explanation, made().plan, width=120, spec="dev.yaml"),
    }
    return {name: " ".join(text.split()) for name, text in texts.items()}


@pytest.mark.parametrize("name", ["preview", "plan", "explain"])
def test_no_screen_speaks_of_an_answer(name: str) -> None:
    """
    The model's own lines have the latency of the request and the input, and no figure of what it does not make.
    """
    text = screens()[name].split("Defaults applied")[0].split("What this bill assumes")[0]

    assert "1,000 tokens in" in text
    assert "request" in text
    assert [word for word in ANSWERS if word in text] == []


def test_the_explanation_says_why_there_is_no_cache() -> None:
    """
    What an encoder leaves free is no KV cache, its latency has one row, its tokens are input.
    """
    text = screens()["explain"]

    assert "+ free 17.7" in text
    assert "an encoder has no KV cache" in text
    assert "request, ms 40 100 160 200 uses 50 % of the target" in text
    assert "models that only read have no measurements, so the band is wider" in text
    assert "1.5B in a month" in text


def test_the_json_has_null_where_there_is_nothing() -> None:
    """
    Gap, output rate, output tokens and their price are null, never 0.
    """
    value = preview_value(made())
    (found,) = value["plan"]["models"]

    assert found["task"] == "embed"
    assert found["traffic"]["output_tokens"] is None
    assert (found["predicted"]["itl_p95_ms"], found["predicted"]["output_tokens_per_s"]) == (None, None)
    assert found["predicted"]["ttft_p95_ms"] == {"low": 40, "value": 100, "high": 160}
    assert found["tokens_per_month"] == {"input": 1_500_000_000, "output": None}
    assert (found["usd_per_1m_tokens"]["input"], found["usd_per_1m_tokens"]["output"]) == ("0.006", None)


def judged(item: str, model: ModelPlan) -> Any:
    """
    Return what an item of the readiness list says of *model*.
    """
    case = type("Case", (), {"models": ((model, ()),)})()
    return next(each for each in ITEMS if each.id == item).judge(case)


def test_readiness_asks_for_the_latency_of_the_request() -> None:
    """
    Targets and band are those of the request alone; there is no gap to have a target for.
    """
    (model,) = embedder().models
    sure = replace(model, slo=replace(model.slo, availability=Decimal("0.999")))

    assert "request 200 ms, availability 99.9 %" in str(judged("targets", sure))
    assert "request 100 ms, at the upper end 160 of 200 ms" in str(judged("slo-band", model))
    assert "between tokens" not in str(judged("targets", sure)) + str(judged("slo-band", model))
