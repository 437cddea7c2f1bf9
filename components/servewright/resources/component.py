"""
What every component of this package does alike: refuse what cannot be registered, and pass on what children do not inherit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pulumi

from servewright.resources.checks import faults, refusals

if TYPE_CHECKING:
    from servewright.plan.model import Plan

_MEMBERS: Final = {"aws": "aws:sns/topic:Topic", "kubernetes": "kubernetes:core/v1:Namespace"}
"""
A type of each package, by which the SDK looks a component's provider up.
"""


def refuse(plan: Plan) -> None:
    """
    Raise InputPropertiesError where *plan* cannot be registered, and RunError where its deployment (not its preview) is refused.
    """
    found = faults(plan)
    if found:
        message = "; ".join(f"{path}: {reason}" for path, reason in found)
        raise pulumi.InputPropertiesError(message, [{"property_path": path, "reason": reason} for path, reason in found])
    refused = () if pulumi.runtime.is_dry_run() else refusals(plan)
    if refused:
        msg = "\n".join(f"nothing is deployed: {each}" for each in refused)
        raise pulumi.RunError(msg)


def children_of(component: pulumi.Resource, opts: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
    """
    Return the options of the children of *component*, which was made with *opts*.

    Children inherit neither depends_on nor anything else that is not derived from the parent: it is passed on.
    """
    return pulumi.ResourceOptions(parent=component, depends_on=None if opts is None else opts.depends_on)


def given_provider(component: pulumi.Resource, package: str) -> pulumi.ProviderResource | None:
    """
    Return the provider of *package* that *component* was given by its options or by its parent's, None where there is none.
    """
    return component.get_provider(_MEMBERS[package])


def with_provider(opts: pulumi.ResourceOptions, provider: pulumi.ProviderResource) -> pulumi.ResourceOptions:
    """
    Return *opts* with *provider*.
    """
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(provider=provider))
