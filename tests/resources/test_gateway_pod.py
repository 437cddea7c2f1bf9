"""
The pod that runs the gateway: how it is started, what it reads, how it ends, and where it stands.
"""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import gateways_made as made
from emitted import Emitted
from pod_security import violations
from servewright.plan.model import Replicas
from servewright.spec.request import SecretRef

if TYPE_CHECKING:
    from collections.abc import Callable

    from servewright.catalog.query import Catalog
    from servewright.plan.model import Plan

HOSTILE = 'x"; $(HOME) `id` {{ .Values }} ${PATH} \n- é'


def hostile() -> Plan:
    """
    Return a plan whose team, route and model are called what breaks a sink that does not encode.
    """
    team = replace(made.TEAMS[0], name=HOSTILE, models=(HOSTILE,))
    route = replace(made.ROUTE, name=HOSTILE + "route", targets=(replace(made.ROUTE.targets[0], model=HOSTILE),))
    model = replace(made.small(), name=HOSTILE)
    whole = made.asked(teams=(team,), routes=(route,), fallbacks=((HOSTILE, ("large",)),))
    assert whole.gateway is not None
    times = replace(whole.gateway, timeout_s=((HOSTILE, 60), ("large", 80)), first_token_timeout_s=((HOSTILE, 10), ("large", 20)))
    pools = tuple(replace(pool, serves=(HOSTILE, "large")) for pool in whole.pools)
    return replace(whole, models=(model, made.large()), pools=pools, gateway=times)


PLANS: dict[str, Callable[[], Plan]] = {
    "cluster": made.plan,
    "elasticache": made.elasticache,
    "public": lambda: made.asked(public=made.PUBLIC),
    "database": lambda: made.asked(database=SecretRef(secret="gateway-db", key="url")),  # noqa: S106 - the name of a Secret
    "alone": lambda: made.plan(tiers=(), caches=None),
    "hostile": hostile,
}


@pytest.fixture(params=sorted(PLANS))
def emitted(request: pytest.FixtureRequest, catalog: Catalog) -> Emitted:
    """
    Return what each plan emits, one after the other.
    """
    return Emitted(PLANS[request.param](), catalog)


def pod_of(emitted: Emitted) -> dict[str, Any]:
    """
    Return the spec of the gateway's pods.
    """
    spec: dict[str, Any] = emitted.named("Deployment", "gateway")["spec"]["template"]["spec"]
    return spec


def litellm_of(emitted: Emitted) -> dict[str, Any]:
    """
    Return the gateway's only container.
    """
    (container,) = pod_of(emitted)["containers"]
    return dict(container)


def plain(container: dict[str, Any]) -> dict[str, str]:
    """
    Return the variables whose values stand in the manifest.
    """
    return {each["name"]: each["value"] for each in container["env"] if "value" in each}


def references(container: dict[str, Any], kind: str = "secretKeyRef") -> dict[str, tuple[str, str]]:
    """
    Return (object, key) of each variable that is read from elsewhere.
    """
    found = {each["name"]: each["valueFrom"].get(kind) for each in container["env"] if "valueFrom" in each}
    return {name: (each["name"], each["key"]) for name, each in found.items() if each is not None}


def test_the_command_line_is_the_same_for_every_stack(emitted: Emitted) -> None:
    """
    The program itself is started, not the image's script around it, and no value of a spec stands among its words.
    """
    container = litellm_of(emitted)

    assert container["command"] == ["litellm"]
    assert " ".join(container["args"]) == ("--config /etc/litellm/config.yaml --host 0.0.0.0 --port 4000 --prometheus_metrics_port 9090")
    assert container["image"] == emitted.catalog.image("litellm").reference


def test_the_pod_is_restricted(emitted: Emitted) -> None:
    """
    Pod Security `restricted`, a root that cannot be written, no token of the cluster, no variables of Services.
    """
    template = emitted.named("Deployment", "gateway")["spec"]["template"]
    pod, container = pod_of(emitted), litellm_of(emitted)

    assert violations(template) == ()
    assert pod["securityContext"]["runAsUser"] == pod["securityContext"]["fsGroup"] == 65534
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert (pod["automountServiceAccountToken"], pod["enableServiceLinks"]) == (False, False)
    assert emitted.named("ServiceAccount", "gateway")["automountServiceAccountToken"] is False


def test_all_that_it_writes_is_bounded(emitted: Emitted) -> None:
    """
    Only the scratch volume can be written, and it has a size; the process is told to use it.
    """
    volumes = {each["name"]: each for each in pod_of(emitted)["volumes"]}
    writable = [each for each in litellm_of(emitted)["volumeMounts"] if not each.get("readOnly")]

    (scratch,) = writable
    assert volumes[scratch["name"]]["emptyDir"]["sizeLimit"]
    assert {plain(litellm_of(emitted))[name] for name in ("HOME", "TMPDIR")} == {scratch["mountPath"]}


def test_no_text_of_a_user_reaches_the_process_but_as_data(catalog: Catalog) -> None:
    """
    Hostile names of teams, routes and models stand in the mounted files, whole, and nowhere in the pod.
    """
    emitted = Emitted(hostile(), catalog)
    files = emitted.named("ConfigMap", "gateway-config")["data"]

    assert HOSTILE not in json.dumps(emitted.named("Deployment", "gateway"), ensure_ascii=False)
    assert "$(HOME)" not in json.dumps(emitted.named("Deployment", "gateway"))
    assert list(json.loads(files["policy.json"])["teams"]) == [HOSTILE]
    assert HOSTILE in {each["model_name"] for each in yaml.safe_load(files["config.yaml"])["model_list"]}


def test_secrets_are_references_and_no_more_of_them_than_needed(catalog: Catalog) -> None:
    """
    Administrator's key, stores' passwords: from Secrets, by name. Of a certificate's Secret the authority alone is mounted.
    """
    emitted = Emitted(made.plan(), catalog)
    volumes = {each["name"]: each.get("secret") for each in pod_of(emitted)["volumes"]}

    assert references(litellm_of(emitted)) == {
        "LITELLM_MASTER_KEY": ("gateway-keys", "master-key"),
        "DRAIN_ENDPOINT_TOKEN": ("gateway-keys", "master-key"),
        "CACHE_COUNTERS_PASSWORD": ("cache-counters-auth", "password"),
        "CACHE_RESPONSES_PASSWORD": ("cache-responses-auth", "password"),
    }
    assert volumes["keys"] == {"secretName": "gateway-keys", "items": [{"key": "keys.json", "path": "keys.json"}], "defaultMode": 0o440}
    assert volumes["cache-tls"] == {"secretName": "cache-tls", "items": [{"key": "ca.crt", "path": "ca.crt"}], "defaultMode": 0o440}


def test_elasticache_needs_no_password(catalog: Catalog) -> None:
    """
    Its addresses come from ConfigMaps that are there when it is; its authority is one that every client knows.
    """
    emitted = Emitted(made.elasticache(), catalog)
    container = litellm_of(emitted)

    assert set(references(container)) == {"LITELLM_MASTER_KEY", "DRAIN_ENDPOINT_TOKEN"}
    assert references(container, "configMapKeyRef") == {
        "CACHE_COUNTERS_HOST": ("cache-counters", "host"),
        "CACHE_RESPONSES_HOST": ("cache-responses", "host"),
    }
    assert "cache-tls" not in {each["name"] for each in pod_of(emitted)["volumes"]}
    needs = next(each.needs for each in emitted.objects if (each.kind, each.key) == ("Deployment", "gateway"))
    assert {("ConfigMap", "cache-counters"), ("ConfigMap", "cache-responses")} <= set(needs)


def test_the_engines_own_store_is_not_the_gateways(catalog: Catalog) -> None:
    """
    Contexts are kept by the engines: the gateway knows neither their address nor their password.
    """
    container = litellm_of(Emitted(made.plan(tiers=(*made.TIERS, made.tier("contexts"))), catalog))

    assert not any("CONTEXTS" in each["name"] for each in container["env"])


def test_a_database_takes_the_place_of_the_file_of_keys(catalog: Catalog) -> None:
    """
    Then the keys are the database's, the administrator's pages are on, and no file is waited for.
    """
    emitted = Emitted(PLANS["database"](), catalog)
    container = litellm_of(emitted)

    assert references(container)["DATABASE_URL"] == ("gateway-db", "url")
    assert "keys" not in {each["name"] for each in pod_of(emitted)["volumes"]}
    assert "DISABLE_ADMIN_UI" not in plain(container)
    assert plain(litellm_of(Emitted(made.plan(), catalog)))["DISABLE_ADMIN_UI"] == "True"


def test_probes_ask_what_needs_no_key_and_calls_no_engine(emitted: Emitted) -> None:
    """
    /health itself calls every engine: an outage of one would restart the gateway.
    """
    container = litellm_of(emitted)
    paths = {name: container[name]["httpGet"]["path"] for name in ("startupProbe", "readinessProbe", "livenessProbe")}

    assert paths == {"startupProbe": "/health/readiness", "readinessProbe": "/health/readiness", "livenessProbe": "/health/liveliness"}
    assert container["startupProbe"]["periodSeconds"] * container["startupProbe"]["failureThreshold"] >= 60


@pytest.mark.parametrize(("plan", "pause"), [("cluster", 10), ("public", 60)])
def test_a_pod_that_ends_first_lets_go_and_then_finishes(plan: str, pause: int, catalog: Catalog) -> None:
    """
    It serves on until nothing new comes, longer behind a load balancer; then the longest request has its time, and the process its own.
    """
    emitted = Emitted(PLANS[plan](), catalog)
    pod, container = pod_of(emitted), litellm_of(emitted)
    drains = int(plain(container)["GRACEFUL_SHUTDOWN_TIMEOUT"])

    assert container["lifecycle"] == {"preStop": {"sleep": {"seconds": pause}}}
    assert drains == made.GATEWAY.longest_s
    assert pod["terminationGracePeriodSeconds"] == pause + made.GATEWAY.grace_s
    assert pod["terminationGracePeriodSeconds"] > pause + drains + 5


def test_it_runs_on_the_pool_without_gpus(catalog: Catalog) -> None:
    """
    The stack's own CPU pool, which it tolerates; with `system_nodes: existing` wherever the cluster has room.
    """
    own = Emitted(made.plan(), catalog)
    pool = own.named("NodePool", own.names.pool("system"))["spec"]["template"]
    taints = {(each["key"], each["value"], each["effect"]) for each in pool["spec"]["taints"]}
    pod = pod_of(own)

    assert pod["nodeSelector"].items() <= pool["metadata"]["labels"].items()
    assert {(each["key"], each["value"], each["effect"]) for each in pod["tolerations"]} == taints
    theirs = pod_of(Emitted(made.plan(stack=replace(made.plan().stack, system_nodes="existing")), catalog))
    assert {"nodeSelector", "tolerations"}.isdisjoint(theirs)


def test_replicas_stand_on_nodes_of_their_own_and_in_all_zones(catalog: Catalog) -> None:
    """
    As a rule on the stack's own nodes, which the bill counts so; as a wish on those of others. Both select the gateway's pods alone.
    """
    stack = replace(made.plan().stack, zones=("us-east-1a", "us-east-1b"))
    pod = pod_of(Emitted(made.plan(stack=stack), catalog))
    (term,) = pod["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    (spread,) = pod["topologySpreadConstraints"]

    assert (term["topologyKey"], spread["topologyKey"]) == ("kubernetes.io/hostname", "topology.kubernetes.io/zone")
    selector = Emitted(made.plan(), catalog).named("Deployment", "gateway")["spec"]["selector"]
    assert term["labelSelector"] == spread["labelSelector"] == selector
    theirs = pod_of(Emitted(made.plan(stack=replace(stack, system_nodes="existing")), catalog))
    assert set(theirs["affinity"]["podAntiAffinity"]) == {"preferredDuringSchedulingIgnoredDuringExecution"}


def test_one_replica_has_nothing_to_keep_apart(catalog: Catalog) -> None:
    """
    A dev gateway of one replica asks for no second node, and its number stands in the Deployment.
    """
    one = made.gateway(replicas=Replicas(minimum=1, busiest=1, maximum=1, by_hour=(1,) * 168), requests_per_replica=Decimal(50))
    emitted = Emitted(made.plan(gateway=one), catalog)

    assert {"affinity", "topologySpreadConstraints"}.isdisjoint(pod_of(emitted))
    assert emitted.named("Deployment", "gateway")["spec"]["replicas"] == 1
    assert "gateway" not in {each["metadata"]["name"] for each in emitted.of_kind("ScaledObject")}


def test_the_container_asks_for_what_was_planned(emitted: Emitted) -> None:
    """
    CPU and memory as in the plan, memory bounded, CPU not.
    """
    resources = litellm_of(emitted)["resources"]

    assert resources == {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "2Gi"}}
