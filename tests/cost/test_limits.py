"""
What the pools' limits would allow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import tiny_catalog
from cluster_records import budget, deployment, node_class, node_pool, scaled_object, spot_stack
from servewright.cost.bill import price_records

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.cost.records import ResourceRecord

CATALOG = tiny_catalog.tiny_catalog()
MODEL = (deployment(), scaled_object())


def said(records: Iterable[ResourceRecord]) -> str:
    """
    Return the sentence about max.
    """
    (found,) = (text for text in price_records(records, CATALOG).assumptions if text.startswith("max is "))
    return found


def test_the_limits_allow_more_than_max() -> None:
    """
    Five nodes at 1.00 USD with 100 GiB at 0.08 USD, where the autoscaler stops at four: 3,690 USD.
    """
    bill = price_records([*MODEL, node_pool("base", limits={"nodes": "5"}), node_class("base")], CATALOG)

    assert bill.monthly.max == 2952
    assert bill.assumptions[1] == (
        "max is the autoscaler's maximum, not a spending cap: up to $3,690 a month if every pool stood at its node limit, "
        "which leaves room for replacements"
    )


def test_pools_without_pods_and_other_lines_are_included() -> None:
    """
    Two CPU nodes that nothing selects could stand as well: 3,690 + 2 x 730 x 0.10 + 2 x 8 USD; the notifications are less than a cent.
    """
    system = (node_pool("system", types=("m7i.large",), shape="system", limits={"nodes": "2"}), node_class("system"))

    assert "up to $3,852 a month" in said([*MODEL, node_pool("base", limits={"nodes": "5"}), node_class("base"), *system, budget()])


def test_the_dearest_admitted_type_stands_at_the_limit() -> None:
    """
    At the limit as in max: the highest price of what the pool admits.
    """
    types = ("g6.2xlarge", "g6.xlarge")

    assert "up to $1,865 a month" in said([*MODEL, node_pool("p", types=types, purchase="spot", limits={"nodes": "5"}), node_class("p")])


@pytest.mark.parametrize(
    "pool", [node_pool("base", limits={}), node_pool("base", ahead={"purchase": "reserved"}), node_pool("base", types=("g6.8xlarge",))]
)
def test_without_a_limit_or_a_price_there_is_no_figure(pool: ResourceRecord) -> None:
    """
    Unbounded, unreadable or unpriced: the sentence stays, the figure does not.
    """
    assert said([*MODEL, pool, node_class("base")]) == (
        "max is the autoscaler's maximum, not a spending cap: pools may launch more nodes than that, for replacements"
    )


def test_a_bill_without_pools_says_nothing_about_them() -> None:
    """
    Only pools have node limits.
    """
    assert not [text for text in price_records([budget()], CATALOG).assumptions if text.startswith("max is ")]


def test_all_pools_of_a_group_stand_at_once() -> None:
    """
    Twenty nodes on spot and twenty on the fallback: 20 x 730 x 0.40 + 20 x 730 x 1.00 + 40 x 8.
    """
    assert "up to $20,760 a month" in said(spot_stack())
