"""
Single faults in stacks with a gateway and stores, and the rule that each is found by: what engines alone do not have.
"""

from __future__ import annotations

import json
from typing import Any, Final

from one_fault import GONE

CLUSTER, MANAGED, PUBLIC, OTHERS = "gateway-cluster", "gateway-elasticache", "gateway-public", "gateway-on-others-nodes"
POD: Final = "spec template spec"
CONTAINER: Final = f"{POD} containers 0"
GROUP: Final = "aws:elasticache/replicationGroup:ReplicationGroup"
USER: Final = "aws:elasticache/user:User"
EVERYBODY: Final = json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]})
EVERYTHING: Final = json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
BALANCER: Final = "metadata annotations service.beta.kubernetes.io/aws-load-balancer"

Fault = tuple[str, str, str, str, str, Any, str]
"""
The spec, the rule, kind and end of the name of the resource, the path, what comes to stand there, and what is said.
"""

GATEWAY_FAULTS: Final[list[Fault]] = [
    (CLUSTER, "SR101", "Deployment", "gateway", f"{CONTAINER} readinessProbe httpGet port", "web", "asks port 'web'"),
    (CLUSTER, "SR103", "StatefulSet", "cache-counters", f"{CONTAINER} image", "valkey:9", "neither digest nor waiver"),
    (CLUSTER, "SR105", "StatefulSet", "cache-counters", f"{CONTAINER} resources limits memory", GONE, "no memory limit"),
    (CLUSTER, "SR106", "Deployment", "gateway", f"{POD} automountServiceAccountToken", True, "a token of the cluster's API"),
    (CLUSTER, "SR109", "Deployment", "gateway", f"{POD} volumes 0 emptyDir", {}, "no sizeLimit"),
    (CLUSTER, "SR110", "StatefulSet", "cache-counters", "spec volumeClaimTemplates 0 metadata name", "disk", "mounts 'data'"),
    (CLUSTER, "SR122", "StatefulSet", "cache-responses", f"{CONTAINER} securityContext capabilities", GONE, ""),
    (CLUSTER, "SR143", "Deployment", "gateway", f"{POD} terminationGracePeriodSeconds", 30, "is killed after 30 s"),
    (CLUSTER, "SR145", "NodePool", "-system", f"{POD} terminationGracePeriod", "20s", "nodes drain for 20 s"),
    (CLUSTER, "SR147", "Deployment", "gateway", f"{CONTAINER} readinessProbe", GONE, "no readinessProbe"),
    (CLUSTER, "SR147", "StatefulSet", "cache-counters", f"{CONTAINER} livenessProbe", GONE, "no livenessProbe"),
    (CLUSTER, "SR201", "NetworkPolicy", "default-deny", "spec policyTypes", ["Ingress"], "denies egress by default"),
    (CLUSTER, "SR202", "NetworkPolicy", "allow-clients", "spec ingress 0 from", GONE, "lets everyone in"),
    (PUBLIC, "SR205", "Service", "gateway-public", "spec loadBalancerSourceRanges", GONE, "outside the cluster for everybody"),
    (PUBLIC, "SR205", "Service", "gateway-public", "spec loadBalancerSourceRanges", ["::/0"], "outside the cluster for everybody"),
    (PUBLIC, "SR205", "Service", "gateway-public", f"{BALANCER}-ssl-cert", GONE, "outside the cluster without TLS"),
    (PUBLIC, "SR205", "Service", "gateway-public", f"{BALANCER}-ssl-ports", "8443", "outside the cluster without TLS"),
    (PUBLIC, "SR205", "Service", "gateway-public", "spec type", "NodePort", "type NodePort is reachable from outside the cluster"),
    (CLUSTER, "SR310", "Deployment", "gateway", f"{POD} tolerations", [], "does not tolerate servewright.dev/stack"),
    (CLUSTER, "SR313", "Deployment", "gateway", f"{POD} nodeSelector", GONE, "no pool without GPUs has nodes labelled {}"),
    (CLUSTER, "SR313", "StatefulSet", "cache-counters", f"{POD} nodeSelector", {"servewright.dev/share": "base"}, "nodes that have some"),
    (OTHERS, "SR313", "Deployment", "gateway", f"{POD} nodeSelector", {"role": "system"}, "no pool without GPUs has nodes labelled"),
    (CLUSTER, "SR402", "Deployment", "gateway", "spec replicas", 2, "every update would reset them"),
    (CLUSTER, "SR402", "StatefulSet", "cache-counters", "spec replicas", GONE, "nothing scales it"),
    (CLUSTER, "SR403", "ScaledObject", "gateway", "spec maxReplicaCount", 1, "scales within"),
    (
        CLUSTER,
        "SR410",
        "PodDisruptionBudget",
        "gateway",
        "spec selector matchLabels app.kubernetes.io/name",
        "other",
        "takes them all at once",
    ),
    (CLUSTER, "SR501", "Service", "cache-counters", "spec selector app.kubernetes.io/name", "other", "selects no pod"),
    (CLUSTER, "SR503", "PodMonitor", "gateway", "spec podMetricsEndpoints 0 port", "web", "port 'web'"),
    (CLUSTER, "SR505", "ConfigMap", "gateway-config", "metadata name", "settings", "its ConfigMap gateway-config"),
    (CLUSTER, "SR505", "ServiceAccount", "gateway", "metadata name", "other", "its ServiceAccount gateway"),
    (CLUSTER, "SR509", "ConfigMap", "gateway-config", "data config.yaml", "key: hf_aB3dE5gH7jK9mN1pQ3sT5vW7", "what looks like a secret"),
    (CLUSTER, "SR510", "StatefulSet", "cache-counters", "spec serviceName", "other", "serviceName other is no headless Service"),
    (CLUSTER, "SR510", "Service", "cache-counters-pods", "spec clusterIP", GONE, "serviceName cache-counters-pods is no headless Service"),
    (MANAGED, "SR604", "aws:iam/role:Role", "-caches", "assumeRolePolicy", EVERYBODY, "trusts everybody"),
    (MANAGED, "SR604", "aws:iam/rolePolicy:RolePolicy", "-caches", "policy", EVERYTHING, "allows every action"),
    (MANAGED, "SR605", GROUP, "cache-counters", "replicationGroupId", "c" * 41, "41 characters, AWS takes 40"),
    (CLUSTER, "SR801", "StorageClass", "gp3", "parameters encrypted", "false", "its volumes are not encrypted"),
    (
        CLUSTER,
        "SR801",
        "StatefulSet",
        "cache-counters",
        "spec volumeClaimTemplates 0 spec storageClassName",
        "gp2",
        "gp2 is not part of the stack",
    ),
    (
        CLUSTER,
        "SR801",
        "StatefulSet",
        "cache-counters",
        "spec persistentVolumeClaimRetentionPolicy whenDeleted",
        "Delete",
        "what it holds is deleted with it",
    ),
    (MANAGED, "SR802", GROUP, "cache-responses", "atRestEncryptionEnabled", False, "is not encrypted at rest"),
    (MANAGED, "SR802", GROUP, "cache-responses", "transitEncryptionEnabled", GONE, "answers without TLS"),
    (MANAGED, "SR802", GROUP, "cache-responses", "transitEncryptionMode", "preferred", "answers without TLS"),
    (MANAGED, "SR803", GROUP, "cache-responses", "userGroupIds", [], "whoever reaches it may enter"),
    (MANAGED, "SR803", GROUP, "cache-responses", "authToken", "a", "authToken is a password in an input"),
    (MANAGED, "SR803", USER, "cache-responses", "authenticationMode type", "no-password-required", "enters without showing anything"),
    (MANAGED, "SR803", USER, "cache-responses", "passwords", ["a"], "passwords is a password in an input"),
    (MANAGED, "SR804", GROUP, "cache-counters", "snapshotRetentionLimit", 0, "has no snapshots"),
    (MANAGED, "SR804", GROUP, "cache-counters", "automaticFailoverEnabled", False, "is gone with its node"),
    (MANAGED, "SR805", GROUP, "cache-responses", "numCacheClusters", 1, "with one node to fail over to itself"),
    (MANAGED, "SR805", GROUP, "cache-responses", "automaticFailoverEnabled", False, "nothing fails over"),
]
