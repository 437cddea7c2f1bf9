"""
The objects of a store in the cluster.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

import gateways_made
from servewright.resources.caches.address import host, host_env
from servewright.resources.caches.valkey import configuration_hash
from servewright.resources.caches.valkey_objects import CONFIG_HASH, tier_objects
from servewright.resources.kubernetes_object import KubernetesObject
from servewright.resources.naming import Names

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.plan.gateway_plan import Purpose
    from servewright.plan.model import Plan


def made(plan: Plan, catalog: Catalog) -> dict[tuple[str, str], KubernetesObject]:
    """
    Return the objects of all tiers of *plan* by kind and key.
    """
    objects = tier_objects(plan, Names.of(plan.stack), catalog)
    found = {(each.kind, each.key): each for each in objects}
    assert len(found) == len(objects)
    return found


def server(catalog: Catalog, purpose: Purpose = "responses", **changes: Any) -> dict[str, Any]:
    """
    Return the StatefulSet of *purpose*; *changes* go to the request of the caches.
    """
    plan = gateways_made.plan(caches=replace(gateways_made.CACHES, **changes), tiers=(gateways_made.tier(purpose),))
    return dict(made(plan, catalog)["StatefulSet", f"cache-{purpose}"].manifest)


def pod(manifest: dict[str, Any]) -> dict[str, Any]:
    """
    Return the pod of a StatefulSet.
    """
    found: dict[str, Any] = manifest["spec"]["template"]["spec"]
    return found


def container(manifest: dict[str, Any]) -> dict[str, Any]:
    """
    Return its one container.
    """
    (only,) = pod(manifest)["containers"]
    assert isinstance(only, dict)
    return only


def test_each_store_is_complete(catalog: Catalog) -> None:
    """
    Identity, configuration, address, names of pods, budget and server; one storage class where anything is kept.
    """
    kinds = ["ConfigMap", "PodDisruptionBudget", "Service", "ServiceAccount", "StatefulSet"]
    wanted = {(kind, f"cache-{purpose}") for kind in kinds for purpose in ("counters", "responses")}
    pods = {("Service", f"cache-{purpose}-pods") for purpose in ("counters", "responses")}

    assert set(made(gateways_made.plan(), catalog)) == {*wanted, *pods, ("StorageClass", "encrypted-gp3")}


def test_what_a_store_needs_is_there_first(catalog: Catalog) -> None:
    """
    Policies before pods, nodes before pods, the class before the volume; needs of the stores' own stand before them.
    """
    plan = gateways_made.plan()
    objects = tier_objects(plan, Names.of(plan.stack), catalog)
    order = [(each.kind, each.key) for each in objects]
    for place, each in enumerate(objects):
        for need in each.needs:
            assert need not in order or order.index(need) < place
    needs = made(plan, catalog)["StatefulSet", "cache-counters"].needs
    assert {("NetworkPolicy", "default-deny"), ("NodePool", "system"), ("StorageClass", "encrypted-gp3")} <= set(needs)


def test_what_is_kept_lies_on_an_encrypted_volume_that_stays(catalog: Catalog) -> None:
    """
    The counters' volume outlives the server, the claim and a smaller number of pods.
    """
    spec = server(catalog, "counters")["spec"]
    (claim,) = spec["volumeClaimTemplates"]
    storage = made(gateways_made.plan(), catalog)["StorageClass", "encrypted-gp3"].manifest

    assert spec["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}
    assert claim["spec"]["resources"] == {"requests": {"storage": "1Gi"}}
    assert claim["spec"]["storageClassName"] == storage["metadata"]["name"] == "demo-dev-encrypted-gp3"
    assert (storage["parameters"]["type"], storage["parameters"]["encrypted"]) == ("gp3", "true")
    assert storage["reclaimPolicy"] == "Retain"
    assert "servewright:stack=demo-dev" in storage["parameters"].values()


def test_what_may_be_lost_has_no_volume(catalog: Catalog) -> None:
    """
    Answers lie in memory alone; the folder that the server asks for is a small scratch.
    """
    manifest = server(catalog)

    assert "volumeClaimTemplates" not in manifest["spec"]
    assert {"name": "data", "emptyDir": {"sizeLimit": "64Mi"}} in pod(manifest)["volumes"]
    assert not [kind for kind, _ in made(gateways_made.plan(tiers=(gateways_made.tier("responses"),)), catalog) if kind == "StorageClass"]


def test_only_stores_that_hold_state_are_protected(catalog: Catalog) -> None:
    """
    The server of the counters; an answer that is lost is made again.
    """
    assert [key for key, each in made(gateways_made.plan(), catalog).items() if each.holds_state] == [("StatefulSet", "cache-counters")]


def test_the_password_is_a_reference(catalog: Catalog) -> None:
    """
    Server and probes get it from the Secret of the tier; no manifest has it.
    """
    env = {each["name"]: each["valueFrom"] for each in container(server(catalog))["env"]}

    assert env["VALKEY_PASSWORD"] == env["REDISCLI_AUTH"] == {"secretKeyRef": {"name": "cache-responses-auth", "key": "password"}}


@pytest.mark.parametrize(("tls", "flags"), [("cache-tls", ["--tls", "--cacert", "/etc/valkey-tls/ca.crt"]), (None, [])])
def test_readiness_asks_as_the_user(catalog: Catalog, tls: str | None, flags: list[str]) -> None:
    """
    Ready is a server that lets its user in and has read its data; alive is one that takes a connection.
    """
    found = container(server(catalog, tls=tls))
    command = ["valkey-cli", "-e", "-p", "6379", *flags, "--user", "gateway", "ping"]

    assert found["readinessProbe"]["exec"]["command"] == found["startupProbe"]["exec"]["command"] == command
    assert found["livenessProbe"]["tcpSocket"] == {"port": "valkey"}


def test_without_tls_no_certificate_is_mounted(catalog: Catalog) -> None:
    """
    With it the Secret of the spec is, for the server's group alone.
    """
    plain, encrypted = (pod(server(catalog, tls=tls)) for tls in (None, "cache-tls"))

    assert {"name": "tls", "secret": {"secretName": "cache-tls", "defaultMode": 0o440}} in encrypted["volumes"]
    assert "tls" not in {each["name"] for each in plain["volumes"]}


def test_memory_is_requested_and_bounded_alike(catalog: Catalog) -> None:
    """
    The pod has what the plan gave it, and the server keeps less than that.
    """
    resources = container(server(catalog))["resources"]

    assert resources == {"requests": {"cpu": "250m", "memory": "512Mi"}, "limits": {"memory": "512Mi"}}


def test_another_configuration_starts_another_pod(catalog: Catalog) -> None:
    """
    The template bears the hash of the ConfigMap's text.
    """
    objects = made(gateways_made.plan(), catalog)
    text = objects["ConfigMap", "cache-responses"].manifest["data"]["valkey.conf"]
    template = objects["StatefulSet", "cache-responses"].manifest["spec"]["template"]

    assert template["metadata"]["annotations"][CONFIG_HASH] == configuration_hash(text)


def test_pods_go_to_the_cpu_nodes_or_wherever_the_spec_leaves_them(catalog: Catalog) -> None:
    """
    As the operators' do.
    """
    plan = gateways_made.plan()
    existing = replace(plan, stack=replace(plan.stack, system_nodes="existing"))
    own, elsewhere = (pod(dict(made(each, catalog)["StatefulSet", "cache-responses"].manifest)) for each in (plan, existing))

    assert own["nodeSelector"] == {"servewright.dev/purpose": "cpu", "servewright.dev/stack": "demo-dev"}
    assert "nodeSelector" not in elsewhere


def test_clients_find_the_store_by_name_or_by_its_map() -> None:
    """
    In the cluster the address is known; at ElastiCache it is when the store stands.
    """
    names = Names.of(gateways_made.plan().stack)

    assert host(gateways_made.tier("responses"), names) == "cache-responses.demo-dev.svc.cluster.local"
    assert host_env(gateways_made.tier("responses"), names, "HOST") == {
        "name": "HOST",
        "value": "cache-responses.demo-dev.svc.cluster.local",
    }
    assert host_env(gateways_made.elasticache_tier("responses"), names, "HOST") == {
        "name": "HOST",
        "valueFrom": {"configMapKeyRef": {"name": "cache-responses", "key": "host"}},
    }
