"""
A plan as one Pulumi component: namespace, network rules, node pools, engines, scaling, monitoring and the budget.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pulumi

from servewright.resources.budget_alarm import register_budget
from servewright.resources.checks import faults, not_built, refusals
from servewright.resources.naming import Names
from servewright.resources.operators.order import stack_objects
from servewright.resources.providers import aws_provider, kubernetes_provider
from servewright.resources.registration import register_objects
from servewright.resources.serving import endpoint

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

    *endpoints* maps each model to its URL inside the cluster; *namespace* is where the engines run. The *estimate* is an input, so that
    `pulumi preview` shows how a change moves the bill, and a policy pack sees what its gates judge.
    """

    endpoints: pulumi.Output[dict[str, str]]
    namespace: pulumi.Output[str]

    def __init__(
        self, name: str, plan: Plan, catalog: Catalog, estimate: Estimates | None = None, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        _refuse(plan)
        stack = plan.stack
        inputs = {
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
        # Children inherit neither depends_on nor anything else that is not derived from the parent: it is passed on.
        child = pulumi.ResourceOptions(parent=self, depends_on=None if opts is None else opts.depends_on)
        kubernetes = kubernetes_provider(name, plan, child)
        register_objects(name, stack_objects(plan, catalog), _with(child, kubernetes))
        if plan.budget.enabled:
            # Nothing else is made in AWS by Pulumi itself: without a budget no AWS credentials are needed.
            register_budget(name, plan, names, estimate, _with(child, aws_provider(name, plan, names, child)))
        self.endpoints = pulumi.Output.from_input({model.name: endpoint(model, names) for model in plan.models})
        self.namespace = pulumi.Output.from_input(names.namespace)
        self.register_outputs({"endpoints": self.endpoints, "namespace": self.namespace})


def _with(opts: pulumi.ResourceOptions, provider: pulumi.ProviderResource) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(provider=provider))


def _refuse(plan: Plan) -> None:
    found = faults(plan)
    if found:
        message = "; ".join(f"{path}: {reason}" for path, reason in found)
        raise pulumi.InputPropertiesError(message, [{"property_path": path, "reason": reason} for path, reason in found])
    refused = () if pulumi.runtime.is_dry_run() else refusals(plan)
    if refused:
        msg = "\n".join(f"nothing is deployed: {each}" for each in refused)
        raise pulumi.RunError(msg)
