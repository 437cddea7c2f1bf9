"""
The dashboard of capacity: whether there are nodes enough, how they were bought, and what waits for one.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.resources.monitoring.dashboards.dashboard import Dashboard, interruptions
from servewright.resources.monitoring.dashboards.layout import Section, lines_of
from servewright.resources.monitoring.dashboards.panel import ORANGE, Panel, Step, Target
from servewright.resources.monitoring.dashboards.series import RATE, constants, exported, recorded

if TYPE_CHECKING:
    from servewright.plan.model import PoolPlan, Role
    from servewright.resources.monitoring.scope import Scope

_ROLES: Final[tuple[tuple[Role, str], ...]] = (
    ("base", "Base nodes"),
    ("burst", "Burst nodes"),
    ("fallback", "Fallback nodes"),
)

_FULL: Final = Decimal("0.95")
"""
Where the alert of a pool at its limit begins (capacity_rules).
"""


def dashboard(scope: Scope) -> Dashboard:
    """
    Return the dashboard of capacity and shares.
    """
    taken = interruptions(scope)
    more = [] if taken is None else [_interruptions(taken)]
    return Dashboard(
        key="capacity",
        title="capacity and shares",
        question="Are there nodes enough, of which purchase, and does anything wait for one?",
        sections=(
            Section(
                title=None,
                lines=(
                    _state(scope, taken),
                    (_by_purchase(scope), _by_role(scope), _pending(scope)),
                    *lines_of((_limits(scope), _replicas(scope), *more)),
                ),
            ),
            Section(title="Pods", lines=lines_of(_pods(scope))),
        ),
        by_model=False,
        range="now-24h",
    )


def _gpu_pools(scope: Scope) -> tuple[PoolPlan, ...]:
    return tuple(pool for pool in scope.plan.pools if pool.purpose == "gpu")


def _nodes(scope: Scope, pools: list[PoolPlan]) -> str:
    """
    Return the nodes of *pools*; no node at all is 0.
    """
    named = constants(scope.names.pool(pool.name) for pool in pools)
    return f"sum({recorded(scope, 'pool:nodes', f'nodepool=~{named}')}) or vector(0)"


def _state(scope: Scope, taken: str | None) -> tuple[Panel, ...]:
    """
    Return the figures of this moment: nodes of each share against the plan, what waits, and what was taken back.
    """
    figures = [_role(scope, role, title) for role, title in _ROLES if any(pool.role == role for pool in _gpu_pools(scope))]
    figures.append(
        Panel(
            kind="stat",
            title="Pending pods now",
            unit="none",
            description="Pods of this stack that wait for a node, an image or a volume.",
            targets=(Target(expr=_waiting_pods(scope), legend="pending"),),
            steps=(Step(value=Decimal(1), color=ORANGE),),
            decimals=0,
        )
    )
    if taken is not None:
        figures.append(
            Panel(
                kind="stat",
                title="Spot interruptions, last day",
                unit="none",
                description="Nodes that the spot market took back within 24 hours.",
                targets=(Target(expr=f"sum(increase({taken}[1d])) or vector(0)", legend="interruptions"),),
                steps=(Step(value=Decimal(1), color=ORANGE),),
                decimals=0,
            )
        )
    return tuple(figures)


def _role(scope: Scope, role: Role, title: str) -> Panel:
    """
    Return the nodes of a share; from the most that the plan expects to be needed they are marked, of a fallback from the first on.
    """
    pools = [pool for pool in _gpu_pools(scope) if pool.role == role]
    most = None if any(pool.nodes.max is None for pool in pools) else sum((Decimal(pool.nodes.max or 0) for pool in pools), Decimal(0))
    said = "" if most is None else f" At most {most.normalize():f} are planned."
    marks = {"fallback": "Any node here means that the cheaper purchase had none to give."}
    first = Decimal(1) if role == "fallback" or most is None else most + 1
    return Panel(
        kind="stat",
        title=title,
        unit="none",
        description=f"GPU nodes of this share that stand now.{said} {marks.get(role, '')}".strip(),
        targets=(Target(expr=_nodes(scope, pools), legend="nodes"),),
        steps=() if most is None and role != "fallback" else (Step(value=first, color=ORANGE),),
        decimals=0,
    )


def _by_purchase(scope: Scope) -> Panel:
    return Panel(
        kind="timeseries",
        title="Nodes by pool and purchase",
        unit="none",
        description="Nodes of each pool, with how they were bought.",
        targets=(Target(expr=recorded(scope, "pool:nodes"), legend="{{nodepool}} {{capacity_type}}"),),
        stacked=True,
        decimals=0,
    )


def _by_role(scope: Scope) -> Panel:
    """
    Return the share of the GPU nodes that stand in pools of each role.
    """
    pools = _gpu_pools(scope)
    every = f"(sum({recorded(scope, 'pool:nodes', f'nodepool=~{constants(scope.names.pool(p.name) for p in pools)}')}) > 0)"
    targets = tuple(
        Target(expr=f"({_nodes(scope, alike)}) / {every}", legend=role)
        for role, _ in _ROLES
        if (alike := [pool for pool in pools if pool.role == role])
    )
    return Panel(
        kind="timeseries",
        title="Shares of the GPU nodes",
        unit="percentunit",
        description="The parts of the GPU nodes that are base, that come and go with the load, and that stand in for spot nodes.",
        targets=targets,
        stacked=True,
        share=True,
    )


def _limits(scope: Scope) -> Panel:
    return Panel(
        kind="timeseries",
        title="Use of each pool's limit",
        unit="percentunit",
        description="Share of a pool's CPU limit that its nodes take. An alert begins at the line; at 100 % nothing more is launched.",
        targets=(Target(expr=recorded(scope, "pool:cpu_limit_use_ratio"), legend="{{nodepool}}"),),
        steps=(Step(value=_FULL, color=ORANGE),),
    )


def _replicas(scope: Scope) -> Panel:
    return Panel(
        kind="timeseries",
        title="Replicas that serve",
        unit="none",
        description="Engines of each model that Prometheus reads.",
        targets=(Target(expr=recorded(scope, "model:replicas_serving"), legend="{{model}}"),),
        decimals=0,
    )


def _interruptions(taken: str) -> Panel:
    return Panel(
        kind="timeseries",
        title="Spot interruptions by pool",
        unit="none",
        description="Nodes that the spot market took back within the hour before.",
        targets=(Target(expr=f"sum by (nodepool) (increase({taken}[1h]))", legend="{{nodepool}}"),),
        decimals=0,
    )


def _waiting_pods(scope: Scope) -> str:
    return f"sum({exported(scope, 'kube_pod_status_phase', phase='Pending')}) or vector(0)"


def _pending(scope: Scope) -> Panel:
    return Panel(
        kind="timeseries",
        title="Pending pods",
        unit="none",
        description="Pods of this stack that wait. For minutes: a node comes. For longer: there is none, or a limit is reached.",
        targets=(Target(expr=_waiting_pods(scope), legend="pending"),),
        decimals=0,
    )


def _pods(scope: Scope) -> tuple[Panel, ...]:
    """
    Return the graphs of what keeps pods from running.
    """
    reasons = exported(scope, "kube_pod_container_status_waiting_reason")
    restarts = exported(scope, "kube_pod_container_status_restarts_total")
    return (
        Panel(
            kind="timeseries",
            title="Why containers wait",
            unit="none",
            description="Containers that do not run, by reason: an image that cannot be pulled, a crash that repeats, a missing Secret.",
            targets=(Target(expr=f"sum by (reason) ({reasons}) > 0", legend="{{reason}}"),),
            stacked=True,
            decimals=0,
            no_value="none waits",
        ),
        Panel(
            kind="timeseries",
            title="Restarts",
            unit="none",
            description="Containers that were started again, within the range of a point. An engine that restarts loads its weights anew.",
            targets=(Target(expr=f"sum by (pod) (increase({restarts}[{RATE}])) > 0", legend="{{pod}}"),),
            decimals=0,
            no_value="no restarts",
        ),
    )
