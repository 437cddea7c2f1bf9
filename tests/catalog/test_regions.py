"""
Regions, zones and quotas.
"""

from __future__ import annotations

import pytest

from servewright.catalog.load import load_catalog

CATALOG = load_catalog()


def test_a_spec_may_name_the_regions_of_our_partition() -> None:
    """
    34 regions of partition "aws" have an EKS endpoint; China, GovCloud and announced regions are not among them.
    """
    regions = CATALOG.regions()
    assert len(regions) == 34
    assert regions == tuple(sorted(regions))
    assert "us-east-1" in regions
    assert not {"cn-north-1", "us-gov-west-1", "me-west-1"} & set(regions)


def test_zones_are_names() -> None:
    """
    Names, not ids, in order; a region without known names has none, and so has an unknown region.
    """
    assert CATALOG.zones("us-east-1") == tuple(f"us-east-1{letter}" for letter in "abcdef")
    assert CATALOG.zones("us-west-1") == ("us-west-1a", "us-west-1c")
    assert CATALOG.zones("il-central-1") == ()
    assert CATALOG.zones("moon-base-1") == ()


def test_a_family_has_its_quota() -> None:
    """
    G families share one quota per purchase option, P4 and P5 have different ones for spot, P6 spot has no known code.
    """
    codes = {
        (family, purchase): quota.code
        for family in ("g6", "p4d", "p5", "p6-b200")
        for purchase in ("on-demand", "spot")
        if (quota := CATALOG.places.instance_quota(family, purchase)) is not None
    }
    assert codes == {
        ("g6", "on-demand"): "L-DB2E81BA",
        ("g6", "spot"): "L-3819A6DF",
        ("p4d", "on-demand"): "L-417A185B",
        ("p4d", "spot"): "L-7212CCBC",
        ("p5", "on-demand"): "L-417A185B",
        ("p5", "spot"): "L-C4BD4855",
        ("p6-b200", "on-demand"): "L-417A185B",
        ("p6-b200", "spot"): None,
    }
    assert CATALOG.places.instance_quota("no-such", "spot") is None


@pytest.mark.parametrize("family", ["g6", "p4d", "p5"])
def test_what_is_bought_ahead_counts_where_aws_counts_it(family: str) -> None:
    """
    Reserved instances and capacity reservations fill the quota of On-Demand instances, capacity blocks never do.
    """
    quota = CATALOG.places.instance_quota
    assert quota(family, "reserved") == quota(family, "capacity-reservation") == quota(family, "on-demand") is not None
    assert quota(family, "capacity-block") != quota(family, "on-demand")
