"""
The preview as it is put together with the catalogue.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from previews import bill, plan, pool, records
from servewright.catalog.load import load_catalog
from servewright.report.model import preview_of
from servewright.report.quota import quotas_needed

CATALOG = load_catalog()


def test_operators_get_their_pinned_version() -> None:
    """
    Each operator is shown with the version of the versions table, prometheus with that of its chart.
    """
    made = preview_of(plan(), records(), bill(), CATALOG)

    assert made.operator_versions == {
        "karpenter": CATALOG.pin("karpenter").version,
        "prometheus": CATALOG.pin("kube-prometheus-stack").version,
    }


def test_the_clock_is_the_catalogue_s_unless_given() -> None:
    """
    No clock is read: the build date stands in, a given day is kept.
    """
    assert preview_of(plan(), records(), bill(), CATALOG).as_of == CATALOG.build_date
    assert preview_of(plan(), records(), bill(), CATALOG, date(2027, 1, 2)).as_of == date(2027, 1, 2)


def test_quotas_count_every_node_of_the_limits_as_its_largest_type() -> None:
    """
    Pools of one quota add up; g6.2xlarge has 8 vCPU.
    """
    spot = pool(limit_nodes=5)
    (need,) = quotas_needed([spot, replace(spot, name="more", limit_nodes=2, instance_types=("g6.xlarge",))], CATALOG)

    assert (need.code, need.vcpu, need.default) == ("L-3819A6DF", 5 * 8 + 2 * 4, 0)


def test_what_a_new_account_has_is_not_asked_for() -> None:
    """
    A need within the default of a new account is not listed.
    """
    assert quotas_needed([pool(limit_nodes=0)], CATALOG) == ()
