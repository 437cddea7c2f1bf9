"""
Where a stack runs: platform, cluster, namespace.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from servewright.spec.names import (
    Account,
    ClusterName,
    Context,
    DiscoveryTag,
    Namespace,
    NodeRole,
    Region,
    SecurityGroupId,
    SubnetId,
    Zone,
    choice,
)
from servewright.spec.operators import OperatorsField
from servewright.spec.structure import Listed, Part, unbuilt

KUBERNETES_VERSIONS: Final = ("1.34", "1.35", "1.36")
"""
What the pinned Karpenter and our schemas cover; the row "kubernetes" of the catalogue's pins (a test holds them equal).
"""


class ClusterSpec(Part):
    """
    An existing EKS cluster.
    """

    create: Annotated[object, unbuilt("creating a cluster", "name an existing one: cluster: {name: …}")] | None = None
    """
    Creates a cluster. Not built yet.
    """

    name: ClusterName | None = None
    """
    Name of the cluster. Default: a placeholder that preview accepts and up refuses.
    """

    context: Context | None = None
    """
    Kubeconfig context to deploy with. Default: the cluster's name.
    """

    kubernetes_version: Annotated[str, choice(*KUBERNETES_VERSIONS)] | None = None
    """
    Its Kubernetes minor version, in quotes: "1.34", "1.35" or "1.36". Default "1.35". Picks the node image.
    """

    node_role: NodeRole | None = None
    """
    IAM role of the nodes, by name. At most 64 characters. Default KarpenterNodeRole-<cluster>.
    """

    discovery_tag: DiscoveryTag | None = None
    """
    Tag key=value that subnets and security groups carry. Default karpenter.sh/discovery=<cluster>. Not together with subnets.
    """

    subnets: Annotated[tuple[SubnetId, ...], Listed(1, 30)] | None = None
    """
    Subnets of the nodes by id, instead of discovery_tag. 1 to 30. Needs security_groups.
    """

    security_groups: Annotated[tuple[SecurityGroupId, ...], Listed(1, 30)] | None = None
    """
    Security groups of the nodes by id, instead of discovery_tag. 1 to 30. Needs subnets.
    """


class PlatformSpec(Part):
    """
    Where the stack runs.
    """

    kind: Annotated[Literal["eks", "kubernetes"], choice("eks", "kubernetes", later=("kubernetes",))] | None = None
    """
    eks or kubernetes. Default eks; kubernetes is not built yet.
    """

    account: Account | None = None
    """
    AWS account, 12 digits in quotes. Default: none; preview accepts that, up refuses.
    """

    region: Region | None = None
    """
    AWS region. Default us-east-1, which has the most prices.
    """

    zones: Annotated[tuple[Zone, ...], Listed(1, 6)] | None = None
    """
    Zones of the region for the nodes, 1 to 6. Default: the first one (dev) or two. dev uses the first of those given.
    """

    cluster: ClusterSpec | None = None
    """
    The existing cluster.
    """

    operators: OperatorsField | None = None
    """
    Cluster-wide operators: existing, install, or one by one. Default existing. install in one word installs all but Karpenter. Exactly
    one stack of a cluster installs an operator.
    """

    system_nodes: Annotated[Literal["pool", "existing"], choice("pool", "existing")] | None = None
    """
    Where pods without a GPU run: pool emits and prices one CPU pool; existing lists them as not priced. Default pool.
    """


class IsolationSpec(Part):
    """
    The stack's place in the cluster; reserved for teams and tenancy.
    """

    namespace: Namespace | None = None
    """
    Namespace of everything in the stack. Default <name>-<environment>, so that two stacks never meet. A new namespace is a new
    deployment.
    """
