"""
A Karpenter NodePool and its EC2NodeClass: only the planned types, bounded, and never taken from under a loading model.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from servewright.errors import InternalError
from servewright.plan.start_time import ROOT_THROUGHPUT_MBPS
from servewright.resources import labels
from servewright.resources.amounts import memory
from servewright.resources.naming import label_value

if TYPE_CHECKING:
    from servewright.catalog.model import InstanceType
    from servewright.catalog.query import Catalog
    from servewright.plan.model import Plan, PoolPlan, Purchase
    from servewright.resources.naming import Names

_FALLBACK_EXPIRY: Final = "24h"
"""
Karpenter moves nothing from a full on-demand node back to spot, so a fallback node ends after a day and its pods go to the pool of
the highest weight that has capacity; judgement.
"""

_CPU_EXPIRY: Final = "720h"
"""
Karpenter's own default (karpenter.sh/docs/concepts/nodepools, expireAfter): pods without a GPU start again in seconds.
"""

_LEAST_DRAIN_S: Final = 3600
_DRAIN_FACTOR: Final = 2
"""
An hour, and twice the planned starts: a drain that ends early kills replicas before their replacements are ready; judgement.
"""

_CAPACITY_TYPES: Final[dict[Purchase, str]] = {
    "on-demand": "on-demand",
    "spot": "spot",
    # A billing commitment changes the invoice, not the instance.
    "reserved": "on-demand",
    "capacity-reservation": "reserved",
    "capacity-block": "reserved",
}
"""
What Karpenter calls them (karpenter.sh/docs/concepts/nodepools, karpenter.sh/capacity-type, 2026-11): capacity bought ahead is "reserved".
"""

_ROOT_DEVICE: Final = {"al2023": "/dev/xvda"}


def ec2_node_class(plan: Plan, pool: PoolPlan, names: Names, catalog: Catalog) -> dict[str, Any]:
    """
    Return how the nodes of *pool* look: image, disk, network, metadata service, tags.
    """
    alias = catalog.ami_alias(plan.stack.cluster.kubernetes_version)
    spec: dict[str, Any] = {
        "amiSelectorTerms": [{"alias": alias}],
        "role": plan.stack.cluster.node_role,
        "subnetSelectorTerms": _found_by(plan, plan.stack.cluster.subnet_ids),
        "securityGroupSelectorTerms": _found_by(plan, plan.stack.cluster.security_group_ids),
        "metadataOptions": {
            "httpEndpoint": "enabled",
            "httpProtocolIPv6": "disabled",
            "httpPutResponseHopLimit": 1,
            "httpTokens": "required",
        },
        "blockDeviceMappings": [_root_volume(pool, alias)],
        "tags": labels.aws_tags(plan, names),
    }
    if pool.use_local_nvme:
        spec["instanceStorePolicy"] = "RAID0"
    if pool.commitment is not None and pool.commitment.reservation is not None:
        spec["capacityReservationSelectorTerms"] = [{"id": pool.commitment.reservation}]
    return {
        "apiVersion": "karpenter.k8s.aws/v1",
        "kind": "EC2NodeClass",
        "metadata": {"name": names.pool(pool.name), "labels": labels.object_labels(plan, names)},
        "spec": spec,
    }


def node_pool(plan: Plan, pool: PoolPlan, names: Names, catalog: Catalog) -> dict[str, Any]:
    """
    Return what Karpenter may launch for *pool*, how much of it, and when it may take a node away.
    """
    name = names.pool(pool.name)
    types = _types(pool, catalog)
    return {
        "apiVersion": "karpenter.sh/v1",
        "kind": "NodePool",
        "metadata": {
            "name": name,
            "labels": labels.object_labels(plan, names),
            "annotations": labels.pool_annotations(pool),
        },
        "spec": {
            "weight": pool.weight,
            "limits": _limits(pool, types),
            "disruption": _disruption(pool),
            "template": {
                "metadata": {
                    "labels": {
                        labels.STACK: names.stack,
                        labels.SHAPE: label_value(pool.shape),
                        labels.SHARE: pool.share,
                        labels.ROLE: pool.role,
                        labels.PURPOSE: pool.purpose,
                    }
                },
                "spec": {
                    "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": name},
                    "taints": _taints(pool, names),
                    "requirements": _requirements(pool, types),
                    "expireAfter": _expire_after(pool),
                    "terminationGracePeriod": f"{drain_seconds(plan, pool)}s",
                },
            },
        },
    }


def drain_seconds(plan: Plan, pool: PoolPlan) -> int:
    """
    Return how long a node may drain: its replicas leave one at a time, each when its replacement is ready; twice that, at least an hour.
    """
    return max(_LEAST_DRAIN_S, _DRAIN_FACTOR * pool.replicas_per_node * _start_seconds(plan, pool))


def _start_seconds(plan: Plan, pool: PoolPlan) -> int:
    return max((model.start.total_s for model in plan.models if model.name in pool.serves), default=0)


def _types(pool: PoolPlan, catalog: Catalog) -> tuple[InstanceType, ...]:
    found = {name: catalog.instance(name) for name in sorted(pool.instance_types)}
    missing = [name for name, instance in found.items() if instance is None]
    if missing or not found:
        msg = f"pool {pool.name}: no such instance type in the catalogue: {', '.join(missing) or 'none given'}"
        raise InternalError(msg)
    return tuple(instance for instance in found.values() if instance is not None)


def _found_by(plan: Plan, ids: tuple[str, ...]) -> list[dict[str, Any]]:
    tag = plan.stack.cluster.discovery_tag
    if ids:
        return [{"id": each} for each in ids]
    if tag is None:
        msg = "the cluster has neither ids nor a discovery tag for its subnets and security groups"
        raise InternalError(msg)
    return [{"tags": {tag[0]: tag[1]}}]


def _root_volume(pool: PoolPlan, alias: str) -> dict[str, Any]:
    family = alias.split("@", 1)[0]
    if family not in _ROOT_DEVICE:
        msg = f"no root device is known for the image family {family}"
        raise InternalError(msg)
    volume: dict[str, Any] = {
        "volumeSize": f"{pool.root_volume_gib}Gi",
        "volumeType": "gp3",
        "encrypted": True,
        "deleteOnTermination": True,
    }
    if pool.purpose == "gpu" and not pool.use_local_nvme:
        volume["throughput"] = ROOT_THROUGHPUT_MBPS
    return {"deviceName": _ROOT_DEVICE[family], "rootVolume": True, "ebs": volume}


def _limits(pool: PoolPlan, types: tuple[InstanceType, ...]) -> dict[str, str]:
    """
    Bound the number of nodes through every resource: each limit alone stops at *limit_nodes* of the largest admitted type.
    """
    limits = {
        "nodes": str(pool.limit_nodes),
        "cpu": str(pool.limit_nodes * max(each.vcpu for each in types)),
        "memory": memory(pool.limit_nodes * max(each.memory_mib for each in types)),
    }
    if pool.purpose == "gpu":
        limits[labels.GPU] = str(pool.limit_nodes * max(math.ceil(each.gpu_count) for each in types))
    return limits


def _requirements(pool: PoolPlan, types: tuple[InstanceType, ...]) -> list[dict[str, Any]]:
    wanted = {
        "node.kubernetes.io/instance-type": [each.name for each in types],
        "karpenter.sh/capacity-type": [_CAPACITY_TYPES[pool.purchase]],
        "topology.kubernetes.io/zone": sorted(pool.zones),
        "kubernetes.io/arch": sorted({each.architecture for each in types}),
        "kubernetes.io/os": ["linux"],
    }
    return [{"key": key, "operator": "In", "values": values} for key, values in wanted.items()]


def _taints(pool: PoolPlan, names: Names) -> list[dict[str, Any]]:
    """
    Keep others off: GPU nodes by the taint that device plugin and exporters tolerate (a further one would keep those away too),
    CPU nodes by the stack's own.
    """
    if pool.purpose == "gpu":
        return [{"key": labels.GPU, "value": "present", "effect": "NoSchedule"}]
    return [{"key": labels.STACK, "value": names.stack, "effect": "NoSchedule"}]


def _disruption(pool: PoolPlan) -> dict[str, Any]:
    """
    Take away only empty GPU nodes, after the time that the plan keeps (and prices) them; drift goes one node at a time.
    """
    return {
        "consolidationPolicy": "WhenEmpty" if pool.purpose == "gpu" else "WhenEmptyOrUnderutilized",
        "consolidateAfter": f"{pool.consolidate_after_s}s",
        "budgets": [
            {"nodes": "100%", "reasons": ["Empty"]},
            {"nodes": "1", "reasons": ["Drifted", "Underutilized"]},
        ],
    }


def _expire_after(pool: PoolPlan) -> str:
    """
    Let GPU nodes live: expiry ignores the disruption budget and starts no replacement first; a new image comes by drift, which does both.
    """
    if pool.purpose == "cpu":
        return _CPU_EXPIRY
    return _FALLBACK_EXPIRY if pool.role == "fallback" else "Never"
