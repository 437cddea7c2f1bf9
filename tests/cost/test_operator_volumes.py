"""
Volumes that installed operators claim: the component above the release says them, the bill has a line for each.
"""

from __future__ import annotations

from typing import Any

import pytest

import tiny_catalog
from aws_records import recorded
from cluster_records import record
from operator_records import operator, workload
from servewright.catalog.load import load_catalog
from servewright.cost.bill import price_records
from servewright.cost.model import Bill
from watched_operators import watching

CATALOG = tiny_catalog.tiny_catalog()


def claiming(*volumes: dict[str, Any], replicas: int = 1) -> list[Any]:
    """
    Return the records of an operator whose pods claim *volumes*.
    """
    return list(operator("prometheus", workload("a", nodeSelector={}, replicas=replicas, volumes=list(volumes))))


def storage_class(name: str, provisioner: str = "ebs.csi.aws.com", **parameters: str) -> Any:
    """
    Return a storage class that the program registers.
    """
    inputs = {"metadata": {"name": name}, "provisioner": provisioner, "parameters": parameters}
    return record("kubernetes:storage.k8s.io/v1:StorageClass", name, inputs)


def volumes_of(bill: Bill) -> dict[str, tuple[str, Any]]:
    """
    Return component and quantity of each volume's line.
    """
    return {line.name: (line.component, line.quantity.expected) for line in bill.lines if line.name.startswith("volume ")}


def test_each_pod_has_a_volume_of_its_own() -> None:
    """
    Two pods with 12 GiB each are 24 GB-months of gp3, in the component of monitoring; the bill says what it took the class for.
    """
    bill = price_records(claiming({"name": "samples", "size": "12Gi"}, replicas=2), CATALOG)

    assert volumes_of(bill) == {"volume samples (gp3, 12 GiB)": ("monitoring", 24)}
    assert "volumes of installed operators are gp3 where the storage class is not of this program" in bill.assumptions


def test_a_registered_class_says_what_its_volumes_are() -> None:
    """
    Its type and what it asks for beyond what gp3 includes, and then nothing is assumed.
    """
    claimed = claiming({"name": "samples", "size": "12Gi", "storageClass": "fast"})
    bill = price_records([*claimed, storage_class("fast", type="gp3", iops="4000")], CATALOG)

    assert set(volumes_of(bill)) == {"volume samples (gp3, 12 GiB)", "volume samples IOPS (gp3, 4000)"}
    assert not [each for each in bill.assumptions if "storage class" in each]


def test_a_class_that_cannot_be_read_is_unknown() -> None:
    """
    Another maker's volumes have no pricer, and are not taken for nothing.
    """
    claimed = claiming({"name": "samples", "size": "12Gi", "storageClass": "other"})
    bill = price_records([*claimed, storage_class("other", provisioner="disk.example.com")], CATALOG)

    (unknown,) = bill.unknown
    assert "disk.example.com" in unknown.why


def test_a_shared_file_system_is_billed_itself() -> None:
    """
    A class of EFS makes no volume.
    """
    claimed = claiming({"name": "samples", "size": "12Gi", "storageClass": "shared"})
    bill = price_records([*claimed, storage_class("shared", provisioner="efs.csi.aws.com")], CATALOG)

    assert (volumes_of(bill), bill.unknown) == ({}, ())


@pytest.mark.parametrize(("volume", "why"), [({"name": "a"}, "size is missing"), ({"name": "a", "size": "a lot"}, "size")])
def test_what_cannot_be_read_is_unknown(volume: dict[str, str], why: str) -> None:
    """
    A volume without a size, or with one that is no quantity, is no free volume.
    """
    (unknown,) = price_records(claiming(volume), CATALOG).unknown

    assert why in unknown.why


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_plan_and_bill_count_the_same_nodes(environment: str) -> None:
    """
    The pool's price in the plan, of all pods with Alertmanager, Grafana and the exporters, is what its lines come to.
    """
    plan = watching(environment=environment)
    bill = price_records(list(recorded(plan)), load_catalog())
    (pool,) = (each for each in plan.pools if each.purpose == "cpu")
    lines = [line for line in bill.lines if "m7i" in line.name or line.name.startswith("root volume (gp3, 30 GiB)")]

    assert sum(line.monthly.expected or 0 for line in lines) == pool.monthly.expected
    assert {name: quantity for name, (_, quantity) in volumes_of(bill).items() if "prometheus" in name or "alertmanager" in name} == {
        "volume prometheus (gp3, 12 GiB)": 12,
        "volume alertmanager (gp3, 1 GiB)": 2 if environment == "prod" else 1,
    }
