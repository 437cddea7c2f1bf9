"""
What a date does to a plan.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from requests_made import model_request, request
from servewright.catalog.load import load_catalog
from servewright.plan.planner import plan_stack
from servewright.spec.gate_rules import Gates, Waiver
from servewright.spec.request import BaseCapacity, Capacity

CATALOG = load_catalog()


def codes(day: date) -> list[str]:
    """
    Return the dated warnings of a plan on *day*; the test cluster runs Kubernetes 1.35.
    """
    plan = plan_stack(request(model_request("meta-llama/Llama-3.2-1B-Instruct")), CATALOG, day)
    return [w.code for w in plan.warnings if w.code in ("SW435", "SW436")]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 21), []),
        (date(2026, 12, 28), ["SW435"]),
        (date(2027, 6, 1), ["SW435", "SW436", "SW436"]),
    ],
    ids=["build date", "90 days before the end of support", "prices of ten months"],
)
def test_support_and_prices_age_with_the_clock(day: date, expected: list[str]) -> None:
    """
    The end of standard support is said 90 days ahead; a node's price older than half a year is pointed out, once a type.
    """
    assert codes(day) == expected


def test_the_message_names_date_and_price() -> None:
    """
    Who reads it knows when and what it costs, from the price table.
    """
    plan = plan_stack(request(model_request("meta-llama/Llama-3.2-1B-Instruct")), CATALOG, date(2027, 6, 1))
    support = next(w for w in plan.warnings if w.code == "SW435")

    assert support.message == (
        "Kubernetes 1.35 left EKS standard support on 2027-03-27: the control plane then costs 0.6 USD an hour instead of 0.1"
    )


def test_the_buyer_s_own_rate_does_not_age() -> None:
    """
    A rate of the spec is as old as the spec: no date is missed of it. The price of the row in its place is dated.
    """
    terms: dict[str, Any] = {"purchase": "reserved", "share": Decimal(1), "term": "1y", "payment": "no-upfront"}
    model = model_request("meta-llama/Llama-3.2-1B-Instruct", instance_types=("g6.xlarge",))

    def aged(base: BaseCapacity) -> list[str]:
        plan = plan_stack(request(model, capacity=Capacity(base=base)), CATALOG, date(2027, 6, 1))
        return [w.message for w in plan.warnings if w.code == "SW436" and "reserved" in w.message]

    assert aged(BaseCapacity(**terms, rate=Decimal("0.41"))) == []
    assert [message.split(" may be ")[0] for message in aged(BaseCapacity(**terms))] == ["the reserved price of g6.xlarge"]


@pytest.mark.parametrize(("day", "codes"), [(date(2026, 11, 21), []), (date(2026, 11, 22), ["SW442"])])
def test_a_waiver_that_is_over_is_said(day: date, codes: list[str]) -> None:
    """
    On its last day a waiver of a gate holds; from the next on a warning stands at its place.
    """
    waiver = Waiver(rule="daily", owner="ml-platform", reason="the fair", expires=date(2026, 11, 21))
    asked = replace(request(model_request("meta-llama/Llama-3.2-1B-Instruct")), gates=Gates(waivers=(waiver,)))
    said = [w for w in plan_stack(asked, CATALOG, day).warnings if w.code == "SW442"]
    assert [w.code for w in said] == codes
    assert {w.path for w in said} <= {"gates.waivers[0].expires"}
