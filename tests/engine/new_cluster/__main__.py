"""
The program of our stacks on a cluster that it makes itself: until that exists, nobody knows how to reach it.
"""

from __future__ import annotations

from pathlib import Path

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from servewright.pipeline import catalog_beside, estimates, priced_file
from servewright.plan.model import Plan
from servewright.resources import assembly

spec = Path(__file__).parent / "stacks" / "dev.yaml"
preview = priced_file(spec)
cluster = aws.eks.Cluster("own", role_arn="arn:aws:iam::123456789012:role/cluster", vpc_config={"subnet_ids": ["subnet-0a1b2c3d4e5f67890"]})


def of_own_cluster(prefix: str, _plan: Plan, opts: pulumi.ResourceOptions) -> kubernetes.Provider:
    """
    Return the provider with a kubeconfig that is not known in the first preview.
    """
    kubeconfig = pulumi.Output.json_dumps({"clusters": [{"name": "own", "cluster": {"server": cluster.endpoint}}]})
    return kubernetes.Provider(f"{prefix}-kubernetes", kubeconfig=kubeconfig, opts=opts)


assembly.kubernetes_provider = of_own_cluster
assembly.ServingStack(preview.plan.stack.name, preview.plan, catalog_beside(spec), estimates(preview))
