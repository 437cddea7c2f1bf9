"""
Stores at ElastiCache: who may enter, what is kept and protected, and how clients in the cluster find them.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

import gateways_made
from servewright.record.offline import record, record_plan
from servewright.resources.assembly import ServingStack
from servewright.resources.caches import elasticache_policies as policies
from servewright.resources.naming import Names
from servewright.spec.request import Environment

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.plan.model import Plan
    from servewright.record.monitor import Recording, Registration

ENVIRONMENTS: tuple[Environment, ...] = ("dev", "prod")
GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"


def registered(plan: Plan, catalog: Catalog, *, allow_teardown: bool = False) -> Recording:
    """
    Return the recording of the stack of *plan*.
    """

    def program() -> None:
        pulumi.runtime.set_config("servewright:allow_teardown", "true" if allow_teardown else "false")
        ServingStack("demo", plan, catalog)

    return record(program, project="p", stack="s")


def of_type(recording: Recording, token: str) -> dict[str, Registration]:
    """
    Return the resources of *token* by name.
    """
    return {made.name: made for made in recording.resources.values() if made.type == token}


def statement(text: str) -> dict[str, Any]:
    """
    Return the only statement of a policy.
    """
    (only,) = json.loads(text)["Statement"]
    assert isinstance(only, dict)
    return only


def named(name: str, environment: Environment = "dev") -> Names:
    """
    Return the names of a stack.
    """
    stack = gateways_made.plan().stack
    return Names.of(replace(stack, name=name, environment=environment))


def test_a_user_signs_in_with_its_identity_and_nothing_else(catalog: Catalog) -> None:
    """
    IAM asks that id and name are one and lower case; there is no password in any input.
    """
    recording = registered(gateways_made.elasticache(), catalog)

    for made in of_type(recording, "aws:elasticache/user:User").values():
        assert made.inputs["authenticationMode"] == {"type": "iam"}
        assert made.inputs["userId"] == made.inputs["userName"] == made.inputs["userId"].lower()
        assert "passwords" not in made.inputs
    assert "authToken" not in str([made.inputs for made in of_type(recording, GROUP).values()])


def test_users_have_the_rights_that_they_have_in_the_cluster() -> None:
    """
    The same names of keys and the same commands, whoever runs the store.
    """
    for purpose in ("responses", "counters"):
        assert policies.access_string(gateways_made.elasticache_tier(purpose)) == "on ~sw:* &* +@all -@dangerous -@admin +info"


def test_the_role_signs_in_to_these_stores_as_these_users_only() -> None:
    """
    One action on each replication group and each user, and no pattern in any of them.
    """
    plan = gateways_made.elasticache()
    allowed = statement(policies.connect_policy(plan, Names.of(plan.stack)))
    own = "arn:aws:elasticache:us-east-1:123456789012"

    assert allowed["Action"] == "elasticache:Connect"
    assert allowed["Resource"] == [
        f"{own}:{kind}:demo-dev-cache-{purpose}" for purpose in ("counters", "responses") for kind in ("replicationgroup", "user")
    ]


def test_only_pods_of_this_cluster_take_the_role(catalog: Catalog) -> None:
    """
    EKS assumes it for the ServiceAccount `gateway` of the stack's namespace, on behalf of this cluster.
    """
    plan = gateways_made.elasticache()
    trust = statement(policies.trust_policy(plan))
    (association,) = of_type(registered(plan, catalog), "aws:eks/podIdentityAssociation:PodIdentityAssociation").values()

    assert trust["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    assert trust["Condition"]["ArnEquals"] == {"aws:SourceArn": "arn:aws:eks:us-east-1:123456789012:cluster/shared-dev"}
    assert association.inputs["clusterName"] == "shared-dev"
    assert (association.inputs["namespace"], association.inputs["serviceAccount"]) == ("demo-dev", "gateway")


def test_everything_is_encrypted_and_nothing_changes_by_day(catalog: Catalog) -> None:
    """
    On the wire and on disks; versions and nodes change in the window.
    """
    for made in of_type(registered(gateways_made.elasticache(), catalog), GROUP).values():
        assert made.inputs["atRestEncryptionEnabled"] is made.inputs["transitEncryptionEnabled"] is True
        assert made.inputs["transitEncryptionMode"] == "required"
        assert made.inputs["applyImmediately"] is False
        assert (made.inputs["engine"], made.inputs["engineVersion"]) == ("valkey", "8.2")


@pytest.mark.parametrize(
    ("nodes", "zones", "failover", "several"),
    [(1, ("us-east-1a", "us-east-1b"), False, False), (2, ("us-east-1a",), True, False), (2, ("us-east-1a", "us-east-1b"), True, True)],
)
def test_a_second_node_takes_over(nodes: int, zones: tuple[str, ...], *, failover: bool, several: bool) -> None:
    """
    With one node there is nothing to fail over to; in one zone nodes cannot stand apart.
    """
    plan = gateways_made.elasticache()
    plan = replace(plan, stack=replace(plan.stack, zones=zones))
    inputs = policies.group_inputs(plan, gateways_made.elasticache_tier("counters", nodes=nodes), Names.of(plan.stack))

    assert inputs["num_cache_clusters"] == nodes
    assert (inputs["automatic_failover_enabled"], inputs["multi_az_enabled"]) == (failover, several)


def test_only_counters_are_kept_and_protected(catalog: Catalog) -> None:
    """
    A week of snapshots, and no removal; answers have neither.
    """
    groups = of_type(registered(gateways_made.elasticache(), catalog), GROUP)

    assert groups["demo-cache-counters"].inputs["snapshotRetentionLimit"] == 7
    assert groups["demo-cache-responses"].inputs["snapshotRetentionLimit"] == 0
    assert {name: made.protected for name, made in groups.items()} == {"demo-cache-counters": True, "demo-cache-responses": False}


@pytest.mark.parametrize("make", [gateways_made.elasticache, gateways_made.plan])
def test_the_stack_s_configuration_takes_the_protection_off(catalog: Catalog, make: Any) -> None:
    """
    `servewright:allow_teardown` does, for stores in the cluster as well: nothing else is protected, and with it nothing is.
    """
    guarded, open_ = (
        [made.name for made in registered(make(), catalog, allow_teardown=allowed).resources.values() if made.protected]
        for allowed in (False, True)
    )

    assert guarded == ["demo-cache-counters"]
    assert open_ == []


def test_the_address_comes_from_the_group(catalog: Catalog) -> None:
    """
    A ConfigMap that waits for the group holds it; its other entries are known from the start.
    """
    recording = registered(gateways_made.elasticache(), catalog)
    made = of_type(recording, "kubernetes:core/v1:ConfigMap")["demo-cache-responses"]

    assert set(made.inputs["data"]) == {"host", "port"}
    assert made.inputs["data"]["port"] == "6379"
    assert any(urn.endswith(f"{GROUP}::demo-cache-responses") for urn in made.depends_on)


def test_unknown_addresses_change_no_urn(catalog: Catalog) -> None:
    """
    A preview before anything stands registers what one after it does.
    """
    plan = gateways_made.elasticache()
    before, after = ([made.urn for made in record_plan(plan, catalog, known=known)] for known in (False, True))

    assert before == after


def test_a_store_in_the_cluster_makes_nothing_in_aws(catalog: Catalog) -> None:
    """
    Nor does a stack without caches.
    """
    for tiers in (gateways_made.TIERS, ()):
        types = {made.type for made in record_plan(gateways_made.plan(tiers=tiers), catalog)}
        assert not [each for each in types if each.startswith(("aws:elasticache", "aws:iam", "aws:eks"))]


@pytest.mark.parametrize("name", ["a", "a--b", "support-chat", "x" * 40, "ends-", "prod", "a-prod-b", "0a"])
def test_ids_keep_to_the_limits_of_elasticache(name: str) -> None:
    """
    At most 40 lower-case letters, digits and single hyphens, a letter first and no hyphen last.
    """
    for environment in ENVIRONMENTS:
        names = named(name, environment)
        for tier in (gateways_made.elasticache_tier("responses"), gateways_made.elasticache_tier("counters")):
            for made in (policies.cache_id(names, tier.key), policies.user_group_id(names, tier), policies.cache_id(names, "caches")):
                assert re.fullmatch(r"(?=.{1,40}$)(?!.*--)[a-z]([a-z0-9-]*[a-z0-9])?", made), made


def test_other_stacks_have_other_ids() -> None:
    """
    Also where two names differ by what the limits take away.
    """
    names = ["a-b", "a--b", "a---b", "x" * 39 + "1", "x" * 39 + "2"]
    made = {policies.cache_id(named(name, environment), "cache-responses") for name in names for environment in ENVIRONMENTS}

    assert len(made) == 2 * len(names)


def test_without_a_place_a_preview_takes_placeholders() -> None:
    """
    What the spec leaves open is named there; `up` refuses it (resources.checks).
    """
    plan = gateways_made.elasticache()
    assert plan.caches is not None
    nowhere = replace(plan, caches=replace(plan.caches, subnets=(), security_groups=()))

    assert policies.subnets(nowhere) == policies.PLACEHOLDER_SUBNETS
    assert policies.group_inputs(nowhere, nowhere.tiers[0], Names.of(plan.stack))["security_group_ids"] == ["sg-00000000000000000"]
    assert policies.subnets(plan) == plan.caches.subnets
