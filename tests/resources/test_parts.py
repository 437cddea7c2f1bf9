"""
Parts of a stack by themselves: what the whole would register, with the program's providers, and refused where the whole is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

import gateways_made
import plans
from servewright.ranges import Range
from servewright.record.offline import record
from servewright.resources import BudgetAlarm, Engines, Gateway, NetworkRules, NodePools, Planned, ServingStack
from servewright.resources.estimates import Estimates
from servewright.spec.request import BudgetRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from servewright.catalog.query import Catalog
    from servewright.plan.model import Plan
    from servewright.record.monitor import Registration

PARTS = (NodePools, Engines, NetworkRules, BudgetAlarm)
WHOLE = {"NodePool", "EC2NodeClass", "Deployment", "Service", "ServiceAccount", "PodDisruptionBudget", "ScaledObject", "PodMonitor"}


def planned(catalog: Catalog, **changes: Any) -> Planned:
    """
    Return the plan made by hand with its estimate.
    """
    estimate = Estimates.of(Range.of(397, 640, 1600), complete=True, prices_as_of="2026-07-20 to 2026-07-20")
    return Planned(plan=plans.plan(**changes), catalog=catalog, estimate=estimate)


def registered(program: Callable[[], object]) -> list[Registration]:
    """
    Return the custom resources of *program*, providers left out.
    """
    made = record(program, project="p", stack="s").resources.values()
    return [each for each in made if each.custom and not each.type.startswith("pulumi:")]


def test_the_parts_together_are_the_whole_but_namespace_and_operators(catalog: Catalog) -> None:
    """
    Each object once, with the same inputs: two programs that divide a stack make the same things in the cluster.
    """
    given = planned(catalog)
    whole = registered(lambda: ServingStack("demo", given.plan, given.catalog, given.estimate))
    parts = registered(lambda: [part("demo", given) for part in PARTS])
    expected = {(each.type, each.name): each.inputs for each in whole if not each.name.endswith("-namespace")}
    assert {(each.type, each.name): each.inputs for each in parts} == expected
    assert len(parts) == len(expected)
    assert {each.type.rsplit(":", 1)[1] for each in parts} >= {*WHOLE, "NetworkPolicy", "Budget", "Topic", "Key"}


@pytest.mark.parametrize("part", [NodePools, Engines, NetworkRules])
def test_a_provider_of_the_program_takes_the_place_of_ours(part: type[NodePools], catalog: Catalog) -> None:
    """
    Of the component, or of the component around it; without one the part brings the spec's.
    """

    def own() -> None:
        cluster = kubernetes.Provider("mine", context="mine")
        part("part", planned(catalog), pulumi.ResourceOptions(providers=[cluster]))

    assert {(each.provider or "").rsplit("::", 1)[1] for each in registered(own)} == {"mine"}
    assert {(each.provider or "").rsplit("::", 1)[1] for each in registered(lambda: part("part", planned(catalog)))} == {"part-kubernetes"}


def test_an_object_waits_for_others_of_its_part(catalog: Catalog) -> None:
    """
    A NodePool for its node class, a ScaledObject for its Deployment: as in the whole.
    """
    made = {each.type.rsplit(":", 1)[1]: each for each in registered(lambda: Engines("engines", planned(catalog)))}
    assert any("Deployment" in urn for urn in made["ScaledObject"].depends_on)
    pools = [each for each in registered(lambda: NodePools("pools", planned(catalog))) if each.type.endswith(":NodePool")]
    assert pools
    assert all(any("EC2NodeClass" in urn for urn in pool.depends_on) for pool in pools)


@pytest.mark.parametrize("plan", [gateways_made.plan, gateways_made.elasticache])
def test_the_parts_of_a_stack_with_a_gateway_are_the_whole_of_it(plan: Callable[[], Plan], catalog: Catalog) -> None:
    """
    The gateway with its stores is a part too, and the engines' part has nothing of it.
    """
    estimate = planned(catalog).estimate
    given = Planned(plan=plan(), catalog=catalog, estimate=estimate)
    whole = registered(lambda: ServingStack("demo", given.plan, given.catalog, given.estimate))
    parts = registered(lambda: [part("demo", given) for part in (*PARTS, Gateway)])
    made = [(each.type, each.name) for each in parts]

    assert sorted(made) == sorted((each.type, each.name) for each in whole if not each.name.endswith("-namespace"))


def test_a_gateway_says_where_clients_call_and_needs_one_in_the_plan(catalog: Catalog) -> None:
    """
    Every name at one address; `gateway: off` has nothing to make.
    """
    given = Planned(plan=gateways_made.plan(), catalog=catalog, estimate=planned(catalog).estimate)
    made = record(lambda: Gateway("door", given), project="p", stack="s").resources.values()
    (component,) = (each for each in made if each.type == "servewright:index:Gateway")

    assert set((component.outputs or {})["endpoints"]) == {"small", "large", "auto"}
    with pytest.raises(pulumi.InputPropertyError, match="gateway"):
        registered(lambda: Gateway("door", planned(catalog)))


@pytest.mark.parametrize("part", PARTS)
def test_parts_refuse_what_the_whole_refuses(part: type[NodePools], catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A preview takes a spec without account and cluster, `up` does not, and nothing is made.
    """
    given = planned(catalog, stack=plans.placeholder_stack())
    assert registered(lambda: part("part", given))
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: False)
    with pytest.raises(pulumi.RunError, match="leaves platform"):
        registered(lambda: part("part", given))


def test_a_budget_that_is_off_cannot_be_made(catalog: Catalog) -> None:
    """
    The spec says that there is none.
    """
    off = planned(catalog, budget=BudgetRequest(enabled=False, limit=None, alerts=(), notify=()))
    with pytest.raises(pulumi.InputPropertyError, match="budgets"):
        registered(lambda: BudgetAlarm("alarm", off))


def test_what_the_parts_say_of_themselves(catalog: Catalog) -> None:
    """
    Outputs that a program needs to put its own beside them.
    """
    given = planned(catalog)
    made = record(lambda: [part("demo", given) for part in PARTS], project="p", stack="s").resources.values()
    outputs = {each.type.rsplit(":", 1)[1]: each.outputs or {} for each in made if each.type.startswith("servewright:")}
    assert set(outputs["NodePools"]["nodeSelectors"]) == {pool.name for pool in given.plan.pools}
    assert all(each["servewright.dev/stack"] == "demo-dev" for each in outputs["NodePools"]["nodeSelectors"].values())
    assert outputs["Engines"] == {"endpoints": {"chat": "http://chat.demo-dev.svc.cluster.local:8000/v1"}, "namespace": "demo-dev"}
    assert outputs["NetworkRules"] == {"namespace": "demo-dev"}
    assert outputs["BudgetAlarm"] == {"budgetName": "servewright-demo-dev-us-east-1"}
