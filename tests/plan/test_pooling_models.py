"""
The table of what the engine must be told of single models, and of those that it does not serve.
"""

from __future__ import annotations

import csv
import json
from importlib import resources

from servewright.catalog.load import load_catalog
from servewright.plan.pooling_models import pooling_model

ROWS = list(csv.DictReader(resources.files("servewright.plan").joinpath("data", "pooling_models.csv").read_text("utf-8").splitlines()))


def test_each_row_is_of_a_model_that_only_reads() -> None:
    """
    A row names a model of the catalogue once, says either what it needs or why it is refused, and where that is known from.
    """
    cards = {card.hf_id: card for card in load_catalog().models}

    assert len({row["hf_id"] for row in ROWS}) == len(ROWS) == 9
    for row in ROWS:
        assert cards[row["hf_id"]].reads_only, row
        assert bool(row["hf_overrides"]) != bool(row["refused"]), row
        assert row["source"], row


def test_overrides_name_a_class_and_its_tokens() -> None:
    """
    They are JSON with the class of a classifier and the tokens that it classifies by.
    """
    for row in ROWS:
        if row["hf_overrides"]:
            overrides = json.loads(row["hf_overrides"])
            assert overrides["architectures"][0].endswith("ForSequenceClassification")
            assert overrides["classifier_from_token"]
            assert pooling_model(row["hf_id"]).hf_overrides == row["hf_overrides"]


def test_what_is_not_listed_needs_nothing() -> None:
    """
    Most models say all that the engine needs in their config.json.
    """
    found = pooling_model("BAAI/bge-m3")

    assert (found.hf_overrides, found.refused) == (None, None)
