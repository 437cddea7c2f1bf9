"""
Volumes of claims and of StatefulSets.
"""

from __future__ import annotations

from typing import Any

import pytest

from cluster_records import record
from servewright.cost.records import ResourceRecord
from service_bills import bill_of, expected, reasons


def claim(size: str = "100Gi", **spec: Any) -> ResourceRecord:
    """
    Return the record of a claim.
    """
    inputs = {"metadata": {"name": "data"}, "spec": {"resources": {"requests": {"storage": size}}, **spec}}
    return record("kubernetes:core/v1:PersistentVolumeClaim", "data", inputs)


def storage_class(name: str = "fast", provisioner: str = "ebs.csi.aws.com", *, default: bool = False, **parameters: str) -> ResourceRecord:
    """
    Return the record of a storage class.
    """
    annotations = {"storageclass.kubernetes.io/is-default-class": "true"} if default else {}
    inputs = {"metadata": {"name": name, "annotations": annotations}, "provisioner": provisioner, "parameters": parameters}
    return record("kubernetes:storage.k8s.io/v1:StorageClass", name, inputs)


@pytest.mark.parametrize(
    ("made", "lines"),
    [
        (storage_class(), {"volume (gp3, 100 GiB)": "8.00"}),
        (storage_class(provisioner="kubernetes.io/aws-ebs"), {"volume (gp2, 100 GiB)": "10.00"}),
        (
            storage_class(type="gp3", iops="4000", throughput="225"),
            {"volume (gp3, 100 GiB)": "8.00", "volume IOPS (gp3, 4000)": "5.00", "volume throughput (gp3, 225 MB/s)": "4.00"},
        ),
        (storage_class(type="io1", iopsPerGB="10"), {"volume (io1, 100 GiB)": "12.00", "volume IOPS (io1, 1000)": "70.00"}),
        (storage_class(type="st1"), {"volume (st1, 100 GiB)": "unknown"}),
    ],
)
def test_the_registered_class_says_which_volume(made: ResourceRecord, lines: dict[str, str]) -> None:
    """
    Type, IOPS and throughput are the class's; the driver's default type is gp3, the older plugin's gp2.
    """
    assert expected(bill_of(claim(storageClassName="fast"), made)) == lines


@pytest.mark.parametrize("kind", ["io1", "io2"])
def test_a_class_of_provisioned_volumes_must_name_their_iops(kind: str) -> None:
    """
    Volumes of these types are paid by their IOPS: none of them is no price.
    """
    bill = bill_of(claim(storageClassName="fast"), storage_class(type=kind))

    assert bill.lines == ()
    assert reasons(bill) == [f"volumes of the storage class fast are {kind}, and its parameters name neither iops nor iopsPerGB"]


def test_names_of_parameters_are_read_in_any_letters() -> None:
    """
    The driver does so: TYPE and IopsPerGb are type and iopsPerGB; the same one twice is refused.
    """
    loud = storage_class(TYPE="io1", IopsPerGb="10")

    assert expected(bill_of(claim(storageClassName="fast"), loud))["volume IOPS (io1, 1000)"] == "70.00"
    assert "stands twice: IOPS and iops" in reasons(bill_of(claim(storageClassName="fast"), storage_class(IOPS="1", iops="2")))[0]


def test_a_class_of_attributes_is_not_read() -> None:
    """
    It may give the volume other IOPS than its storage class.
    """
    bill = bill_of(claim(storageClassName="fast", volumeAttributesClassName="gold"), storage_class())

    assert bill.lines == ()
    assert "the volume attributes class gold changes" in reasons(bill)[0]


def test_a_class_that_is_not_registered_is_unknown_by_name() -> None:
    """
    That a class is called gp3 promises no gp3.
    """
    bill = bill_of(claim(storageClassName="gp3"))

    assert bill.lines == ()
    assert reasons(bill) == ["the storage class gp3 is not registered, so what its volumes are is not known"]


def test_the_default_class_counts_where_it_is_registered() -> None:
    """
    Without a name the one class that says that it is the default is meant.
    """
    assert expected(bill_of(claim(), storage_class(default=True), storage_class("slow"))) == {"volume (gp3, 100 GiB)": "8.00"}
    assert "which one is the cluster's default stands nowhere" in reasons(bill_of(claim(), storage_class()))[0]


@pytest.mark.parametrize("provisioner", ["efs.csi.aws.com", "s3.csi.aws.com"])
def test_room_in_a_file_system_is_billed_there(provisioner: str) -> None:
    """
    The claim makes no volume of its own.
    """
    bill = bill_of(claim(storageClassName="fast"), storage_class(provisioner=provisioner))

    assert (bill.lines, bill.complete) == ((), True)


def test_other_drivers_are_unknown() -> None:
    """
    A file system that a driver makes for a claim is not left out.
    """
    bill = bill_of(claim(storageClassName="fast"), storage_class(provisioner="fsx.csi.aws.com"))

    assert reasons(bill) == ["volumes of the storage class fast, made by fsx.csi.aws.com, have no pricer yet"]


def test_a_claim_on_a_given_volume_makes_none() -> None:
    """
    The volume is billed where it was made.
    """
    bill = bill_of(claim(volumeName="pv-1", storageClassName="unknown"))

    assert (bill.lines, bill.complete) == ((), True)


@pytest.mark.parametrize(("replicas", "amount"), [(3, "24.00"), (None, "8.00"), (0, "0.00")])
def test_a_stateful_set_claims_for_each_replica(replicas: int | None, amount: str) -> None:
    """
    Replicas times 100 GiB; one where none are given.
    """
    template = {"metadata": {"name": "data"}, "spec": {"storageClassName": "fast", "resources": {"requests": {"storage": "100Gi"}}}}
    spec = {"replicas": replicas, "volumeClaimTemplates": [template], "template": {"spec": {"containers": [{"name": "db"}]}}}
    bill = bill_of(record("kubernetes:apps/v1:StatefulSet", "db", {"spec": spec}), storage_class())

    assert expected(bill) == {"volume data (gp3, 100 GiB)": amount}


@pytest.mark.parametrize("size", ["much", None])
def test_a_size_that_cannot_be_read_is_said(size: str | None) -> None:
    """
    No size is guessed.
    """
    bill = bill_of(claim(size, storageClassName="fast"), storage_class())  # type: ignore[arg-type]

    assert bill.lines == ()
    assert "spec.resources.requests.storage" in reasons(bill)[0]
