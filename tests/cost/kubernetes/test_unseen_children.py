"""
Components whose children a recorder may not see.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from cluster_records import record
from service_bills import bill_of, reasons

CHART = replace(record("kubernetes:helm.sh/v4:Chart", "stack", {}), custom=False)


@pytest.mark.parametrize("token", ["kubernetes:helm.sh/v4:Chart", "kubernetes:yaml/v2:ConfigFile", "eks:index:Cluster", "awsx:ec2:Vpc"])
def test_a_component_without_its_children_is_unknown(token: str) -> None:
    """
    What it makes is not among the records, so it is not taken for nothing.
    """
    bill = bill_of(replace(CHART, type=token))

    assert [item.what for item in bill.unknown] == ["resources of stack"]
    assert "pulumi preview --json --show-sames" in reasons(bill)[0]


def test_with_its_children_it_is_structure() -> None:
    """
    The children are priced themselves, wherever the recorder shows them.
    """
    child = replace(record("kubernetes:core/v1:ConfigMap", "settings", {}), parent=CHART.urn)

    assert bill_of(CHART, child).complete


def test_components_of_one_s_own_are_structure() -> None:
    """
    A component of the program itself may have children elsewhere.
    """
    assert bill_of(replace(CHART, type="mycompany:index:Platform")).complete
