"""
Hours of EC2 instances, over one type and several.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster_records import record
from compute_records import CATALOG
from servewright.cost.aws.instance_hours import Fleet, component_of, instance_hours
from servewright.cost.model import Line
from servewright.cost.registry import Context
from servewright.ranges import Range

STRATEGIES = ("first", "cheapest")
CONTEXT = Context(catalog=CATALOG, by_type={})
BOX = record("aws:ec2/instance:Instance", "box", {})
PRICES = {"m7i.large": Decimal("0.10"), "m7i.xlarge": Decimal("0.20"), "c7i.large": Decimal("0.08"), "g6.xlarge": Decimal("1.00")}


def line(types: tuple[str, ...], strategy: str) -> Line:
    """
    Return the line of 1 to 3 instances of *types* on demand, the "first" or the "cheapest" expected.
    """
    fleet = Fleet(types=types, purchase="on-demand", first=strategy == "first")
    (made,) = instance_hours(BOX, CONTEXT, fleet, Range.of(1, 2, 3)).lines
    return made


@given(st.lists(st.sampled_from(sorted(PRICES)), min_size=1, max_size=6), st.sampled_from(STRATEGIES))
def test_the_range_holds_every_type(types: list[str], strategy: str) -> None:
    """
    Min and max are the least and the highest price of the list, whatever its order; expected is the first one's or the least.
    """
    made = line(tuple(types), strategy).unit_price
    prices = [PRICES[name] for name in types]

    assert made == Range(min(prices), prices[0] if strategy == "first" else min(prices), max(prices))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_type_without_a_price_leaves_nothing_to_say(strategy: str) -> None:
    """
    Neither a known neighbour nor 0 stands in for it.
    """
    made = line(("m7i.large", "m8i.large"), strategy)

    assert (made.unit_price, made.source) == (Range.unknown(), None)


def test_both_gaps_are_said() -> None:
    """
    Where neither number nor price is known, the reason names both.
    """
    fleet = Fleet(types=("m8i.large",), purchase="on-demand")
    priced = instance_hours(BOX, CONTEXT, fleet, Range(Decimal(0), None, Decimal(3)), why="nobody says how many")

    assert "m8i.large on-demand" in priced.unknown[0].why
    assert priced.unknown[0].why.endswith("; nobody says how many")


@pytest.mark.parametrize(
    ("types", "component"), [(("m7i.large",), "CPU nodes"), (("m7i.large", "g6.xlarge"), "GPU nodes"), (("m5.large",), "CPU nodes")]
)
def test_nodes_are_named_by_their_types(types: tuple[str, ...], component: str) -> None:
    """
    A list with a GPU type is of GPU nodes.
    """
    assert component_of(CONTEXT, types) == component
