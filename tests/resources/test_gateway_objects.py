"""
What stands around the gateway's pods: files, addresses, scaling, metrics, order; and what a gateway leaves as it was.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

import gateways_made as made
import plans
from emitted import Emitted
from operators_made import operators
from servewright.plan.hours import decode_hours
from servewright.resources.gateway.endpoints import endpoints
from servewright.resources.gateway.hook_files import hook_files
from servewright.resources.kubernetes_object import KubernetesObject
from servewright.resources.naming import Names
from servewright.resources.operators.order import stack_objects
from servewright.resources.operators.releases import KIND as OPERATOR

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.plan.model import Plan

AWS = "service.beta.kubernetes.io/aws-load-balancer-"


@pytest.fixture
def emitted(catalog: Catalog) -> Emitted:
    """
    Return what the plan with stores in the cluster emits.
    """
    return Emitted(made.plan(), catalog)


def without(plan: Plan) -> Plan:
    """
    Return *plan* where clients call the engines.
    """
    return replace(plan, gateway=None, caches=None, tiers=())


def template(emitted: Emitted) -> dict[str, Any]:
    """
    Return the pod template of the gateway.
    """
    made_of: dict[str, Any] = emitted.named("Deployment", "gateway")["spec"]["template"]
    return made_of


def identities(objects: tuple[KubernetesObject, ...]) -> set[tuple[str, str]]:
    """
    Return kind and key of each of *objects*.
    """
    return {(each.kind, each.key) for each in objects}


def test_a_gateway_leaves_engines_and_nodes_as_they_are(emitted: Emitted, catalog: Catalog) -> None:
    """
    Everything that is there without it is there with it, the same but for the rules of the network; what comes is of the gateway and the
    stores, the rules, an address for each share that has none of its own, and one that names the pods behind each address.
    """
    before = Emitted(without(emitted.plan), catalog)
    then = {(each.kind, each.key): each for each in emitted.objects}

    assert [each for each in before.objects if each.kind != "NetworkPolicy" and then[each.kind, each.key] != each] == []
    new = [each for each in emitted.objects if (each.kind, each.key) not in identities(before.objects)]
    beside = [(each.kind, each.key) for each in new if each.part not in {"gateway", "caches"} and each.kind != "NetworkPolicy"]
    assert sorted(beside) == [("Service", name) for name in ("large-base", "large-base-pods", "large-pods", "small-pods")]


@pytest.mark.parametrize("variant", sorted(plans.VARIANTS))
def test_a_stack_without_one_has_nothing_of_it(variant: str, catalog: Catalog) -> None:
    """
    No object of the gateway or of a store, and one address for each model.
    """
    emitted = Emitted(plans.VARIANTS[variant](), catalog)

    assert {each.part for each in emitted.objects} == {"stack", "engines"}
    assert len(emitted.of_kind("Service")) == len(emitted.plan.models)
    assert "ConfigMap" not in {each.kind for each in emitted.objects}


def test_each_share_has_an_address_of_its_own_beside_the_models(emitted: Emitted) -> None:
    """
    The base's leads to the base alone, the model's to both shares.
    """
    pods = {each["metadata"]["name"]: each["spec"]["template"]["metadata"]["labels"] for each in emitted.of_kind("Deployment")}

    def behind(service: str) -> set[str]:
        wanted = emitted.named("Service", service)["spec"]["selector"]
        return {name for name, labels in pods.items() if wanted.items() <= labels.items()}

    assert behind("large-base") == {"large-base"}
    assert behind("large") == {"large", "large-base"}
    assert behind("small") == {"small"}
    assert behind("gateway") == {"gateway"}


def test_changed_files_roll_the_pods(emitted: Emitted, catalog: Catalog) -> None:
    """
    The process reads its files once: another limit is another hash on the pod, the same plan the same.
    """
    limits = replace(made.REQUEST.limits, request_bytes=2 * 1_048_576)
    changed = Emitted(made.asked(limits=limits), catalog)

    assert template(emitted)["metadata"]["annotations"] == template(Emitted(made.plan(), catalog))["metadata"]["annotations"]
    assert template(changed)["metadata"]["annotations"] != template(emitted)["metadata"]["annotations"]
    assert template(changed)["spec"] == template(emitted)["spec"]


def test_a_new_owner_restarts_nothing(emitted: Emitted, catalog: Catalog) -> None:
    """
    Owner and labels stand on objects, not on the pods.
    """
    other = Emitted(made.plan(stack=replace(made.plan().stack, owner="someone-else", labels=(("cost-center", "1"),))), catalog)

    assert template(other) == template(emitted)


def test_the_files_are_those_that_the_container_is_told_of(emitted: Emitted) -> None:
    """
    Configuration, policy and every hook lie in one ConfigMap, mounted where the arguments and variables say.
    """
    data = emitted.named("ConfigMap", "gateway-config")["data"]
    (container,) = template(emitted)["spec"]["containers"]
    folder = next(each["mountPath"] for each in container["volumeMounts"] if each["name"] == "config")
    variables = {each["name"]: each.get("value") for each in container["env"]}

    assert set(data) == {"config.yaml", "policy.json", *hook_files()}
    assert container["args"][1] == f"{folder}/config.yaml"
    assert variables["SERVEWRIGHT_POLICY"] == f"{folder}/policy.json"
    assert variables["PYTHONPATH"] == folder


def test_the_autoscaler_owns_the_number_of_replicas(emitted: Emitted) -> None:
    """
    Between the planned bounds, by the requests that the proxies count, as many for each replica as the plan reckons; Prometheus away, the
    busiest hour's replicas serve.
    """
    spec = emitted.named("ScaledObject", "gateway")["spec"]
    (trigger,) = spec["triggers"]

    assert "replicas" not in emitted.named("Deployment", "gateway")["spec"]
    assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (2, 4)
    assert trigger["metadata"]["query"] == 'sum(rate(litellm_proxy_total_requests_metric_total{namespace="demo-dev"}[60s]))'
    assert (trigger["metricType"], trigger["metadata"]["threshold"]) == ("AverageValue", "50")
    assert spec["fallback"]["replicas"] == made.GATEWAY.replicas.busiest


def test_the_deployment_carries_what_the_bill_reads(emitted: Emitted) -> None:
    """
    The replicas of every hour of the week.
    """
    notes = emitted.named("Deployment", "gateway")["metadata"]["annotations"]

    assert decode_hours(notes["servewright.dev/replicas-by-hour"]) == made.GATEWAY.replicas.by_hour


def test_metrics_are_read_on_a_port_of_their_own(emitted: Emitted) -> None:
    """
    The port of the API asks for a key, which Prometheus has none of.
    """
    monitor = emitted.named("PodMonitor", "gateway")
    (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
    (container,) = template(emitted)["spec"]["containers"]

    assert {each["name"]: each["containerPort"] for each in container["ports"]} == {"http": 4000, "metrics": 9090}
    assert (endpoint["port"], endpoint["path"]) == ("metrics", "/metrics/")
    assert monitor["metadata"]["labels"]["release"] == "kube-prometheus-stack"


def test_no_pod_runs_before_its_rules_files_and_stores(emitted: Emitted) -> None:
    """
    The Deployment waits for its identity, its files, the closed network, its nodes and the servers of its stores.
    """
    needs = next(each.needs for each in emitted.objects if (each.kind, each.key) == ("Deployment", "gateway"))

    assert set(needs) == {
        ("Namespace", "namespace"),
        ("ServiceAccount", "gateway"),
        ("ConfigMap", "gateway-config"),
        ("NetworkPolicy", "default-deny"),
        ("NodePool", "system"),
        ("StatefulSet", "cache-counters"),
        ("StatefulSet", "cache-responses"),
    }


def test_only_engines_wait_for_what_offers_gpus(catalog: Catalog) -> None:
    """
    Beside installed operators the gateway waits for those whose kinds it uses, and for no device plugin: it has no GPU.
    """
    plan = made.plan(operators=operators("keda", "prometheus", "nvidia-device-plugin"))
    needs = {(each.kind, each.key): {key for kind, key in each.needs if kind == OPERATOR} for each in stack_objects(plan, catalog)}

    assert needs["Deployment", "gateway"] == set()
    assert needs["Deployment", "small"] == {"nvidia-device-plugin"}
    assert needs["ScaledObject", "gateway"] == {"keda"}
    assert needs["PodMonitor", "gateway"] == {"prometheus"}


def test_nothing_is_public_unless_it_is_asked_for(emitted: Emitted) -> None:
    """
    Every address is inside the cluster.
    """
    assert {each["spec"]["type"] for each in emitted.of_kind("Service")} == {"ClusterIP"}


def test_the_public_address_speaks_tls_to_named_ranges_alone(catalog: Catalog) -> None:
    """
    A network load balancer with the certificate of the spec, on one port, open to the spec's ranges, straight to the gateway's pods.
    """
    service = Emitted(made.asked(public=made.PUBLIC), catalog).named("Service", "gateway-public")
    notes, spec = service["metadata"]["annotations"], service["spec"]

    assert (spec["type"], spec["loadBalancerClass"]) == ("LoadBalancer", "service.k8s.aws/nlb")
    assert spec["loadBalancerSourceRanges"] == list(made.PUBLIC.allow_from)
    assert spec["allocateLoadBalancerNodePorts"] is False
    assert [(each["port"], each["targetPort"]) for each in spec["ports"]] == [(443, "http")]
    assert (notes[f"{AWS}ssl-cert"], notes[f"{AWS}ssl-ports"]) == (made.CERTIFICATE, "443")
    assert (notes[f"{AWS}scheme"], notes[f"{AWS}nlb-target-type"]) == ("internet-facing", "ip")
    assert notes[f"{AWS}ip-address-type"] == "dualstack"
    assert all(isinstance(value, str) for value in notes.values())


def test_ranges_of_ipv4_ask_for_no_other_addresses(catalog: Catalog) -> None:
    """
    Subnets without IPv6 are enough then.
    """
    public = replace(made.PUBLIC, allow_from=("203.0.113.0/24",))
    service = Emitted(made.asked(public=public), catalog).named("Service", "gateway-public")

    assert f"{AWS}ip-address-type" not in service["metadata"]["annotations"]


def test_clients_find_every_name_at_one_address() -> None:
    """
    Models and routes have the gateway's URL, the public one where there is one; without a gateway each model has its engine's.
    """
    plan = made.plan()
    names = Names.of(plan.stack)
    inside = "http://gateway.demo-dev.svc.cluster.local:4000/v1"

    assert endpoints(plan, names) == {"small": inside, "large": inside, "auto": inside}
    assert set(endpoints(made.asked(public=made.PUBLIC), names).values()) == {"https://models.example.com/v1"}
    assert endpoints(without(plan), names) == {
        "small": "http://small.demo-dev.svc.cluster.local:8000/v1",
        "large": "http://large.demo-dev.svc.cluster.local:8000/v1",
    }
