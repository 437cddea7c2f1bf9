"""
What the values of every chart have in common: which nodes, how much of them, and how an image is fixed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from servewright.resources import labels
from servewright.resources.monitor import SCRAPE_SECONDS

if TYPE_CHECKING:
    from servewright.catalog.model import Image
    from servewright.catalog.query import Catalog
    from servewright.plan.model import Plan
    from servewright.plan.monitoring_plan import MonitoringPlan
    from servewright.plan.operator_pod import ContainerSize, OperatorPod
    from servewright.resources.naming import Names


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodes:
    """
    The nodes that pods go to: the labels they *selector* and the *tolerations* of their taints.
    """

    selector: dict[str, str]
    tolerations: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """
    What a chart's values are made from: the sizes of its *pods* by name, its *nodes*, the labels that Prometheus picks monitors by, what
    is planned for *monitoring*, and the name of the *cluster*.
    """

    catalog: Catalog
    pods: Mapping[str, OperatorPod]
    nodes: Nodes
    monitor_labels: dict[str, str]
    monitoring: MonitoringPlan | None = None
    cluster: str = ""

    def image(self, component: str) -> Image:
        """
        Return the pinned image of *component*.
        """
        return self.catalog.image(component)

    @property
    def scrape_s(self) -> int:
        """
        How many seconds lie between two samples.
        """
        return SCRAPE_SECONDS if self.monitoring is None else self.monitoring.request.prometheus.scrape_s

    def only_pod(self) -> OperatorPod:
        """
        Return the pod of a chart that has one.
        """
        (pod,) = self.pods.values()
        return pod


def cpu_nodes(plan: Plan, names: Names) -> Nodes:
    """
    Return the stack's own CPU pool, or whatever existing nodes take pods without a selector.
    """
    if plan.stack.system_nodes == "existing":
        return Nodes(selector={}, tolerations=[])
    taint = {"key": labels.STACK, "operator": "Equal", "value": names.stack, "effect": "NoSchedule"}
    return Nodes(selector={labels.PURPOSE: "cpu", labels.STACK: names.stack}, tolerations=[taint])


def gpu_nodes() -> Nodes:
    """
    Return the GPU nodes of every stack in the cluster.
    """
    return Nodes(
        selector={labels.PURPOSE: "gpu"},
        tolerations=[{"key": labels.GPU, "operator": "Exists", "effect": "NoSchedule"}],
    )


def requests(size: ContainerSize) -> dict[str, dict[str, str]]:
    """
    Return the resources of a container.
    """
    return {
        "requests": {"cpu": f"{size.cpu_millicores}m", "memory": f"{size.memory_mib}Mi"},
        "limits": {"memory": f"{size.memory_limit_mib}Mi"},
    }


def pod_security(user: int | None = None, group: int | None = None) -> dict[str, Any]:
    """
    Return a pod's part of Pod Security `restricted`, under the chart's own *user* and *group* where it wants them repeated.
    """
    owner = {} if user is None else {"runAsUser": user, "runAsGroup": group, "fsGroup": group}
    return {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}, **owner}


def container_security() -> dict[str, Any]:
    """
    Return a container's part of Pod Security `restricted`, with a read-only root.
    """
    return {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": True}


def tag_with_digest(image: Image) -> str:
    """
    Return the tag for a chart that puts "repository:tag" together and knows no digest: the digest rides in the tag.
    """
    return image.tag if image.digest is None else f"{image.tag}@{image.digest}"


def registry_and_repository(image: Image) -> dict[str, str]:
    """
    Return the image's name for a chart that wants it in two parts.
    """
    registry, _, repository = image.name.partition("/")
    return {"registry": registry, "repository": repository}


def digest_apart(image: Image) -> dict[str, str]:
    """
    Return the image for a chart that wants tag and digest apart, the digest without its prefix.
    """
    return {**registry_and_repository(image), "tag": image.tag, "sha": (image.digest or "").removeprefix("sha256:")}
