"""
Karpenter pools as other programs write them: nothing on them is ours.
"""

from __future__ import annotations

from typing import Any

from cluster_records import record
from servewright.cost.records import ResourceRecord

TYPES = "node.kubernetes.io/instance-type"
CAPACITY = "karpenter.sh/capacity-type"
FAMILY = "karpenter.k8s.aws/instance-family"
CATEGORY = "karpenter.k8s.aws/instance-category"


def requirement(key: str, operator: str, *values: str) -> dict[str, Any]:
    """
    Return one requirement of a NodePool.
    """
    return {"key": key, "operator": operator, **({"values": list(values)} if values else {})}


def foreign_pool(*requirements: dict[str, Any], limits: dict[str, Any] | None = None, **spec: Any) -> ResourceRecord:
    """
    Return the NodePool `jobs` with *requirements*, on the EC2NodeClass `shared`.
    """
    reference = {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "shared"}
    template = {"metadata": {"labels": {"team": "search"}}, "spec": {"nodeClassRef": reference, "requirements": list(requirements)}}
    bounded = {} if limits is None else {"limits": limits}
    return record(
        "kubernetes:karpenter.sh/v1:NodePool", "jobs", {"metadata": {"name": "jobs"}, "spec": {"template": template, **bounded, **spec}}
    )


def node_class(**spec: Any) -> ResourceRecord:
    """
    Return the EC2NodeClass `shared`, with 100 GiB of gp3 unless *spec* says else.
    """
    volumes = {"blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"volumeSize": "100Gi", "volumeType": "gp3"}}]}
    return record("kubernetes:karpenter.k8s.aws/v1:EC2NodeClass", "shared", {"metadata": {"name": "shared"}, "spec": spec or volumes})
