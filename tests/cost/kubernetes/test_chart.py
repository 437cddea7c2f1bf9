"""
Helm releases of known charts.
"""

from __future__ import annotations

from typing import Any

import pytest

from cluster_records import record
from servewright.cost.records import UNKNOWN, ResourceRecord
from service_bills import bill_of, expected, reasons

TYPE = "service.beta.kubernetes.io/aws-load-balancer-type"
CLAIM = {"spec": {"storageClassName": "fast", "resources": {"requests": {"storage": "50Gi"}}}}
FAST = record("kubernetes:storage.k8s.io/v1:StorageClass", "fast", {"metadata": {"name": "fast"}, "provisioner": "ebs.csi.aws.com"})


def release(chart: str, values: Any = None, **inputs: Any) -> ResourceRecord:
    """
    Return the record of a release.
    """
    return record("kubernetes:helm.sh/v3:Release", "rel", {"chart": chart, "values": values or {}, **inputs})


@pytest.mark.parametrize("chart", ["keda", "oci://public.ecr.aws/karpenter/karpenter", "./charts/metrics-server/", "gpu-operator"])
def test_charts_that_run_pods_only_are_free(chart: str) -> None:
    """
    By the last part of the chart's name, wherever it comes from; their pods are listed.
    """
    bill = bill_of(release(chart))

    assert (bill.lines, bill.complete) == ((), True)
    assert [item.what for item in bill.not_priced if "rel" in item.what.split()] == ["pods of the release rel"]


def test_other_charts_are_unknown() -> None:
    """
    A chart that nobody knows may make anything.
    """
    (why,) = reasons(bill_of(release("airflow")))

    assert why.startswith("a release shows only values")


def test_ingress_nginx_brings_a_load_balancer() -> None:
    """
    Its Service is of type LoadBalancer by default; values may name its kind, or turn it off.
    """
    named = release("ingress-nginx", {"controller": {"service": {"annotations": {TYPE: "nlb"}, "type": "LoadBalancer"}}})
    off = release("ingress-nginx", {"controller": {"service": {"type": "ClusterIP"}}})

    assert expected(bill_of(named))["load balancer hours (network, created by a controller)"] == "29.20"
    assert bill_of(named).complete
    assert "a network or a classic one" in reasons(bill_of(release("ingress-nginx")))[0]
    assert (bill_of(off).lines, bill_of(off).complete) == ((), True)


def test_the_prometheus_stack_claims_volumes() -> None:
    """
    Two replicas with 50 GiB each, and one of Alertmanager: the lines have names of their own.
    """
    values = {
        "prometheus": {"prometheusSpec": {"replicas": 2, "storageSpec": {"volumeClaimTemplate": CLAIM}}},
        "alertmanager": {"alertmanagerSpec": {"storage": {"volumeClaimTemplate": CLAIM}}},
    }
    bill = bill_of(release("kube-prometheus-stack", values), FAST)

    assert expected(bill) == {"volume of prometheus (gp3, 50 GiB)": "8.00", "volume of alertmanager (gp3, 50 GiB)": "4.00"}
    assert bill_of(release("kube-prometheus-stack")).complete


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"grafana": {"service": {"type": "LoadBalancer"}}}, "values.grafana.service.type"),
        ({"grafana": {"persistence": {"enabled": True}}}, "values.grafana.persistence.enabled"),
        ({"extra": [{"service": {"type": UNKNOWN}}]}, "values.extra[0].service.type"),
    ],
)
def test_values_that_turn_something_on_are_said_by_path(values: dict[str, Any], path: str) -> None:
    """
    No adapter prices everything: what it does not is unknown and not left out.
    """
    bill = bill_of(release("kube-prometheus-stack", values))

    assert [item.what for item in bill.unknown] == [f"{path} of rel"]


def test_values_in_files_are_not_seen() -> None:
    """
    A record does not show what a file holds.
    """
    assert "valueYamlFiles" in reasons(bill_of(release("keda", valueYamlFiles=[{"path": "values.yaml"}])))[0]
