"""
Gateway, routes and caches in the JSON, and what two plans differ in.
"""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

import front_doors_made
import gateways_made
from previews import plan, preview
from servewright.report.decisions import decisions
from servewright.report.export import plan_document, preview_value
from servewright.spec.request import SecretRef
from sides_made import document

if TYPE_CHECKING:
    from servewright.plan.model import Plan

SCHEMAS = {
    name: json.loads(files("servewright.report").joinpath(f"schemas/{name}").read_text(encoding="utf-8"))
    for name in ("preview-v1.json", "plan-v1.json")
}
REGISTRY: Registry[Any] = Registry().with_resources((schema["$id"], Resource.from_contents(schema)) for schema in SCHEMAS.values())
MADE = {
    "whole": front_doors_made.front_door(),
    "public": front_doors_made.public(),
    "counters alone": gateways_made.plan(caches=None, tiers=(gateways_made.tier("counters"),)),
    "nothing kept": gateways_made.plan(caches=None, tiers=()),
}


def validator(name: str) -> Draft202012Validator:
    """
    Return the validator of one schema.
    """
    return Draft202012Validator(SCHEMAS[name], registry=REGISTRY)


def value(made: Plan) -> dict[str, Any]:
    """
    Return the plan's part of the JSON.
    """
    found: dict[str, Any] = preview_value(replace(preview(), plan=made))["plan"]
    return found


@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
def test_every_output_is_valid(made: Plan) -> None:
    """
    Preview and plan hold their schemas.
    """
    validator("preview-v1.json").validate(preview_value(replace(preview(), plan=made)))
    validator("plan-v1.json").validate(plan_document(made))


def test_a_stack_without_gateway_and_caches_has_no_such_fields() -> None:
    """
    A document of a stack that has neither is the same as before there were any.
    """
    assert {"gateway", "routes", "caches"} & set(value(plan())) == set()


def test_money_is_exact_text_and_unknown_is_null() -> None:
    """
    Amounts are decimal text; a store whose price is not known has null, never 0.
    """
    tiers = value(front_doors_made.public())["caches"]["tiers"]
    effect = value(front_doors_made.front_door())["caches"]["effects"][0]

    assert [tier["monthly"] for tier in tiers] == ["37.38", "37.38", None]
    assert effect["monthly"] == {"low": "2900", "expected": "2600", "high": "2300", "without": "3400"}
    assert effect["engine_requests_per_second"] == {"low": 9.6, "expected": 8.4, "high": 7.2}


def test_a_hit_rate_tells_whether_it_was_stated() -> None:
    """
    0 that nobody stated is told apart from a figure.
    """
    spared, not_spared = value(front_doors_made.front_door())["caches"]["effects"]

    assert (spared["hit_rate"]["stated"], not_spared["hit_rate"]["stated"]) == (True, False)


def test_no_secret_is_in_the_plan() -> None:
    """
    References stand in the list of secrets; of a database only that there is one.
    """
    reference = SecretRef(secret="litellm-database", key="url")  # noqa: S106 - the name of a Secret
    found = value(gateways_made.asked(database=reference))

    assert found["gateway"]["database"] is True
    assert "litellm-database" not in json.dumps(found)


def told(base: Plan, head: Plan) -> list[tuple[str, str, str | None, str | None]]:
    """
    Return what changed from *base* to *head*.
    """
    found = decisions(document(replace(preview(), plan=base)), document(replace(preview(), plan=head)))
    return [(each.subject, each.field, each.before, each.after) for each in found]


def with_hits(rate: str) -> Plan:
    """
    Return the plan with another low hit rate.
    """
    responses = replace(gateways_made.RESPONSES, hit_rate=replace(gateways_made.RESPONSES.hit_rate, low=Decimal(rate)))
    return gateways_made.plan(caches=replace(gateways_made.CACHES, responses=responses))


def test_a_gateway_that_comes_is_one_decision() -> None:
    """
    Its teams, routes, caches and stores come with a line each.
    """
    bare = gateways_made.plan(gateway=None, caches=None, tiers=())
    found = told(bare, front_doors_made.front_door())

    assert ("demo", "gateway", None, "LiteLLM, 2 replicas, http://gateway.demo-dev.svc.cluster.local:4000/v1") in found
    assert ("batch", "team", None, "models all, budget none") in found
    assert ("auto", "route", None, "policy complexity, shares small 80 % simple, large 20 % complex") in found
    assert ("cache-responses", "store", None, "1 × pod, 347 MiB") in found
    assert [each[2] for each in found] == [None] * len(found)


@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
def test_a_plan_does_not_differ_from_itself(made: Plan) -> None:
    """
    The same plan on both sides: no decision changed.
    """
    assert told(made, made) == []


def test_what_changes_is_told_by_itself() -> None:
    """
    A hit rate, a level of the ladder, a budget and the nodes of a store are each one line.
    """
    first, second = gateways_made.TEAMS
    poorer = gateways_made.asked(teams=(replace(first, budget=Decimal(100)), second))
    larger = gateways_made.plan(tiers=(gateways_made.tier("counters"), gateways_made.tier("responses", maxmemory_mib=900)))

    assert told(gateways_made.plan(), with_hits("0.1")) == [("responses", "cache hit rate", "0 %, 30 %, 40 %", "10 %, 30 %, 40 %")]
    assert told(gateways_made.plan(), poorer) == [("support", "team budget", "$500 in 30 days", "$100 in 30 days")]
    assert told(gateways_made.plan(), larger) == [("cache-responses", "store memory", "347 MiB", "900 MiB")]
    assert [each[1:] for each in told(front_doors_made.front_door(0), front_doors_made.front_door(2))] == [
        (
            "gateway ladder",
            "level 0 of larger-batches, older-answers, smaller-model",
            "level 2 of larger-batches, older-answers, smaller-model",
        )
    ]
