"""
Cases of the alerts of `capacity_rules`: what Karpenter, kube-state-metrics and KEDA say of our pools and namespace, and of a neighbour's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import monitoring_made
import plans
from alert_case import AlertCase

if TYPE_CHECKING:
    from servewright.plan.model import Plan

_BURST: Final = "demo-dev-g6-xlarge-x1-burst"
_FALLBACK: Final = "demo-dev-g6-xlarge-x1-fallback"
_BASE: Final = "demo-prod-p5-48xlarge-x4-base"


def _bought_ahead() -> Plan:
    return replace(plans.large(), monitoring=monitoring_made.MONITORING)


def _node(pool: str, name: str, values: str, capacity_type: str = "on-demand") -> tuple[str, str]:
    labels = f'nodepool="{pool}",node_name="{name}",capacity_type="{capacity_type}",instance_type="g6.xlarge",resource_type="cpu"'
    return f"karpenter_nodes_allocatable{{{labels}}}", values


def _limit(pool: str, what: str, resource: str, values: str) -> tuple[str, str]:
    return f'karpenter_nodepools_{what}{{nodepool="{pool}",resource_type="{resource}"}}', values


def _disrupted(pool: str, reason: str, values: str, capacity_type: str = "spot") -> tuple[str, str]:
    return f'karpenter_nodeclaims_disrupted_total{{nodepool="{pool}",reason="{reason}",capacity_type="{capacity_type}"}}', values


def _phase(pod: str, phase: str, values: str, namespace: str = "demo-dev") -> tuple[str, str]:
    return f'kube_pod_status_phase{{namespace="{namespace}",pod="{pod}",phase="{phase}",uid="u"}}', values


def _restarts(pod: str, container: str, values: str) -> tuple[str, str]:
    labels = f'namespace="demo-dev",pod="{pod}",container="{container}",uid="u"'
    return f"kube_pod_container_status_restarts_total{{{labels}}}", values


def _scaler(scaled: str, values: str, namespace: str = "demo-dev") -> tuple[str, str]:
    return f'keda_scaler_detail_errors_total{{namespace="{namespace}",scaledObject="{scaled}",triggerIndex="0"}}', values


CASES: Final = (
    AlertCase(
        alert="FallbackInUse",
        name="on-demand nodes for more than half an hour",
        plan=monitoring_made.plan,
        series=(_node(_FALLBACK, "a", "4x90"), _node(_FALLBACK, "b", "4x90"), _node(_BURST, "c", "4x90", "spot")),
        at="60m",
        firing=({"nodepool": _FALLBACK},),
    ),
    AlertCase(
        alert="FallbackInUse",
        name="spot alone, and a fallback that is known and empty",
        plan=monitoring_made.plan,
        series=(_node(_BURST, "c", "4x90", "spot"), _limit(_FALLBACK, "limit", "cpu", "12x90")),
        at="60m",
    ),
    AlertCase(
        alert="FallbackInUse",
        name="for twenty minutes",
        plan=monitoring_made.plan,
        series=(_node(_FALLBACK, "a", "_x20 4x20 stale"), _limit(_FALLBACK, "limit", "cpu", "12x90")),
        at="60m",
    ),
    AlertCase(
        alert="SpotInterruptions",
        name="two within six hours",
        plan=monitoring_made.plan,
        series=(_disrupted(_BURST, "spot_interrupted", "1x100 2x100 3x200"), _disrupted("other-dev-burst", "spot_interrupted", "0+1x400")),
        at="370m",
        firing=({"nodepool": _BURST},),
    ),
    AlertCase(
        alert="SpotInterruptions",
        name="two, each the first that Karpenter counts of its kind of node",
        plan=monitoring_made.plan,
        series=(_disrupted(_BURST, "spot_interrupted", "_x100 1x400"), _disrupted(_BURST, "spot_interrupted", "_x200 1x400", "on-demand")),
        at="370m",
        firing=({"nodepool": _BURST},),
    ),
    AlertCase(
        alert="SpotInterruptions",
        name="one, the first that was ever counted",
        plan=monitoring_made.plan,
        series=(_disrupted(_BURST, "spot_interrupted", "_x100 1x400"),),
        at="370m",
    ),
    AlertCase(
        alert="SpotInterruptions",
        name="one, and nodes that went since they were empty",
        plan=monitoring_made.plan,
        series=(_disrupted(_BURST, "spot_interrupted", "1x200 2x200"), _disrupted(_BURST, "empty", "0+1x400")),
        at="370m",
    ),
    AlertCase(
        alert="PoolAtLimit",
        name="as many nodes as allowed, of a small type",
        plan=monitoring_made.plan,
        series=(
            _limit(_BURST, "usage", "nodes", "9x60"),
            _limit(_BURST, "limit", "nodes", "9x60"),
            _limit(_BURST, "usage", "cpu", "36x60"),
            _limit(_BURST, "limit", "cpu", "72x60"),
        ),
        at="45m",
        firing=({"nodepool": _BURST},),
    ),
    AlertCase(
        alert="PoolAtLimit",
        name="room for the replacement is left",
        plan=monitoring_made.plan,
        series=(_limit(_BURST, "usage", "nodes", "8x60"), _limit(_BURST, "limit", "nodes", "9x60")),
        at="45m",
    ),
    AlertCase(
        alert="NodesNotLaunching",
        name="no capacity for three quarters of an hour",
        plan=monitoring_made.plan,
        series=(_disrupted(_FALLBACK, "insufficient_capacity", "0+1x60"),),
        at="45m",
        firing=({"nodepool": _FALLBACK, "reason": "insufficient_capacity"},),
    ),
    AlertCase(
        alert="NodesNotLaunching",
        name="for half an hour from the first failure that was ever counted",
        plan=monitoring_made.plan,
        series=(_disrupted(_FALLBACK, "insufficient_capacity", "_x10 1x7 2x7 3x7 4x7 5x7"),),
        at="42m",
        firing=({"nodepool": _FALLBACK, "reason": "insufficient_capacity"},),
    ),
    AlertCase(
        alert="NodesNotLaunching",
        name="one failure, the first that was ever counted",
        plan=monitoring_made.plan,
        series=(_disrupted(_FALLBACK, "insufficient_capacity", "_x10 1x50"),),
        at="42m",
    ),
    AlertCase(
        alert="NodesNotLaunching",
        name="no capacity for ten minutes, long ago",
        plan=monitoring_made.plan,
        series=(_disrupted(_FALLBACK, "insufficient_capacity", "0+1x10 10x80"),),
        at="60m",
    ),
    AlertCase(
        alert="ReservedNotUsed",
        name="one of two for seven hours",
        plan=_bought_ahead,
        series=(_node(_BASE, "a", "192x480"),),
        at="420m",
        firing=({"nodepool": _BASE},),
    ),
    AlertCase(
        alert="ReservedNotUsed",
        name="none of two: a pool that is known and empty",
        plan=_bought_ahead,
        series=(_limit(_BASE, "limit", "cpu", "576x480"),),
        at="420m",
        firing=({"nodepool": _BASE},),
    ),
    AlertCase(
        alert="ReservedNotUsed",
        name="both",
        plan=_bought_ahead,
        series=(_node(_BASE, "a", "192x480"), _node(_BASE, "b", "192x480")),
        at="420m",
    ),
    AlertCase(
        alert="ReservedNotUsed",
        name="one replaced for an hour",
        plan=_bought_ahead,
        series=(_node(_BASE, "a", "192x480"), _node(_BASE, "b", "192x180 stale _x58 192x240")),
        at="420m",
    ),
    AlertCase(
        alert="PodsPending",
        name="for twenty minutes",
        plan=monitoring_made.plan,
        series=(_phase("small-1", "Pending", "1x40"), _phase("small-2", "Running", "1x40"), _phase("small-2", "Pending", "0x40")),
        at="20m",
        firing=({"pod": "small-1", "severity": "ticket"},),
    ),
    AlertCase(
        alert="PodsPending",
        name="each for a time shorter than allowed, and a neighbour's",
        plan=monitoring_made.plan,
        series=(
            _phase("small-1", "Pending", "1x10 0x30"),
            _phase("small-2", "Pending", "0x10 1x10 0x20"),
            _phase("job-1", "Pending", "1x40", namespace="other"),
        ),
        at="20m",
    ),
    AlertCase(
        alert="EngineRestarts",
        name="twice within the hour",
        plan=monitoring_made.plan,
        series=(_restarts("small-1", "engine", "0x20 1x20 2x60"), _restarts("small-2", "engine", "1x100")),
        at="70m",
        firing=({"pod": "small-1"},),
    ),
    AlertCase(
        alert="EngineRestarts",
        name="once, and another container often",
        plan=monitoring_made.plan,
        series=(_restarts("small-1", "engine", "0x20 1x80"), _restarts("cache-responses-0", "exporter", "0+1x100")),
        at="70m",
    ),
    AlertCase(
        alert="ScalerFailing",
        name="errors for twenty minutes",
        plan=monitoring_made.plan,
        series=(_scaler("small", "0x10 1+1x40"), _scaler("elsewhere", "0+1x50", namespace="other")),
        at="30m",
        firing=({"scaledObject": "small"},),
    ),
    AlertCase(alert="ScalerFailing", name="one error", plan=monitoring_made.plan, series=(_scaler("small", "0x10 1x40"),), at="30m"),
)
