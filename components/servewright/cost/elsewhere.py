"""
What runs or flows because of this stack and is paid elsewhere: listed with its quantity, never priced and never silent.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.cost.model import NotPriced
from servewright.cost.pool import NODE_POOL
from servewright.cost.workload import DEPLOYMENT, SCALED_OBJECT, Workload, read_workload
from servewright.units import HOURS_PER_MONTH, HOURS_PER_WEEK

if TYPE_CHECKING:
    from servewright.cost.placement import Placement
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

POD_MONITOR: Final = "kubernetes:monitoring.coreos.com/v1:PodMonitor"
CLUSTER: Final = "aws:eks/cluster:Cluster"

_GB: Final = Decimal(10**9)
_OPERATORS: Final = {
    NODE_POOL: "Karpenter",
    SCALED_OBJECT: "KEDA",
    POD_MONITOR: "Prometheus operator and Prometheus",
    DEPLOYMENT: "NVIDIA device plugin and DCGM exporter",
}


def existing_cluster(context: Context) -> tuple[NotPriced, ...]:
    """
    Return the control plane and the operators that the registered objects need and that nothing here registers.
    """
    kubernetes = any(token.startswith("kubernetes:") for token in context.by_type)
    if not kubernetes or context.of_type(CLUSTER):
        return ()
    needed = ", ".join(name for token, name in _OPERATORS.items() if context.of_type(token))
    return (
        NotPriced(what="control plane of the existing cluster", requests="730 hours a month, shared with everything else on it"),
        NotPriced(what="operators on existing nodes", requests=needed or "none"),
    )


def node_downloads(work: Workload, placements: tuple[Placement, ...], context: Context) -> NotPriced:
    """
    Return what the nodes of *work* pull when they start: the engine's image once, and the weights once per replica.

    The weights are bounded by the pod's disk request, which also has room for caches.
    """
    image = Decimal(context.catalog.image("vllm").compressed_bytes or 0) / _GB
    weights = max(placement.per_node for placement in placements) * work.disk_gib
    starts = sum((placement.starts for placement in placements), Decimal(0))
    return NotPriced(
        what=f"NAT gateway or endpoint data when nodes of {work.record.name} start",
        requests=f"{image:.1f} GB of image and at most {weights} GiB of weights each, about {starts.to_integral_value()} starts a month",
    )


def shipped_logs(work: Workload, context: Context) -> NotPriced:
    """
    Return the volume of logs that the pods of *work* write, if something ships them.
    """
    daily = context.catalog.assumed("log_volume_per_replica")
    mean = Decimal(sum(work.by_hour)) / HOURS_PER_WEEK
    volume = mean * daily * HOURS_PER_MONTH / 24
    return NotPriced(what=f"shipping and storage of logs of {work.record.name}", requests=f"about {volume:.0f} GB a month")


def existing_nodes(record: ResourceRecord, context: Context) -> NotPriced:
    """
    Return the pods of *record* that select no registered pool.
    """
    work = read_workload(record, context)
    each = f"{work.pod.cpu_millicores}m CPU and {work.pod.memory_mib} MiB"
    return NotPriced(what=f"pods of {record.name} on existing nodes", requests=f"{work.minimum} to {work.maximum} x {each}")


def answers_leaving_the_region(output_tokens: int, context: Context) -> NotPriced:
    """
    Return the traffic that the answers would be as internet egress: where the callers are is not on any resource.
    """
    volume = output_tokens * context.catalog.assumed("answer_bytes_per_token") / _GB
    return NotPriced(what="internet egress of answers, if callers are outside the region", requests=f"{volume:.1f} GB a month")
