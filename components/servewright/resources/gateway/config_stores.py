"""
How the gateway reaches its stores: the cache of answers, and the counters that all replicas share.

In the cluster the store asks for the user "gateway" with a password, at ElastiCache for a token that is signed by the pod's own identity.
No secret stands in the configuration: LiteLLM reads passwords from its environment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.resources.caches.elasticache_policies import cache_id, user_id
from servewright.resources.caches.valkey import PORT, USER
from servewright.resources.gateway import environment
from servewright.resources.gateway.policy import namespace

if TYPE_CHECKING:
    from servewright.plan.gateway_plan import CacheTier, Purpose
    from servewright.plan.model import Plan
    from servewright.resources.naming import Names
    from servewright.spec.cache_request import CachesRequest

MEMORY_TTL_S: Final = 30
"""
Seconds that a process keeps its copy of an embedding, as for answers by default (judgement). LiteLLM's own are 600.
"""

ASKED: Final = "default_off"
ALWAYS: Final = "default_on"
"""
Whether an answer is cached that nobody asked to cache. LiteLLM's own default would keep sampled answers too; our policy says for each
request what holds. Embeddings need it all the same: in the other mode they are written and never read (LiteLLM 1.104.0, measured).
"""


def tier_for(plan: Plan, purpose: Purpose) -> CacheTier | None:
    """
    Return the store of *plan* for *purpose*.
    """
    return next((tier for tier in plan.tiers if tier.purpose == purpose), None)


def cache_params(plan: Plan, names: Names) -> dict[str, Any] | None:
    """
    Return LiteLLM's cache_params; None where no answers are kept.
    """
    caches, tier = plan.caches, tier_for(plan, "responses")
    if caches is None or tier is None:
        return None
    # An embedding lives as long as this says, whatever the request does; an answer as long as our policy says (measured).
    kept = caches.embeddings or caches.responses
    ttl = kept.lasts_s if kept is not None else MEMORY_TTL_S
    bound = min(caches.responses.memory_lasts_s if caches.responses is not None else MEMORY_TTL_S, ttl)
    return {
        "type": "redis",
        "mode": ASKED if caches.embeddings is None else ALWAYS,
        **connection(plan, names, tier),
        "namespace": namespace(plan, names),
        "ttl": ttl,
        "default_in_memory_ttl": bound,
        "supported_call_types": _call_types(caches),
    }


def connection(plan: Plan, names: Names, tier: CacheTier) -> dict[str, Any]:
    """
    Return how to reach *tier* and as whom.
    """
    own: dict[str, Any] = {"host": environment.reference(environment.host(tier.purpose)), "port": PORT}
    if tier.provider == "elasticache":
        return own | {
            "ssl": True,
            "aws_iam_auth": True,
            "aws_iam_user_name": user_id(names, tier.key),
            "aws_iam_cache_name": cache_id(names, tier.key),
            "aws_iam_region": plan.stack.region,
        }
    own |= {"username": USER, "password": environment.reference(environment.password(tier.purpose))}
    if plan.caches is not None and plan.caches.tls is not None:
        own |= {"ssl": True, "ssl_ca_certs": environment.reference(environment.CERTIFICATES)}
    return own


def _call_types(caches: CachesRequest) -> list[str]:
    """
    Return LiteLLM's names of the calls that are cached; what our policy leaves out is not cached in spite of them.
    """
    answers = ["acompletion", "atext_completion"] if caches.responses is not None else []
    return answers + (["aembedding"] if caches.embeddings is not None else [])
