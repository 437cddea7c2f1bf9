"""
Recorded operators: a component that says what its helm release runs, and the release below it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cluster_records import node_pool, record
from servewright.cost.records import ResourceRecord

CPU_LABELS = {"servewright.dev/purpose": "cpu"}


def workload(name: str, cpu: str = "100m", memory: str = "100Mi", *, replicas: int | None = 1, **changes: Any) -> dict[str, Any]:
    """
    Return what a component says of one workload: *replicas* pods on the CPU pool; None: a DaemonSet.
    """
    said = {
        "name": name,
        "cpu": cpu,
        "memory": memory,
        "daemonset": replicas is None,
        "apart": False,
        "nodeSelector": CPU_LABELS,
        **({} if replicas is None else {"replicas": replicas}),
    }
    return {**said, **changes}


def operator(name: str, *workloads: dict[str, Any], **changes: Any) -> tuple[ResourceRecord, ResourceRecord]:
    """
    Return the component of the operator *name* and its release.
    """
    inputs = {"operator": name, "podRequests": list(workloads), **changes}
    component = replace(record("servewright:index:Operator", name, inputs), custom=False)
    release = replace(record("kubernetes:helm.sh/v3:Release", name, {"chart": name, "values": {}}), parent=component.urn)
    return component, release


def cpu_pool(name: str = "system", types: tuple[str, ...] = ("m7i.large",), limits: dict[str, str] | None = None) -> ResourceRecord:
    """
    Return a NodePool for pods without a GPU; its class is `node_class(name)`.
    """
    pool = node_pool(name, types=types, limits={"nodes": "3"} if limits is None else limits)
    inputs = {**pool.inputs, "spec": {**pool.inputs["spec"]}}
    annotations = {**pool.inputs["metadata"]["annotations"], "servewright.dev/purpose": "cpu"}
    inputs["metadata"] = {**pool.inputs["metadata"], "annotations": annotations}
    template = pool.inputs["spec"]["template"]
    inputs["spec"]["template"] = {**template, "metadata": {"labels": CPU_LABELS}}
    return replace(pool, inputs=inputs)
