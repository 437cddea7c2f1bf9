"""
The engines' way to the store of KV blocks: the same in every replica, encrypted, and without the password in any manifest.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

import gateways_made
from servewright.catalog.load import load_catalog
from servewright.plan.kv_offload import CHUNK_TOKENS, STAGING_GIB, weights_seed
from servewright.resources.caches import address, valkey
from servewright.resources.caches.valkey_objects import auth_secret
from servewright.resources.kv_offload import CERTIFICATES, engine_environment, store_of
from servewright.resources.naming import Names
from servewright.resources.serving import deployment
from servewright.spec.cache_request import ContextCache

if TYPE_CHECKING:
    from servewright.plan.model import ModelPlan, Plan

CONTEXTS = ContextCache(models=("large",), reusable_tokens=100_000, size_gib=None)


def offloading(**changes: Any) -> Plan:
    """
    Return the plan whose model "large" keeps its KV blocks in a store; *changes* go to its caches.
    """
    caches = replace(gateways_made.CACHES, contexts=CONTEXTS, **changes)
    return gateways_made.plan(caches=caches, tiers=(*gateways_made.TIERS, gateways_made.tier("contexts")))


def pods(plan: Plan, name: str) -> list[dict[str, Any]]:
    """
    Return the pods of each share of the model *name*.
    """
    names, catalog = Names.of(plan.stack), load_catalog()
    model = named(plan, name)
    return [deployment(plan, model, share, names, catalog)["spec"]["template"]["spec"] for share in model.workloads]


def named(plan: Plan, name: str) -> ModelPlan:
    """
    Return the model *name*.
    """
    return next(model for model in plan.models if model.name == name)


def variables(pod: dict[str, Any]) -> dict[str, Any]:
    """
    Return the environment of the pod's one container, by name; a name stands there once.
    """
    (container,) = pod["containers"]
    names = [each["name"] for each in container["env"]]
    assert len(set(names)) == len(names)
    return {each["name"]: each.get("value", each.get("valueFrom")) for each in container["env"]}


def test_every_share_is_told_the_same() -> None:
    """
    Base and burst share blocks: where any of this differed, one would not find what the other stored.
    """
    plan = offloading()
    base, burst = (variables(pod) for pod in pods(plan, "large"))
    assert base == burst
    assert base["PYTHONHASHSEED"] == str(weights_seed(named(plan, "large")))
    assert base["LMCACHE_CHUNK_SIZE"] == str(CHUNK_TOKENS)
    assert base["LMCACHE_MAX_LOCAL_CPU_SIZE"] == str(STAGING_GIB)


def test_only_the_models_that_ask_reach_the_store() -> None:
    """
    A model that keeps no blocks gets no password for them.
    """
    plan = offloading()
    assert store_of(plan, named(plan, "small")) is None
    (pod,) = pods(plan, "small")
    assert not [name for name in variables(pod) if name.startswith(("LMCACHE_", "VALKEY_", "PYTHONHASHSEED"))]


def test_the_password_is_in_no_manifest() -> None:
    """
    Kubernetes puts it in: the address names a variable that stands before it, which comes from the Secret.
    """
    plan = offloading()
    for pod in pods(plan, "large"):
        (container,) = pod["containers"]
        order = [each["name"] for each in container["env"]]
        assert order.index(valkey.PASSWORD_ENV) < order.index("LMCACHE_REMOTE_URL")
        found = variables(pod)
        secret = {"name": auth_secret(gateways_made.tier("contexts")), "key": valkey.PASSWORD_KEY}
        assert found[valkey.PASSWORD_ENV] == {"secretKeyRef": secret}
        assert urlsplit(found["LMCACHE_REMOTE_URL"]).password == f"$({valkey.PASSWORD_ENV})"


def test_the_password_is_not_logged() -> None:
    """
    LMCache writes its whole configuration at level INFO, the address with the password included (0.5.6, measured).
    """
    assert all(variables(pod)["LMCACHE_LOG_LEVEL"] == "WARNING" for pod in pods(offloading(), "large"))


def test_the_way_is_encrypted_and_the_server_checked() -> None:
    """
    The store is asked over TLS, by the name in its certificate, against the authority of the Secret; the server's key stays where it is.
    """
    plan = offloading()
    names = Names.of(plan.stack)
    for pod in pods(plan, "large"):
        url = urlsplit(variables(pod)["LMCACHE_REMOTE_URL"])
        assert (url.scheme, url.username, url.port) == ("rediss", valkey.USER, valkey.PORT)
        assert url.hostname == address.host(gateways_made.tier("contexts"), names)
        assert parse_qs(url.query) == {"ssl_ca_certs": [f"{CERTIFICATES}/ca.crt"]}
        (volume,) = [each for each in pod["volumes"] if each.get("secret", {}).get("secretName") == "cache-tls"]
        assert volume["secret"]["items"] == [{"key": "ca.crt", "path": "ca.crt"}]
        (mount,) = [each for each in pod["containers"][0]["volumeMounts"] if each["name"] == volume["name"]]
        assert mount == {"name": volume["name"], "mountPath": CERTIFICATES, "readOnly": True}


def test_without_tls_nothing_is_mounted() -> None:
    """
    In dev the hop may be in the clear; then there is no certificate to look for.
    """
    (pod, _) = pods(offloading(tls=None), "large")
    assert variables(pod)["LMCACHE_REMOTE_URL"].startswith("redis://")
    assert "?" not in variables(pod)["LMCACHE_REMOTE_URL"]
    assert not [each for each in pod["volumes"] if "secret" in each]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LMCACHE_TRACK_USAGE", "false"),
        ("LMCACHE_SAVE_UNFULL_CHUNK", "False"),
        ("LMCACHE_PRE_CACHING_HASH_ALGORITHM", "sha256_cbor"),
        ("LMCACHE_REMOTE_SERDE", "naive"),
    ],
)
def test_what_the_plan_rests_on_is_said(name: str, value: str) -> None:
    """
    No telemetry, whole chunks only, a hash that cannot be made to collide, values as they are.
    """
    assert all(variables(pod)[name] == value for pod in pods(offloading(), "large"))


def test_the_store_lets_the_engines_keys_in() -> None:
    """
    The user of the store may touch what LMCache names its blocks: model@world size@worker@hash@type and a suffix.
    """
    assert "~*@*" in valkey.user_rules("contexts")


def test_a_plan_without_contexts_has_none_of_it() -> None:
    """
    Engines that keep no blocks are as they were.
    """
    plan = gateways_made.plan()
    assert engine_environment(plan, named(plan, "large"), Names.of(plan.stack)) == []
    assert "LMCACHE" not in json.dumps(pods(plan, "large"))
