"""
Where pods of other programs run: on pools that the bill counts pods for, on groups of nodes that are billed as they stand, or elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.model import NotPriced, Unknown
from servewright.cost.placement import hosts
from servewright.cost.pool import NODE_POOL, is_foreign, node_labels
from servewright.cost.properties import UnreadableProperty, read, read_list, read_map
from servewright.cost.quantity import whole
from servewright.cost.registry import Priced
from servewright.cost.workload import DEPLOYMENT

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

STANDING_NODES: Final = ("aws:eks/nodeGroup:NodeGroup", "aws:autoscaling/group:Group", "aws:ec2/instance:Instance")
"""
What is billed for its own number of nodes, whatever pods run there.
"""

_GPU: Final = "nvidia.com/gpu"

ON_STANDING_NODES: Final = "its pods run on nodes that the stack's node groups, pools and instances are billed for"
ON_EXISTING_NODES: Final = "its pods run on existing nodes, listed as not priced"


def has_standing_nodes(context: Context) -> bool:
    """
    Tell whether the stack registers nodes that are billed for their own number: groups, instances, and pools that no Deployment selects.
    """
    return any(context.of_type(token) for token in STANDING_NODES) or any(
        context.once(_stands_alone, pool) for pool in context.of_type(NODE_POOL)
    )


def _stands_alone(pool: ResourceRecord, context: Context) -> bool:
    """
    Tell whether *pool* is another program's whose nodes are not counted from registered pods.
    """
    return is_foreign(pool) and not any(pool in hosts(made, context) for made in context.of_type(DEPLOYMENT))


def price_pods(record: ResourceRecord, context: Context, pod: tuple[str | int, ...], *, count: str) -> Priced:
    """
    Return what the pods of *record* mean for the bill; *pod* is where their specification stands, *count* how many there are in words.
    """
    selected = [pool for pool in context.of_type(NODE_POOL) if _selects(record, pool, pod)]
    pools = [pool for pool in selected if not context.once(_stands_alone, pool)]
    if pools:
        names = ", ".join(pool.name for pool in pools)
        return _unknown(record, f"they select nodes of {names}, which the bill counts for the pods of Deployments only")
    if has_standing_nodes(context):
        return Priced(free=ON_STANDING_NODES)
    if _gpus(record, pod):
        return _unknown(record, "they ask for GPUs, and no registered nodes have the labels they select")
    listed = NotPriced(what=f"pods of {record.name} on existing nodes", requests=f"{count}, with what its containers request")
    return Priced(free=ON_EXISTING_NODES, not_priced=(listed,))


def _selects(record: ResourceRecord, pool: ResourceRecord, pod: tuple[str | int, ...]) -> bool:
    """
    Tell whether the nodeSelector names labels of *pool*; pods without a selector stay on existing nodes, as those of a Deployment do.
    """
    selector = read_map(record, *pod, "nodeSelector")
    labels = node_labels(pool)
    return bool(selector) and all(labels.get(key) == value for key, value in selector.items())


def _gpus(record: ResourceRecord, pod: tuple[str | int, ...]) -> int:
    return sum(_asked(record, *pod, "containers", index) for index in range(len(read_list(record, *pod, "containers"))))


def _asked(record: ResourceRecord, *container: str | int) -> int:
    for place in ("limits", "requests"):
        value = read(record, *container, "resources", place, _GPU)
        if value is not None:
            try:
                return whole(value)
            except ValueError as fault:
                raise UnreadableProperty(record, _GPU, str(fault)) from fault
    return 0


def _unknown(record: ResourceRecord, why: str) -> Priced:
    return Priced(unknown=(Unknown(id=record.urn, resource=record.urn, what=f"pods of {record.name}", why=why),))
