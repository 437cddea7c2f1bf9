"""
FSx file systems: capacity by deployment and storage type, each with a row of its own; what has none is unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.aws.lines import Key, no_row, says, stated
from servewright.cost.properties import read_count, read_text, required
from servewright.cost.registry import Priced, prices

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

_OPENZFS_STORAGE: Final[Key] = ("FSx OpenZFS", "SSD storage", "")
_OPENZFS_THROUGHPUT: Final[Key] = ("FSx OpenZFS", "throughput", "")

_SELLS: Final = {
    # deployment and storage type, with the MB/s for each TiB that the rows of the price table stand for
    ("PERSISTENT_2", "SSD"): (125, 1000),
    ("PERSISTENT_1", "SSD"): (200,),
    ("PERSISTENT_1", "HDD"): (12,),
}
"""
A throughput is sold for one deployment type: 125, 250, 500 and 1,000 for PERSISTENT_2; 50, 100 and 200 for PERSISTENT_1
(https://docs.aws.amazon.com/fsx/latest/LustreGuide/managing-storage-capacity.html, 2026).
"""


@prices("aws:fsx/lustreFileSystem:LustreFileSystem")
def price_lustre(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the GB-months of the capacity at the price of its throughput class.
    """
    deployment = read_text(record, "deploymentType") or "SCRATCH_1"
    storage = read_text(record, "storageType") or "SSD"
    rate = read_count(record, "perUnitStorageThroughput")
    words = f"Lustre, {deployment}, {storage}" + ("" if rate is None else f", {rate} MB/s/TiB")
    name = f"file system capacity ({words})"
    if rate is None or rate not in _SELLS.get((deployment, storage), ()):
        why = f"our price table has no row for {words}"
        return no_row(record, component="storage", name=name, unit="GB-months", why=why) + _extras(record)
    size = required(record, read_count(record, "storageCapacity"), "storageCapacity")
    key = ("FSx Lustre", f"{storage} {rate} MB/s/TiB", "")
    return stated(record, context, key, component="storage", name=name, unit="GB-months", count=size) + _extras(record)


@prices("aws:fsx/openZfsFileSystem:OpenZfsFileSystem")
def price_openzfs(record: ResourceRecord, context: Context) -> Priced:
    """
    Return capacity and throughput of a file system in one zone; other deployments have no row.
    """
    deployment = required(record, read_text(record, "deploymentType"), "deploymentType")
    if deployment != "SINGLE_AZ_1" or (read_text(record, "storageType") or "SSD") != "SSD":
        why = f"our price table has rows for SINGLE_AZ_1 on SSD only, not for {deployment}"
        name = f"file system capacity (OpenZFS, {deployment})"
        return no_row(record, component="storage", name=name, unit="GB-months", why=why) + _extras(record)
    size = required(record, read_count(record, "storageCapacity"), "storageCapacity")
    rate = required(record, read_count(record, "throughputCapacity"), "throughputCapacity")
    capacity = stated(
        record,
        context,
        _OPENZFS_STORAGE,
        component="storage",
        name=f"file system capacity (OpenZFS, {deployment})",
        unit="GB-months",
        count=size,
    )
    name = f"file system throughput ({rate} MB/s)"
    throughput = stated(record, context, _OPENZFS_THROUGHPUT, component="storage", name=name, unit="MB/s-months", count=rate)
    return capacity + throughput + _extras(record)


def _extras(record: ResourceRecord) -> Priced:
    """
    Return what is sold beside the capacity and has no row: backups, own IOPS, a read cache.
    """
    lines = Priced()
    if read_count(record, "automaticBackupRetentionDays"):
        why = "backups are billed by the GB kept, for which our price table has no row"
        lines += no_row(record, component="storage", name="backup storage", unit="GB-months", why=why)
    for place, name in (("metadataConfiguration", "provisioned metadata IOPS"), ("diskIopsConfiguration", "provisioned IOPS")):
        if read_text(record, place, "mode") == "USER_PROVISIONED":
            why = "provisioned IOPS of a file system have no row in our price table"
            lines += no_row(record, component="storage", name=name, unit="IOPS-months", why=why)
    if says(record, "dataReadCacheConfiguration") or (read_text(record, "driveCacheType") or "NONE") != "NONE":
        why = "a read cache has no row in our price table"
        lines += no_row(record, component="storage", name="read cache", unit="GB-months", why=why)
    return lines
