"""
Every Kubernetes object of a stack, as plain values in the order in which they are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from servewright.resources.monitor import pod_monitor
from servewright.resources.namespace import namespace
from servewright.resources.naming import Names
from servewright.resources.network import network_policies
from servewright.resources.node_pool import drain_seconds, ec2_node_class, node_pool
from servewright.resources.scaling import scaled_object
from servewright.resources.serving import deployment, pod_disruption_budget, pools_of, progress_seconds, service, service_account

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servewright.catalog.query import Catalog
    from servewright.plan.model import ModelPlan, Plan

NAMESPACE: Final = "namespace"

_AFTER_DRAIN_S: Final = 600
_AFTER_PROGRESS_S: Final = 300
"""
How much longer Pulumi waits than Karpenter drains, or Kubernetes rolls out, so that their own verdict comes first: ten minutes for
instances to end, five for the status to be seen; judgement.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KubernetesObject:
    """
    One object: *key* is its name within the stack, unique per kind.

    *needs* are (kind, key) of what must be there first. *create_s* and *delete_s* bound the wait for it; None: the provider's default.
    """

    key: str
    manifest: Mapping[str, Any]
    needs: tuple[tuple[str, str], ...] = ()
    create_s: int | None = None
    delete_s: int | None = None

    @property
    def kind(self) -> str:
        """
        The kind, for look-ups and for *needs*.
        """
        return str(self.manifest["kind"])


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
    for model in plan.models:
        objects += _model(plan, model, names, catalog)
    return tuple(objects)


def _inside(plan: Plan, names: Names) -> list[KubernetesObject]:
    needs = (("Namespace", NAMESPACE),)
    policies = [KubernetesObject(key=key, manifest=each, needs=needs) for key, each in network_policies(plan, names).items()]
    return [*policies, KubernetesObject(key="engines", manifest=pod_monitor(plan, names), needs=needs)]


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
        KubernetesObject(key=key, manifest=service(plan, model, names), needs=(inside,), create_s=ready_s),
        KubernetesObject(key=key, manifest=pod_disruption_budget(plan, model, names), needs=(inside,)),
    ]
    for workload in model.workloads:
        own = names.workload(model.name, workload.share)
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
