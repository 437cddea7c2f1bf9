"""
The items of the list about gateway and stores: each holds for a good one, fails for its reason, and does not apply without one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from checked_stacks import case_of, preview_of, ready, records_with
from gateway_faults import CLUSTER, GROUP, MANAGED, PUBLIC
from gateway_specs import GATEWAY_SPECS
from servewright.readiness.checklist import judge
from servewright.readiness.model import Checked
from servewright.report.model import Preview

CONCERNED = ("gateway-replicas", "cache-loss", "cache-access", "cache-network", "public-address")


def verdicts(preview: Preview) -> dict[str, Checked]:
    """
    Return the items by id.
    """
    return {item.id: item for item in judge(case_of(preview)).items}


def states(preview: Preview) -> list[str]:
    """
    Return the states of the items that are about gateway and stores.
    """
    found = verdicts(preview)
    return [found[name].state for name in CONCERNED]


def made(spec: str) -> Preview:
    """
    Return the preview of one of the specs with a gateway.
    """
    return preview_of(GATEWAY_SPECS[spec])


def changed(spec: str, kind: str, name: str, path: str, value: Any) -> Preview:
    """
    Return that preview with one change in a resource.
    """
    return replace(made(spec), records=records_with(kind, name, path, value, made(spec).records))


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (CLUSTER, ["pass", "pass", "pass", "not-applicable", "not-applicable"]),
        (MANAGED, ["pass", "pass", "pass", "not-verifiable", "not-applicable"]),
        (PUBLIC, ["pass", "pass", "pass", "not-verifiable", "not-verifiable"]),
    ],
)
def test_a_good_gateway_is_ready(spec: str, expected: list[str]) -> None:
    """
    What can be seen holds; what the account must answer says so.
    """
    assert states(made(spec)) == expected


def test_without_a_gateway_none_of_it_applies() -> None:
    """
    A stack whose clients call the engines has none of this to be ready for.
    """
    assert states(ready()) == ["not-applicable"] * len(CONCERNED)


def test_a_gateway_of_one_replica_is_not_ready() -> None:
    """
    The field that mends it is named.
    """
    item = verdicts(changed(CLUSTER, "ScaledObject", "gateway", "spec minReplicaCount", 1))["gateway-replicas"]
    assert (item.state, item.fix) == ("fail", ("gateway.replicas.min", "2"))
    assert item.evidence[0].startswith("gateway: 1 to ")


def test_a_gateway_that_is_planned_and_not_registered_is_not_ready() -> None:
    """
    The plan's word alone does not make the item hold.
    """
    without = tuple(r for r in made(CLUSTER).records if not (r.inputs.get("kind") == "Deployment" and r.name.endswith("-gateway")))
    assert verdicts(replace(made(CLUSTER), records=without))["gateway-replicas"].state == "fail"


def test_a_store_of_prod_with_one_node_is_not_ready() -> None:
    """
    Prod asks for a second node of answers too; elsewhere only what never evicts does.
    """
    lonely = changed(MANAGED, GROUP, "cache-responses", "numCacheClusters", 1)
    records = records_with(GROUP, "cache-responses", "automaticFailoverEnabled", new=False, records=lonely.records)
    records = records_with(GROUP, "cache-responses", "multiAzEnabled", new=False, records=records)
    alone = replace(lonely, records=records)
    assert verdicts(alone)["cache-loss"].state == "fail"
    plan = made(MANAGED).plan
    staging = replace(alone, plan=replace(plan, stack=replace(plan.stack, environment="staging")))
    assert verdicts(staging)["cache-loss"].state == "pass"


def test_a_store_without_tls_is_for_dev_alone() -> None:
    """
    Its password would cross the network.
    """
    plain = changed(CLUSTER, "ConfigMap", "cache-responses", "data valkey.conf", "port 6379\n")
    item = verdicts(plain)["cache-access"]
    assert (item.state, item.fix) == ("fail", ("caches.tls", "{secret: cache-tls}"))
    assert "cache-responses: without TLS" in item.evidence[0]
    plan = plain.plan
    dev = replace(plain, plan=replace(plan, stack=replace(plan.stack, environment="dev")))
    assert verdicts(dev)["cache-access"].state == "pass"


def test_what_only_the_account_knows_is_asked_there() -> None:
    """
    Security groups by id and port, the certificate by its ARN, the name with its load balancer.
    """
    found = verdicts(made(PUBLIC))
    network, address = found["cache-network"], found["public-address"]
    assert network.where == (
        "in the account",
        "aws ec2 describe-security-groups --region us-east-1 --group-ids sg-0a1b2c3d",
    )
    assert "port 6379" in network.evidence[0]
    assert address.where is not None
    assert address.where[1] is not None
    assert address.where[1].endswith("certificate/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f")
    assert address.evidence[0] == "models.example.com must lead to the load balancer of gateway-public, which answers 203.0.113.0/24"


def test_a_network_that_is_left_open_is_named_and_no_placeholder_passes_for_an_id() -> None:
    """
    The fields of the spec fail with account and cluster; no command asks AWS for a group that does not exist.
    """
    ready_made = made(PUBLIC)
    caches = ready_made.plan.caches
    assert caches is not None
    bare = replace(ready_made, plan=replace(ready_made.plan, caches=replace(caches, subnets=(), security_groups=())))
    found = verdicts(bare)
    named, network = found["account-and-cluster"], found["cache-network"]
    assert (named.state, named.fix) == ("fail", ("caches.elasticache.subnets", "yours"))
    assert "caches.elasticache.subnets, caches.elasticache.security_groups left open" in named.evidence[0]
    assert network.where == ("in the account", None)
    assert network.evidence[0] == "no security group named yet: it must let the cluster's nodes in on port 6379"


def test_files_of_a_secret_are_asked_for_too() -> None:
    """
    A certificate that is mounted is as needed as a password that is a variable.
    """
    assert "front-prod/cache-tls" in verdicts(made(CLUSTER))["secrets-exist"].evidence
