"""
The component: what it refuses, what it passes to its children, what it shows.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pulumi
import pytest

import gateways_made
import plans
from servewright.plan.model import LockUse
from servewright.ranges import Range
from servewright.record.offline import record, record_plan
from servewright.resources.assembly import ServingStack
from servewright.resources.checks import faults, not_built, placeholders, refusals
from servewright.resources.estimates import Estimates
from servewright.spec.request import BudgetRequest

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.plan.model import Plan
    from servewright.record.monitor import Recording

ESTIMATE = Estimates.of(Range.of(397, Decimal("640.2"), 1600), complete=True, prices_as_of="2024-07-01 to 2026-07-20")


def recorded(plan: Plan, catalog: Catalog, opts: pulumi.ResourceOptions | None = None) -> Recording:
    """
    Return the recording of a program with one component.
    """
    return record(lambda: ServingStack("demo", plan, catalog, ESTIMATE, opts), project="p", stack="s")


def test_every_child_names_the_component_and_its_provider(catalog: Catalog) -> None:
    """
    A child without parent or provider would go to whatever cluster or account the machine points at.
    """
    recording = recorded(plans.plan(), catalog)
    component = next(made.urn for made in recording.resources.values() if made.type == "servewright:index:ServingStack")
    children = [made for made in recording.resources.values() if made.custom and not made.type.startswith("pulumi:")]

    assert len(children) > 20
    for made in children:
        package = made.type.partition(":")[0]
        assert made.parent == component
        assert made.name.startswith("demo-")
        assert made.provider is not None
        assert f"pulumi:providers:{package}::demo-{package}" in made.provider


def test_the_providers_go_to_the_spec_s_account_region_and_cluster(catalog: Catalog) -> None:
    """
    The AWS provider refuses other accounts and tags everything; the Kubernetes provider uses the spec's context.
    """
    by_type = {made.type: made.inputs for made in recorded(plans.plan(), catalog).resources.values()}
    aws, kubernetes = by_type["pulumi:providers:aws"], by_type["pulumi:providers:kubernetes"]

    assert aws["region"] == "us-east-1"
    assert aws["allowedAccountIds"] == '["123456789012"]'
    assert '"servewright:stack": "demo-dev"' in aws["defaultTags"]
    assert kubernetes == {"clusterIdentifier": "us-east-1/shared-dev", "context": "shared-dev"}


def test_the_estimate_is_an_input_and_an_output_is_each_endpoint(catalog: Catalog) -> None:
    """
    Whole dollars in the component's inputs show up in every preview; the endpoints are what a user asks for next.
    """
    component = next(made for made in recorded(plans.plan(), catalog).resources.values() if made.type == "servewright:index:ServingStack")

    assert component.inputs["estimatedMonthlyUsd"] == {
        "atLeast": False,
        "expected": 640,
        "max": 1600,
        "min": 397,
        "pricesAsOf": "2024-07-01 to 2026-07-20",
    }
    assert component.outputs is not None
    assert component.outputs["endpoints"] == {"chat": "http://chat.demo-dev.svc.cluster.local:8000/v1"}
    assert component.outputs["namespace"] == "demo-dev"
    assert component.outputs["estimatedMonthlyUsd"] == component.inputs["estimatedMonthlyUsd"]


def test_the_estimate_moves_no_resource(catalog: Catalog) -> None:
    """
    With and without it the same resources are registered; only the component's input and the budget's amount differ.
    """
    plan = plans.no_nvme()
    without, with_it = record_plan(plan, catalog), record_plan(plan, catalog, estimate=ESTIMATE)
    changed = {one.type for one, other in zip(without, with_it, strict=True) if one.inputs != other.inputs}

    assert [one.urn for one in without] == [one.urn for one in with_it]
    assert changed == {"servewright:index:ServingStack", "aws:budgets/budget:Budget"}


def test_up_refuses_placeholders_in_clear_words(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A preview takes a spec without account and cluster; up says which fields are missing and makes nothing.
    """
    plan = plans.plan(stack=plans.placeholder_stack())
    recorded(plan, catalog)
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: False)

    with pytest.raises(pulumi.RunError, match=r"^nothing is deployed: the spec leaves platform\.account and platform\.cluster\.name open"):
        recorded(plan, catalog)


@pytest.mark.parametrize("environment", ["staging", "prod"])
@pytest.mark.parametrize(
    ("lock", "why"),
    [
        (LockUse(state="none", file=None), "there is no lock"),
        (LockUse(state="stale", file="prod.lock.json"), r"prod\.lock\.json does not fit the spec"),
    ],
)
def test_up_refuses_what_needs_a_lock(lock: LockUse, why: str, environment: str, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Staging and prod go out from a lock in force only: a preview is free, up says why it stops and what to do.
    """
    plan = plans.plan(stack=plans.stack(environment=environment), lock=lock)
    recorded(plan, catalog)
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: False)

    words = (
        rf"^nothing is deployed: {environment} goes out from a locked plan only, .* and {why}: servewright plan SPEC --replan --write-lock"
    )
    with pytest.raises(pulumi.RunError, match=words):
        recorded(plan, catalog)


@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_up_takes_a_locked_plan(environment: str, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    With a lock in force nothing stands against it.
    """
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: False)
    plan = plans.plan(stack=plans.stack(environment=environment), lock=LockUse(state="locked", file="prod.lock.json"))

    assert refusals(plan) == ()
    assert recorded(plan, catalog).resources


def test_up_says_all_that_it_refuses(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Whoever fills in the account learns of the lock at the same time.
    """
    plan = plans.plan(stack=replace(plans.placeholder_stack(), environment="prod"))
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: False)

    with pytest.raises(pulumi.RunError) as raised:
        recorded(plan, catalog)
    assert str(raised.value).count("nothing is deployed: ") == 2


def test_dev_needs_no_lock(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    In dev a plan that is made afresh may be deployed.
    """
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: False)

    assert refusals(plans.plan()) == ()
    assert recorded(plans.plan(), catalog).resources


def test_a_budget_that_is_off_leaves_nothing_in_aws(catalog: Catalog) -> None:
    """
    No budget, topic or key, and no AWS provider that would ask for credentials; everything else stays.
    """
    off = BudgetRequest(enabled=False, limit=None, alerts=(), notify=())
    without, with_it = recorded(plans.plan(budget=off), catalog), recorded(plans.plan(), catalog)
    gone = {made.type for made in with_it.resources.values()} - {made.type for made in without.resources.values()}

    assert gone == {
        "pulumi:providers:aws",
        "aws:budgets/budget:Budget",
        "aws:kms/key:Key",
        "aws:sns/topic:Topic",
        "aws:sns/topicPolicy:TopicPolicy",
        "aws:sns/topicSubscription:TopicSubscription",
    }


def test_up_refuses_a_budget_without_amount(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Where neither a limit nor an expected bill is known, AWS would have nothing to compare with.
    """
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: False)

    with pytest.raises(pulumi.RunError, match=r"the AWS Budget has no amount\. Set budgets\.monthly\.$"):
        record(lambda: ServingStack("demo", plans.no_nvme(), catalog), project="p", stack="s")


def test_all_faults_of_a_plan_come_at_once_with_their_paths(catalog: Catalog) -> None:
    """
    Too many thresholds, one name for two models, a drain beyond the notice: each is named with its place in the spec.
    """
    shares = tuple(Decimal(each) / 10 for each in range(1, 7))
    slow = replace(plans.model().engine, arguments=(plans.HUB_ID, "--served-model-name=chat", "--shutdown-timeout=300"))
    twin = plans.model(name="chat-2", path="models[1]", engine=slow)
    pools = tuple(replace(pool, serves=(*pool.serves, "chat-2")) for pool in plans.pools())
    plan = plans.plan(models=(plans.model(), twin), pools=pools, budget=replace(plans.plan().budget, alerts=shares))

    assert [path for path, _ in faults(plan)] == ["budgets.alerts", "models[0]", "models[1]", "models[1]"]
    with pytest.raises(pulumi.InputPropertiesError, match=r"^budgets\.alerts: 6 thresholds; an AWS Budget has at most 5; models") as raised:
        recorded(plan, catalog)
    assert [each["property_path"] for each in raised.value.errors or []] == ["budgets.alerts", "models[0]", "models[1]", "models[1]"]


@pytest.mark.parametrize("variant", ["dev", "large", "pair", "hostile", "no_nvme"])
def test_good_plans_have_no_fault_and_no_placeholder(variant: str) -> None:
    """
    What the other tests use can be deployed.
    """
    plan = plans.VARIANTS[variant]()

    assert (faults(plan), placeholders(plan)) == ((), ())


def test_what_is_not_built_yet_says_what_to_do(catalog: Catalog) -> None:
    """
    Weights in S3 need an association that is made by hand; the stack is registered all the same.
    """
    ((path, remedy),) = not_built(plans.large())

    assert path == "models[0]"
    assert remedy.startswith("s3://models/llama-3.3-70b needs an EKS Pod Identity association")
    assert not_built(plans.plan()) == ()
    assert recorded(plans.large(), catalog).resources


def test_a_public_gateway_says_what_must_be_there() -> None:
    """
    The controller that makes its load balancer, and a record of its name.
    """
    said = dict(not_built(gateways_made.asked(public=gateways_made.PUBLIC)))

    assert said["gateway.public"].startswith("models.example.com needs the AWS Load Balancer Controller")
    assert "gateway.public" not in dict(not_built(gateways_made.plan()))


def test_stores_say_what_the_cluster_must_have() -> None:
    """
    A driver for the volume of the counters, an agent for signing in to ElastiCache; a store of answers in the cluster needs nothing.
    """
    ((here, driver),) = not_built(gateways_made.plan())
    ((there, agent),) = not_built(gateways_made.elasticache())

    assert (here, there) == ("caches", "caches.provider")
    assert driver.startswith("the volume of cache-counters needs the EBS CSI driver")
    assert agent.startswith("signing in to ElastiCache needs the EKS Pod Identity Agent")
    assert not_built(gateways_made.plan(tiers=(gateways_made.tier("responses"),))) == ()


def test_elasticache_needs_a_place_before_it_is_made() -> None:
    """
    A preview takes placeholders for subnets and security groups, `up` asks for them; stores in the cluster need neither.
    """
    whole = gateways_made.elasticache()
    assert whole.caches is not None
    nowhere = replace(whole, caches=replace(whole.caches, subnets=(), security_groups=()))

    assert placeholders(nowhere) == ("caches.elasticache.subnets", "caches.elasticache.security_groups")
    assert (placeholders(whole), placeholders(gateways_made.plan())) == ((), ())


def test_depends_on_reaches_the_children(catalog: Catalog) -> None:
    """
    Pulumi does not hand a component's depends_on on to its children; the component does.
    """

    class Gate(pulumi.ComponentResource):
        """
        Something to wait for.
        """

        def __init__(self) -> None:
            super().__init__("test:index:Gate", "gate")
            self.leaf = Leaf("gate-leaf", pulumi.ResourceOptions(parent=self))

    class Leaf(pulumi.CustomResource):
        """
        What the gate is made of.
        """

        def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
            super().__init__("test:index:Leaf", name, {}, opts)

    recording = record(
        lambda: ServingStack("demo", plans.plan(), catalog, ESTIMATE, pulumi.ResourceOptions(depends_on=[Gate()])), project="p", stack="s"
    )
    namespace = next(made for made in recording.resources.values() if made.type == "kubernetes:core/v1:Namespace")

    assert any("gate-leaf" in urn for urn in namespace.depends_on)
