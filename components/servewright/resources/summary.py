"""
The plan in short, as an output of the component: what was decided, in whole numbers and names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servewright.plan.model import ModelPlan, Plan, PoolPlan


def plan_summary(plan: Plan) -> dict[str, Any]:
    """
    Return the models of *plan* and its pools; the component package's schema has the same fields.
    """
    return {"models": [_model(model) for model in plan.models], "pools": [_pool(pool) for pool in plan.pools]}


def _model(model: ModelPlan) -> dict[str, Any]:
    return {
        "name": model.name,
        "source": model.weights_source,
        "gpu": model.gpu_name,
        "gpusPerReplica": model.gpus_per_replica,
        "precision": model.precision.weights,
        "minReplicas": model.replicas.minimum,
        "busiestReplicas": model.replicas.busiest,
        "maxReplicas": model.replicas.maximum,
    }


def _pool(pool: PoolPlan) -> dict[str, Any]:
    return {"name": pool.name, "purchase": pool.purchase, "instanceTypes": list(pool.instance_types), "maxNodes": pool.limit_nodes}
