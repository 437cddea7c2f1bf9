"""
Recorded resources of a small serving stack, built by hand in the shape that the recorders deliver.
"""

from __future__ import annotations

from typing import Any

from servewright.cost.records import ResourceRecord
from servewright.plan.hours import encode_hours

REGION = "us-east-1"
STEADY = (2,) * 168
OFFICE = ((1,) * 8 + (3,) * 10 + (1,) * 6) * 5 + (1,) * 48
"""
One replica, and three from 08:00 to 18:00 on working days: five rises and five falls a week.
"""


def record(kind: str, name: str, inputs: dict[str, Any], region: str | None = REGION) -> ResourceRecord:
    """
    Return the record of a custom resource.
    """
    urn = f"urn:pulumi:dev::servewright::{kind}::{name}"
    return ResourceRecord(urn=urn, type=kind, name=name, parent=None, custom=True, region=region, inputs=inputs)


def deployment(name: str = "chat", *, hours: tuple[int, ...] | None = OFFICE, **changes: Any) -> ResourceRecord:
    """
    Return a Deployment of one-GPU pods that select the nodes of their own shape; *changes* go to `_deployment`.
    """
    return record("kubernetes:apps/v1:Deployment", name, _deployment(name, hours, **changes))


def scaled_object(name: str = "chat", minimum: int = 1, maximum: int = 4) -> ResourceRecord:
    """
    Return the bounds of the Deployment *name*.
    """
    spec = {"scaleTargetRef": {"name": name}, "minReplicaCount": minimum, "maxReplicaCount": maximum}
    return record("kubernetes:keda.sh/v1alpha1:ScaledObject", name, {"metadata": {"name": name, "namespace": "serving"}, "spec": spec})


def node_pool(
    name: str,
    *,
    shape: str = "chat",
    types: tuple[str, ...] = ("g6.xlarge",),
    purchase: str = "on-demand",
    zones: tuple[str, ...] = ("us-east-1a",),
    limits: dict[str, str] | None = None,
    share: str | None = "1",
    max_share: str | None = None,
    idle: int = 600,
    ahead: dict[str, str] | None = None,
) -> ResourceRecord:
    """
    Return a NodePool with its class of the same name; *ahead* are the annotations of what is bought ahead, without their prefix.
    """
    requirements = [
        {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": sorted(types)},
        {"key": "karpenter.sh/capacity-type", "operator": "In", "values": [purchase]},
        {"key": "topology.kubernetes.io/zone", "operator": "In", "values": sorted(zones)},
        {"key": "kubernetes.io/os", "operator": "In", "values": ["linux"]},
    ]
    annotations = {
        "servewright.dev/idle-seconds": str(idle),
        **({} if share is None else {"servewright.dev/expected-share": share}),
        **({} if max_share is None else {"servewright.dev/max-share": max_share}),
        **{f"servewright.dev/{key}": value for key, value in (ahead or {}).items()},
    }
    spec: dict[str, Any] = {
        "template": {
            "metadata": {"labels": {"servewright.dev/shape": shape}},
            "spec": {"nodeClassRef": {"name": name}, "requirements": requirements},
        },
    }
    if limits != {}:
        spec["limits"] = {"nodes": "20"} if limits is None else limits
    return record("kubernetes:karpenter.sh/v1:NodePool", name, {"metadata": {"name": name, "annotations": annotations}, "spec": spec})


def node_class(name: str, **volume: Any) -> ResourceRecord:
    """
    Return the EC2NodeClass *name* with a root volume of 100 GiB gp3; *volume* adds to its ebs settings.
    """
    ebs = {"volumeSize": "100Gi", "volumeType": "gp3", **volume}
    spec = {"blockDeviceMappings": [{"deviceName": "/dev/xvda", "rootVolume": True, "ebs": ebs}]}
    return record("kubernetes:karpenter.k8s.aws/v1:EC2NodeClass", name, {"metadata": {"name": name}, "spec": spec})


def service(name: str = "chat", kind: str | None = "ClusterIP") -> ResourceRecord:
    """
    Return the Service in front of the Deployment *name*.
    """
    spec = {"selector": {"app": name}, **({} if kind is None else {"type": kind})}
    return record("kubernetes:core/v1:Service", name, {"metadata": {"name": name, "namespace": "serving"}, "spec": spec})


def budget(notifications: int = 3) -> ResourceRecord:
    """
    Return a Budget that publishes *notifications* thresholds to a topic whose address is not known yet.
    """
    topic = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    blocks = [{"threshold": 50 + i, "subscriberSnsTopicArns": [topic]} for i in range(notifications)]
    return record("aws:budgets/budget:Budget", "budget", {"budgetType": "COST", "limitAmount": "1000", "notifications": blocks})


def on_demand_stack() -> tuple[ResourceRecord, ...]:
    """
    Return one model on one on-demand pool.
    """
    return deployment(), scaled_object(), node_pool("base"), node_class("base"), service()


def spot_stack(fallback_share: str = "0.08", max_share: str = "0.5") -> tuple[ResourceRecord, ...]:
    """
    Return one model on a spot pool with an on-demand fallback.
    """
    spot_share = "0.92" if fallback_share == "0.08" else str(1 - float(fallback_share))
    return (
        deployment(),
        scaled_object(),
        node_pool("burst", purchase="spot", share=spot_share),
        node_class("burst"),
        node_pool("fallback", share=fallback_share, max_share=max_share),
        node_class("fallback"),
        service(),
        budget(),
    )


def _deployment(
    name: str,
    hours: tuple[int, ...] | None,
    *,
    shape: str | None = "chat",
    gpus: int = 1,
    cpu: str = "2",
    memory: str = "8Gi",
    start: int | None = 300,
    tokens: tuple[int, int] = (0, 0),
    spread: bool = False,
    replicas: int | None = None,
    weights: str | None = None,
) -> dict[str, Any]:
    annotations = {
        "servewright.dev/model": name,
        "servewright.dev/input-tokens-per-month": str(tokens[0]),
        "servewright.dev/output-tokens-per-month": str(tokens[1]),
        **({} if hours is None else {"servewright.dev/replicas-by-hour": encode_hours(hours)}),
        **({} if start is None else {"servewright.dev/start-seconds": str(start)}),
        **({} if weights is None else {"servewright.dev/weights-gib": weights}),
    }
    requests = {"cpu": cpu, "memory": memory, "ephemeral-storage": "24Gi", **({"nvidia.com/gpu": str(gpus)} if gpus else {})}
    pod: dict[str, Any] = {"containers": [{"name": "engine", "resources": {"requests": requests}}]}
    if shape is not None:
        pod["nodeSelector"] = {"servewright.dev/shape": shape}
    if spread:
        pod["topologySpreadConstraints"] = [{"topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule"}]
    spec = {"template": {"metadata": {"labels": {"app": name}}, "spec": pod}, **({} if replicas is None else {"replicas": replicas})}
    return {"metadata": {"name": name, "namespace": "serving", "annotations": annotations}, "spec": spec}
