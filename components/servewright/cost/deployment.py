"""
Deployments: free by themselves, since their pool's nodes are billed; pods that no pool hosts are said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.elsewhere import existing_nodes, kept_metrics, node_downloads, shipped_logs
from servewright.cost.kubernetes.ephemeral import replica_volumes
from servewright.cost.kubernetes.nodes import ON_STANDING_NODES, gpus_asked, has_gpu_nodes, has_standing_nodes
from servewright.cost.model import NotPriced, Unknown
from servewright.cost.placement import hosts, place
from servewright.cost.pool import NODE_POOL
from servewright.cost.properties import UnreadableProperty
from servewright.cost.registry import Context, Priced, prices
from servewright.cost.workload import DEPLOYMENT, Workload, read_workload

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord

_POD: Final = ("spec", "template", "spec")


@prices(DEPLOYMENT)
def price_deployment(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the reason why the Deployment is free, or what is not known about where its pods run, and the volumes that its pods claim.
    """
    return _pods(record, context) + replica_volumes(record, context, _POD)


def _pods(record: ResourceRecord, context: Context) -> Priced:
    if not context.of_type(NODE_POOL) and _run_on_groups(record, context):
        # How many pods there are changes nothing then, nor whether they can be read.
        return Priced(free=ON_STANDING_NODES)
    work = read_workload(record, context)
    pools = hosts(work.record, context)
    if pools:
        return Priced(
            free="its pods run on nodes that are billed by their pool",
            not_priced=_elsewhere(work, pools, context),
            assumed=frozenset({"log_volume_per_replica"}),
        )
    if _run_on_groups(record, context):
        return Priced(free=ON_STANDING_NODES)
    gpus = work.pod.gpus or gpus_asked(work.record, _POD)
    if gpus:
        why = f"its pods ask for {gpus} GPUs each, and no registered node pool has the labels they select"
        return Priced(unknown=(Unknown(id=record.urn, resource=record.urn, what=f"pods of {record.name}", why=why),))
    return Priced(free="its pods run on existing nodes, listed as not priced", not_priced=(existing_nodes(record, context),))


def _run_on_groups(record: ResourceRecord, context: Context) -> bool:
    """
    Tell whether registered nodes of their own number run the pods: those that ask for GPUs only where nodes have them.
    """
    return has_gpu_nodes(context) or (has_standing_nodes(context) and not gpus_asked(record, _POD))


def _elsewhere(work: Workload, pools: tuple[ResourceRecord, ...], context: Context) -> tuple[NotPriced, ...]:
    """
    Return what the pods cause and is paid elsewhere; where a pool cannot be read, the bill already says so at the pool.
    """
    logs = shipped_logs(work, context)
    if not work.pod.gpus:
        return logs
    try:
        placements = tuple(place(pool, context) for pool in pools)
    except UnreadableProperty:
        return (*logs, *kept_metrics(work, context))
    return (*node_downloads(work, placements, context), *logs, *kept_metrics(work, context))
