"""
Deployments: free by themselves, since their pool's nodes are billed; pods that no pool hosts are said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.cost.elsewhere import existing_nodes, kept_metrics, node_downloads, shipped_logs
from servewright.cost.kubernetes.nodes import ON_STANDING_NODES, has_standing_nodes
from servewright.cost.model import NotPriced, Unknown
from servewright.cost.placement import hosts, place
from servewright.cost.pool import NODE_POOL
from servewright.cost.properties import UnreadableProperty
from servewright.cost.registry import Context, Priced, prices
from servewright.cost.workload import DEPLOYMENT, Workload, read_workload

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord


@prices(DEPLOYMENT)
def price_deployment(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the reason why the Deployment is free, or what is not known about where its pods run.
    """
    if not context.of_type(NODE_POOL) and has_standing_nodes(context):
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
    if has_standing_nodes(context):
        return Priced(free=ON_STANDING_NODES)
    if work.pod.gpus:
        why = f"its pods ask for {work.pod.gpus} GPUs each, and no registered node pool has the labels they select"
        return Priced(unknown=(Unknown(id=record.urn, resource=record.urn, what=f"pods of {record.name}", why=why),))
    return Priced(free="its pods run on existing nodes, listed as not priced", not_priced=(existing_nodes(record, context),))


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
