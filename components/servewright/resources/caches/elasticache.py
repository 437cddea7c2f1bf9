"""
ElastiCache as Pulumi resources: for each store its parameters, its user and its nodes; for all of them the subnets and the gateway's role.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
from pulumi_aws import eks, elasticache, iam

from servewright.resources.caches import elasticache_policies as policies
from servewright.resources.caches.address import GROUP, HOST_KEY
from servewright.resources.naming import Names
from servewright.resources.registration import Given
from servewright.resources.teardown import kept

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servewright.plan.gateway_plan import CacheTier
    from servewright.plan.model import Plan


def register_caches(prefix: str, plan: Plan, names: Names, opts: pulumi.ResourceOptions) -> dict[str, elasticache.ReplicationGroup]:
    """
    Register the stores of *plan* that ElastiCache runs, with what lets the gateway in, and return their groups by the key of the store.
    """
    tiers = policies.tiers_of(plan)
    if not tiers:
        return {}
    network = elasticache.SubnetGroup(
        f"{prefix}-caches",
        name=policies.cache_id(names, "caches"),
        description=f"Caches of {names.stack}",
        subnet_ids=list(policies.subnets(plan)),
        opts=opts,
    )
    # The agent gives a pod its identity when the pod is made, and never later: the stores, which the pods wait for, wait for the identity.
    after = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=_role(prefix, plan, names, opts)))
    return {tier.key: _group(f"{prefix}-{tier.key}", plan, tier, network.name, opts, after) for tier in tiers}


def addresses(groups: Mapping[str, elasticache.ReplicationGroup]) -> Given:
    """
    Return what objects in the cluster need of *groups*: that they stand, and where.
    """
    return Given(
        made={(GROUP, key): group for key, group in groups.items()},
        data={key: {HOST_KEY: group.primary_endpoint_address} for key, group in groups.items()},
    )


def _group(  # noqa: PLR0917 - options of the parts and of the whole
    name: str, plan: Plan, tier: CacheTier, network: pulumi.Output[str], opts: pulumi.ResourceOptions, after: pulumi.ResourceOptions
) -> elasticache.ReplicationGroup:
    names = Names.of(plan.stack)
    own = policies.cache_id(names, tier.key)
    settings = elasticache.ParameterGroup(
        name,
        name=own,
        family=policies.FAMILY,
        description=f"{tier.purpose} of {names.stack}",
        parameters=[elasticache.ParameterGroupParameterArgs(**each) for each in policies.parameters(tier)],
        opts=opts,
    )
    user = elasticache.User(
        name,
        user_id=policies.user_id(names, tier.key),
        user_name=policies.user_id(names, tier.key),
        engine=policies.ENGINE,
        access_string=policies.access_string(tier),
        authentication_mode=elasticache.UserAuthenticationModeArgs(type="iam"),
        opts=opts,
    )
    users = elasticache.UserGroup(
        name, user_group_id=policies.user_group_id(names, tier), engine=policies.ENGINE, user_ids=[user.user_id], opts=opts
    )
    return elasticache.ReplicationGroup(
        name,
        **policies.group_inputs(plan, tier, names),
        parameter_group_name=settings.name,
        subnet_group_name=network,
        user_group_ids=[users.user_group_id],
        opts=pulumi.ResourceOptions.merge(after, kept(holds_state=tier.persistent)),
    )


def _role(prefix: str, plan: Plan, names: Names, opts: pulumi.ResourceOptions) -> list[pulumi.Resource]:
    """
    Let the pods of the gateway sign in, and return what says so: what the role allows, and which ServiceAccount has it.
    """
    name = f"{prefix}-caches"
    role = iam.Role(
        name,
        name=policies.role_name(plan, names),
        description=f"Sign in to the caches of {names.stack}",
        assume_role_policy=policies.trust_policy(plan),
        opts=opts,
    )
    allowed = iam.RolePolicy(name, name="sign-in", role=role.name, policy=policies.connect_policy(plan, names), opts=opts)
    given = eks.PodIdentityAssociation(
        name,
        cluster_name=plan.stack.cluster.name,
        namespace=names.namespace,
        service_account=policies.SERVICE_ACCOUNT,
        role_arn=role.arn,
        opts=opts,
    )
    return [allowed, given]
