"""
Other choices for the same request: each is one that a user could have written.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from gateways_made import CACHES
from quick_plans import CATALOG, plan_quickly
from requests_made import SPOT, model_request, request
from servewright.errors import InvalidInputError
from servewright.plan.what_if import Variant, variants
from servewright.spec.cache_request import NO_HITS, HitRate
from servewright.spec.request import BaseCapacity, Request

LLAMA_8B = "meta-llama/Llama-3.1-8B-Instruct"


def asked(**changes: object) -> Request:
    """
    Return the request for a small model.
    """
    return request(model_request(LLAMA_8B, **changes), capacity=SPOT)


def others(made: Request) -> tuple[Variant, ...]:
    """
    Return the variants of *made*.
    """
    return variants(made, plan_quickly(made), CATALOG)


def test_every_variant_differs_in_what_it_names() -> None:
    """
    A GPU variant pins that GPU, a region variant stands in that region, and none repeats the plan.
    """
    made = asked()
    planned = plan_quickly(made).models[0]
    found = others(made)

    assert {each.kind for each in found} == {"GPU", "region", "purchase", "precision"}
    assert planned.gpu_id not in [each.request.models[0].gpu for each in found if each.kind == "GPU"]
    assert planned.precision.weights not in [each.request.models[0].precision for each in found if each.kind == "precision"]
    assert made.stack.region not in [each.request.stack.region for each in found if each.kind == "region"]
    assert len({each.what for each in found}) == len(found)


def test_a_variant_keeps_traffic_and_targets() -> None:
    """
    What is asked of the models stays: only the one choice is another.
    """
    made = asked()

    for each in others(made):
        (model,) = each.request.models
        assert (model.traffic, model.slo, model.context_length) == (
            made.models[0].traffic,
            made.models[0].slo,
            made.models[0].context_length,
        )


def test_a_plan_of_a_variant_runs_on_what_it_says() -> None:
    """
    The planner takes the pin, or says why it cannot.
    """
    for each in others(asked()):
        if each.kind != "GPU":
            continue
        try:
            found = plan_quickly(each.request)
        except InvalidInputError:
            continue
        assert {model.gpu_id for model in found.models} == {each.request.models[0].gpu}


def test_a_stack_with_caches_is_weighed_without_them() -> None:
    """
    The other choice to a cache is that every request reaches an engine; where nothing is cached there is no such choice.
    """
    hits = HitRate(low=Decimal("0.1"), expected=Decimal("0.2"), high=Decimal("0.3"))
    plain = asked()
    found = variants(replace(asked(hits=hits), caches=CACHES), plan_quickly(plain), CATALOG)
    (without,) = [each.request for each in found if each.kind == "caches"]

    assert (without.caches, [model.hits for model in without.models]) == (None, [NO_HITS])
    assert "caches" not in {each.kind for each in others(plain)}


@pytest.mark.parametrize("bound", [{"rate": Decimal(5)}, {"reservation": "cr-0123456789abcdef0"}])
def test_what_was_bought_for_the_old_hardware_is_bought_on_demand_elsewhere(bound: dict[str, object]) -> None:
    """
    A rate or a reservation names one type: another GPU cannot use it.
    """
    base = BaseCapacity(purchase="reserved", share=Decimal("0.5"), term="1y", payment="no-upfront", **bound)
    plain = asked(instance_types=("g6.xlarge",))
    made = replace(plain, capacity=replace(plain.capacity, base=base))
    found = [each for each in variants(made, plan_quickly(plain), CATALOG) if each.kind in ("GPU", "region", "precision")]

    assert found
    assert {(each.request.capacity.base.purchase, each.request.capacity.base.rate) for each in found} == {("on-demand", None)}
