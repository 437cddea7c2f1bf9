"""
Where a rendered resource stands in its folder: names that say what is in them, sort in the order of their making and never collide.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

_RANKS: Final = {
    kind: rank
    for rank, kinds in (
        (0, ("Namespace",)),
        (5, ("CustomResourceDefinition",)),
        (10, ("PriorityClass", "RuntimeClass", "StorageClass")),
        (15, ("LimitRange", "ResourceQuota")),
        (20, ("ServiceAccount",)),
        (25, ("ClusterRole", "Role")),
        (26, ("ClusterRoleBinding", "RoleBinding")),
        (30, ("ConfigMap", "ExternalSecret", "Secret")),
        (35, ("NetworkPolicy",)),
        (40, ("EC2NodeClass",)),
        (45, ("NodePool",)),
        (50, ("PersistentVolumeClaim", "Service")),
        (55, ("PodDisruptionBudget",)),
        (60, ("CronJob", "DaemonSet", "Deployment", "Job", "LeaderWorkerSet", "StatefulSet")),
        (70, ("HorizontalPodAutoscaler", "ScaledObject")),
        (80, ("PodMonitor", "PrometheusRule", "ServiceMonitor")),
    )
    for kind in kinds
}
_OTHER: Final = 90
"""
What must be there first has the lower number: policies before pods, a node class before its pool, a workload before its scaler.
"""

_LONGEST: Final = 150
"""
Characters of a file's name before its ending; file systems take 255 bytes.
"""

_HASH_CHARACTERS: Final = 8


def rank(kind: str) -> int:
    """
    Return the place of *kind* in the order of making.
    """
    return _RANKS.get(kind, _OTHER)


def file_name(*words: str, urn: str) -> str:
    """
    Return *words* as one name; where characters or length had to go, the hash of *urn* keeps it apart from others.

    >>> file_name("Service", "demo-dev", "chat", urn="urn:a")
    'service-demo-dev-chat'
    >>> file_name("ClusterRole", "system:node", urn="urn:a")
    'clusterrole-system-node-558181ea'
    """
    plain = "-".join(word.lower() for word in words if word)
    safe = re.sub(r"[^a-z0-9.-]+", "-", plain).strip("-.")
    if safe == plain and len(safe) <= _LONGEST:
        return safe
    return f"{safe[: _LONGEST - _HASH_CHARACTERS - 1]}-{digest(urn)}"


def digest(urn: str) -> str:
    """
    Return a few characters that stand for *urn*.
    """
    return hashlib.sha256(urn.encode()).hexdigest()[:_HASH_CHARACTERS]
