"""
Regions of other partitions.
"""

from __future__ import annotations

import pytest

from servewright.catalog.load import load_catalog
from servewright.catalog.partitions import other_partition
from servewright.catalog.rates import hourly_rate
from servewright.catalog.regions import PARTITION, Region

CATALOG = load_catalog()


@pytest.mark.parametrize("region", CATALOG.places.rows, ids=lambda region: region.id)
def test_the_table_of_regions_agrees(region: Region) -> None:
    """
    A region belongs to another partition exactly where the table of regions says so.
    """
    assert (other_partition(region.id) is None) is (region.partition == PARTITION)


def test_worldwide_prices_are_those_of_our_partition() -> None:
    """
    A hosted zone costs the same everywhere in partition aws, and has no price in another one.
    """
    key = ("Route53", "hosted zone", "")

    assert CATALOG.price(*key, "eu-north-1") == CATALOG.price(*key, "global")
    assert CATALOG.price(*key, "us-gov-east-1") is None


@pytest.mark.parametrize("instance_type", ["g6.xlarge", "m7i.large"])
def test_instances_name_the_partition_too(instance_type: str) -> None:
    """
    The reason says what is wrong: not a hole of the table, but another price list.
    """
    rate = hourly_rate(CATALOG, instance_type, "cn-northwest-1", "on-demand")

    assert rate.price is None
    assert rate.reason == (
        "cn-northwest-1 is a region of AWS China (partition aws-cn), whose prices are in CNY: our price table covers the partition aws only"
    )


def test_rows_without_a_region_say_so() -> None:
    """
    A service whose sources name no region is not called uncovered.
    """
    assert CATALOG.price_gap("AMP", "us-east-1") == "AMP has rows in our price table for no region, since their sources name none"
    assert CATALOG.price_gap("RDS", "us-east-1") == "RDS is not covered by our price table"
