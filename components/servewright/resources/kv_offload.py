"""
How the engines reach the store of KV blocks: what LMCache reads from the environment, and the certificate that it trusts.

The password is expanded by Kubernetes into the address, which LMCache writes to its log at level INFO three times (0.5.6, measured): its
level is WARNING. An address takes letters, digits and - . _ ~ as they are; a password with other characters does not get through.
ElastiCache's IAM authentication and LMCache know nothing of each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.plan.kv_offload import CHUNK_TOKENS, STAGING_GIB, weights_seed
from servewright.resources.caches import address, valkey
from servewright.resources.caches.valkey_objects import auth_secret

if TYPE_CHECKING:
    from servewright.plan.gateway_plan import CacheTier
    from servewright.plan.model import ModelPlan, Plan
    from servewright.resources.naming import Names

CERTIFICATES: Final = "/etc/cache-tls"
_VOLUME: Final = "cache-ca"
_AUTHORITY: Final = "ca.crt"

_SETTINGS: Final = (
    ("LMCACHE_CHUNK_SIZE", str(CHUNK_TOKENS)),
    # What LMCache takes from the host it also keeps blocks in, the newest, before it asks the store.
    ("LMCACHE_LOCAL_CPU", "True"),
    ("LMCACHE_MAX_LOCAL_CPU_SIZE", str(STAGING_GIB)),
    ("LMCACHE_REMOTE_SERDE", "naive"),
    ("LMCACHE_SAVE_UNFULL_CHUNK", "False"),
    ("LMCACHE_SAVE_DECODE_CACHE", "False"),
    # Its default is Python's own hash of 64 bits, of which anybody can make two alike: one team's blocks would answer another's prompt.
    ("LMCACHE_PRE_CACHING_HASH_ALGORITHM", "sha256_cbor"),
    ("LMCACHE_LOG_LEVEL", "WARNING"),
    ("LMCACHE_TRACK_USAGE", "false"),
)


def store_of(plan: Plan, model: ModelPlan) -> CacheTier | None:
    """
    Return the store that keeps the KV blocks of *model*, None where none does.
    """
    contexts = None if plan.caches is None else plan.caches.contexts
    if contexts is None or model.name not in contexts.models:
        return None
    return next((tier for tier in plan.tiers if tier.purpose == "contexts"), None)


def engine_environment(plan: Plan, model: ModelPlan, names: Names) -> list[dict[str, Any]]:
    """
    Return the variables of the engines of *model*, the same in every replica; none where no store keeps its blocks.
    """
    tier = store_of(plan, model)
    if tier is None:
        return []
    password = {"secretKeyRef": {"name": auth_secret(tier), "key": valkey.PASSWORD_KEY}}
    return [
        {"name": "PYTHONHASHSEED", "value": str(weights_seed(model))},
        # before the address, which it goes into
        {"name": valkey.PASSWORD_ENV, "valueFrom": password},
        {"name": "LMCACHE_REMOTE_URL", "value": _address(tier, names, tls=_secret(plan) is not None)},
        *({"name": name, "value": value} for name, value in _SETTINGS),
    ]


def engine_volumes(plan: Plan, model: ModelPlan) -> list[dict[str, Any]]:
    """
    Return the volume with the authority's certificate, and nothing of the server's key beside it.
    """
    secret = _secret(plan)
    if store_of(plan, model) is None or secret is None:
        return []
    items = [{"key": _AUTHORITY, "path": _AUTHORITY}]
    return [{"name": _VOLUME, "secret": {"secretName": secret, "items": items, "defaultMode": 0o440}}]


def engine_mounts(plan: Plan, model: ModelPlan) -> list[dict[str, Any]]:
    """
    Return where the engine finds the volume.
    """
    return [{"name": each["name"], "mountPath": CERTIFICATES, "readOnly": True} for each in engine_volumes(plan, model)]


def _secret(plan: Plan) -> str | None:
    return None if plan.caches is None else plan.caches.tls


def _address(tier: CacheTier, names: Names, *, tls: bool) -> str:
    """
    Return the store's address; redis-py takes the authority from its query, and holds the server's name against the certificate.
    """
    scheme, query = ("rediss", f"?ssl_ca_certs={CERTIFICATES}/{_AUTHORITY}") if tls else ("redis", "")
    return f"{scheme}://{valkey.USER}:$({valkey.PASSWORD_ENV})@{address.host(tier, names)}:{valkey.PORT}{query}"
