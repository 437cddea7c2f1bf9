"""
Where a store is: its name in the cluster, or what ElastiCache answers when it is made.

ElastiCache's address is known only when the group stands. It goes into a ConfigMap of the stack, from which pods take it, so that their
manifests are the same before and after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.resources import labels
from servewright.resources.caches.valkey import PORT
from servewright.resources.kubernetes_object import NAMESPACE, KubernetesObject

if TYPE_CHECKING:
    from servewright.plan.gateway_plan import CacheTier
    from servewright.plan.model import Plan
    from servewright.resources.naming import Names

HOST_KEY: Final = "host"
PORT_KEY: Final = "port"
"""
The keys of the ConfigMap that holds the address.
"""

GROUP: Final = "ReplicationGroup"
"""
The kind of what ElastiCache runs, where an object in the cluster needs it.
"""


def address_map(plan: Plan, tier: CacheTier, names: Names) -> KubernetesObject:
    """
    Return the ConfigMap with the address of a store at ElastiCache; registration fills it in.
    """
    manifest = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": tier.key, "namespace": names.namespace, "labels": labels.object_labels(plan, names)},
        "data": {PORT_KEY: str(PORT)},
    }
    return KubernetesObject(key=tier.key, manifest=manifest, needs=(("Namespace", NAMESPACE), (GROUP, tier.key)))


def host(tier: CacheTier, names: Names) -> str:
    """
    Return the name of a store in the cluster, for which its certificate must stand.
    """
    return f"{tier.key}.{names.namespace}.svc.cluster.local"


def host_env(tier: CacheTier, names: Names, name: str) -> dict[str, Any]:
    """
    Return the environment variable *name* of a container that calls the store.
    """
    if tier.provider == "cluster":
        return {"name": name, "value": host(tier, names)}
    return {"name": name, "valueFrom": {"configMapKeyRef": {"name": tier.key, "key": HOST_KEY}}}
