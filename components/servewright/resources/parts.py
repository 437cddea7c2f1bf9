"""
Parts of a planned stack as components of their own, for programs that make the rest themselves.

Each registers what the whole stack would, under the same names in cluster and account; what it needs from the other parts is the
program's to make, and to name in `depends_on`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pulumi

from servewright.resources.budget_alarm import register_budget
from servewright.resources.caches.elasticache import addresses, register_caches
from servewright.resources.caches.elasticache_policies import tiers_of
from servewright.resources.component import children_of, given_provider, refuse, with_provider
from servewright.resources.gateway.endpoints import endpoints
from servewright.resources.manifests import kubernetes_objects
from servewright.resources.naming import Names
from servewright.resources.providers import aws_provider, kubernetes_provider
from servewright.resources.registration import NOTHING, Given, register_objects
from servewright.resources.serving import endpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from servewright.resources.kubernetes_object import KubernetesObject
    from servewright.resources.planned import Planned

_POOLS: Final = frozenset({"EC2NodeClass", "NodePool"})
_RULES: Final = frozenset({"NetworkPolicy"})
_BEHIND_ONE_ADDRESS: Final = frozenset({"gateway", "caches"})


class NodePools(pulumi.ComponentResource):
    """
    The node pools of a plan with their node classes, for Karpenter on an existing cluster.

    *node_selectors* maps each pool to the labels that a pod of yours selects to run on its nodes; GPU nodes have the taint
    `nvidia.com/gpu`.
    """

    node_selectors: pulumi.Output[dict[str, dict[str, str]]]

    def __init__(self, name: str, planned: Planned, opts: pulumi.ResourceOptions | None = None) -> None:
        refuse(planned.plan)
        super().__init__("servewright:index:NodePools", name, _inputs(planned), opts)
        made = _register(self, name, planned, lambda each: each.kind in _POOLS, opts)
        selectors = {each.key: dict(each.manifest["spec"]["template"]["metadata"]["labels"]) for each in made if each.kind == "NodePool"}
        self.node_selectors = pulumi.Output.from_input(selectors)
        self.register_outputs({"nodeSelectors": self.node_selectors})


class NetworkRules(pulumi.ComponentResource):
    """
    The network policies of a plan in its namespace, which must be there: nothing enters or leaves but what the engines need.
    """

    namespace: pulumi.Output[str]

    def __init__(self, name: str, planned: Planned, opts: pulumi.ResourceOptions | None = None) -> None:
        refuse(planned.plan)
        super().__init__("servewright:index:NetworkRules", name, _inputs(planned), opts)
        _register(self, name, planned, lambda each: each.kind in _RULES, opts)
        self.namespace = pulumi.Output.from_input(Names.of(planned.plan.stack).namespace)
        self.register_outputs({"namespace": self.namespace})


class Engines(pulumi.ComponentResource):
    """
    The engines of a plan with address, scaling and metrics, in its namespace, which must be there as must nodes with the labels that they
    select: those of `NodePools`.

    *endpoints* maps each model to its URL inside the cluster.
    """

    endpoints: pulumi.Output[dict[str, str]]
    namespace: pulumi.Output[str]

    def __init__(self, name: str, planned: Planned, opts: pulumi.ResourceOptions | None = None) -> None:
        refuse(planned.plan)
        super().__init__("servewright:index:Engines", name, _inputs(planned), opts)
        _register(self, name, planned, lambda each: each.part == "engines", opts)
        names = Names.of(planned.plan.stack)
        self.endpoints = pulumi.Output.from_input({model.name: endpoint(model, names) for model in planned.plan.models})
        self.namespace = pulumi.Output.from_input(names.namespace)
        self.register_outputs({"endpoints": self.endpoints, "namespace": self.namespace})


class Gateway(pulumi.ComponentResource):
    """
    The gateway of a plan and the stores behind it, in its namespace, which must be there as must CPU nodes with the labels that they
    select (`NodePools`), the engines that it calls (`Engines`), and the Secrets that it reads. A plan without a gateway is refused.

    *endpoints* maps each name that clients may ask for, models and routes, to the gateway's URL.
    """

    endpoints: pulumi.Output[dict[str, str]]
    namespace: pulumi.Output[str]

    def __init__(self, name: str, planned: Planned, opts: pulumi.ResourceOptions | None = None) -> None:
        plan, names = planned.plan, Names.of(planned.plan.stack)
        if plan.gateway is None:
            raise pulumi.InputPropertyError("gateway", "off: there is no gateway to make")  # noqa: EM101 - the path is no message
        refuse(plan)
        super().__init__("servewright:index:Gateway", name, _inputs(planned), opts)
        given = Given()
        if tiers_of(plan):
            child = children_of(self, opts)
            aws = given_provider(self, "aws") or aws_provider(name, plan, names, child)
            given = addresses(register_caches(name, plan, names, with_provider(child, aws)))
        _register(self, name, planned, lambda each: each.part in _BEHIND_ONE_ADDRESS, opts, given=given)
        self.endpoints = pulumi.Output.from_input(endpoints(plan, names))
        self.namespace = pulumi.Output.from_input(names.namespace)
        self.register_outputs({"endpoints": self.endpoints, "namespace": self.namespace})


class BudgetAlarm(pulumi.ComponentResource):
    """
    The AWS Budget over everything with the stack's tag, with its topic and key. The amount is the spec's limit, else the expected bill.

    *budget_name* is its name in the account. `budgets: off` in the spec is refused.
    """

    budget_name: pulumi.Output[str]

    def __init__(self, name: str, planned: Planned, opts: pulumi.ResourceOptions | None = None) -> None:
        plan, names = planned.plan, Names.of(planned.plan.stack)
        if not plan.budget.enabled:
            raise pulumi.InputPropertyError("budgets", "off: there is no budget to make")  # noqa: EM101 - the path is no message
        refuse(plan)
        super().__init__("servewright:index:BudgetAlarm", name, _inputs(planned), opts)
        child = children_of(self, opts)
        aws = given_provider(self, "aws") or aws_provider(name, plan, names, child)
        made = register_budget(name, plan, names, planned.estimate, with_provider(child, aws))
        self.budget_name = made.name
        self.register_outputs({"budgetName": self.budget_name})


def _inputs(planned: Planned) -> dict[str, str]:
    stack = planned.plan.stack
    return {"stack": stack.name, "environment": stack.environment, "owner": stack.owner, "region": stack.region}


def _register(
    component: pulumi.ComponentResource,
    name: str,
    planned: Planned,
    wanted: Callable[[KubernetesObject], bool],
    opts: pulumi.ResourceOptions | None,
    *,
    given: Given = NOTHING,
) -> tuple[KubernetesObject, ...]:
    """
    Register the objects that are *wanted* as children of *component*, with what is *given* to them, and return them.
    """
    child = children_of(component, opts)
    kubernetes = given_provider(component, "kubernetes") or kubernetes_provider(name, planned.plan, child)
    objects = _of(planned, wanted, given)
    register_objects(name, objects, with_provider(child, kubernetes), given)
    return objects


def _of(planned: Planned, wanted: Callable[[KubernetesObject], bool], given: Given) -> tuple[KubernetesObject, ...]:
    """
    Return the objects that are *wanted*, each waiting for others of them alone and for what is *given*.
    """
    found = [each for each in kubernetes_objects(planned.plan, planned.catalog) if wanted(each)]
    there = {(each.kind, each.key) for each in found} | set(given.made)
    return tuple(replace(each, needs=tuple(need for need in each.needs if need in there)) for each in found)
