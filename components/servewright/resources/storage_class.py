"""
Storage classes that a stack makes for its own volumes: encrypted gp3 with the stack's tags. No claim rests on the cluster's default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from servewright.resources import labels

if TYPE_CHECKING:
    from servewright.plan.model import Plan
    from servewright.resources.naming import Names

Reclaim = Literal["Retain", "Delete"]


def storage_class_name(names: Names, key: str) -> str:
    """
    Return the name of the storage class *key*, which is unique in the cluster as a pool's is.
    """
    return names.pool(key)


def storage_class(plan: Plan, names: Names, key: str, reclaim: Reclaim) -> dict[str, Any]:
    """
    Return the class *key* of the stack: *reclaim* says what becomes of a volume when its claim goes.

    The names of parameters are those of the EBS CSI driver (kubernetes-sigs/aws-ebs-csi-driver docs/parameters.md, docs/tagging.md).
    """
    tagged = enumerate(sorted(labels.aws_tags(plan, names).items()), 1)
    tags = {f"tagSpecification_{place}": f"{tag}={value}" for place, (tag, value) in tagged}
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": storage_class_name(names, key), "labels": labels.object_labels(plan, names)},
        "provisioner": "ebs.csi.aws.com",
        "parameters": {"type": "gp3", "encrypted": "true", **tags},
        "reclaimPolicy": reclaim,
        # The volume is made in the zone that its pod is placed in.
        "volumeBindingMode": "WaitForFirstConsumer",
        "allowVolumeExpansion": True,
    }
