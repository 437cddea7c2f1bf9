"""
What a region's price tables hold, computed and not written down.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from servewright.catalog.load import load_catalog

CATALOG = load_catalog()


def test_the_reference_region_misses_nothing() -> None:
    """
    us-east-1 has on-demand and spot prices of every GPU family but p5e, which is sold by capacity block.
    """
    coverage = CATALOG.coverage("us-east-1")
    families = {item.family for item in CATALOG.instances if item.gpu_id is not None}
    assert set(coverage.on_demand) == set(coverage.spot) == families - {"p5e"}
    assert coverage.missing == ()
    assert coverage.spot_by_zone_only == ()
    assert {"EKS", "EBS", "VPC", "AWS Budgets"} <= set(coverage.services)


def test_another_region_names_its_gaps() -> None:
    """
    Frankfurt has on-demand prices up to A100, no spot prices, and lacks among others the NLB capacity unit.
    """
    coverage = CATALOG.coverage("eu-central-1")
    assert {"g5", "g6", "g6e", "p4d", "p4de"} <= set(coverage.on_demand)
    assert not {"p5", "g7e"} & set(coverage.on_demand)
    assert coverage.spot == ()
    assert {"ELB: NLB NLCU", "KMS: symmetric requests"} <= set(coverage.missing)


def test_spot_prices_by_zone_alone_are_told_apart() -> None:
    """
    Ohio has zone snapshots of two families and no region price of them.
    """
    coverage = CATALOG.coverage("us-east-2")
    assert (coverage.spot, coverage.spot_by_zone_only) == ((), ("g6", "g7e"))


def test_an_unknown_region_is_covered_by_global_prices_alone() -> None:
    """
    Where no table names the region, only what is the same everywhere is there.
    """
    coverage = CATALOG.coverage("moon-base-1")
    assert (coverage.on_demand, coverage.spot, coverage.interruption) == ((), (), ())
    assert coverage.services == ("AWS Budgets", "Route53")


def test_coverage_follows_the_tables() -> None:
    """
    Without a family's rows the family is gone from the coverage.
    """
    rows = tuple(row for row in CATALOG.instance_prices.rows if not row.instance_type.startswith("g6e."))
    without = replace(CATALOG, instance_prices=replace(CATALOG.instance_prices, rows=rows))
    assert "g6e" not in without.coverage("us-east-1").on_demand


def test_the_days_of_the_prices() -> None:
    """
    The header of a bill shows the oldest and the newest day of the region's prices.
    """
    assert CATALOG.prices_between() == CATALOG.prices_between("us-east-1") == (date(2024, 7, 1), date(2026, 8, 31))
    assert CATALOG.prices_between("us-east-2")[0] == date(2018, 8, 7)
