"""
The gateway, its routes and caches on the page of a preview.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

import front_doors_made
import gateways_made
from page_read import read_page
from previews import preview
from servewright.plan.model import Plan
from servewright.report.caches import class_rows, effect_words
from servewright.report.gateway import gateway_rows
from servewright.report.html.preview_page import page_of_preview


def words(made: Plan) -> str:
    """
    Return the text of the page in one line.
    """
    return " ".join(read_page(page_of_preview(replace(preview(), plan=made), "prod.yaml")).text.split())


@pytest.mark.parametrize("made", [front_doors_made.front_door(), front_doors_made.public()], ids=["whole", "public"])
def test_the_page_says_what_the_screen_says(made: Plan) -> None:
    """
    Every row of gateway and caches stands on the page in the same words.
    """
    assert made.gateway is not None
    assert made.caches is not None
    text = words(made)
    rows = [*gateway_rows(made, made.gateway, whole=True), *class_rows(made.caches)]

    assert [said for _, said in rows if " ".join(said.split()) not in text] == []
    assert [said for said in effect_words(made) if said not in text] == []


def test_stores_teams_routes_and_rungs_are_tables() -> None:
    """
    Each has a row with its figures.
    """
    text = words(front_doors_made.front_door())

    assert [name for name in ("cache-counters", "support", "complex and reasoning requests", "smaller-model") if name not in text] == []
    assert "takes effect with the next up at level 3" in text


def test_a_stack_without_gateway_has_no_such_section() -> None:
    """
    Neither a title nor an entry in the contents.
    """
    assert "Gateway, routes and caches" not in words(gateways_made.plan(gateway=None, caches=None, tiers=()))
