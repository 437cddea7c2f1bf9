"""
Gates on the component and back: the policy pack judges what the preview judges.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.cost.gate_inputs import of_inputs, to_inputs
from servewright.cost.gates import GateFacts, GateRule, Gates, Limit, Waiver, judge
from servewright.ranges import Range

TODAY = date(2026, 11, 21)
GATES = Gates(
    rules=(
        GateRule(name="monthly-expected", limit=Limit.parse("7000 USD"), action="deny"),
        GateRule(name="per-query", limit=Limit.parse("0.001 USD"), action="warn"),
        GateRule(name="stale-prices", limit=Limit.parse("90 days"), action="warn"),
        GateRule(name="unknown-price", limit=None, action="deny"),
        GateRule(name="lock-drift", limit=None, action="deny"),
    ),
    waivers=(Waiver(rule="monthly-expected", owner="a", reason="because", expires=TODAY),),
)
FACTS = GateFacts(
    after=Range(Decimal("1.005"), Decimal("7300.12"), None),
    complete=False,
    queries=Decimal(5_000_000),
    tokens=None,
    unknown=("instance hours",),
    oldest_price=date(2026, 7, 20),
    lock="stale",
)


def test_what_goes_onto_the_component_comes_back() -> None:
    """
    Through JSON, and where the engine drops what is null.
    """
    written = json.loads(json.dumps({name: value for name, value in to_inputs(GATES, FACTS).items() if value is not None}))
    written["monthlyUsd"] = {name: value for name, value in written["monthlyUsd"].items() if value is not None}
    gates, facts = of_inputs(written)
    assert gates == GATES
    assert facts == replace(FACTS, after=Range(Decimal("1.01"), Decimal("7300.12"), None))
    assert judge(gates, facts, TODAY) == judge(GATES, FACTS, TODAY)


@given(month=st.decimals(min_value=0, max_value=10**7, places=6), limit=st.decimals(min_value="0.01", max_value=10**7, places=2))
def test_rounding_hides_no_excess(month: Decimal, limit: Decimal) -> None:
    """
    A month above a limit in whole cents is above it on the component, and one within it is within it.
    """
    gates = Gates(rules=(GateRule(name="monthly-expected", limit=Limit(amount=limit, unit="USD"), action="deny"),))
    facts = GateFacts(after=Range.exactly(month), complete=True)
    again = judge(*of_inputs(to_inputs(gates, facts)), TODAY)
    assert [outcome.state for outcome in again] == [outcome.state for outcome in judge(gates, facts, TODAY)]


@pytest.mark.parametrize("name", ["rules", "waivers", "monthlyUsd", "complete"])
def test_a_part_that_is_missing_is_no_leave(name: str) -> None:
    """
    What cannot be read raises: nothing takes the place of a rule or a figure.
    """
    inputs = to_inputs(GATES, FACTS)
    del inputs[name]
    with pytest.raises(KeyError):
        of_inputs(inputs)
