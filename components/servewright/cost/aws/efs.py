"""
EFS file systems: what is stored, what is read from infrequent access, and throughput that is provisioned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.aws.lines import Key, by_use, no_row, says, stated
from servewright.cost.properties import read_list, read_number, read_text, required
from servewright.cost.registry import Priced, prices

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

_STANDARD: Final[Key] = ("EFS", "storage standard", "")
_ONE_ZONE: Final[Key] = ("EFS", "storage one zone", "")
_INFREQUENT: Final[Key] = ("EFS", "storage standard IA", "")
_INFREQUENT_ONE_ZONE: Final[Key] = ("EFS", "storage one zone IA", "")
_INFREQUENT_ACCESS: Final[Key] = ("EFS", "IA read/write", "")
_PROVISIONED: Final[Key] = ("EFS", "provisioned throughput", "")


@prices("aws:efs/fileSystem:FileSystem")
def price_file_system(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the lines of a file system. Throughput that its storage includes is not subtracted: the line is an upper bound.
    """
    one_zone = says(record, "availabilityZoneName")
    kind = "one zone" if one_zone else "standard"
    key = _ONE_ZONE if one_zone else _STANDARD
    storage = by_use(record, context, key, "storage_gb", component="storage", name=f"file storage ({kind})", unit="GB-months")
    return storage + _colder(record, context, one_zone=one_zone) + _throughput(record, context)


@prices("aws:efs/backupPolicy:BackupPolicy")
def price_backup(record: ResourceRecord, _context: Context) -> Priced:
    """
    Return that backups have no price yet, where they are on.
    """
    status = required(record, read_text(record, "backupPolicy", "status"), "backupPolicy", "status")
    if status == "DISABLED":
        return Priced(free="no backups are made, so nothing is stored in AWS Backup")
    why = "AWS Backup bills the GB that it keeps, for which our price table has no row"
    return no_row(record, component="storage", name="backup storage", unit="GB-months", why=why)


def _colder(record: ResourceRecord, context: Context, *, one_zone: bool) -> Priced:
    """
    Return storage and access of the colder classes that the lifecycle names.
    """
    policies = read_list(record, "lifecyclePolicies")
    named = {key for policy in policies if isinstance(policy, dict) for key, value in policy.items() if value}
    lines = Priced()
    if "transitionToIa" in named:
        key = _INFREQUENT_ONE_ZONE if one_zone else _INFREQUENT
        name = "file storage, infrequent access"
        lines += by_use(record, context, key, "infrequent_access_gb", component="storage", name=name, unit="GB-months")
        name = "infrequent access, read and written"
        lines += by_use(record, context, _INFREQUENT_ACCESS, "infrequent_access_transfer_gb", component="storage", name=name, unit="GB")
    if "transitionToArchive" in named:
        why = "our price table has no row for the archive class"
        lines += no_row(record, component="storage", name="file storage, archive", unit="GB-months", why=why)
    return lines


def _throughput(record: ResourceRecord, context: Context) -> Priced:
    mode = read_text(record, "throughputMode") or "bursting"
    if mode == "elastic":
        why = "elastic throughput is billed by the GB read and written, for which our price table has no row"
        return no_row(record, component="storage", name="elastic throughput", unit="GB", why=why)
    if mode != "provisioned":
        return Priced()
    at = "provisionedThroughputInMibps"
    rate = required(record, read_number(record, at), at)
    name = f"provisioned throughput ({rate} MiB/s)"
    return stated(record, context, _PROVISIONED, component="storage", name=name, unit="MB/s-months", count=rate)
