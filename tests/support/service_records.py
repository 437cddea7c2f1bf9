"""
For every type with usage keys one resource on whose bill each of them counts.
"""

from __future__ import annotations

from typing import Any, Final

_TIERED_DOWN: Final = [{"transitionToIa": "AFTER_30_DAYS"}]
_PUBLIC: Final = {"spec": {"type": "LoadBalancer", "loadBalancerClass": "service.k8s.aws/nlb"}}
_SAYS_CLASSIC: Final = {"annotations": {"service.beta.kubernetes.io/aws-load-balancer-type": "classic"}}
_CLASSIC: Final = {"metadata": _SAYS_CLASSIC, "spec": {"type": "LoadBalancer"}}
_NGINX: Final = {"chart": "ingress-nginx", "values": {"controller": {"service": _SAYS_CLASSIC}}}
_NGINX_NETWORK: Final = {"chart": "ingress-nginx", "values": {"controller": {"service": {"loadBalancerClass": "service.k8s.aws/nlb"}}}}

WITH_USE: Final[dict[tuple[str, str], dict[str, Any]]] = {
    ("aws:ec2/vpcEndpoint:VpcEndpoint", "data_processed_gb"): {"vpcEndpointType": "Interface", "subnetIds": ["a"]},
    ("aws:efs/fileSystem:FileSystem", "infrequent_access_gb"): {"lifecyclePolicies": _TIERED_DOWN},
    ("aws:efs/fileSystem:FileSystem", "infrequent_access_transfer_gb"): {"lifecyclePolicies": _TIERED_DOWN},
    ("aws:elasticache/cluster:Cluster", "backup_storage_gb"): {
        "engine": "redis",
        "nodeType": "cache.m7g.large",
        "snapshotRetentionLimit": 1,
    },
    ("aws:elasticache/replicationGroup:ReplicationGroup", "backup_storage_gb"): {
        "nodeType": "cache.m7g.large",
        "snapshotRetentionLimit": 1,
    },
    ("aws:elasticache/serverlessCache:ServerlessCache", "data_stored_gb"): {"engine": "valkey"},
    ("aws:elasticache/serverlessCache:ServerlessCache", "ecpus"): {"engine": "valkey"},
    ("aws:sns/topicSubscription:TopicSubscription", "deliveries"): {"protocol": "https"},
    ("kubernetes:core/v1:Service", "lcu_hours"): _PUBLIC,
    ("kubernetes:core/v1:Service", "data_processed_gb"): _CLASSIC,
    ("kubernetes:helm.sh/v3:Release", "lcu_hours"): _NGINX_NETWORK,
    ("kubernetes:helm.sh/v3:Release", "data_processed_gb"): _NGINX,
    ("kubernetes:networking.k8s.io/v1:Ingress", "lcu_hours"): {"spec": {"ingressClassName": "alb"}},
    ("kubernetes:gateway.networking.k8s.io/v1:Gateway", "lcu_hours"): {"spec": {"gatewayClassName": "alb"}},
    ("aws:autoscaling/group:Group", "nodes"): {"launchTemplate": {"name": "nodes"}, "minSize": 0, "maxSize": 20000, "desiredCapacity": 0},
    ("kubernetes:karpenter.sh/v1:NodePool", "nodes"): {
        "metadata": {"name": "others"},
        "spec": {
            "limits": {"nodes": "20000"},
            "template": {
                "spec": {
                    "nodeClassRef": {"name": "beside"},
                    "requirements": [
                        {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": ["g6.xlarge"]},
                        {"key": "karpenter.sh/capacity-type", "operator": "In", "values": ["on-demand"]},
                        {"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["us-east-1a"]},
                    ],
                },
            },
        },
    },
    ("aws:eks/cluster:Cluster", "control_plane_logs_gb"): {"enabledClusterLogTypes": ["audit"], "version": "1.35"},
    ("aws:eks/nodeGroup:NodeGroup", "nodes"): {
        "instanceTypes": ["g6.xlarge"],
        "scalingConfig": {"minSize": 0, "maxSize": 20000, "desiredSize": 0},
    },
}
"""
By type and key the inputs; a type that counts the key whatever its inputs stands not here.
"""

_VOLUME: Final = {"ebs": {"volumeSize": "100Gi", "volumeType": "gp3"}}
BESIDE: Final[dict[str, dict[str, Any]]] = {
    "aws:ec2/launchTemplate:LaunchTemplate": {"name": "nodes", "instanceType": "g6.xlarge"},
    "kubernetes:gateway.networking.k8s.io/v1:GatewayClass": {
        "metadata": {"name": "alb"},
        "spec": {"controllerName": "gateway.k8s.aws/alb"},
    },
    "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass": {"metadata": {"name": "beside"}, "spec": {"blockDeviceMappings": [_VOLUME]}},
}
"""
What some of them refer to.
"""
