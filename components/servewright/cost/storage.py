"""
The EBS volumes of a pool's nodes, from the EC2NodeClass that it names.

    mean nodes      = node-hours / 730

What a volume costs is in `cost.aws.ebs`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.aws.ebs import PROVISIONED, Volume, volume_lines
from servewright.cost.aws.launch_template import IMAGE_S_OWN, ROOT_DEVICES, volume_labels
from servewright.cost.aws.partial import unknown_part
from servewright.cost.properties import UnreadableProperty, dotted, read, read_count, read_list, read_text, required
from servewright.cost.quantity import gibibytes
from servewright.cost.registry import Context, Priced, joined
from servewright.plan.node_hours import nodes_from_hours

if TYPE_CHECKING:
    from servewright.cost.placement import Placement
    from servewright.cost.records import ResourceRecord

NODE_CLASS: Final = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"

_DEFAULT_GIB: Final = {"al2": (20,), "al2023": (20,), "bottlerocket": (4, 20), "ubuntu": (20,)}
"""
GiB of gp3 by family of images (karpenter.sh/docs/concepts/nodeclasses, spec.blockDeviceMappings, 2026-08).
"""


def price_volumes(placement: Placement, model: str | None, context: Context) -> Priced:
    """
    Return the lines of all volumes that the pool's nodes have.
    """
    node_class = _node_class(placement, context)
    mappings = read_list(node_class, "spec", "blockDeviceMappings")
    if not mappings:
        return _defaults(placement, node_class, model, context)
    devices = [read_text(node_class, "spec", "blockDeviceMappings", index, "deviceName") or "" for index in range(len(mappings))]
    labels = volume_labels(devices)
    lines = joined(_volume(placement, node_class, (index, label), model, context) for index, label in enumerate(labels))
    if ROOT_DEVICES & set(devices) or placement.standing.max == 0:
        return lines
    why = f"{node_class.name}: blockDeviceMappings name no root volume: {IMAGE_S_OWN}"
    return lines + unknown_part(placement.offer.pool.record, "root volume", why)


def _node_class(placement: Placement, context: Context) -> ResourceRecord:
    wanted = placement.offer.pool.node_class
    for record in context.of_type(NODE_CLASS):
        if read_text(record, "metadata", "name") == wanted:
            return record
    path = dotted("spec", "template", "spec", "nodeClassRef", "name")
    raise UnreadableProperty(placement.offer.pool.record, path, f"names an EC2NodeClass that is not registered: {wanted}")


def _defaults(placement: Placement, node_class: ResourceRecord, model: str | None, context: Context) -> Priced:
    """
    Return the volumes that Karpenter gives nodes of a family of images where its class names none.
    """
    family = _family(node_class)
    sizes = _DEFAULT_GIB.get(family)
    if sizes is None:
        raise UnreadableProperty(node_class, dotted("spec", "blockDeviceMappings"), "is missing: the image's own volume size is not known")
    nodes = nodes_from_hours(placement.standing)
    words = f"{node_class.name}: names no volumes, for which Karpenter takes {' and '.join(f'{size} GiB' for size in sizes)} of gp3"
    lines = (
        volume_lines(
            placement.offer.pool.record,
            context,
            Volume(kind="gp3", size_gib=size, iops=0, throughput=0),
            label="data volume" if index else "root volume",
            count=nodes,
            why=placement.gap,
            model=model,
        )
        for index, size in enumerate(sizes)
    )
    return joined(lines) + Priced(assumptions=(words,))


def _family(node_class: ResourceRecord) -> str:
    """
    Return the family of the class's images in small letters: its own field, else that of the first alias ("al2023@latest").
    """
    said = read_text(node_class, "spec", "amiFamily") or read_text(node_class, "spec", "amiSelectorTerms", 0, "alias") or ""
    return said.partition("@")[0].lower()


def _volume(placement: Placement, node_class: ResourceRecord, mapping: tuple[int, str], model: str | None, context: Context) -> Priced:
    index, label = mapping
    nodes = nodes_from_hours(placement.standing)
    place = ("spec", "blockDeviceMappings", index, "ebs")
    kind = required(node_class, read_text(node_class, *place, "volumeType"), *place, "volumeType")
    size_at = (*place, "volumeSize")
    try:
        size = gibibytes(required(node_class, read(node_class, *size_at), *size_at))
    except ValueError as fault:
        raise UnreadableProperty(node_class, dotted(*size_at), str(fault)) from fault
    volume = Volume(
        kind=kind, size_gib=size, iops=_iops(node_class, kind, *place), throughput=read_count(node_class, *place, "throughput") or 0
    )
    return volume_lines(placement.offer.pool.record, context, volume, label=label, count=nodes, why=placement.gap, model=model)


def _iops(node_class: ResourceRecord, kind: str, *place: str | int) -> int:
    said = read_count(node_class, *place, "iops")
    return required(node_class, said, *place, "iops") if kind in PROVISIONED else said or 0
