"""
What is scraped, how often, and who may reach it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

import monitoring_made
from kubernetes_objects import object_faults
from servewright.catalog.load import load_catalog
from servewright.plan.gateway_pods import EXPORTER, tier_pods
from servewright.plan.monitoring_needs import monitoring_needs
from servewright.resources.manifests import kubernetes_objects
from servewright.resources.monitoring.monitors import monitor_objects
from servewright.resources.naming import Names
from servewright.resources.network import network_policies
from servewright.spec.monitoring_request import Traces
from watched_operators import watching

if TYPE_CHECKING:
    from servewright.plan.model import Plan

CATALOG = load_catalog()


def manifests(plan: Plan) -> dict[tuple[str, str], dict[str, Any]]:
    """
    Return the objects of *plan* by kind and key.
    """
    return {(each.kind, each.key): dict(each.manifest) for each in kubernetes_objects(plan, CATALOG)}


def monitors(plan: Plan) -> dict[str, dict[str, Any]]:
    """
    Return the monitors of stores and operators by name.
    """
    return {each.key: dict(each.manifest) for each in monitor_objects(monitoring_made.scope(plan))}


def test_stores_in_the_cluster_are_read() -> None:
    """
    Each pod by its exporter's port, with the name of its tier; one at ElastiCache has no pod.
    """
    found = monitors(monitoring_made.plan())["stores"]
    (endpoint,) = found["spec"]["podMetricsEndpoints"]

    assert (endpoint["port"], endpoint["interval"]) == ("exporter", "15s")
    assert endpoint["relabelings"][0]["targetLabel"] == "tier"
    assert object_faults(found) == ()
    assert monitors(monitoring_made.elasticache()) == {}
    assert monitors(monitoring_made.without_gateway()) == {}


def test_karpenter_is_read_by_the_stack_that_installs_prometheus() -> None:
    """
    With a Prometheus of the cluster a second monitor would read it twice: there it is asked for in words.
    """
    mine, theirs = watching(), monitoring_made.plan()
    found = monitors(mine)["karpenter"]

    assert found["spec"]["namespaceSelector"] == {"matchNames": ["kube-system"]}
    assert object_faults(found) == ()
    assert "karpenter" not in monitors(theirs)
    assert "karpenter" in {need.operator for need in monitoring_needs(theirs)}
    assert "karpenter" not in {need.operator for need in monitoring_needs(mine)}


def test_an_existing_prometheus_is_told_what_it_must_take() -> None:
    """
    Its selectors, its retention, its Alertmanager's and its Grafana's; nothing is asked for where nothing watches.
    """
    said = " / ".join(need.what for need in monitoring_needs(monitoring_made.plan()))

    for part in ("PodMonitors", "PrometheusRules", "keeps 30 days", "AlertmanagerConfigs", 'grafana_dashboard: "1"', "kube-state-metrics"):
        assert part in said
    assert monitoring_needs(replace(monitoring_made.plan(), monitoring=None)) == ()


def test_every_monitor_takes_the_interval_of_the_spec() -> None:
    """
    Engines, gateway and stores alike; the autoscaler's rates are taken over four of them, and it asks as often as before.
    """
    prometheus = replace(monitoring_made.REQUEST.prometheus, scrape_s=60)
    made = manifests(monitoring_made.plan(monitoring=monitoring_made.monitoring(prometheus=prometheus)))
    intervals = {key: made["PodMonitor", key]["spec"]["podMetricsEndpoints"][0]["interval"] for key in ("engines", "gateway", "stores")}
    gateway = made["ScaledObject", "gateway"]["spec"]

    assert intervals == {"engines": "60s", "gateway": "60s", "stores": "60s"}
    assert "[240s]" in gateway["triggers"][0]["metadata"]["query"]
    assert gateway["pollingInterval"] == 15


def test_prometheus_reaches_the_exporters_and_nothing_else_does() -> None:
    """
    One opening, from Prometheus' namespace to the exporter's port of the stores; none where nothing watches.
    """
    plan = monitoring_made.plan()
    policies = network_policies(plan, Names.of(plan.stack))
    (rule,) = policies["allow-store-metrics"]["spec"]["ingress"]

    assert rule["ports"] == [{"port": "exporter", "protocol": "TCP"}]
    assert rule["from"] == [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}]
    assert "allow-store-metrics" not in network_policies(replace(plan, monitoring=None), Names.of(plan.stack))


@pytest.mark.parametrize(
    ("endpoint", "port", "namespace"),
    [
        ("http://otel-collector.observability:4317", 4317, "observability"),
        ("http://otel.tracing.svc.cluster.local:4319", 4319, "tracing"),
        ("https://otlp.eu.example.com", 4317, None),
        ("http://10.0.0.5:4317", 4317, None),
    ],
)
def test_engines_reach_the_collector_alone(endpoint: str, port: int, namespace: str | None) -> None:
    """
    In the cluster its namespace, elsewhere any address, at its port only.
    """
    asked = monitoring_made.monitoring(traces=Traces(endpoint=endpoint, share=monitoring_made.REQUEST.spend.over_plan))
    plan = monitoring_made.plan(monitoring=asked)
    (rule,) = network_policies(plan, Names.of(plan.stack))["allow-traces"]["spec"]["egress"]

    assert rule["ports"] == [{"port": port, "protocol": "TCP"}]
    named = [peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] for peer in rule["to"] if "namespaceSelector" in peer]
    assert named == ([] if namespace is None else [namespace])


def test_traces_and_logs_stand_in_the_environment() -> None:
    """
    A share of the requests, under the model's name; engine and gateway write from the level of the spec on. The defaults add nothing.
    """
    traces = Traces(endpoint="http://otel.tracing:4317", share=monitoring_made.REQUEST.spend.over_plan)
    loud = manifests(monitoring_made.plan(monitoring=monitoring_made.monitoring(traces=traces, logs="warning")))
    engine, gateway = _environment(loud["Deployment", "small"]), _environment(loud["Deployment", "gateway"])

    assert (engine["OTEL_TRACES_SAMPLER"], engine["OTEL_TRACES_SAMPLER_ARG"], engine["OTEL_SERVICE_NAME"]) == (
        "parentbased_traceidratio",
        "0.2",
        "small",
    )
    assert (engine["VLLM_LOGGING_LEVEL"], gateway["LITELLM_LOG"]) == ("WARNING", "WARNING")
    plain = manifests(monitoring_made.plan())
    for key in ("small", "gateway"):
        assert not {"OTEL_TRACES_SAMPLER", "VLLM_LOGGING_LEVEL", "LITELLM_LOG"} & set(_environment(plain["Deployment", key]))


def test_a_watched_store_has_an_exporter_that_the_plan_counts() -> None:
    """
    The container has the size that the CPU pool is planned with, probes that ask for it alone, and no right to write anywhere.
    """
    plan = monitoring_made.plan()
    containers = manifests(plan)["StatefulSet", "cache-responses"]["spec"]["template"]["spec"]["containers"]
    exporter = next(each for each in containers if each["name"] == "exporter")
    bare, watched = tier_pods(plan.tiers), tier_pods(plan.tiers, watched=True)

    assert {exporter[each]["httpGet"]["path"] for each in ("readinessProbe", "livenessProbe")} == {"/health"}
    assert exporter["securityContext"]["readOnlyRootFilesystem"] is True
    assert exporter["resources"]["requests"] == {"cpu": "20m", "memory": "32Mi"}
    assert [pod.memory_mib for pod in watched] == [pod.memory_mib + EXPORTER.memory_mib for pod in bare]
    for key, made in manifests(plan).items():
        if key[0] == "StatefulSet":
            assert object_faults(made) == (), key
    unwatched = manifests(replace(plan, monitoring=None))["StatefulSet", "cache-responses"]["spec"]["template"]["spec"]["containers"]
    assert [each["name"] for each in unwatched] == ["valkey"]


def _environment(manifest: dict[str, Any]) -> dict[str, str]:
    container = manifest["spec"]["template"]["spec"]["containers"][0]
    return {each["name"]: each.get("value", "") for each in container["env"]}
