"""
The shipped blueprints over the whole range of their parameters.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from servewright.errors import InvalidInputError
from servewright.pipeline import planned_text, priced_text
from servewright.spec.codes import CONTRADICTION
from shipped_figures import FIGURED, Shipped

if TYPE_CHECKING:
    from servewright.plan.model import Plan
    from servewright.report.model import Preview

PLANS_TRIED: Final = 5
RATES_TRIED: Final = 3
A_CENT: Final = Decimal("0.01")

serving = pytest.mark.parametrize(
    "blueprint", [one for one in FIGURED if one.name != "base-production"], ids=lambda blueprint: blueprint.name
)


def _with(blueprint: Shipped, values: dict[str, Any]) -> bytes:
    entry = {"from": f"blueprint:{blueprint.name}@1", "with": values}
    return yaml.safe_dump({"apiVersion": "servewright.dev/v1", "name": "sweep", "owner": "tests", "extends": [entry]}).encode()


def _planned(blueprint: Shipped, values: dict[str, Any]) -> Plan:
    return planned_text(_with(blueprint, values), blueprint.examples[0])[0]


def _priced(blueprint: Shipped, values: dict[str, Any]) -> Preview:
    return priced_text(_with(blueprint, values), blueprint.examples[0])


def _values(declared: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "enum" in declared:
        return st.sampled_from(declared["enum"])
    if declared["type"] in ("string", "list"):
        return st.just(declared["default"])
    low, high = declared["minimum"], declared["maximum"]
    if declared["type"] == "integer":
        return st.integers(low, high)
    return st.floats(low, high, allow_nan=False).map(lambda value: min(max(round(value, 3), low), high))


def _any(blueprint: Shipped) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({name: _values(declared) for name, declared in blueprint.tree["parameters"].items()})


@serving
@given(data=st.data())
@settings(max_examples=PLANS_TRIED)
def test_values_within_the_bounds_plan_or_are_refused_with_a_way_out(blueprint: Shipped, data: st.DataObject) -> None:
    """
    Whatever a team gives within the bounds is either planned, or refused while planning with a hint, or told that two values contradict
    each other (documents longer than the context): never a fault of one field alone, which the bounds are there to keep away.
    """
    values = data.draw(_any(blueprint))
    try:
        plan = _planned(blueprint, values)
    except InvalidInputError as refusal:
        told = refusal.diagnostics
    else:
        told = ()
        assert all(model.replicas.minimum <= model.replicas.busiest <= model.replicas.maximum for model in plan.models), values
    assert [each for each in told if each.code != CONTRADICTION and (each.phase != "planning" or not each.hint)] == [], values


@serving
@given(data=st.data())
@settings(max_examples=RATES_TRIED)
def test_the_bill_grows_with_the_traffic(blueprint: Shipped, data: st.DataObject) -> None:
    """
    More requests a second, all else as it is by default, never cost less than before, but for the node by which it is rounded.
    """
    declared = blueprint.tree["parameters"]
    rate = data.draw(st.sampled_from([name for name in declared if name.endswith("_per_second")]))
    lower, upper = sorted(data.draw(_values(declared[rate])) for _ in range(2))
    before, after = _priced(blueprint, {rate: lower}), _priced(blueprint, {rate: upper})
    assert before.bill.complete
    assert after.bill.complete
    nodes = [line.unit_price.expected for line in (*before.bill.lines, *after.bill.lines) if line.component == "GPU nodes"]
    node = 730 * max(price for price in nodes if price is not None)

    assert before.bill.monthly.expected is not None
    assert after.bill.monthly.expected is not None
    assert after.bill.monthly.expected + node + A_CENT >= before.bill.monthly.expected, (rate, lower, upper)


@serving
def test_ten_times_the_traffic_costs_more(blueprint: Shipped) -> None:
    """
    Ten times the default of a rate costs more a month and less a request, at the defaults where nothing else is changed.
    """
    declared = blueprint.tree["parameters"]
    rate = next(name for name in declared if name.endswith("_per_second"))
    usual = Decimal(str(declared[rate]["default"]))
    most = Decimal(str(declared[rate]["maximum"]))
    times = min(Decimal(10), most / usual)
    before = _priced(blueprint, {}).bill.monthly.expected
    after = _priced(blueprint, {rate: float(usual * times)}).bill.monthly.expected

    assert before is not None
    assert after is not None
    if blueprint.name == "dev-single-gpu":
        assert after == before, "one replica that always runs"
    else:
        assert before < after < before * times
