"""
What every rule and panel of one stack is made from, and how its series are selected among those of a cluster.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from servewright.resources.engine_pod import served_name
from servewright.resources.monitoring.promql import one_of, selector
from servewright.resources.naming import Names

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.plan.model import ModelPlan, Plan, PoolPlan
    from servewright.plan.monitoring_plan import MonitoringPlan


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scope:
    """
    A *plan* with *monitoring*, the *names* of its stack and the *catalog*.
    """

    plan: Plan
    monitoring: MonitoringPlan
    names: Names
    catalog: Catalog

    @classmethod
    def of(cls, plan: Plan, catalog: Catalog) -> Scope | None:
        """
        Return the scope of *plan*, None where it has no monitoring.
        """
        if plan.monitoring is None:
            return None
        return cls(plan=plan, monitoring=plan.monitoring, names=Names.of(plan.stack), catalog=catalog)

    @property
    def common_labels(self) -> dict[str, str]:
        """
        The labels of every alert: by *namespace* an AlertmanagerConfig picks those of its own stack.
        """
        stack = self.plan.stack
        return {"namespace": self.names.namespace, "stack": self.names.stack, "environment": stack.environment, "owner": stack.owner}

    def metric(self, name: str) -> str:
        """
        Return *name*, which the catalogue must hold (for a histogram, its base name with `_bucket`, `_count` or `_sum`): that we name no
        metric that does not exist is our own invariant.
        """
        return self.catalog.metric(name)

    def of_stack(self, metric: str, *more: str) -> str:
        """
        Return the series *metric* of the stack's pods.
        """
        return selector(self.metric(metric), {"namespace": self.names.namespace}, *more)

    def of_model(self, metric: str, model: ModelPlan, *more: str) -> str:
        """
        Return the series *metric* of the engines of *model*.
        """
        equal = {"namespace": self.names.namespace, "model_name": served_name(model)}
        return selector(self.metric(metric), equal, *more)

    def of_pools(self, metric: str, pools: tuple[PoolPlan, ...], *more: str) -> str:
        """
        Return the series *metric* of the nodes of *pools*.
        """
        return selector(self.metric(metric), {}, f"nodepool=~{one_of(self.names.pool(pool.name) for pool in pools)}", *more)

    def recorded(self, name: str, **labels: str) -> str:
        """
        Return the series *name* that a rule of the stack records.
        """
        return selector(name, {"namespace": self.names.namespace, **labels})

    def labels(self, **labels: str) -> tuple[tuple[str, str], ...]:
        """
        Return the labels of a recorded series of the stack.
        """
        return (("namespace", self.names.namespace), *labels.items())
