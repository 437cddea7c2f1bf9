"""
Types that cost nothing by themselves, each with the reason a reader of the bill gets.
"""

from __future__ import annotations

from typing import Final

from servewright.cost.registry import free

_IN_CLUSTER: Final = "an object in the cluster's API, which the control plane's price includes"

FREE_TYPES: Final = {
    # Karpenter
    "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass": "describes nodes, which are billed by the pools that use it",
    # Kubernetes
    "kubernetes:core/v1:ConfigMap": _IN_CLUSTER,
    "kubernetes:core/v1:LimitRange": _IN_CLUSTER,
    "kubernetes:core/v1:Namespace": _IN_CLUSTER,
    "kubernetes:core/v1:ResourceQuota": _IN_CLUSTER,
    "kubernetes:core/v1:Secret": _IN_CLUSTER,
    "kubernetes:core/v1:ServiceAccount": _IN_CLUSTER,
    "kubernetes:networking.k8s.io/v1:NetworkPolicy": _IN_CLUSTER,
    "kubernetes:policy/v1:PodDisruptionBudget": _IN_CLUSTER,
    "kubernetes:scheduling.k8s.io/v1:PriorityClass": _IN_CLUSTER,
    # Scaling and monitoring, run by operators that are there or installed
    "kubernetes:keda.sh/v1alpha1:ScaledObject": "bounds the replicas that the pools are billed for; KEDA's own pods are counted with it",
    "kubernetes:monitoring.coreos.com/v1:PodMonitor": "tells Prometheus what to read",
    # AWS
    "aws:kms/alias:Alias": "a name of a key; AWS bills the key",
    "aws:kms/keyPolicy:KeyPolicy": "a policy of a key; AWS bills the key",
    "aws:sns/topicPolicy:TopicPolicy": "a policy of a topic; AWS bills publishing and delivery",
}

for _type, _reason in FREE_TYPES.items():
    free(_type, _reason)
