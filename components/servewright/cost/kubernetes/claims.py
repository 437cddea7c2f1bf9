"""
Volumes that claims ask for: an EBS volume each, of the type that their storage class says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.cost.aws.ebs import Volume, volume_lines
from servewright.cost.aws.partial import unknown_part
from servewright.cost.kubernetes.storage_class import StorageClass, class_named
from servewright.cost.properties import UnreadableProperty, dotted, read, read_text, required
from servewright.cost.quantity import gibibytes
from servewright.cost.registry import Priced, prices
from servewright.ranges import Range

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context


@prices("kubernetes:core/v1:PersistentVolumeClaim")
def price_claim(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the volume that is made for a claim; one that is bound to a given volume makes none.
    """
    if read_text(record, "spec", "volumeName"):
        return Priced(free="it binds a volume that is there already, and is billed where that was made")
    return claimed_volume(record, context, (), count=1)


def claimed_volume(
    record: ResourceRecord, context: Context, at: tuple[str | int, ...], *, count: int | Range, label: str | None = None
) -> Priced:
    """
    Return the lines of *count* volumes like the claim that stands at *at* of *record*; without a *label* the claim's name is theirs.
    """
    made = class_named(read_text(record, *at, "spec", "storageClassName"), context)
    name = label or (read_text(record, *at, "metadata", "name") if at else None)
    label = f"volume {name}" if name else "volume"
    if isinstance(made, str):
        return unknown_part(record, label, made)
    attributes = read_text(record, *at, "spec", "volumeAttributesClassName")
    if attributes:
        return unknown_part(record, label, f"the volume attributes class {attributes} changes type, IOPS or throughput, which is not read")
    if made.kind is None:
        return Priced(free="it takes room in a file system or bucket that is billed itself")
    volume = _volume(made, _size(record, at))
    return volume_lines(record, context, volume, label=label, count=count if isinstance(count, Range) else Range.exactly(count))


def _size(record: ResourceRecord, at: tuple[str | int, ...]) -> int:
    place = (*at, "spec", "resources", "requests", "storage")
    text = required(record, read(record, *place), *place)
    try:
        return gibibytes(text)
    except ValueError as fault:
        raise UnreadableProperty(record, dotted(*place), str(fault)) from fault


def _volume(made: StorageClass, size_gib: int) -> Volume:
    return Volume(kind=made.kind or "", size_gib=size_gib, iops=made.iops or int(made.iops_per_gib * size_gib), throughput=made.throughput)
