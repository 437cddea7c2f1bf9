"""
What the nodes of a pool are and cost.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from compute_records import CATALOG
from foreign_pools import CAPACITY, CATEGORY, FAMILY, TYPES, foreign_pool, requirement
from servewright.cost.pool import read_pool
from servewright.cost.pool_offer import PoolOffer, offer_of
from servewright.cost.registry import Context
from servewright.ranges import Range

BOTH = requirement(CAPACITY, "In", "spot", "on-demand")


def offer(*requirements: dict[str, Any]) -> PoolOffer:
    """
    Return the offer of a pool with *requirements*.
    """
    return offer_of(read_pool(foreign_pool(*requirements), CATALOG), Context(catalog=CATALOG, by_type={}))


def test_the_fallback_widens_the_maximum_alone() -> None:
    """
    g6.xlarge 0.40 as spot and 1.00 on demand, g6.2xlarge 0.50 and 1.20.
    """
    types = requirement(TYPES, "In", "g6.xlarge", "g6.2xlarge")
    spot = offer(types, requirement(CAPACITY, "In", "spot"))
    both = offer(types, BOTH)

    assert spot.rate.price == Range(Decimal("0.40"), Decimal("0.40"), Decimal("0.50"))
    assert both.rate.price == Range(Decimal("0.40"), Decimal("0.40"), Decimal("1.20"))
    assert (both.instance.name, both.price_gap) == ("g6.xlarge", None)


def test_without_a_spot_price_the_maximum_is_still_known() -> None:
    """
    m7i.large has no spot price in the table: what is expected is unknown, the most is the on-demand price.
    """
    both = offer(requirement(TYPES, "In", "m7i.large"), BOTH)

    assert both.rate.price == Range(None, None, Decimal("0.10"))
    assert both.price_gap is not None
    assert both.price_gap.startswith("m7i.large spot: ")


def test_many_gaps_are_counted() -> None:
    """
    Three types are named, the others counted.
    """
    gap = offer(requirement(FAMILY, "In", "m8i"), requirement(CAPACITY, "In", "on-demand")).price_gap or ""

    assert gap.count("on-demand:") == 3
    assert gap.endswith("and 10 more of 13 types")


def test_an_open_choice_has_no_price() -> None:
    """
    Priced types do not speak for those that the catalogue does not list.
    """
    made = offer(requirement(CATEGORY, "In", "g"), requirement("karpenter.k8s.aws/instance-size", "In", "xlarge"), BOTH)

    assert made.rate.price == Range.unknown()
    assert made.price_gap == "it names neither types nor families: EC2 has more types than our price table"
