"""
A cluster whose nodes Karpenter makes, without a limit; charts, a load balancer that a controller makes, and copies in other regions.
"""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s
from pulumi import ResourceOptions


class Platform(pulumi.ComponentResource):
    """
    The cluster with what runs in it.
    """

    def __init__(self, name: str, opts: ResourceOptions | None = None) -> None:
        super().__init__("acme:platform:Platform", name, {}, opts)
        here = ResourceOptions(parent=self)
        assume = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "eks"}}]}
        role = aws.iam.Role(f"{name}-cluster", assume_role_policy=json.dumps(assume), opts=here)
        self.cluster = aws.eks.Cluster(
            f"{name}-cluster", role_arn=role.arn, version="1.35", vpc_config={"subnet_ids": ["subnet-a", "subnet-b"]}, opts=here
        )
        kubeconfig = pulumi.Output.secret(self.cluster.endpoint.apply(lambda endpoint: json.dumps({"server": endpoint})))
        provider = k8s.Provider(f"{name}-k8s", kubeconfig=kubeconfig, opts=here)
        self.inside = ResourceOptions(parent=self, provider=provider)
        self.register_outputs({"cluster": self.cluster.name})


platform = Platform("platform")
inside = platform.inside
k8s.helm.v3.Release(
    "karpenter",
    chart="oci://public.ecr.aws/karpenter/karpenter",
    version="1.8.1",
    namespace="kube-system",
    values={"settings": {"clusterName": "platform"}, "replicas": 2},
    opts=inside,
)
k8s.apiextensions.CustomResource(
    "gpu-class",
    api_version="karpenter.k8s.aws/v1",
    kind="EC2NodeClass",
    metadata={"name": "gpu"},
    spec={
        "amiSelectorTerms": [{"alias": "bottlerocket@latest"}],
        "role": "KarpenterNodeRole-platform",
        "blockDeviceMappings": [{"deviceName": "/dev/xvdb", "ebs": {"volumeSize": "300Gi", "volumeType": "gp3"}}],
    },
    opts=inside,
)
requirements = [
    {"key": "karpenter.sh/capacity-type", "operator": "In", "values": ["spot", "on-demand"]},
    {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": ["g6.xlarge", "g6e.xlarge"]},
]
k8s.apiextensions.CustomResource(
    "gpu-pool",
    api_version="karpenter.sh/v1",
    kind="NodePool",
    metadata={"name": "gpu"},
    spec={
        "template": {
            "metadata": {"labels": {"pool": "gpu"}},
            "spec": {
                "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "gpu"},
                "requirements": requirements,
            },
        }
    },
    opts=inside,
)
labels = {"app": "chat"}
container = {
    "name": "engine",
    "image": "vllm/vllm-openai:v0.31.0",
    "resources": {"requests": {"cpu": "3", "memory": "12Gi"}, "limits": {"nvidia.com/gpu": "1"}},
}
k8s.apps.v1.Deployment(
    "chat",
    metadata={"name": "chat"},
    spec={
        "replicas": 2,
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"nodeSelector": {"pool": "gpu"}, "containers": [container]}},
    },
    opts=inside,
)
k8s.core.v1.Service(
    "chat",
    metadata={"name": "chat", "annotations": {"service.beta.kubernetes.io/aws-load-balancer-type": "external"}},
    spec={"type": "LoadBalancer", "selector": labels, "ports": [{"port": 80, "targetPort": 8000}]},
    opts=inside,
)
k8s.core.v1.PersistentVolumeClaim(
    "cache",
    metadata={"name": "cache"},
    spec={"accessModes": ["ReadWriteOnce"], "storageClassName": "gp3", "resources": {"requests": {"storage": "500Gi"}}},
    opts=inside,
)
europe = aws.Provider("europe", region="eu-west-1")
aws.s3.Bucket("copy", opts=ResourceOptions(provider=europe))
aws.kms.Key("copy", description="copies in Europe", opts=ResourceOptions(provider=europe))
aws.kms.Key("west", description="a region of its own, of version 7", region="us-west-2")
