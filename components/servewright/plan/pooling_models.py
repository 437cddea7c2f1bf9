"""
What the pinned engine needs to be told of single embedding and reranking models, and which of them it does not serve.

Most need nothing: `--runner pooling` with what stands in their config.json. Rerankers made of a decoder are published as generators, and
the engine is told to take them as classifiers over the tokens of yes and no. Code from the hub is never run.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.plan.question import Question
    from servewright.plan.traffic import MonthlyTokens


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolingModel:
    """
    One model of the table: the JSON of --hf-overrides it needs (None: nothing), and why it is *refused* (None: it is served).
    """

    hf_overrides: str | None
    refused: str | None


_PLAIN = PoolingModel(hf_overrides=None, refused=None)


def pooling_model(hf_id: str) -> PoolingModel:
    """
    Return what is known of the model *hf_id*; what is not in the table needs nothing.
    """
    return _table().get(hf_id, _PLAIN)


def answer_bytes(catalog: Catalog, question: Question, tokens: MonthlyTokens) -> int | None:
    """
    Return the bytes of a month's answers where they are not tokens: a vector for each text, or the ranked documents, which the engine
    sends back with their scores.
    """
    model = question.request
    if model.task == "generate":
        return None
    if model.task == "rerank":
        return int(tokens.input * catalog.assumed("answer_bytes_per_token"))
    texts = tokens.input / model.traffic.input_tokens.mean
    return int(texts * (question.card.hidden or 0) * catalog.assumed("vector_bytes_per_dimension"))


@cache
def _table() -> dict[str, PoolingModel]:
    text = resources.files("servewright.plan").joinpath("data", "pooling_models.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["hf_id"]: PoolingModel(hf_overrides=row["hf_overrides"] or None, refused=row["refused"] or None) for row in rows}
