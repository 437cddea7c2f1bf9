"""
An installed operator as it is registered: a component that says what runs, a release below it, each behind what it needs.
"""

from __future__ import annotations

from functools import cache

from operators_made import ALL, installing
from servewright.catalog.load import load_catalog
from servewright.record.monitor import Recording, Registration
from servewright.record.offline import record
from servewright.resources.assembly import ServingStack

CATALOG = load_catalog()
RELEASE = "kubernetes:helm.sh/v3:Release"
COMPONENT = "servewright:index:Operator"


@cache
def _recording() -> Recording:
    plan = installing(*ALL)
    return record(lambda: ServingStack("demo", plan, CATALOG), project="servewright", stack="dev")


def _of(kind: str) -> dict[str, Registration]:
    return {made.name: made for made in _recording().resources.values() if made.type == kind}


def test_a_release_is_pinned_waits_and_cleans_up() -> None:
    """
    The inputs of each release: chart, version, repository, our namespace, and what happens when it fails.
    """
    found = _of(RELEASE)
    assert sorted(found) == ["demo-dcgm-exporter", "demo-keda", "demo-nvidia-device-plugin", "demo-prometheus", "demo-prometheus-crds"]
    inputs = found["demo-keda"].inputs

    assert {key: value for key, value in inputs.items() if key not in ("values", "compat")} == {
        "name": "keda",
        "chart": "keda",
        "version": "2.20.2",
        "repositoryOpts": {"repo": "https://kedacore.github.io/charts"},
        "namespace": "keda",
        "createNamespace": False,
        "atomic": True,
        "cleanupOnFail": True,
        "timeout": 600,
    }
    assert inputs["values"]["crds"]["install"] is True


def test_the_component_says_what_the_release_hides() -> None:
    """
    Pods with replicas, requests and nodes, by the same table that the values come from.
    """
    component = _of(COMPONENT)["demo-prometheus"]

    assert component.inputs["operator"] == "prometheus"
    assert (component.inputs["release"], component.inputs["version"]) == ("kube-prometheus-stack", "88.5.3")
    assert component.inputs["podRequests"][1] == {
        "name": "prometheus-kube-prometheus-stack-prometheus",
        "replicas": 1,
        "daemonset": False,
        "apart": False,
        "cpu": "210m",
        "memory": "2098Mi",
        "nodeSelector": {"servewright.dev/purpose": "cpu", "servewright.dev/stack": "demo-dev"},
    }
    assert _of(COMPONENT)["demo-prometheus-crds"].inputs["podRequests"] == []
    daemonset = _of(COMPONENT)["demo-dcgm-exporter"].inputs["podRequests"][0]
    assert daemonset["daemonset"] is True
    assert "replicas" not in daemonset
    assert {made.parent for made in _of(RELEASE).values()} == {made.urn for made in _of(COMPONENT).values()}


def test_the_engine_sees_the_same_order() -> None:
    """
    A release depends on its namespace and its pool, custom resources on the release that brings their kind: Pulumi takes things away in
    the opposite order.
    """
    releases = {name: made.urn for name, made in _of(RELEASE).items()}
    (pool,) = (made.urn for made in _of("kubernetes:karpenter.sh/v1:NodePool").values() if made.name == "demo-system")

    assert pool in _of(RELEASE)["demo-keda"].depends_on
    assert _of("kubernetes:core/v1:Namespace")["demo-keda"].urn in _of(RELEASE)["demo-keda"].depends_on
    assert releases["demo-prometheus-crds"] in _of(RELEASE)["demo-prometheus"].depends_on
    assert releases["demo-prometheus-crds"] in _of(RELEASE)["demo-dcgm-exporter"].depends_on
    assert all(releases["demo-keda"] in made.depends_on for made in _of("kubernetes:keda.sh/v1alpha1:ScaledObject").values())
    assert all(releases["demo-prometheus"] in made.depends_on for made in _of("kubernetes:monitoring.coreos.com/v1:PodMonitor").values())
    assert all(releases["demo-nvidia-device-plugin"] in made.depends_on for made in _of("kubernetes:apps/v1:Deployment").values())


def test_the_releases_go_to_the_stacks_cluster() -> None:
    """
    The provider is handed down to them.
    """
    (provider,) = _of("pulumi:providers:kubernetes").values()

    assert {made.provider for made in _of(RELEASE).values()} == {provider.urn}
