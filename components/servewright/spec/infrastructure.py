"""
Where a stack runs: platform, cluster, operators, namespace.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from servewright.spec.codes import NOT_A_CHOICE, NOT_BUILT
from servewright.spec.faults import fault, nearest_hint
from servewright.spec.names import (
    Account,
    Address,
    ClusterName,
    Context,
    DiscoveryTag,
    LabelValue,
    Namespace,
    NodeRole,
    Region,
    SecurityGroupId,
    SubnetId,
    Zone,
    choice,
)
from servewright.spec.structure import Listed, Part, Short, unbuilt

KUBERNETES_VERSIONS: Final = ("1.34", "1.35", "1.36")
"""
What the pinned Karpenter and our schemas cover; the row "kubernetes" of the catalogue's pins (a test holds them equal).
"""


class ExistingOperatorSpec(Part):
    """
    Where an operator that exists already is found.
    """

    namespace: Namespace | None = None
    """
    Namespace it runs in. Default: the one its own guide uses. Network rules are opened for it.
    """


class OperatorSpec(Part):
    """
    One cluster-wide operator.
    """

    existing: ExistingOperatorSpec
    """
    Where it is found.
    """


class ExistingPrometheusSpec(Part):
    """
    Where a Prometheus that exists already is found.
    """

    address: Address | None = None
    """
    Address of its service, as http://prometheus.monitoring:9090. Default: that of the chart kube-prometheus-stack. KEDA reads the
    scaling metrics there.
    """

    namespace: Namespace | None = None
    """
    Namespace it runs in. Default: the one in its address, else monitoring. Network rules are opened for it.
    """

    labels: dict[str, LabelValue] | None = None
    """
    Labels a PodMonitor must carry to be picked up. Default {release: kube-prometheus-stack}. Wrong ones mean no metrics and no scaling.
    """


class PrometheusSpec(Part):
    """
    The Prometheus stack.
    """

    existing: ExistingPrometheusSpec
    """
    Where it is found.
    """


def _operator(value: object) -> object:
    if value == "existing":
        return {"existing": {}}
    if value == "install":
        raise fault(NOT_BUILT, "installing operators is not built yet", "install it yourself and write existing")
    if isinstance(value, str):
        raise fault(NOT_A_CHOICE, "not a value of this field", nearest_hint(value, ("existing", "install")))
    return value


_OPERATOR_FORM: Final = Short(_operator, {"enum": ["existing", "install"]})
OperatorField = Annotated[OperatorSpec, _OPERATOR_FORM]
PrometheusField = Annotated[PrometheusSpec, _OPERATOR_FORM]


class OperatorsSpec(Part):
    """
    The cluster-wide operators, one by one; those not named exist already.
    """

    karpenter: OperatorField | None = None
    """
    Launches the nodes. Default existing.
    """

    keda: OperatorField | None = None
    """
    Scales the replicas. Default existing.
    """

    nvidia_device_plugin: OperatorField | None = Field(default=None, alias="nvidia-device-plugin")
    """
    Makes GPUs schedulable. Default existing.
    """

    dcgm_exporter: OperatorField | None = Field(default=None, alias="dcgm-exporter")
    """
    Measures the GPUs. Default existing.
    """

    prometheus: PrometheusField | None = None
    """
    Collects the metrics that scaling needs. Default existing.
    """


def _operators(value: object) -> object:
    return {} if value == "existing" else _operator(value)


OperatorsField = Annotated[OperatorsSpec, Short(_operators, {"enum": ["existing", "install"]})]


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
    AWS region. Default us-east-1, where prices are complete.
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
    Cluster-wide operators: existing, install, or one by one. Default existing; install is not built yet.
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
