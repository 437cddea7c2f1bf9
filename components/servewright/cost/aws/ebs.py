"""
EBS: volumes by size, IOPS and throughput, snapshots by what they hold.

    GB-months    = volumes x GiB                           (EBS calls a GiB "GB")
    IOPS-months  = volumes x (IOPS - 3000)  gp3            volumes x IOPS  io1, io2
    MB/s-months  = volumes x (throughput - 125)  gp3

A volume is paid for what is provisioned, used or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from servewright.cost.aws.partial import not_priced_yet
from servewright.cost.properties import UnreadableProperty, dotted, read_count, read_text, required
from servewright.cost.registry import Context, Priced, catalog_line, free, joined, prices
from servewright.cost.usage import usage_of
from servewright.ranges import Range
from servewright.units import HOURS_PER_MONTH

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord

COMPONENT: Final = "storage"

_GP3_THROUGHPUT: Final = 125
_GP3_IOPS: Final = 3000
"""
What a gp3 volume includes (https://aws.amazon.com/ebs/general-purpose, 2026-11); the price rows are named after it.
"""

_IO2_FIRST_TIER: Final = 32_000
"""
How far the one price row of io2 IOPS reaches; what lies beyond is another price, which the table does not have.
"""

PROVISIONED: Final = frozenset({"io1", "io2"})
_KINDS: Final = frozenset({"gp2", "gp3", "st1", "sc1", "standard"}) | PROVISIONED

_DEFAULT_KIND: Final = "gp2"
"""
What CreateVolume takes where the type is absent (EC2 API reference, CreateVolume, botocore 1.44.5).
"""

_SNAPSHOTS: Final = ("aws:ebs/snapshot:Snapshot", "aws:ebs/snapshotCopy:SnapshotCopy", "aws:ebs/snapshotImport:SnapshotImport")

FREE_TYPES: Final = {
    "aws:ebs/defaultKmsKey:DefaultKmsKey": "names the key for new volumes; AWS bills the key",
    "aws:ebs/encryptionByDefault:EncryptionByDefault": "a setting of the account; encrypted volumes cost as much as plain ones",
    "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess": "a setting of the account, which AWS does not bill",
    "aws:ec2/snapshotCreateVolumePermission:SnapshotCreateVolumePermission": "a permission on a snapshot; AWS bills the snapshot",
    "aws:ec2/volumeAttachment:VolumeAttachment": "ties a volume to an instance; both are billed by themselves",
}

for _type, _reason in FREE_TYPES.items():
    free(_type, _reason)

not_priced_yet("aws:ebs/volumeCopy:VolumeCopy", "copied volume", "its size and type are those of the volume that it copies")


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """
    One EBS volume: its *kind* ("gp3"), size, and the IOPS and MB/s that are asked for (0: what the kind gives by itself).
    """

    kind: str
    size_gib: int
    iops: int
    throughput: int


def read_volume(
    record: ResourceRecord, *at: str | int, kind: str = "volumeType", size: str = "volumeSize", default: str | None = None
) -> Volume:
    """
    Return the volume whose settings stand at *at* of *record*; *kind* and *size* are the names of those keys there.

    Without a *default* an absent type is that of the image or the snapshot, and so it is not known.
    """
    named = required(record, read_text(record, *at, kind) or default, *at, kind)
    if named not in _KINDS:
        raise UnreadableProperty(record, dotted(*at, kind), f"is no type of volume: {named}")
    iops = read_count(record, *at, "iops")
    return Volume(
        kind=named,
        size_gib=required(record, read_count(record, *at, size), *at, size),
        iops=required(record, iops, *at, "iops") if named in PROVISIONED else iops or 0,
        throughput=read_count(record, *at, "throughput") or 0,
    )


def volume_lines(
    record: ResourceRecord,
    context: Context,
    volume: Volume,
    *,
    label: str,
    count: Range,
    why: str | None = None,
    model: str | None = None,
    belongs: str = COMPONENT,
) -> Priced:
    """
    Return the lines of *count* volumes, which belong to *record*; *why* is the reason where the count is not known, *belongs* the
    component of the bill.
    """
    kind = volume.kind

    def line(component: str, name: str, unit: str, each: int) -> Priced:
        return catalog_line(
            record,
            context,
            ("EBS", component, kind),
            why=why,
            component=belongs,
            model=model,
            name=name,
            unit=unit,
            quantity=count.times(Range.exactly(each)),
        )

    parts = [line("storage", f"{label} ({kind}, {volume.size_gib} GiB)", "GB-months", volume.size_gib)]
    if kind == "gp3" and volume.throughput > _GP3_THROUGHPUT:
        name = f"{label} throughput ({kind}, {volume.throughput} MB/s)"
        parts.append(line("provisioned throughput above 125 MB/s", name, "MB/s-months", volume.throughput - _GP3_THROUGHPUT))
    parts += [line(component, f"{label} {what} ({kind}, {volume.iops})", "IOPS-months", each) for component, what, each in _iops(volume)]
    return joined(parts)


def _iops(volume: Volume) -> tuple[tuple[str, str, int], ...]:
    """
    Return the IOPS that are paid by themselves: the component of the price, the words of the line, and how many.
    """
    if volume.kind == "gp3" and volume.iops > _GP3_IOPS:
        return (("provisioned IOPS above 3000", "IOPS", volume.iops - _GP3_IOPS),)
    if volume.kind == "io1":
        return (("provisioned IOPS", "IOPS", volume.iops),)
    if volume.kind == "io2":
        first = ("provisioned IOPS (first 32k tier)", "IOPS", min(volume.iops, _IO2_FIRST_TIER))
        beyond = volume.iops - _IO2_FIRST_TIER
        return (first, ("provisioned IOPS (beyond the first 32k)", "IOPS above 32,000", beyond)) if beyond > 0 else (first,)
    return ()


@prices("aws:ebs/volume:Volume")
def price_volume(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the lines of one volume; without a size it is as large as its snapshot, which is not on the resource.
    """
    volume = read_volume(record, kind="type", size="size", default=_DEFAULT_KIND)
    return volume_lines(record, context, volume, label="volume", count=Range.exactly(1))


@prices(*_SNAPSHOTS)
def price_snapshot(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the line of what a snapshot holds: changed blocks only, which nothing but its use can tell.
    """
    used = usage_of(record, "stored_gb", context)
    tier = read_text(record, "storageTier") or "standard"
    return used.basis + catalog_line(
        record,
        context,
        ("EBS", "snapshot storage", tier),
        why=used.why,
        component=COMPONENT,
        model=None,
        name=f"snapshot ({tier})",
        unit="GB-months",
        quantity=used.quantity,
    )


@prices("aws:ebs/fastSnapshotRestore:FastSnapshotRestore")
def price_fast_restore(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the hours of fast restore, paid for each snapshot and zone whether anything is restored or not.
    """
    return catalog_line(
        record,
        context,
        ("EBS", "fast snapshot restore", ""),
        component=COMPONENT,
        model=None,
        name="fast snapshot restore",
        unit="zone-hours",
        quantity=Range.exactly(HOURS_PER_MONTH),
    )
