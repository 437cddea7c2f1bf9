"""
Generic ephemeral volumes of pods.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cluster_records import OFFICE, deployment, record, scaled_object
from servewright.cost.records import UNKNOWN, ResourceRecord
from service_bills import bill_of, expected, reasons

FAST = record("kubernetes:storage.k8s.io/v1:StorageClass", "fast", {"metadata": {"name": "fast"}, "provisioner": "ebs.csi.aws.com"})
CLAIM: dict[str, Any] = {"spec": {"storageClassName": "fast", "resources": {"requests": {"storage": "100Gi"}}}}
SCRATCH: dict[str, Any] = {"name": "scratch", "ephemeral": {"volumeClaimTemplate": CLAIM}}
POD: dict[str, Any] = {"containers": [{"name": "main"}], "volumes": [{"name": "tmp", "emptyDir": {}}, SCRATCH]}
NAME = "volume scratch of each pod (gp3, 100 GiB)"


def workload(kind: str, pod: dict[str, Any] = POD, **spec: Any) -> ResourceRecord:
    """
    Return a workload whose pods are *pod*.
    """
    template = {"template": {"spec": pod}, **spec}
    body = {"core/v1:Pod": pod, "batch/v1:CronJob": {"jobTemplate": {"spec": template}}}.get(kind, template)
    return record(f"kubernetes:{kind}", "work", {"metadata": {"name": "work"}, "spec": body})


@pytest.mark.parametrize("kind", ["apps/v1:StatefulSet", "apps/v1:ReplicaSet", "core/v1:ReplicationController", "apps/v1:Deployment"])
@pytest.mark.parametrize(("replicas", "amount"), [(3, "24.00"), (None, "8.00")])
def test_each_replica_has_a_volume(kind: str, replicas: int | None, amount: str) -> None:
    """
    Replicas times 100 GiB at 0.08; one replica where none are given; an emptyDir is none.
    """
    assert expected(bill_of(workload(kind, replicas=replicas), FAST)) == {NAME: amount}


def test_a_pod_has_one() -> None:
    """
    A pod that stands by itself.
    """
    assert expected(bill_of(workload("core/v1:Pod"), FAST)) == {NAME: "8.00"}


@pytest.mark.parametrize("kind", ["batch/v1:Job", "batch/v1:CronJob", "apps/v1:DaemonSet"])
def test_what_has_no_known_number_of_pods_is_unknown(kind: str) -> None:
    """
    How long a job runs, and on how many nodes a DaemonSet does, stands nowhere.
    """
    bill = bill_of(workload(kind), FAST)

    assert (bill.lines, [item.what for item in bill.unknown]) == ((), ["volume scratch of each pod of work"])


def test_a_deployment_has_as_many_as_its_mean_replicas() -> None:
    """
    The week's mean of an office (268 / 168), within what the autoscaler allows: 1 to 4.
    """
    made = deployment("work", gpus=0, shape=None, hours=OFFICE)
    made.inputs["spec"]["template"]["spec"]["volumes"] = [SCRATCH]
    (line,) = (each for each in bill_of(made, scaled_object("work"), FAST).lines if each.name == NAME)

    assert (line.quantity.min, line.quantity.max) == (Decimal(100), Decimal(400))
    assert f"{line.quantity.expected:.4f}" == "159.5238"


def test_replicas_that_an_autoscaler_moves_are_unknown() -> None:
    """
    The Deployment's own number is not what runs.
    """
    target = {"kind": "Deployment", "name": "work"}
    scaler = record("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "work", {"spec": {"scaleTargetRef": target, "maxReplicas": 9}})

    assert "HorizontalPodAutoscaler moves" in reasons(bill_of(workload("apps/v1:Deployment", replicas=1), scaler, FAST))[0]


@pytest.mark.parametrize("volumes", [UNKNOWN, [UNKNOWN], [{"name": "a", "ephemeral": UNKNOWN}], [{"name": "a", "ephemeral": {}}], ["x"], 3])
@pytest.mark.parametrize("kind", ["apps/v1:StatefulSet", "apps/v1:Deployment", "apps/v1:DaemonSet", "batch/v1:Job"])
def test_volumes_that_cannot_be_read_are_unknown(kind: str, volumes: Any) -> None:
    """
    Where a volume may stand that cannot be seen, the bill says so.
    """
    bill = bill_of(workload(kind, {**POD, "volumes": volumes}), FAST)

    assert bill.lines == ()
    assert bill.complete is (volumes == ["x"])
