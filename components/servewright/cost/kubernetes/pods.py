"""
Workloads other than Deployments: free by themselves, since nodes are billed; the volumes that a StatefulSet claims are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.cpu_pool import is_cpu_pool
from servewright.cost.kubernetes.claims import claimed_volume
from servewright.cost.kubernetes.ephemeral import pod_volumes
from servewright.cost.kubernetes.nodes import price_pods
from servewright.cost.placement import hosts
from servewright.cost.properties import read_count, read_list
from servewright.cost.registry import Priced, joined, prices
from servewright.cost.workload import STATEFUL_SET
from servewright.ranges import Range

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

_POD: Final = ("spec", "template", "spec")
_WHILE_IT_RUNS: Final = "it lives as long as a pod of the job, and how long that is stands on no resource"


@prices("kubernetes:apps/v1:DaemonSet")
def price_daemon_set(record: ResourceRecord, context: Context) -> Priced:
    """
    Return why one pod on every node is free: it starts none, so selecting a pool's nodes changes nothing.
    """
    reason = "one pod on every node, which starts none: the nodes are billed, or they are existing ones"
    volumes = pod_volumes(record, context, _POD, lambda: "one for each node, and how many nodes there are stands on no resource")
    return Priced(free=reason) + volumes


@prices("kubernetes:apps/v1:ReplicaSet", "kubernetes:core/v1:ReplicationController")
def price_replicas(record: ResourceRecord, context: Context) -> Priced:
    """
    Return where the replicas run.
    """
    replicas = _replicas(record)
    return price_pods(record, context, _POD, count=_pods(replicas)) + pod_volumes(record, context, _POD, lambda: Range.exactly(replicas))


@prices("kubernetes:core/v1:Pod")
def price_pod(record: ResourceRecord, context: Context) -> Priced:
    """
    Return where the pod runs.
    """
    return price_pods(record, context, ("spec",), count="1 pod") + pod_volumes(record, context, ("spec",), lambda: Range.exactly(1))


@prices("kubernetes:batch/v1:Job")
def price_job(record: ResourceRecord, context: Context) -> Priced:
    """
    Return where the pods of a job run while it does.
    """
    return price_pods(record, context, _POD, count="pods of a job") + pod_volumes(record, context, _POD, lambda: _WHILE_IT_RUNS)


@prices("kubernetes:batch/v1:CronJob")
def price_cron_job(record: ResourceRecord, context: Context) -> Priced:
    """
    Return where the pods of the jobs run while they do.
    """
    pod = ("spec", "jobTemplate", *_POD)
    return price_pods(record, context, pod, count="pods of a job at its times") + pod_volumes(record, context, pod, lambda: _WHILE_IT_RUNS)


@prices(STATEFUL_SET)
def price_stateful_set(record: ResourceRecord, context: Context) -> Priced:
    """
    Return where the pods run, and one volume for each of them and each template of a claim.
    """
    replicas = _replicas(record)
    templates = range(len(read_list(record, "spec", "volumeClaimTemplates")))
    volumes = joined(claimed_volume(record, context, ("spec", "volumeClaimTemplates", index), count=replicas) for index in templates)
    own = pod_volumes(record, context, _POD, lambda: Range.exactly(replicas))
    return _members(record, context, replicas) + volumes + own


def _members(record: ResourceRecord, context: Context, replicas: int) -> Priced:
    """
    Return where the pods of a StatefulSet run: the pool for pods without a GPU counts them as it does those of Deployments, others do not.
    """
    pools = hosts(record, context)
    if pools and all(is_cpu_pool(pool) for pool in pools):
        return Priced(free="its pods run on nodes that are billed by their pool")
    return price_pods(record, context, _POD, count=_pods(replicas))


def _replicas(record: ResourceRecord) -> int:
    """
    Return the replicas; Kubernetes takes 1 where none are given.
    """
    replicas = read_count(record, "spec", "replicas")
    return 1 if replicas is None else replicas


def _pods(count: int) -> str:
    return "1 pod" if count == 1 else f"{count} pods"
