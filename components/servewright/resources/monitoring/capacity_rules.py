"""
Rules of nodes, replicas and purchases: pods that find no node, pools that are full or fail, and purchases that go unused.

What Karpenter says of the whole cluster alone (interruption messages, failed launches of the cloud provider) is not used: the claims of
nodes that it gave up carry pool and reason (karpenter 1.14.0, pkg/metrics/metrics.go; reasons in controllers/interruption/messages and
controllers/nodeclaim/lifecycle, read 2026-11).

KEDA's keda_scaler_empty_upstream_responses_total is not used either: an empty answer is what a model gives that has scaled to nothing or
loads; EngineMetricsMissing tells of one that should serve.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.resources.monitoring.node_series import CAPACITY_TYPES, ONE_RESOURCE, committed_nodes, known_pools, nodes, recorded_nodes
from servewright.resources.monitoring.promql import duration, one_of, string
from servewright.resources.monitoring.rule import Alert, Group, Recording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.plan.model import PoolPlan
    from servewright.resources.monitoring.scope import Scope

_DISRUPTED: Final = "karpenter_nodeclaims_disrupted_total"
_LAUNCH_FAILED: Final = ("insufficient_capacity", "launch_timeout", "registration_timeout", "nodeclass_not_ready")

_FALLBACK_S: Final = 1800
"""
A spot node that is gone for less is replaced before anybody could act; judgement.
"""

_INTERRUPTIONS: Final = 2
_INTERRUPTION_WINDOW: Final = "6h"
"""
The worst band of the spot advisor is more than a fifth of the nodes a month: two of a pool within six hours are far above it. Judgement.
"""

_LAUNCH_WINDOW: Final = "10m"
_LAUNCH_S: Final = 1800
"""
Karpenter leaves an offering alone for three minutes after it had no capacity (karpenter-provider-aws 1.14.0, pkg/cache/cache.go), so a
pool that still fails does so several times in ten minutes. Half an hour is judgement.
"""

_FULL: Final = "0.95"
_FULL_S: Final = 1800
_UNUSED_S: Final = 6 * 3600
_RESTARTS: Final = 2
_RESTART_WINDOW: Final = "1h"
_SCALER_WINDOW: Final = "5m"
_SCALER_S: Final = 600
"""
Judgement: what lasts as long does not mend itself.
"""


def groups(scope: Scope) -> tuple[Group, ...]:
    """
    Return the groups of rules of nodes, replicas and purchases.
    """
    return (Group(name="capacity", rules=(*_recordings(scope), *_pool_alerts(scope), *_pod_alerts(scope))),)


def _recordings(scope: Scope) -> tuple[Recording, ...]:
    used = f"max by (nodepool) ({scope.of_pools('karpenter_nodepools_usage', scope.plan.pools, ONE_RESOURCE)})"
    return (
        Recording(record="pool:nodes", expr=" or on (nodepool) ".join(_counted(scope)), labels=scope.labels()),
        Recording(record="pool:cpu_limit_use_ratio", expr=f"{used} / {known_pools(scope, scope.plan.pools)}", labels=scope.labels()),
    )


def _counted(scope: Scope) -> Iterator[str]:
    """
    Yield the count of nodes, and a 0 of its capacity type for each pool that has none.
    """
    pools = scope.plan.pools
    yield nodes(scope, pools, "nodepool", "capacity_type")
    for capacity_type in sorted({CAPACITY_TYPES[pool.purchase] for pool in pools}):
        of_type = tuple(pool for pool in pools if CAPACITY_TYPES[pool.purchase] == capacity_type)
        yield f'label_replace(0 * {known_pools(scope, of_type)}, "capacity_type", {string(capacity_type)}, "", "")'


def _pool_alerts(scope: Scope) -> Iterator[Alert]:
    pools = scope.plan.pools
    fallback = tuple(pool for pool in pools if pool.role == "fallback")
    spot = tuple(pool for pool in pools if pool.purchase == "spot")
    if fallback:
        yield _fallback_in_use(scope, fallback)
    if spot:
        yield _interruptions(scope, spot)
    yield _at_limit(scope)
    yield _not_launching(scope)
    yield from (_not_used(scope, pool) for pool in pools if committed_nodes(pool))


def _counted_within(counter: str, window: str) -> str:
    """
    Return the increase of *counter* within *window*, of a series that was not there before all it has: Karpenter exports one from its
    first event on, of which increase() knows nothing.
    """
    return f"(increase({counter}[{window}]) and {counter} offset {window}) or ({counter} unless {counter} offset {window})"


def _fallback_in_use(scope: Scope, pools: tuple[PoolPlan, ...]) -> Alert:
    return Alert(
        name="FallbackInUse",
        expr=f"sum by (nodepool) ({recorded_nodes(scope, pools)}) > 0",
        for_s=_FALLBACK_S,
        severity="ticket",
        summary="{{ $value }} nodes of the fallback pool {{ $labels.nodepool }} are in use",
        description=(
            "Spot capacity has not been had for half an hour, so {{ $value }} nodes of {{ $labels.nodepool }} run in its place at the "
            "on-demand price. If that lasts, admit more instance types or zones."
        ),
    )


def _interruptions(scope: Scope, pools: tuple[PoolPlan, ...]) -> Alert:
    taken = scope.of_pools(_DISRUPTED, pools, 'reason="spot_interrupted"')
    return Alert(
        name="SpotInterruptions",
        expr=f"sum by (nodepool) ({_counted_within(taken, _INTERRUPTION_WINDOW)}) >= {_INTERRUPTIONS}",
        for_s=0,
        severity="ticket",
        summary="Spot nodes of {{ $labels.nodepool }} are taken away often",
        description=(
            f'{{{{ $value | printf "%.0f" }}}} nodes of {{{{ $labels.nodepool }}}} were interrupted within {_INTERRUPTION_WINDOW}. Each '
            "ends its requests after two minutes at most. If that goes on, admit other instance types or zones, or buy a larger base."
        ),
    )


def _at_limit(scope: Scope) -> Alert:
    """
    Tell of a pool of which any limit is reached: by nodes where small types run, by GPUs or memory where large ones do.
    """
    used, limit = (
        f"max by (nodepool, resource_type) ({scope.of_pools(metric, scope.plan.pools)})"
        for metric in ("karpenter_nodepools_usage", "karpenter_nodepools_limit")
    )
    return Alert(
        name="PoolAtLimit",
        expr=f"max by (nodepool) ({used} / {limit}) >= {_FULL}",
        for_s=_FULL_S,
        severity="ticket",
        summary="Pool {{ $labels.nodepool }} is at {{ $value | humanizePercentage }} of its limit",
        description=(
            "{{ $labels.nodepool }} has as many nodes as its limits allow, the room for one replacement included: Karpenter launches no "
            "further one. Compare traffic with the plan, and plan anew if it has grown."
        ),
    )


def _not_launching(scope: Scope) -> Alert:
    failed = scope.of_pools(_DISRUPTED, scope.plan.pools, f"reason=~{one_of(_LAUNCH_FAILED)}")
    return Alert(
        name="NodesNotLaunching",
        expr=f"sum by (nodepool, reason) ({_counted_within(failed, _LAUNCH_WINDOW)}) > 0",
        for_s=_LAUNCH_S,
        severity="ticket",
        summary="Karpenter fails to launch nodes of {{ $labels.nodepool }}: {{ $labels.reason }}",
        description=(
            "For half an hour nodes of {{ $labels.nodepool }} have been asked for and not come ({{ $labels.reason }}). "
            "insufficient_capacity: AWS has none of these types in these zones; otherwise look at the NodeClaims and at the EC2NodeClass."
        ),
    )


def _not_used(scope: Scope, pool: PoolPlan) -> Alert:
    bought = committed_nodes(pool)
    return Alert(
        name="ReservedNotUsed",
        expr=f"sum by (nodepool) ({recorded_nodes(scope, (pool,))}) < {bought}",
        for_s=_UNUSED_S,
        severity="ticket",
        summary=f"{{{{ $value }}}} of {bought} nodes bought ahead run in {{{{ $labels.nodepool }}}}",
        description=(
            f"{bought} nodes of {{{{ $labels.nodepool }}}} are paid whether used or not, and only {{{{ $value }}}} have run for six hours. "
            "Find out why base replicas are missing or have no node."
        ),
    )


def _pending_s(scope: Scope) -> int:
    """
    Return how long a pod may be pending: what the spec allows, and at least twice what the slowest model takes to start (its image is
    pulled meanwhile).
    """
    slowest = max((model.start.total_s for model in scope.plan.models), default=0)
    return max(scope.monitoring.request.thresholds.pending_s, -(-2 * slowest // 60) * 60)


def _pod_alerts(scope: Scope) -> tuple[Alert, ...]:
    pending = scope.of_stack("kube_pod_status_phase", 'phase="Pending"')
    restarts = scope.of_stack("kube_pod_container_status_restarts_total", 'container="engine"')
    failures = scope.of_stack("keda_scaler_detail_errors_total")
    seconds = _pending_s(scope)
    return (
        Alert(
            name="PodsPending",
            expr=f"max by (pod) ({pending}) == 1",
            for_s=seconds,
            severity="ticket",
            summary="Pod {{ $labels.pod }} does not start",
            description=(
                f"Pod {{{{ $labels.pod }}}} has been pending for more than {duration(seconds)}: the replicas that the load needs, or the "
                "base, are not there. Read its events: no capacity, a pool at its limit, an image or a volume that does not come."
            ),
        ),
        Alert(
            name="EngineRestarts",
            expr=f"sum by (pod) (increase({restarts}[{_RESTART_WINDOW}])) >= {_RESTARTS}",
            for_s=0,
            severity="ticket",
            summary="Engine {{ $labels.pod }} starts again and again",
            description=(
                f'Engine {{{{ $labels.pod }}}} has restarted {{{{ $value | printf "%.0f" }}}} times within {_RESTART_WINDOW}; each time '
                "it loads its weights anew and serves nothing meanwhile. Read the end of its previous log."
            ),
        ),
        Alert(
            name="ScalerFailing",
            expr=f"sum by (scaledObject) (increase({failures}[{_SCALER_WINDOW}])) > 0",
            for_s=_SCALER_S,
            severity="ticket",
            summary="The autoscaler of {{ $labels.scaledObject }} gets no answer",
            description=(
                "KEDA cannot read what {{ $labels.scaledObject }} is scaled by. The busiest hour's replicas run meanwhile: enough for "
                "planned traffic, too dear at night, and no more come. See that Prometheus answers under the address of the ScaledObject."
            ),
        ),
    )
