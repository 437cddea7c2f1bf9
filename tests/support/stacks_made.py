"""
A dev stack on an existing cluster in us-east-1: what the hand-made requests, plans and previews of the tests have in common.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from servewright.spec.request import Cluster, Stack

_CLUSTER = Cluster(
    name="shared-dev",
    context="shared-dev",
    kubernetes_version="1.35",
    node_role="KarpenterNodeRole-shared-dev",
    discovery_tag=("karpenter.sh/discovery", "shared-dev"),
    subnet_ids=(),
    security_group_ids=(),
    placeholder=False,
)
_STACK = Stack(
    name="demo",
    environment="dev",
    owner="team-demo",
    labels=(),
    region="us-east-1",
    zones=("us-east-1a",),
    account="123456789012",
    namespace="serving",
    cluster=_CLUSTER,
    system_nodes="pool",
)


def dev_stack(**changes: Any) -> Stack:
    """
    Return the stack with *changes*.
    """
    return replace(_STACK, **changes)
