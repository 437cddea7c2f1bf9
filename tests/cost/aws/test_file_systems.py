"""
EFS and FSx file systems.
"""

from __future__ import annotations

from typing import Any

import pytest

from cluster_records import record
from service_bills import bill_of, expected, reasons

OPENZFS = "aws:fsx/openZfsFileSystem:OpenZfsFileSystem"


def efs(**inputs: Any) -> dict[str, str]:
    """
    Return the lines of an EFS file system.
    """
    return expected(bill_of(record("aws:efs/fileSystem:FileSystem", "files", inputs)))


def lustre(**inputs: Any) -> Any:
    """
    Return the record of a Lustre file system of 1,200 GiB.
    """
    base = {"deploymentType": "PERSISTENT_2", "perUnitStorageThroughput": 125, "storageCapacity": 1200}
    return record("aws:fsx/lustreFileSystem:LustreFileSystem", "scratch", {**base, **inputs})


def test_storage_has_a_class() -> None:
    """
    100 GB at 0.3, in one zone at 0.16.
    """
    assert efs() == {"file storage (standard)": "30.00"}
    assert efs(availabilityZoneName="us-east-1a") == {"file storage (one zone)": "16.00"}


def test_colder_classes_are_lines_where_a_lifecycle_names_them() -> None:
    """
    100 GB at 0.02 and 10 GB read at 0.01; the archive has no row.
    """
    lines = efs(lifecyclePolicies=[{"transitionToIa": "AFTER_30_DAYS"}, {"transitionToArchive": "AFTER_90_DAYS"}])

    assert lines["file storage, infrequent access"] == "2.00"
    assert lines["infrequent access, read and written"] == "0.10"
    assert lines["file storage, archive"] == "unknown"


def test_throughput_is_paid_where_it_is_provisioned() -> None:
    """
    10 MiB/s at 6; bursting is included; elastic throughput has no row.
    """
    assert efs(throughputMode="provisioned", provisionedThroughputInMibps=10)["provisioned throughput (10 MiB/s)"] == "60.00"
    assert list(efs(throughputMode="bursting")) == ["file storage (standard)"]
    assert efs(throughputMode="elastic")["elastic throughput"] == "unknown"


@pytest.mark.parametrize(("status", "lines"), [("ENABLED", {"backup storage": "unknown"}), ("DISABLED", {})])
def test_backups_are_unknown_while_they_are_on(status: str, lines: dict[str, str]) -> None:
    """
    What AWS Backup keeps depends on use and has no row.
    """
    assert expected(bill_of(record("aws:efs/backupPolicy:BackupPolicy", "b", {"backupPolicy": {"status": status}}))) == lines


def test_lustre_is_priced_by_capacity_and_throughput_class() -> None:
    """
    1,200 GB-months at the 0.15 of 125 MB/s/TiB.
    """
    assert expected(bill_of(lustre())) == {"file system capacity (Lustre, PERSISTENT_2, SSD, 125 MB/s/TiB)": "180.00"}


@pytest.mark.parametrize(
    "inputs",
    [
        {"deploymentType": None, "perUnitStorageThroughput": None},
        {"deploymentType": "SCRATCH_2", "perUnitStorageThroughput": None},
        {"perUnitStorageThroughput": 250},
        {"perUnitStorageThroughput": 1000},
        {"deploymentType": "PERSISTENT_1"},
        {"storageType": "INTELLIGENT_TIERING"},
    ],
)
def test_a_class_without_a_row_is_unknown(inputs: dict[str, Any]) -> None:
    """
    No class is priced as another one: not the cheaper, and not that of another deployment type.
    """
    bill = bill_of(lustre(**inputs))

    assert list(expected(bill).values()) == ["unknown"]
    assert not bill.complete


def test_what_is_sold_beside_the_capacity_is_unknown() -> None:
    """
    Backups, IOPS and caches have no rows and are not left out.
    """
    own_iops = {"mode": "USER_PROVISIONED", "iops": 1500}
    inputs = {"automaticBackupRetentionDays": 7, "metadataConfiguration": own_iops, "driveCacheType": "READ"}
    unknown = [name for name, amount in expected(bill_of(lustre(**inputs))).items() if amount == "unknown"]
    both = bill_of(lustre(metadataConfiguration=own_iops, diskIopsConfiguration=own_iops))

    assert unknown == ["backup storage", "provisioned metadata IOPS", "read cache"]
    assert len({line.id for line in both.lines}) == len(both.lines)


def test_openzfs_in_one_zone() -> None:
    """
    64 GB at 0.1 and 64 MB/s at 0.25; two zones have other prices, which no row has.
    """
    size = {"storageCapacity": 64, "throughputCapacity": 64}
    one = bill_of(record(OPENZFS, "z", {"deploymentType": "SINGLE_AZ_1", **size}))
    two = bill_of(record(OPENZFS, "z", {"deploymentType": "MULTI_AZ_1", **size}))

    assert expected(one) == {"file system capacity (OpenZFS, SINGLE_AZ_1)": "6.40", "file system throughput (64 MB/s)": "16.00"}
    assert reasons(two) == ["our price table has rows for SINGLE_AZ_1 on SSD only, not for MULTI_AZ_1"]
