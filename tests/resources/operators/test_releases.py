"""
The releases of the installed operators: pinned, sized, closed, and named alike in every cluster.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from operators_made import ALL, SUBSETS, installing
from pod_security import violations
from servewright.catalog.load import load_catalog
from servewright.plan.operators import pods_of
from servewright.resources.operators.releases import Operator, operator_releases

CATALOG = load_catalog()


def releases(*install: str, **stack: Any) -> dict[str, Operator]:
    """
    Return the releases of a plan that installs *install*, by their names in the cluster.
    """
    return {each.name: each for each in operator_releases(installing(*install, **stack), CATALOG)}


def test_each_operator_is_its_chart_at_the_pinned_version() -> None:
    """
    Chart, version and repository are the catalogue's; the Prometheus stack is two releases, the CRDs and what uses them.
    """
    found = {name: (each.operator, each.chart.version, each.chart.repository, each.namespace) for name, each in releases(*ALL).items()}

    assert found == {
        "prometheus-operator-crds": ("prometheus", "31.0.1", "https://prometheus-community.github.io/helm-charts", "monitoring"),
        "kube-prometheus-stack": ("prometheus", "88.5.3", "https://prometheus-community.github.io/helm-charts", "monitoring"),
        "keda": ("keda", "2.20.2", "https://kedacore.github.io/charts", "keda"),
        "nvidia-device-plugin": (
            "nvidia-device-plugin",
            "0.20.0",
            "https://nvidia.github.io/k8s-device-plugin",
            "servewright-node-system",
        ),
        "dcgm-exporter": (
            "dcgm-exporter",
            "4.8.2",
            "https://nvidia.github.io/dcgm-exporter/helm-charts",
            "servewright-node-system",
        ),
    }
    assert all(each.chart.version == CATALOG.pin(name).version for name, each in releases(*ALL).items())


def test_names_do_not_depend_on_the_stack() -> None:
    """
    Addresses and labels follow from the names: another stack finds the same ones, and a second installation fails at once.
    """
    other = releases(*ALL, name="other", environment="prod")

    assert {(e.name, e.namespace) for e in other.values()} == {(e.name, e.namespace) for e in releases(*ALL).values()}


def test_an_existing_operator_is_not_made() -> None:
    """
    Nothing is registered for what the cluster has.
    """
    assert releases() == {}
    assert sorted(releases("keda", "dcgm-exporter")) == ["dcgm-exporter", "keda"]


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_every_pod_has_the_size_that_is_planned_and_billed(environment: str) -> None:
    """
    The values hold requests and a memory limit for each container, and they are those of the one table.
    """
    for each in releases(*ALL, environment=environment).values():
        sizes = sorted(json.dumps(found, sort_keys=True) for found in _resources(each.values))
        planned = [
            {
                "limits": {"memory": f"{size.memory_limit_mib}Mi"},
                "requests": {"cpu": f"{size.cpu_millicores}m", "memory": f"{size.memory_mib}Mi"},
            }
            for pod in each.pods
            for size in pod.containers
        ]
        assert sizes == sorted(json.dumps(size, sort_keys=True) for size in planned), each.name
        replicas = sorted(_named(each.values, "replicaCount"))
        assert replicas == sorted(pod.replicas for pod in each.pods if each.name == "keda")
    assert sum(len(each.pods) for each in releases(*ALL, environment=environment).values()) == sum(
        len(pods_of(name, "dev")) for name in ALL
    )


def test_images_have_digests_or_a_waiver() -> None:
    """
    An image that is named in the values is fixed by the catalogue's digest, unless the catalogue waives it with a reason.
    """
    waived = {f"{image.name}:{image.tag}" for image in CATALOG.versions.images.values() if image.waiver}
    for each in releases(*ALL).values():
        for reference in each.images:
            assert re.search(r"@sha256:[0-9a-f]{64}$", reference) or reference in waived, reference
    text = {name: json.dumps(each.values) for name, each in releases(*ALL).items()}
    for name, each in releases(*ALL).items():
        for reference in each.images:
            name_and_tag, _, digest = reference.partition("@sha256:")
            repository, _, tag = name_and_tag.rpartition(":")
            assert repository.partition("/")[2] in text[name]
            assert tag in text[name]
            assert digest in text[name]


def test_nothing_opens_a_door() -> None:
    """
    No Grafana with its default password, no Alertmanager, no node exporter on the host's network, no secret in any value.
    """
    values = releases(*ALL)["kube-prometheus-stack"].values

    assert [values[name] for name in ("grafana", "alertmanager", "nodeExporter")] == [{"enabled": False}] * 3
    for each in releases(*ALL).values():
        text = json.dumps(each.values)
        assert not re.search(r"password|LoadBalancer|NodePort|hostNetwork|\{\{", text), each.name


def test_prometheus_is_found_where_its_release_puts_it() -> None:
    """
    KEDA's address and the monitors' labels follow from the release's name and namespace.
    """
    release = releases(*ALL)["kube-prometheus-stack"]
    (prometheus,) = (each for each in installing(*ALL).operators if each.name == "prometheus")

    assert prometheus.address == f"http://{release.name}-prometheus.{release.namespace}:9090"
    assert prometheus.labels == (("release", release.name),)
    assert releases(*ALL)["dcgm-exporter"].values["serviceMonitor"]["additionalLabels"] == {"release": release.name}
    spec = release.values["prometheus"]["prometheusSpec"]
    assert (spec["scrapeInterval"], spec["retention"]) == ("15s", "3d")
    assert "podMonitorSelectorNilUsesHelmValues" not in spec, "the default selects by the release's label, in every namespace"


def test_crds_outlive_their_releases() -> None:
    """
    Removing a release, or rolling back its first installation, takes no custom resource of any stack with it.
    """
    keep = {"helm.sh/resource-policy": "keep"}

    assert releases(*ALL)["keda"].values["crds"] == {"install": True, "additionalAnnotations": keep}
    assert releases(*ALL)["prometheus-operator-crds"].values == {"crds": {"annotations": keep}}
    assert releases(*ALL)["kube-prometheus-stack"].values["crds"] == {"enabled": False}


def test_pods_go_to_the_stacks_nodes() -> None:
    """
    CPU pods select the stack's own pool and tolerate its taint; with existing nodes they select nothing. GPU pods run on the GPU nodes
    of every stack.
    """
    pool = {"servewright.dev/purpose": "cpu", "servewright.dev/stack": "demo-dev"}
    for name, each in releases(*ALL).items():
        selectors = list(_named(each.values, "nodeSelector"))
        gpu = name in ("nvidia-device-plugin", "dcgm-exporter")
        assert all(found == ({"servewright.dev/purpose": "gpu"} if gpu else pool) for found in selectors)
        tolerated = {toleration["key"] for tolerations in _named(each.values, "tolerations") for toleration in tolerations}
        assert tolerated <= ({"nvidia.com/gpu"} if gpu else {"servewright.dev/stack"})
    assert {json.dumps(s) for e in releases("keda", system_nodes="existing").values() for s in _named(e.values, "nodeSelector")} == {"{}"}


def test_keda_in_prod_stands_apart() -> None:
    """
    Two replicas by a required rule, and a disruption budget only where there are two.
    """
    prod, dev = releases("keda", environment="prod")["keda"].values, releases("keda")["keda"].values

    for component, app in (
        ("operator", "keda-operator"),
        ("metricsServer", "keda-operator-metrics-apiserver"),
        ("webhooks", "keda-admission-webhooks"),
    ):
        (term,) = prod[component]["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        assert (term["labelSelector"], term["topologyKey"]) == ({"matchLabels": {"app": app}}, "kubernetes.io/hostname")
        assert "affinity" not in dev[component]
    assert set(prod["podDisruptionBudget"]) == {"operator", "metricServer", "webhooks"}
    assert "podDisruptionBudget" not in dev


@pytest.mark.parametrize("system_nodes", ["pool", "existing"])
def test_restricted_namespaces_get_restricted_pods(system_nodes: str) -> None:
    """
    In keda and monitoring the values say everything that Pod Security `restricted` asks of pods and containers.

    Prometheus' own containers are closed by its operator; what its values can say is the pod's part.
    """
    found = releases(*ALL, system_nodes=system_nodes)
    keda, stack = found["keda"].values, found["kube-prometheus-stack"].values
    pods = {f"keda {c}": (keda["podSecurityContext"][c], keda["securityContext"][c]) for c in ("operator", "metricServer", "webhooks")}
    operator, metrics = stack["prometheusOperator"], stack["kube-state-metrics"]
    pods["operator"] = (operator["securityContext"], operator["containerSecurityContext"])
    pods["metrics"] = (metrics["securityContext"], metrics["containerSecurityContext"])
    closed = operator["containerSecurityContext"]
    pods["prometheus"] = (stack["prometheus"]["prometheusSpec"]["securityContext"], closed)

    for name, (pod, container) in pods.items():
        template = {"spec": {"securityContext": pod, "containers": [{"name": "one", "securityContext": container}]}}
        assert violations(template) == (), name
        assert container["readOnlyRootFilesystem"] is True


@pytest.mark.parametrize("install", SUBSETS, ids="+".join)
def test_each_release_waits_for_what_it_needs(install: tuple[str, ...]) -> None:
    """
    Its namespace, the CRDs of its monitors, the pool of its pods: all there, and before it.
    """
    plan = installing(*install)
    made: list[tuple[str, str]] = []
    for each in operator_releases(plan, CATALOG):
        needs = dict(each.needs)
        assert needs["Namespace"] == each.namespace
        assert ("NodePool" in needs) == any(pod.nodes == "cpu" for pod in each.pods)
        assert all(need in made for need in each.needs if need[0] == "Operator")
        if each.key in ("prometheus", "dcgm-exporter"):
            assert (("Operator", "prometheus-crds") in each.needs) == ("prometheus" in install)
        made.append((each.kind, each.key))


def _resources(values: Any) -> Iterator[dict[str, Any]]:
    for found in _named(values, "resources"):
        yield from [found] if "requests" in found else found.values()


def _named(value: Any, name: str) -> Iterator[Any]:
    """
    Yield every value that stands under *name*, at any depth.
    """
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == name:
                yield inner
            else:
                yield from _named(inner, name)
