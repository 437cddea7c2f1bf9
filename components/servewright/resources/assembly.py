"""
A plan as one Pulumi component: namespace, network rules, node pools, engines, scaling, monitoring and the budget.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pulumi

from servewright.resources.budget_alarm import register_budget
from servewright.resources.caches.elasticache import addresses, register_caches
from servewright.resources.caches.elasticache_policies import tiers_of
from servewright.resources.checks import not_built
from servewright.resources.component import children_of, given_provider, refuse, with_provider
from servewright.resources.gateway.endpoints import endpoints
from servewright.resources.monitoring.amazon import keeps_samples, shows_dashboards
from servewright.resources.monitoring.amazon_resources import register_amazon
from servewright.resources.naming import Names
from servewright.resources.operators.order import stack_objects
from servewright.resources.providers import aws_provider, kubernetes_provider
from servewright.resources.registration import Given, register_objects
from servewright.resources.summary import plan_summary

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.plan.model import Plan
    from servewright.resources.estimates import Estimates

TYPE: Final = "servewright:index:ServingStack"


class ServingStack(pulumi.ComponentResource):
    """
    Everything that serves the models of one plan.

    Raises InputPropertiesError where the plan cannot be registered, and RunError where a deployment (not its preview) is refused: the
    spec leaves account or cluster open, the environment needs a lock, or the budget has no amount.

    *endpoints* maps each model, and each route of a gateway, to the URL that clients call: the engine's, or the gateway's where there is
    one; *namespace* is where the engines run; *plan_summary* is the plan in short.
    The *estimate* is an input, so that `pulumi preview` shows how a change moves the bill, and a policy pack sees what its gates judge; it
    is an output too.

    A Kubernetes or AWS provider among the options (`providers=[…]`) takes the place of the stack's own. Children get `depends_on`, and by
    way of their parent `protect`, `aliases` and transforms.
    """

    endpoints: pulumi.Output[dict[str, str]]
    namespace: pulumi.Output[str]
    estimated_monthly_usd: pulumi.Output[dict[str, int | bool | str | None] | None]
    plan_summary: pulumi.Output[dict[str, Any]]

    def __init__(
        self, name: str, plan: Plan, catalog: Catalog, estimate: Estimates | None = None, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        refuse(plan)
        stack = plan.stack
        inputs: dict[str, Any] = {
            "stack": stack.name,
            "environment": stack.environment,
            "owner": stack.owner,
            "region": stack.region,
            "estimatedMonthlyUsd": None if estimate is None else estimate.as_inputs(),
            "gates": None if estimate is None else estimate.gates,
        }
        super().__init__(TYPE, name, inputs, opts)
        for path, remedy in not_built(plan):
            pulumi.log.warn(f"{path}: {remedy}", self)
        names = Names.of(stack)
        child = children_of(self, opts)
        given = Given()
        aws: pulumi.ProviderResource | None = None
        if tiers_of(plan):
            aws = given_provider(self, "aws") or aws_provider(name, plan, names, child)
            given = addresses(register_caches(name, plan, names, with_provider(child, aws)))
        if keeps_samples(plan) or shows_dashboards(plan):
            aws = aws or given_provider(self, "aws") or aws_provider(name, plan, names, child)
            given += register_amazon(name, plan, catalog, with_provider(child, aws))
        kubernetes = given_provider(self, "kubernetes") or kubernetes_provider(name, plan, child)
        register_objects(name, stack_objects(plan, catalog), with_provider(child, kubernetes), given)
        if plan.budget.enabled:
            # Nothing else is made in AWS by Pulumi itself: without a budget, caches and monitoring there no AWS credentials are needed.
            aws = aws or given_provider(self, "aws") or aws_provider(name, plan, names, child)
            register_budget(name, plan, names, estimate, with_provider(child, aws))
        self.endpoints = pulumi.Output.from_input(endpoints(plan, names))
        self.namespace = pulumi.Output.from_input(names.namespace)
        self.estimated_monthly_usd = pulumi.Output.from_input(inputs["estimatedMonthlyUsd"])
        self.plan_summary = pulumi.Output.from_input(plan_summary(plan))
        self.register_outputs(self.outputs())

    def outputs(self) -> dict[str, pulumi.Output[Any]]:
        """
        Return the outputs under the names that the state and other languages have.
        """
        return {
            "endpoints": self.endpoints,
            "namespace": self.namespace,
            "estimatedMonthlyUsd": self.estimated_monthly_usd,
            "plan": self.plan_summary,
        }
