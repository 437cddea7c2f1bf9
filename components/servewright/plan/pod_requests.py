"""
What a registered operator says about its pods, which a helm Release hides: the inputs of the component above the Release.

The resources write it, the bill reads it; docs/billing.md lists the fields for readers. Each entry of the list is one workload.
"""

from __future__ import annotations

from typing import Any, Final

from servewright.plan.operator_pod import OperatorPod, PodVolume

COMPONENT: Final = "servewright:index:Operator"
"""
The type token of the component.
"""

POD_REQUESTS: Final = "podRequests"
IMAGES: Final = "images"
OPERATOR: Final = "operator"

NAME: Final = "name"
REPLICAS: Final = "replicas"
DAEMONSET: Final = "daemonset"
APART: Final = "apart"
CPU: Final = "cpu"
MEMORY: Final = "memory"
VOLUMES: Final = "volumes"
SIZE: Final = "size"
STORAGE_CLASS: Final = "storageClass"
NODE_SELECTOR: Final = "nodeSelector"


def encode(pod: OperatorPod, node_selector: dict[str, str]) -> dict[str, Any]:
    """
    Return what is said about *pod*, which runs on nodes with the labels of *node_selector*; a DaemonSet has no number of replicas, and
    where no pod claims a volume nothing is said of any.
    """
    return {
        NAME: pod.name,
        **({} if pod.daemonset else {REPLICAS: pod.replicas}),
        DAEMONSET: pod.daemonset,
        APART: pod.apart,
        CPU: f"{pod.cpu_millicores}m",
        MEMORY: f"{pod.memory_mib}Mi",
        NODE_SELECTOR: node_selector,
        **({VOLUMES: [_volume(each) for each in pod.volumes]} if pod.volumes else {}),
    }


def _volume(volume: PodVolume) -> dict[str, str]:
    """
    Return what is said about *volume*; without a class it is of the cluster's default one.
    """
    named = {} if volume.storage_class is None else {STORAGE_CLASS: volume.storage_class}
    return {NAME: volume.name, SIZE: f"{volume.size_gib}Gi", **named}
