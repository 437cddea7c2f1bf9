"""
ElastiCache as plain values: names within its limits, who may enter with which rights, and the role of the gateway's pods.

Nobody has a password: the gateway signs in as an IAM identity (AWS guide of ElastiCache, "Authenticating with IAM", read 2026-11), which
asks that the user's id and name are equal and lower case, and that traffic is encrypted.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, Final

from servewright.resources.budget import account, partition
from servewright.resources.caches import valkey
from servewright.resources.naming import join

if TYPE_CHECKING:
    from servewright.plan.gateway_plan import CacheTier
    from servewright.plan.model import Plan
    from servewright.resources.naming import Names

ENGINE: Final = "valkey"
ENGINE_VERSION: Final = "8.2"
FAMILY: Final = "valkey8"
"""
The newest version that ElastiCache has, with vector search (AWS guide, "Supported engines and versions", read 2026-11).
"""

SERVICE_ACCOUNT: Final = "gateway"
"""
The ServiceAccount whose pods get the role.
"""

PLACEHOLDER_SUBNETS: Final = ("subnet-00000000000000000",)
PLACEHOLDER_SECURITY_GROUPS: Final = ("sg-00000000000000000",)
"""
Stand in previews where the spec names none; `up` refuses them.
"""

SNAPSHOT_DAYS: Final = 7
"""
Daily snapshots of what must outlive the nodes are kept for a week; judgement.
"""

SNAPSHOT_WINDOW: Final = "01:00-02:00"
MAINTENANCE_WINDOW: Final = "sun:03:00-sun:04:00"
"""
UTC, apart as the API asks, at night in Europe and the Americas' evening; judgement.
"""

_ID_LIMIT: Final = 40
"""
Characters of the id of a replication group (API reference CreateReplicationGroup, read 2026-11); users and groups of users keep to it too.
"""

_ROLE_LIMIT: Final = 64
"""
Characters of a role's name (API reference of IAM, CreateRole, read 2026-11).
"""

_HASH_CHARACTERS: Final = 8
_TWO: Final = re.compile(r"-{2,}")


def tiers_of(plan: Plan) -> tuple[CacheTier, ...]:
    """
    Return the stores that ElastiCache runs.
    """
    return tuple(tier for tier in plan.tiers if tier.provider == "elasticache")


def cache_id(names: Names, key: str) -> str:
    """
    Return the id of what belongs to the store *key*: the replication group, its user and its parameters.

    It is unique in account and region. Two hyphens in a row, which ElastiCache refuses, are one, and then a hash says what they were.
    """
    plain = join(*names.identity, key, limit=_ID_LIMIT)
    single = _TWO.sub("-", plain)
    if single == plain:
        return plain
    digest = hashlib.sha256(plain.encode()).hexdigest()[:_HASH_CHARACTERS]
    return f"{single[: _ID_LIMIT - _HASH_CHARACTERS - 1].rstrip('-')}-{digest}"


def user_id(names: Names, key: str) -> str:
    """
    Return the id of the user of the store *key*, which is also the name that the gateway signs in with.
    """
    return cache_id(names, key)


def user_group_id(names: Names, tier: CacheTier) -> str:
    """
    Return the id of the group that lets the one user in.
    """
    return cache_id(names, f"{tier.purpose}-users")


def role_name(plan: Plan, names: Names) -> str:
    """
    Return the name of the gateway's role, which is unique in the account.
    """
    return join("servewright", *names.identity, plan.stack.region, "caches", limit=_ROLE_LIMIT)


def access_string(tier: CacheTier) -> str:
    """
    Return what the user may do: the same as in the cluster, with the same names of keys.
    """
    return " ".join(("on", *valkey.user_rules(tier.purpose)))


def parameters(tier: CacheTier) -> list[dict[str, str]]:
    """
    Return the parameters that differ from the family's own.

    A quarter of the memory stays free of entries, for snapshots and fail-over: the plan sizes the node by the same share.
    """
    return [{"name": "maxmemory-policy", "value": tier.eviction}, {"name": "reserved-memory-percent", "value": "25"}]


def group_inputs(plan: Plan, tier: CacheTier, names: Names) -> dict[str, Any]:
    """
    Return the inputs of the replication group that refer to no other resource.

    Only what is persistent has snapshots: a restored cache of answers would serve those of a week ago.
    """
    spare = tier.nodes > 1
    return {
        "replication_group_id": cache_id(names, tier.key),
        "description": f"{tier.purpose} of {names.stack}",
        "engine": ENGINE,
        "engine_version": ENGINE_VERSION,
        "node_type": tier.node_type,
        "num_cache_clusters": tier.nodes,
        "port": valkey.PORT,
        "automatic_failover_enabled": spare,
        "multi_az_enabled": spare and len(plan.stack.zones) > 1,
        "at_rest_encryption_enabled": True,
        "transit_encryption_enabled": True,
        "transit_encryption_mode": "required",
        "security_group_ids": list(security_groups(plan)),
        "snapshot_retention_limit": SNAPSHOT_DAYS if tier.persistent else 0,
        **({"snapshot_window": SNAPSHOT_WINDOW} if tier.persistent else {}),
        "maintenance_window": MAINTENANCE_WINDOW,
        "auto_minor_version_upgrade": True,
        # A larger node comes in the window: at once it would cost a fail-over at any time of the day.
        "apply_immediately": False,
    }


def subnets(plan: Plan) -> tuple[str, ...]:
    """
    Return the subnets that the nodes stand in.
    """
    return (plan.caches.subnets if plan.caches else ()) or PLACEHOLDER_SUBNETS


def security_groups(plan: Plan) -> tuple[str, ...]:
    """
    Return the security groups of the nodes: they must let the cluster's nodes in, on the port of the store.
    """
    return (plan.caches.security_groups if plan.caches else ()) or PLACEHOLDER_SECURITY_GROUPS


def trust_policy(plan: Plan) -> str:
    """
    Return who may take the role: EKS, for pods of this cluster (guide of EKS, "EKS Pod Identity role", read 2026-11).
    """
    cluster = f"arn:{partition(plan)}:eks:{plan.stack.region}:{account(plan)}:cluster/{plan.stack.cluster.name}"
    statement = {
        "Sid": "PodsOfTheCluster",
        "Effect": "Allow",
        "Principal": {"Service": "pods.eks.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {"StringEquals": {"aws:SourceAccount": account(plan)}, "ArnEquals": {"aws:SourceArn": cluster}},
    }
    return _policy(statement)


def connect_policy(plan: Plan, names: Names) -> str:
    """
    Return what the role allows: signing in to exactly these stores, as exactly their users.
    """
    own = f"arn:{partition(plan)}:elasticache:{plan.stack.region}:{account(plan)}"
    ids = [cache_id(names, tier.key) for tier in tiers_of(plan)]
    resources = [f"{own}:{kind}:{each}" for each in ids for kind in ("replicationgroup", "user")]
    return _policy({"Sid": "SignIn", "Effect": "Allow", "Action": "elasticache:Connect", "Resource": resources})


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, sort_keys=True)
