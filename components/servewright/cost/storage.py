"""
The EBS volumes of a pool's nodes, from the EC2NodeClass that it names.

    mean nodes      = node-hours / 730
    GB-months       = mean nodes x GiB of the volume        (EBS calls a GiB "GB")
    MB/s-months     = mean nodes x (throughput - 125)       gp3 includes 125 MB/s
    IOPS-months     = mean nodes x (IOPS - 3000)            gp3 includes 3,000
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.properties import UnreadableProperty, dotted, read, read_count, read_list, read_text, required
from servewright.cost.quantity import gibibytes
from servewright.cost.registry import Context, Priced, catalog_line, joined
from servewright.plan.node_hours import nodes_from_hours
from servewright.ranges import Range

if TYPE_CHECKING:
    from servewright.cost.placement import Placement
    from servewright.cost.records import ResourceRecord

NODE_CLASS: Final = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"

_GP3_THROUGHPUT: Final = 125
_GP3_IOPS: Final = 3000
"""
What a gp3 volume includes (https://aws.amazon.com/ebs/general-purpose, 2026-11); the price rows are named after it.
"""


def price_volumes(placement: Placement, model: str | None, context: Context) -> Priced:
    """
    Return the lines of all volumes that the pool's nodes have.
    """
    node_class = _node_class(placement, context)
    mappings = read_list(node_class, "spec", "blockDeviceMappings")
    if not mappings:
        raise UnreadableProperty(node_class, dotted("spec", "blockDeviceMappings"), "is missing: the image's own volume size is not known")
    return joined(_volume(placement, node_class, index, model, context) for index in range(len(mappings)))


def _node_class(placement: Placement, context: Context) -> ResourceRecord:
    wanted = placement.offer.pool.node_class
    for record in context.of_type(NODE_CLASS):
        if read_text(record, "metadata", "name") == wanted:
            return record
    path = dotted("spec", "template", "spec", "nodeClassRef", "name")
    raise UnreadableProperty(placement.offer.pool.record, path, f"names an EC2NodeClass that is not registered: {wanted}")


def _volume(placement: Placement, node_class: ResourceRecord, index: int, model: str | None, context: Context) -> Priced:
    nodes = nodes_from_hours(placement.standing)
    place = ("spec", "blockDeviceMappings", index, "ebs")
    kind = required(node_class, read_text(node_class, *place, "volumeType"), *place, "volumeType")
    size_at = (*place, "volumeSize")
    try:
        size = gibibytes(required(node_class, read(node_class, *size_at), *size_at))
    except ValueError as fault:
        raise UnreadableProperty(node_class, dotted(*size_at), str(fault)) from fault
    device = read_text(node_class, "spec", "blockDeviceMappings", index, "deviceName")
    label = "root volume" if index == 0 else f"volume {device}"

    def line(key: tuple[str, str, str], name: str, unit: str, each: int) -> Priced:
        return catalog_line(
            placement.offer.pool.record,
            context,
            key,
            why=placement.gap,
            component="storage",
            model=model,
            name=name,
            unit=unit,
            quantity=nodes.times(Range.exactly(each)),
        )

    parts = [line(("EBS", "storage", kind), f"{label} ({kind}, {size} GiB)", "GB-months", size)]
    throughput = read_count(node_class, *place, "throughput") or 0
    iops = read_count(node_class, *place, "iops") or 0
    if kind == "gp3" and throughput > _GP3_THROUGHPUT:
        key = ("EBS", "provisioned throughput above 125 MB/s", kind)
        parts.append(line(key, f"{label} throughput ({kind}, {throughput} MB/s)", "MB/s-months", throughput - _GP3_THROUGHPUT))
    if kind == "gp3" and iops > _GP3_IOPS:
        parts.append(line(("EBS", "provisioned IOPS above 3000", kind), f"{label} IOPS ({kind}, {iops})", "IOPS-months", iops - _GP3_IOPS))
    if kind in ("io1", "io2"):
        why = f"provisioned IOPS of {kind} have no pricer yet"
        raise UnreadableProperty(node_class, dotted(*place, "iops"), why)
    return joined(parts)
