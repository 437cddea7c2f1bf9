"""
The EC2 and IAM calls that Karpenter makes for an EC2NodeClass and a NodePool, as far as its fields decide them.

Source: karpenter-provider-aws, pkg/providers/{launchtemplate,instance,instanceprofile,subnet,securitygroup}, 1.14: a launch template and an
instance profile for each class, an instant fleet with one override per instance type and zone for each launch.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from botocore_rules import Call, Parameters, call_faults, zone_faults
from object_names import parse_quantity

Manifest = Mapping[str, Any]

NOT_EC2: Final = frozenset({"amiFamily", "amiSelectorTerms", "instanceStorePolicy", "kubelet"})
"""
Fields that Karpenter turns into an image id or into user data.
"""

_SELECTORS: Final = {
    "subnetSelectorTerms": ("DescribeSubnets", "SubnetIds"),
    "securityGroupSelectorTerms": ("DescribeSecurityGroups", "GroupIds"),
    "capacityReservationSelectorTerms": ("DescribeCapacityReservations", "CapacityReservationIds"),
}
_METADATA: Final = {
    "httpEndpoint": "HttpEndpoint",
    "httpProtocolIPv6": "HttpProtocolIpv6",
    "httpPutResponseHopLimit": "HttpPutResponseHopLimit",
    "httpTokens": "HttpTokens",
}
_VOLUME: Final = {
    "deleteOnTermination": "DeleteOnTermination",
    "encrypted": "Encrypted",
    "iops": "Iops",
    "kmsKeyID": "KmsKeyId",
    "snapshotID": "SnapshotId",
    "throughput": "Throughput",
    "volumeType": "VolumeType",
}
_CAPACITY: Final = {"spot": "spot", "on-demand": "on-demand", "reserved": "on-demand"}
"""
Karpenter's capacity types as those of a fleet; a reservation is launched as on-demand. What stands here for an unknown one is refused.
"""


def node_faults(manifests: Iterable[Manifest]) -> tuple[str, ...]:
    """
    Return what EC2's and IAM's models refuse for the classes and pools among *manifests*.
    """
    faults: list[str] = []
    for manifest in manifests:
        name = f"{manifest['kind']} {manifest['metadata']['name']}"
        if manifest["kind"] == "EC2NodeClass":
            spec = manifest["spec"]
            found = [fault for call in class_calls(spec) for fault in call_faults(call)]
            faults += [f"{name}: {field}: no place in a call" for field in sorted(set(spec) - _PLACED)]
        elif manifest["kind"] == "NodePool":
            found = [*call_faults(pool_call(manifest)), *(f for zone in _required(manifest, ZONE) for f in zone_faults(zone))]
        else:
            continue
        faults += [f"{name}: {fault}" for fault in found]
    return tuple(faults)


ZONE: Final = "topology.kubernetes.io/zone"
_PLACED: Final = NOT_EC2 | _SELECTORS.keys() | {"blockDeviceMappings", "metadataOptions", "role", "tags"}


def class_calls(spec: Manifest) -> Iterator[Call]:
    """
    Yield the calls that the *spec* of an EC2NodeClass leads to.
    """
    template: Parameters = {
        "BlockDeviceMappings": [_device(each) for each in spec.get("blockDeviceMappings", [])],
        "MetadataOptions": _renamed(spec.get("metadataOptions", {}), _METADATA),
        "TagSpecifications": [{"ResourceType": kind, "Tags": _tags(spec.get("tags", {}))} for kind in ("instance", "volume")],
    }
    yield Call(
        service="ec2", operation="CreateLaunchTemplate", parameters={"LaunchTemplateName": "karpenter", "LaunchTemplateData": template}
    )
    profile = {"InstanceProfileName": "karpenter", "RoleName": spec.get("role")}
    yield Call(service="iam", operation="AddRoleToInstanceProfile", parameters=profile)
    for field, (operation, ids) in _SELECTORS.items():
        for term in spec.get(field, []):
            yield Call(service="ec2", operation=operation, parameters=_selection(term, ids))


def pool_call(manifest: Manifest) -> Call:
    """
    Return the fleet that a launch for the pool asks for: every type in every zone that its requirements allow.
    """
    types, zones = _required(manifest, "node.kubernetes.io/instance-type"), _required(manifest, ZONE)
    capacity = _required(manifest, "karpenter.sh/capacity-type")
    return Call(
        service="ec2",
        operation="CreateFleet",
        parameters={
            "Type": "instant",
            "LaunchTemplateConfigs": [{"Overrides": [{"InstanceType": t, "AvailabilityZone": z} for t in types for z in zones]}],
            "TargetCapacitySpecification": {
                "TotalTargetCapacity": 1,
                "DefaultTargetCapacityType": _CAPACITY.get(capacity[0], capacity[0]) if capacity else None,
            },
        },
    )


def _required(manifest: Manifest, key: str) -> list[str]:
    requirements = manifest["spec"]["template"]["spec"]["requirements"]
    return [value for each in requirements if each["key"] == key for value in each.get("values", [])]


def _device(mapping: Manifest) -> Parameters:
    volume = dict(mapping.get("ebs", {}))
    size = parse_quantity(volume.get("volumeSize"))
    if size is not None:
        # Karpenter rounds a size up to whole GiB; what is no quantity stays, and is refused
        del volume["volumeSize"]
        volume["VolumeSize"] = math.ceil(size / 2**30)
    return {"DeviceName": mapping.get("deviceName"), "Ebs": _renamed(volume, _VOLUME)}


def _selection(term: Manifest, ids: str) -> Parameters:
    filters = [{"Name": f"tag:{key}", "Values": [value]} for key, value in term.get("tags", {}).items()]
    chosen = {ids: [term["id"]]} if "id" in term else {}
    rest = {name: value for name, value in term.items() if name not in {"id", "tags"}}
    return {**chosen, **({"Filters": filters} if filters else {}), **rest}


def _renamed(fields: Manifest, names: Mapping[str, str]) -> Parameters:
    # a field without a name there keeps its own, which the model then refuses
    return {names.get(name, name): value for name, value in fields.items()}


def _tags(tags: Mapping[str, str]) -> list[Parameters]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
