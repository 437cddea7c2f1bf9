"""
The explicit providers: a resource that names none would go to whatever account or cluster the machine happens to point at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from servewright.resources import labels

if TYPE_CHECKING:
    from servewright.plan.model import Plan
    from servewright.resources.naming import Names


def aws_provider(prefix: str, plan: Plan, names: Names, opts: pulumi.ResourceOptions) -> aws.Provider:
    """
    Return the provider of the stack's region; it refuses other accounts than the spec's, and tags everything.
    """
    return aws.Provider(
        f"{prefix}-aws",
        region=plan.stack.region,
        allowed_account_ids=None if plan.stack.account is None else [plan.stack.account],
        default_tags={"tags": labels.aws_tags(plan, names)},
        opts=opts,
    )


def kubernetes_provider(prefix: str, plan: Plan, opts: pulumi.ResourceOptions) -> kubernetes.Provider:
    """
    Return the provider of the stack's cluster, reached through a kubeconfig context.

    The identifier is what makes the provider another one: a renamed context or a new certificate must not replace every object.
    """
    cluster = plan.stack.cluster
    return kubernetes.Provider(
        f"{prefix}-kubernetes",
        context=cluster.context,
        cluster_identifier=f"{plan.stack.region}/{cluster.name}",
        opts=opts,
    )
