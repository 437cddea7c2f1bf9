"""
EKS clusters: support by version and day, Auto Mode, add-ons and Fargate.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cluster_records import record
from compute_records import bill_of, cluster, line_of, reasons
from servewright.catalog.load import load_catalog
from servewright.cost.aws.eks import FREE_TYPES
from servewright.cost.bill import price_records
from servewright.cost.records import SECRET, UNKNOWN
from servewright.ranges import Range

DAY = date(2026, 6, 1)
"""
Of the versions made for tests 1.20 is over, 1.21 in extended support, 1.22 in standard support, and 1.23 has no end in the table.
"""


def test_a_control_plane_by_hand() -> None:
    """
    730 h at 0.10 USD.
    """
    bill = bill_of(cluster(), as_of=DAY)

    assert bill.monthly == Range.exactly(Decimal(73))
    assert bill.complete


def test_a_version_past_its_standard_support_costs_six_times_as_much() -> None:
    """
    Only the version differs: 730 h x 0.50 more, 438 USD a month instead of 73, as a line of its own.
    """
    bill = bill_of(cluster(version="1.21"), as_of=DAY)

    assert line_of(bill, "extended support").monthly == Range.exactly(Decimal(365))
    assert bill.monthly == Range.exactly(Decimal(438))


@pytest.mark.parametrize(("day", "monthly"), [(date(2025, 12, 31), 73), (date(2026, 1, 1), 438)])
def test_the_bill_s_own_day_decides(day: date, monthly: int) -> None:
    """
    The first day of extended support is the day on which standard support ends; no resource changes.
    """
    assert bill_of(cluster(version="1.21"), as_of=day).monthly.expected == monthly


def test_the_end_of_standard_support_is_announced() -> None:
    """
    Within a quarter the bill says what is going to be added, and not before.
    """
    soon = bill_of(cluster(version="1.21"), as_of=date(2025, 11, 1))
    early = bill_of(cluster(version="1.21"), as_of=date(2025, 9, 1))
    words = "main: standard support of 1.21 ends on 2026-01-01; from that day on extended support costs $365 a month more"

    assert words in soon.assumptions
    assert words not in early.assumptions


def test_a_cluster_that_upgrades_itself_never_pays_for_extended_support() -> None:
    """
    With the support type STANDARD AWS upgrades it instead.
    """
    bill = bill_of(cluster(version="1.21", upgradePolicy={"supportType": "STANDARD"}), as_of=DAY)

    assert bill.monthly.expected == 73
    assert any("AWS upgrades it when standard support ends" in words for words in bill.assumptions)


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("1.23", "our table has no end of standard support for 1.23"),
        (None, "one that exists already may be older and pay extended support"),
    ],
)
def test_what_the_table_leaves_open_is_said(version: str | None, words: str) -> None:
    """
    Standard support is taken to last, and the bill says so.
    """
    bill = bill_of(cluster(version=version), as_of=DAY)

    assert bill.monthly.expected == 73
    assert any(words in each for each in bill.assumptions)


@pytest.mark.parametrize(
    ("version", "why"),
    [
        ("1.20", "version is 1.20, whose extended support ended on 2026-01-01"),
        ("1.99", "version is not in our table of EKS versions (1.20 to 1.23): 1.99"),
        (UNKNOWN, "version is not known before deployment"),
        (SECRET, "version is secret"),
        (1.22, "version is not a text"),
    ],
)
def test_support_that_cannot_be_told_is_unknown(version: Any, why: str) -> None:
    """
    The control plane stays on the bill; what its support adds is not taken for nothing.
    """
    bill = bill_of(cluster(version=version), as_of=DAY)

    assert line_of(bill, "control plane").monthly.expected == 73
    assert [each.what for each in bill.unknown] == ["extended support of main"]
    assert reasons(bill)[0].startswith(why)


def test_the_shipped_table_knows_a_version_in_extended_support() -> None:
    """
    On 2026-11-21 version 1.33 is in extended support and 1.35 is not.
    """
    old, new = (price_records([cluster(version=each)], load_catalog(), as_of=date(2026, 11, 21)) for each in ("1.33", "1.35"))

    assert (old.monthly.expected, new.monthly.expected) == (Decimal(438), Decimal(73))


@pytest.mark.parametrize(
    ("inputs", "what"),
    [
        ({"computeConfig": {"enabled": True, "nodePools": ["general-purpose"]}}, "EKS Auto Mode of main"),
        ({"computeConfig": {"enabled": UNKNOWN}}, "EKS Auto Mode of main"),
        ({"controlPlaneScalingConfig": {"tier": "tier-xl"}}, "provisioned control plane of main"),
        ({"remoteNetworkConfig": {"remoteNodeNetworks": {"cidrs": ["10.0.0.0/8"]}}}, "hybrid nodes of main"),
        ({"enabledClusterLogTypes": [UNKNOWN]}, "control plane logs of main"),
    ],
)
def test_options_without_a_price_are_loud(inputs: dict[str, Any], what: str) -> None:
    """
    Each option that costs more is an Unknown of its own beside the control plane.
    """
    bill = bill_of(cluster(**inputs), as_of=DAY)

    assert line_of(bill, "control plane").monthly.expected == 73
    assert [each.what for each in bill.unknown] == [what]


def test_auto_mode_that_is_off_costs_nothing() -> None:
    """
    Only the switch matters.
    """
    assert bill_of(cluster(computeConfig={"enabled": False}), as_of=DAY).complete


def test_control_plane_logs_are_a_volume_of_use() -> None:
    """
    A default that the bill names, 5 GB at 0.50 USD, until the usage file says more.
    """
    logged = cluster(enabledClusterLogTypes=["api", "audit"])
    bill = bill_of(logged, as_of=DAY)
    said = bill_of(logged, as_of=DAY, usage={"main": {"control_plane_logs_gb": Range.exactly(100)}})

    assert line_of(bill, "control plane logs").monthly == Range(Decimal("0.50"), Decimal("2.50"), Decimal("25.00"))
    assert any("control_plane_logs_gb = 5 GB a month" in words for words in bill.assumptions)
    assert line_of(said, "control plane logs").monthly.expected == 50


def test_add_ons_of_aws_are_free_with_a_reason() -> None:
    """
    Their pods run on nodes that are billed.
    """
    bill = bill_of(record("aws:eks/addon:Addon", "cni", {"addonName": "vpc-cni"}))

    assert [each.type for each in bill.free] == ["aws:eks/addon:Addon"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("datadog_operator", "datadog_operator comes from the AWS Marketplace"),
        ("amazon-cloudwatch-observability", "amazon-cloudwatch-observability sends metrics and logs to CloudWatch"),
        (UNKNOWN, "addonName is not known before deployment"),
    ],
)
def test_other_add_ons_are_not_taken_for_free(name: str, why: str) -> None:
    """
    A vendor's price or a volume of data stands behind them.
    """
    bill = bill_of(record("aws:eks/addon:Addon", "extra", {"addonName": name}))

    assert bill.free == ()
    assert reasons(bill)[0].startswith(why)


def test_a_fargate_profile_is_free_and_its_pods_are_listed() -> None:
    """
    AWS bills the pods, which nothing on the profile tells.
    """
    bill = bill_of(record("aws:eks/fargateProfile:FargateProfile", "jobs", {}))

    assert [each.count for each in bill.free] == [1]
    assert [each.what for each in bill.not_priced] == ["pods on Fargate of the profile jobs"]


@pytest.mark.parametrize("token", sorted(FREE_TYPES))
def test_free_types_are_listed_with_their_reason(token: str) -> None:
    """
    A permission in a cluster costs nothing, and the bill says why.
    """
    bill = bill_of(record(token, "x", {}))

    assert [(each.type, each.reason) for each in bill.free] == [(token, FREE_TYPES[token])]
