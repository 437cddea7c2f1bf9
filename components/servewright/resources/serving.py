"""
What serves one model: ServiceAccount, Service and PodDisruptionBudget, and a Deployment for each share of its replicas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.plan.engine_arguments import PORT
from servewright.resources import labels
from servewright.resources.engine_pod import EngineExtras, engine_pod_spec
from servewright.resources.engine_watch import watched_environment
from servewright.resources.kv_offload import engine_environment, engine_mounts, engine_volumes
from servewright.resources.naming import label_value
from servewright.resources.network import HTTP_PORT_NAME

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.plan.model import ModelPlan, Plan, PoolPlan, WorkloadPlan
    from servewright.resources.naming import Names

_LEAST_PROGRESS_S: Final = 1200
"""
A roll-out may take twenty minutes at least, and three starts on new nodes; judgement.
"""


def service_account(plan: Plan, model: ModelPlan, names: Names) -> dict[str, Any]:
    """
    Return the identity of the engine's pods: it has no rights in the cluster, and no token is mounted.
    """
    account: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": _metadata(plan, model, names),
        "automountServiceAccountToken": False,
    }
    if model.weights_source.startswith("s3://"):
        # The association itself is not built yet: the readiness list (weights-access) and docs/resources.md ask for it.
        account["metadata"]["annotations"] = {
            labels.PREFIX + "needs-pod-identity": f"s3:GetObject, s3:ListBucket on {model.weights_source}"
        }
    return account


def deployment(plan: Plan, model: ModelPlan, workload: WorkloadPlan, names: Names, catalog: Catalog) -> dict[str, Any]:
    """
    Return the engines of one share of *model*. A base has its number of replicas; a scaled share has none: the autoscaler owns them,
    and a second owner would fight it on every update.
    """
    selector = labels.workload_labels(model, workload, names)
    node_labels = labels.node_labels(workload, names)
    extras = EngineExtras(
        environment=(*engine_environment(plan, model, names), *watched_environment(plan, model, names)),
        volumes=tuple(engine_volumes(plan, model)),
        mounts=tuple(engine_mounts(plan, model)),
    )
    account = names.workload(model.name)
    pod = engine_pod_spec(model, workload.pod, catalog, service_account=account, node_labels=node_labels, extras=extras)
    spread = _spread(plan, model, workload, selector)
    metadata = _metadata(plan, model, names)
    template = {"labels": {**selector, labels.MODEL: label_value(model.name), "app.kubernetes.io/component": "engine"}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            **metadata,
            "name": names.workload(model.name, workload.share),
            "labels": {**metadata["labels"], labels.SHARE: workload.share},
            "annotations": labels.workload_annotations(model, workload),
        },
        "spec": {
            **({} if workload.scaled else {"replicas": workload.replicas.busiest}),
            "selector": {"matchLabels": selector},
            # A surge pod takes the one replica of room that every pool's limit has; no capacity is given up meanwhile.
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "progressDeadlineSeconds": progress_seconds(model),
            "revisionHistoryLimit": 3,
            "template": {"metadata": template, "spec": {**pod, **spread}},
        },
    }


def service(plan: Plan, model: ModelPlan, names: Names) -> dict[str, Any]:
    """
    Return the address inside the cluster; nothing of the stack is reachable from outside.
    """
    port = {"name": HTTP_PORT_NAME, "port": PORT, "targetPort": HTTP_PORT_NAME, "protocol": "TCP", "appProtocol": "http"}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(plan, model, names),
        "spec": {"type": "ClusterIP", "selector": labels.selector_labels(model, names), "ports": [port]},
    }


def share_service(plan: Plan, model: ModelPlan, workload: WorkloadPlan, names: Names) -> dict[str, Any]:
    """
    Return the address of one share of *model* alone, by which a gateway tells it from the others.
    """
    whole, name = service(plan, model, names), names.workload(model.name, workload.share)
    metadata = {**whole["metadata"], "name": name, "labels": {**whole["metadata"]["labels"], labels.SHARE: workload.share}}
    selector = labels.workload_labels(model, workload, names)
    return {**whole, "metadata": metadata, "spec": {**whole["spec"], "selector": selector}}


def pods_service(whole: dict[str, Any], names: Names) -> dict[str, Any]:
    """
    Return the headless twin of the Service *whole*: its name stands for the address of each ready pod, so that a gateway can choose.
    """
    metadata = {**whole["metadata"], "name": names.pods(whole["metadata"]["name"])}
    return {**whole, "metadata": metadata, "spec": {**whole["spec"], "clusterIP": "None"}}


def pod_disruption_budget(plan: Plan, model: ModelPlan, names: Names) -> dict[str, Any]:
    """
    Return the budget: one replica at a time. A minimum would block every drain as soon as one replica is left.
    """
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": _metadata(plan, model, names),
        "spec": {
            "maxUnavailable": 1,
            "selector": {"matchLabels": labels.selector_labels(model, names)},
            # A replica that never became ready must not keep a node alive.
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
        },
    }


def endpoint(model: ModelPlan, names: Names) -> str:
    """
    Return the URL of the model inside the cluster.
    """
    return f"http://{names.workload(model.name)}.{names.namespace}.svc.cluster.local:{PORT}/v1"


def pools_of(plan: Plan, model: ModelPlan, workload: WorkloadPlan | None = None) -> tuple[PoolPlan, ...]:
    """
    Return the pools that may host *model*, or one *workload* of it.
    """
    serving = (pool for pool in plan.pools if model.name in pool.serves)
    return tuple(pool for pool in serving if workload is None or (pool.share, pool.shape) == (workload.share, workload.shape))


def progress_seconds(model: ModelPlan) -> int:
    """
    Return how long a roll-out may go without progress.
    """
    return max(_LEAST_PROGRESS_S, 3 * model.start.total_s)


def _spread(plan: Plan, model: ModelPlan, workload: WorkloadPlan, selector: dict[str, str]) -> dict[str, Any]:
    """
    Spread replicas over the zones: a base as a rule, so that the loss of a zone leaves half of it; a burst as a preference, since it must
    be able to grow in the zone that is left, or where spot is to be had. Karpenter launches nodes for either alike, so the plan and the
    bill count whole nodes in each zone.
    """
    pools = pools_of(plan, model, workload)
    if len({zone for pool in pools for zone in pool.zones}) < 2:  # noqa: PLR2004 - nothing to spread over
        return {}
    constraint = {
        "maxSkew": 1,
        "topologyKey": "topology.kubernetes.io/zone",
        "whenUnsatisfiable": "ScheduleAnyway" if workload.scaled else "DoNotSchedule",
        "labelSelector": {"matchLabels": selector},
        # Old and new pods of a roll-out are spread separately, else the new ones follow the old ones' gaps.
        "matchLabelKeys": ["pod-template-hash"],
    }
    return {"topologySpreadConstraints": [constraint]}


def _metadata(plan: Plan, model: ModelPlan, names: Names) -> dict[str, Any]:
    return {
        "name": names.workload(model.name),
        "namespace": names.namespace,
        "labels": {**labels.object_labels(plan, names), **labels.selector_labels(model, names), labels.MODEL: label_value(model.name)},
    }
