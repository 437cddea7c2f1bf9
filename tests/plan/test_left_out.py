"""
Hardware that is not tried is named with its reason.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from quick_plans import CATALOG, plan_quickly
from requests_made import ON_DEMAND, SPOT, model_request, request
from servewright.plan.left_out import left_out
from servewright.plan.model_plan import market_of

NO_BAND = "left out: no interruption band published, and slo.availability on spot without a base needs one"


def named(capacity: Any = SPOT, availability: str | None = None, **changes: Any) -> dict[str, str]:
    """
    Return what is left out of a search, by name.
    """
    model = model_request("meta-llama/Llama-3.1-8B-Instruct", **changes)
    model = replace(model, slo=replace(model.slo, availability=None if availability is None else Decimal(availability)))
    made = request(model, capacity=capacity)
    return {each.what: each.why for each in left_out(market_of(made, CATALOG), made.models[0])}


def test_types_without_a_band_are_named_where_spot_must_be_available() -> None:
    """
    A whole GPU by its name, single types of a GPU by theirs; on demand or without the target they are tried.
    """
    found = named(availability="0.999")

    assert (found["RTX-PRO-6000"], found["H100 on p5.4xlarge"]) == (NO_BAND, NO_BAND)
    assert NO_BAND not in named(ON_DEMAND, availability="0.999").values()
    assert NO_BAND not in named().values()


def test_a_gpu_that_the_catalogue_rules_out_has_its_reason() -> None:
    """
    The reason is the catalogue's; a GPU that is tried on other types is not listed for its excluded ones.
    """
    found = named()

    assert found["T4"] == "left out: T4 has no bf16 units (fp16 only)"
    assert not any(what.split(" ")[0] == "L4" for what in found)


@pytest.mark.parametrize("pins", [{"gpu": "l4"}, {"instance_types": ("g6.xlarge",)}], ids=["gpu", "type"])
def test_what_the_request_itself_rules_out_is_not_listed(pins: dict[str, Any]) -> None:
    """
    With a pin only the pinned hardware is spoken of.
    """
    assert named(availability="0.999", **pins) == {}


def test_the_plan_lists_it_last() -> None:
    """
    What was not tried comes behind what was.
    """
    rejected = plan_quickly(request(model_request("meta-llama/Llama-3.1-8B-Instruct"), capacity=SPOT)).models[0].rejected
    marks = [each.why.startswith("left out: ") for each in rejected]

    assert any(marks)
    assert marks == sorted(marks)
