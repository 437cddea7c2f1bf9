"""
What stores need of a cluster that exists already: parts that are not built here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.plan.model import Plan


def needed_by_caches(plan: Plan) -> Iterator[tuple[str, str]]:
    """
    Yield (spec path, what must be there) for the stores of *plan*.
    """
    kept = [tier.key for tier in plan.tiers if tier.provider == "cluster" and tier.persistent]
    if kept:
        driver = "the EBS CSI driver in the cluster (EKS add-on aws-ebs-csi-driver), which is not installed here"
        yield "caches", f"the volume of {' and '.join(kept)} needs {driver}"
    if any(tier.provider == "elasticache" for tier in plan.tiers):
        agent = "the EKS Pod Identity Agent on the nodes (EKS add-on eks-pod-identity-agent), which is not installed here"
        yield "caches.provider", f"signing in to ElastiCache needs {agent}"
