"""
Helm releases of known charts.
"""

from __future__ import annotations

from typing import Any

import pytest

from cluster_records import record
from servewright.cost.records import SECRET, UNKNOWN, ResourceRecord
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
        ({"grafana": {"persistence": {"enabled": "true"}}}, "values.grafana.persistence.enabled"),
        ({"grafana": {"ingress": {"enabled": True, "ingressClassName": "alb"}}}, "values.grafana.ingress.enabled"),
        ({"grafana": {"ingress": {"enabled": True}}}, "values.grafana.ingress.enabled"),
        ({"prometheus": {"thanosIngress": {"enabled": UNKNOWN}}}, "values.prometheus.thanosIngress.enabled"),
        ({"own": [{"spec": {"volumeClaimTemplate": CLAIM}}]}, "values.own[0].spec.volumeClaimTemplate"),
        ({"own": {"volumeClaimTemplates": [CLAIM]}}, "values.own.volumeClaimTemplates"),
        ({"grafana": SECRET}, "values.grafana"),
        ({"extraManifests": [{"kind": "PersistentVolumeClaim"}]}, "values.extraManifests[0].kind"),
        ({"extraManifests": ["kind: Service\ntype: LoadBalancer\n"]}, "values.extraManifests[0]"),
        ({"extra": [{"service": {"type": UNKNOWN}}]}, "values.extra[0].service.type"),
    ],
)
def test_values_that_turn_something_on_are_said_by_path(values: dict[str, Any], path: str) -> None:
    """
    No adapter prices everything: what it does not is unknown and not left out.
    """
    bill = bill_of(release("kube-prometheus-stack", values))

    assert [item.what for item in bill.unknown] == [f"{path} of rel"]


def test_an_ingress_of_a_controller_in_the_cluster_makes_nothing() -> None:
    """
    Its class must be registered; one that is turned off makes nothing either.
    """
    front = {"metadata": {"name": "front"}, "spec": {"controller": "k8s.io/ingress-nginx"}}
    made = record("kubernetes:networking.k8s.io/v1:IngressClass", "front", front)
    on = {"grafana": {"ingress": {"enabled": True, "ingressClassName": "front"}}}
    off = {"grafana": {"ingress": {"enabled": False, "ingressClassName": "alb"}}}

    assert bill_of(release("kube-prometheus-stack", on), made).complete
    assert not bill_of(release("kube-prometheus-stack", on)).complete
    assert bill_of(release("kube-prometheus-stack", off)).complete


@pytest.mark.parametrize("value", [SECRET, UNKNOWN])
def test_values_that_are_not_known_at_all_are_said(value: str) -> None:
    """
    Any of them may turn something on.
    """
    (unknown,) = bill_of(release("keda", value)).unknown

    assert unknown.what.startswith("values")


def test_shards_and_replicas_written_as_text_count() -> None:
    """
    Two replicas of each of three shards: six volumes of 50 GiB at 0.08.
    """
    spec = {"replicas": "2", "shards": 3, "storageSpec": {"volumeClaimTemplate": CLAIM}}
    bill = bill_of(release("kube-prometheus-stack", {"prometheus": {"prometheusSpec": spec}}), FAST)

    assert expected(bill) == {"volume of prometheus (gp3, 50 GiB)": "24.00"}


@pytest.mark.parametrize(
    ("switch", "lines"), [({"enabled": True}, {"volume of thanos ruler (gp3, 50 GiB)": "4.00"}), ({}, {}), ({"enabled": False}, {})]
)
def test_the_ruler_of_thanos_claims_where_it_is_turned_on(switch: dict[str, bool], lines: dict[str, str]) -> None:
    """
    The chart leaves it out unless told otherwise.
    """
    ruler = {**switch, "thanosRulerSpec": {"storage": {"volumeClaimTemplate": CLAIM}}}
    bill = bill_of(release("kube-prometheus-stack", {"thanosRuler": ruler}), FAST)

    assert (expected(bill), bill.complete) == (lines, True)


def test_ingress_nginx_may_bring_a_second_balancer() -> None:
    """
    The Service for inside the network has one of its own.
    """
    service = {"annotations": {TYPE: "nlb"}, "internal": {"enabled": True, "annotations": {TYPE: "nlb"}}}
    bill = bill_of(release("ingress-nginx", {"controller": {"service": service}}))

    assert expected(bill)["load balancer hours (network, created by a controller)"] == "29.20"
    assert [item.what for item in bill.unknown] == ["internal load balancer of rel"]


def test_values_in_files_are_not_seen() -> None:
    """
    A record does not show what a file holds.
    """
    assert "valueYamlFiles" in reasons(bill_of(release("keda", valueYamlFiles=[{"path": "values.yaml"}])))[0]
