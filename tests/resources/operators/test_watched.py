"""
The installed Prometheus stack of a watched stack: sizes and storage of the plan, Alertmanager and Grafana closed and pinned.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

import monitoring_made
from chart_values import find_folder, value_faults
from operators_made import ALL, installing
from pod_security import violations
from servewright.catalog.load import load_catalog
from servewright.plan.monitoring_plan import MonitoringPlan
from servewright.resources.operators.order import stack_objects
from servewright.resources.operators.releases import Operator, operator_releases
from servewright.resources.operators.volumes import storage_objects
from servewright.spec.monitoring_request import GrafanaProvider, GrafanaRequest, RemoteWrite
from servewright.spec.request import SecretRef
from watched_operators import watching

CATALOG = load_catalog()
TOKEN = SecretRef(secret="remote-write", key="token")  # noqa: S106 - the name of a Secret


def stored(**changes: Any) -> MonitoringPlan:
    """
    Return the monitoring with *changes* to its Prometheus.
    """
    return monitoring_made.monitoring(prometheus=replace(monitoring_made.REQUEST.prometheus, **changes))


def shown(provider: GrafanaProvider, admin: SecretRef | None = monitoring_made.REQUEST.grafana.admin) -> MonitoringPlan:
    """
    Return the monitoring whose dashboards *provider* shows.
    """
    return monitoring_made.monitoring(grafana=GrafanaRequest(provider=provider, admin=admin))


def release(name: str = "kube-prometheus-stack", *, monitoring: MonitoringPlan = monitoring_made.MONITORING, **stack: Any) -> Operator:
    """
    Return one release of the watched stack that installs every operator.
    """
    return next(each for each in operator_releases(watching(monitoring=monitoring, **stack), CATALOG) if each.name == name)


def spec(monitoring: MonitoringPlan = monitoring_made.MONITORING) -> dict[str, Any]:
    """
    Return the values of Prometheus itself.
    """
    found: dict[str, Any] = release(monitoring=monitoring).values["prometheus"]["prometheusSpec"]
    return found


def test_prometheus_keeps_what_the_plan_says() -> None:
    """
    Interval, retention, memory and a volume of the plan's size, of which samples take 85 %.
    """
    made = spec()

    assert [made[key] for key in ("scrapeInterval", "evaluationInterval", "retention", "retentionSize")] == ["15s", "30s", "30d", "10444MB"]
    claim = made["storageSpec"]["volumeClaimTemplate"]["spec"]
    assert claim == {
        "storageClassName": "demo-dev-metrics-gp3",
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "12Gi"}},
    }
    assert made["resources"] == {"requests": {"cpu": "200m", "memory": "2048Mi"}, "limits": {"memory": "3072Mi"}}


def test_size_and_class_of_the_spec_are_taken() -> None:
    """
    What the user writes stands, for Prometheus' volume; the class for Alertmanager's too.
    """
    values = release(monitoring=stored(storage_gib=50, storage_class="gp3-encrypted")).values

    claim = values["prometheus"]["prometheusSpec"]["storageSpec"]["volumeClaimTemplate"]["spec"]
    assert (claim["resources"]["requests"]["storage"], claim["storageClassName"]) == ("50Gi", "gp3-encrypted")
    kept = values["alertmanager"]["alertmanagerSpec"]["storage"]["volumeClaimTemplate"]["spec"]
    assert (kept["resources"]["requests"]["storage"], kept["storageClassName"]) == ("1Gi", "gp3-encrypted")


@pytest.mark.parametrize("monitoring", [monitoring_made.MONITORING, stored(storage_class="gp3"), stored(provider="amazon")])
def test_claims_name_a_class_that_is_there(monitoring: MonitoringPlan) -> None:
    """
    Without one of the spec's the stack makes an encrypted class of its own, before the release, and the bill sees its name at the volumes.
    """
    plan = watching(monitoring=monitoring)
    objects = stack_objects(plan, CATALOG)
    classes = {
        each.manifest["metadata"]["name"]: each.key for each in objects if not isinstance(each, Operator) and each.key == "metrics-gp3"
    }
    made = next(each for each in operator_releases(plan, CATALOG) if each.name == "kube-prometheus-stack")
    claims = (made.values["prometheus"]["prometheusSpec"]["storageSpec"], made.values["alertmanager"]["alertmanagerSpec"]["storage"])
    named = {claim["volumeClaimTemplate"]["spec"]["storageClassName"] for claim in claims}

    asked = monitoring.request.prometheus.storage_class
    assert named == ({asked} if asked else set(classes))
    assert len(named) == 1
    assert {volume.storage_class for pod in made.pods for volume in pod.volumes} == named
    assert bool(classes) == (asked is None) == (("StorageClass", "metrics-gp3") in made.needs)
    order = [(each.kind, each.key) for each in objects]
    for key in classes.values():
        assert order.index(("StorageClass", key)) < order.index(("Operator", "prometheus"))


def test_the_class_is_the_stacks_own() -> None:
    """
    Encrypted, made where its pod is placed, and able to grow; two stacks of a cluster do not share its name.
    """
    first, second = (next(each.manifest for each in storage_objects(watching(name=name))) for name in ("one", "two"))

    assert (first["parameters"]["type"], first["parameters"]["encrypted"]) == ("gp3", "true")
    assert (first["volumeBindingMode"], first["allowVolumeExpansion"], first["reclaimPolicy"]) == ("WaitForFirstConsumer", True, "Delete")
    assert first["metadata"]["name"] != second["metadata"]["name"]
    assert storage_objects(monitoring_made.plan()) == ()
    assert storage_objects(installing(*ALL)) == ()


def test_grafana_writes_nowhere_but_to_its_volumes() -> None:
    """
    With a read-only root it has a /tmp, and neither fetches nor replaces plug-ins when it starts.
    """
    made = release().values["grafana"]

    assert made["containerSecurityContext"]["readOnlyRootFilesystem"] is True
    assert made["extraEmptyDirMounts"] == [{"name": "tmp", "mountPath": "/tmp"}]  # noqa: S108 - in the pod
    assert made["grafana.ini"]["plugins"] == {"preinstall_disabled": True, "preinstall_auto_update": False}


def test_samples_are_copied_with_a_token_by_reference() -> None:
    """
    The token is no value of helm's, the samples say which cluster they are of, and no template is made of an address.
    """
    made = spec(stored(remote_write=RemoteWrite(url="https://metrics.example.com/{{ .Values }}/push", token=TOKEN)))

    assert made["remoteWrite"] == [
        {
            "url": "https://metrics.example.com/%7B%7B .Values %7D%7D/push",
            "authorization": {"type": "Bearer", "credentials": {"name": "remote-write", "key": "token"}},
        }
    ]
    assert made["externalLabels"] == {"cluster": "shared-dev"}
    assert spec(stored(remote_write=RemoteWrite(url="https://m.example.com", token=None)))["remoteWrite"] == [
        {"url": "https://m.example.com"}
    ]
    assert not {"remoteWrite", "externalLabels"} & set(spec())


def test_rules_and_monitors_of_every_namespace_are_taken() -> None:
    """
    The chart's defaults select by the release's label in every namespace: nothing of ours narrows or widens them, and what we emit has it.
    """
    plan = watching()
    assert not [key for key in spec() if "Selector" in key and key != "nodeSelector"]
    kinds = ("PodMonitor", "ServiceMonitor", "PrometheusRule", "AlertmanagerConfig")
    picked = [each for each in stack_objects(plan, CATALOG) if each.kind in kinds and not isinstance(each, Operator)]

    assert {each.kind for each in picked} >= {"PodMonitor", "ServiceMonitor"}
    for each in picked:
        assert each.manifest["metadata"]["labels"]["release"] == "kube-prometheus-stack", each.key
        assert ("Operator", "prometheus") in each.needs, each.key


@pytest.mark.parametrize(("environment", "replicas", "spread"), [("dev", 1, "soft"), ("staging", 1, "soft"), ("prod", 2, "hard")])
def test_alertmanager_stands_twice_in_prod(environment: str, replicas: int, spread: str) -> None:
    """
    Two on nodes apart with a disruption budget, which one alone would only block drains with; it takes the configurations of our label.
    """
    made = release(environment=environment).values["alertmanager"]

    assert (made["alertmanagerSpec"]["replicas"], made["alertmanagerSpec"]["podAntiAffinity"]) == (replicas, spread)
    assert ("podDisruptionBudget" in made) == (replicas > 1)
    assert made["alertmanagerSpec"]["alertmanagerConfigSelector"] == {"matchLabels": {"release": "kube-prometheus-stack"}}


def test_grafana_is_closed() -> None:
    """
    The password comes from a Secret, nobody enters without one, nothing is sent to its makers, and its sidecars read no Secret.
    """
    made = release().values["grafana"]

    assert (made["admin"], made["env"]) == (
        {"existingSecret": "grafana-admin", "passwordKey": "password"},
        {"GF_SECURITY_ADMIN_USER": "admin"},
    )
    settings = made["grafana.ini"]
    assert (settings["auth.anonymous"], settings["users"]) == ({"enabled": False}, {"allow_sign_up": False})
    assert not any(settings["analytics"].values())
    assert made["defaultDashboardsEnabled"] is False
    assert [made["sidecar"][each]["resource"] for each in ("dashboards", "datasources")] == ["configmap", "configmap"]
    (role,) = (each for each in stack_objects(watching(), CATALOG) if each.kind == "ClusterRole" and not isinstance(each, Operator))
    assert made["rbac"]["useExistingClusterRole"] == role.manifest["metadata"]["name"]
    assert role.manifest["rules"] == [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch"]}]
    assert ("ClusterRole", role.key) in release().needs


def test_the_sidecars_sign_in_as_the_same_user() -> None:
    """
    A Secret that holds the password alone names no user: the chart's own look-up of one would keep the pod from starting.
    """
    named, made_up = release().values["grafana"], release(monitoring=shown("cluster", None)).values["grafana"]

    assert {json.dumps(named["sidecar"][each]["env"]) for each in ("dashboards", "datasources")} == {'{"REQ_USERNAME": "admin"}'}
    assert not {"admin", "env"} & set(made_up)
    assert "env" not in made_up["sidecar"]["dashboards"]


@pytest.mark.parametrize("provider", ["amazon", "off"])
def test_grafana_runs_only_where_the_cluster_shows_dashboards(provider: GrafanaProvider) -> None:
    """
    Elsewhere neither it nor its rights nor its images are there.
    """
    monitoring = shown(provider)
    made = release(monitoring=monitoring)

    assert made.values["grafana"] == {"enabled": False}
    assert not any("grafana" in each or "sidecar" in each for each in (*made.images, *(pod.name for pod in made.pods)))
    assert not [each for each in stack_objects(watching(monitoring=monitoring), CATALOG) if each.kind == "ClusterRole"]


def test_images_are_fixed() -> None:
    """
    Each image of the release stands in the values with its digest.
    """
    made = release()
    text = json.dumps(made.values)

    assert len(made.images) == 7
    for reference in made.images:
        name, _, digest = reference.partition("@sha256:")
        assert re.fullmatch(r"[0-9a-f]{64}", digest), reference
        assert digest in text
        assert name.rpartition(":")[2] in text


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_every_pod_has_the_size_that_is_planned_and_billed(environment: str) -> None:
    """
    Requests and limits of the values are those of the one table; Grafana's two sidecars share one value, both reloaders another.
    """
    made = release(environment=environment)
    sizes = {json.dumps(found, sort_keys=True) for found in _resources(made.values)}
    planned = {
        json.dumps(
            {
                "limits": {"memory": f"{size.memory_limit_mib}Mi"},
                "requests": {"cpu": f"{size.cpu_millicores}m", "memory": f"{size.memory_mib}Mi"},
            },
            sort_keys=True,
        )
        for pod in made.pods
        for size in pod.containers
    }
    volumes = {each["name"]: each["volumes"][0]["size"] for each in made.inputs()["podRequests"] if "volumes" in each}

    assert sizes == planned
    assert volumes == {
        "prometheus-kube-prometheus-stack-prometheus": "12Gi",
        "alertmanager-kube-prometheus-stack-alertmanager": "1Gi",
    }


def test_pods_are_restricted() -> None:
    """
    The namespace is Pod Security `restricted`: what the values say of Grafana and its sidecars suffices for it.
    """
    made = release().values["grafana"]
    sidecar = {**made["sidecar"]["securityContext"]}
    for container in (made["containerSecurityContext"], sidecar):
        template = {"spec": {"securityContext": made["securityContext"], "containers": [{"name": "one", "securityContext": container}]}}
        assert violations(template) == ()
    assert made["containerSecurityContext"]["readOnlyRootFilesystem"] is True


@pytest.mark.skipif(find_folder() is None, reason="no tables of chart values: set SERVEWRIGHT_CHARTS")
@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize(
    "monitoring",
    [
        monitoring_made.MONITORING,
        shown("off"),
        stored(storage_class="gp3", remote_write=RemoteWrite(url="https://m.example.com", token=TOKEN)),
    ],
    ids=["all", "without Grafana", "remote write"],
)
def test_every_value_is_one_of_the_charts_own(environment: str, monitoring: MonitoringPlan) -> None:
    """
    Each path exists in the pinned version of its chart, with our type.
    """
    for each in operator_releases(watching(monitoring=monitoring, environment=environment), CATALOG):
        assert value_faults(each.chart.name, each.chart.version, each.values) == (), each.name


def test_keda_and_the_exporter_are_read_at_the_specs_interval() -> None:
    """
    KEDA's figures keep the namespace of what they are about; without monitoring nothing reads them.
    """
    monitoring = stored(scrape_s=30)
    keda = release("keda", monitoring=monitoring)
    monitor = keda.values["prometheus"]["operator"]["serviceMonitor"]

    assert (monitor["interval"], monitor["additionalLabels"]) == ("30s", {"release": "kube-prometheus-stack"})
    assert monitor["metricRelabelings"][0]["sourceLabels"] == ["exported_namespace"]
    assert ("Operator", "prometheus-crds") in keda.needs
    assert release("dcgm-exporter", monitoring=monitoring).values["serviceMonitor"]["interval"] == "30s"
    (plain,) = (each for each in operator_releases(installing(*ALL), CATALOG) if each.name == "keda")
    assert "prometheus" not in plain.values
    assert ("Operator", "prometheus-crds") not in plain.needs


def _resources(values: Any) -> list[dict[str, Any]]:
    found = []
    for key, inner in values.items() if isinstance(values, Mapping) else ():
        if key == "resources" and "limits" in inner:
            found.append(inner)
        else:
            found += _resources(inner)
    return found
