"""
Every Kubernetes object of a stack, as plain values in the order in which they are made.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from servewright.resources.caches.valkey_objects import tier_objects
from servewright.resources.gateway.objects import gateway_objects
from servewright.resources.kubernetes_object import NAMESPACE as NAMESPACE  # noqa: PLC0414 - for all who read the objects
from servewright.resources.kubernetes_object import KubernetesObject as KubernetesObject  # noqa: PLC0414
from servewright.resources.monitor import pod_monitor
from servewright.resources.monitoring.objects import monitoring_objects
from servewright.resources.namespace import namespace
from servewright.resources.naming import Names
from servewright.resources.network import network_policies
from servewright.resources.node_pool import drain_seconds, ec2_node_class, node_pool
from servewright.resources.scaling import scaled_object
from servewright.resources.serving import (
    deployment,
    pod_disruption_budget,
    pods_service,
    pools_of,
    progress_seconds,
    service,
    service_account,
    share_service,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.catalog.query import Catalog
    from servewright.plan.model import ModelPlan, Plan
    from servewright.resources.kubernetes_object import Part

_AFTER_DRAIN_S: Final = 600
_AFTER_PROGRESS_S: Final = 300
"""
How much longer Pulumi waits than Karpenter drains, or Kubernetes rolls out, so that their own verdict comes first: ten minutes for
instances to end, five for the status to be seen; judgement.
"""


def kubernetes_objects(plan: Plan, catalog: Catalog) -> tuple[KubernetesObject, ...]:
    """
    Return all objects of *plan*; what an object needs stands before it.
    """
    names = Names.of(plan.stack)
    objects = [
        KubernetesObject(key=NAMESPACE, manifest=namespace(plan, names)),
        *_inside(plan, names),
        *_pools(plan, names, catalog),
    ]
    objects += _of("caches", tier_objects(plan, names, catalog))
    for model in plan.models:
        objects += _of("engines", _model(plan, model, names, catalog))
    objects += gateway_objects(plan, names, catalog)
    objects += _of("monitoring", monitoring_objects(plan, catalog))
    return tuple(objects)


def _of(part: Part, objects: Iterable[KubernetesObject]) -> list[KubernetesObject]:
    return [replace(each, part=part) for each in objects]


def _inside(plan: Plan, names: Names) -> list[KubernetesObject]:
    needs = (("Namespace", NAMESPACE),)
    policies = [KubernetesObject(key=key, manifest=each, needs=needs) for key, each in network_policies(plan, names).items()]
    return [*policies, *_of("engines", [KubernetesObject(key="engines", manifest=pod_monitor(plan, names), needs=needs)])]


def _pools(plan: Plan, names: Names, catalog: Catalog) -> list[KubernetesObject]:
    objects = []
    for pool in plan.pools:
        # A node class stays until its last node is drained.
        drained_s = drain_seconds(plan, pool) + _AFTER_DRAIN_S
        made = ec2_node_class(plan, pool, names, catalog)
        objects.append(KubernetesObject(key=pool.name, manifest=made, delete_s=drained_s))
        needs = (("EC2NodeClass", pool.name),)
        objects.append(KubernetesObject(key=pool.name, manifest=node_pool(plan, pool, names, catalog), needs=needs, delete_s=drained_s))
    return objects


def _model(plan: Plan, model: ModelPlan, names: Names, catalog: Catalog) -> list[KubernetesObject]:
    key, inside = names.workload(model.name), ("Namespace", NAMESPACE)
    ready_s = progress_seconds(model) + _AFTER_PROGRESS_S
    objects = [
        KubernetesObject(key=key, manifest=service_account(plan, model, names), needs=(inside,)),
        # Pulumi takes a Service for made when a pod stands behind it: that is when the first replica has loaded its model.
        *_addresses(plan, service(plan, model, names), names, ready_s),
        KubernetesObject(key=key, manifest=pod_disruption_budget(plan, model, names), needs=(inside,)),
    ]
    for workload in model.workloads:
        own = names.workload(model.name, workload.share)
        if plan.gateway is not None and own != key:
            objects += _addresses(plan, share_service(plan, model, workload, names), names, ready_s)
        pools = tuple(("NodePool", pool.name) for pool in pools_of(plan, model, workload))
        objects.append(
            KubernetesObject(
                key=own,
                manifest=deployment(plan, model, workload, names, catalog),
                # With the policies first, no pod ever runs without them.
                needs=(inside, ("ServiceAccount", key), ("NetworkPolicy", "default-deny"), ("NetworkPolicy", "allow-weights"), *pools),
                create_s=ready_s,
            )
        )
        if workload.scaled:
            scaling = scaled_object(plan, model, workload, names)
            objects.append(KubernetesObject(key=own, manifest=scaling, needs=(("Deployment", own),)))
    return objects


def _addresses(plan: Plan, made: dict[str, Any], names: Names, ready_s: int) -> list[KubernetesObject]:
    """
    Return the Service *made* and, for a gateway that chooses the pod, its headless twin.
    """
    chosen = plan.gateway is not None and plan.gateway.request.placement != "service"
    wanted = [made, *([pods_service(made, names)] if chosen else [])]
    needs = (("Namespace", NAMESPACE),)
    return [KubernetesObject(key=each["metadata"]["name"], manifest=each, needs=needs, create_s=ready_s) for each in wanted]
