"""
The calls that make what a store at ElastiCache needs: the group with its users, parameters and subnets, and who may sign in to it.

Sources: the AWS provider of Terraform that pulumi-aws bridges (internal/service/{elasticache,iam,eks}, 6.x), the services' API references.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from botocore_rules import Call
from call_inputs import Inputs, tags_of, taken

_GROUP: Final = {
    "replicationGroupId": "ReplicationGroupId",
    "description": "ReplicationGroupDescription",
    "engine": "Engine",
    "engineVersion": "EngineVersion",
    "nodeType": "CacheNodeType",
    "numCacheClusters": "NumCacheClusters",
    "numNodeGroups": "NumNodeGroups",
    "replicasPerNodeGroup": "ReplicasPerNodeGroup",
    "clusterMode": "ClusterMode",
    "automaticFailoverEnabled": "AutomaticFailoverEnabled",
    "multiAzEnabled": "MultiAZEnabled",
    "preferredCacheClusterAzs": "PreferredCacheClusterAZs",
    "port": "Port",
    "parameterGroupName": "CacheParameterGroupName",
    "subnetGroupName": "CacheSubnetGroupName",
    "securityGroupIds": "SecurityGroupIds",
    "userGroupIds": "UserGroupIds",
    "atRestEncryptionEnabled": "AtRestEncryptionEnabled",
    "kmsKeyId": "KmsKeyId",
    "transitEncryptionEnabled": "TransitEncryptionEnabled",
    "transitEncryptionMode": "TransitEncryptionMode",
    "autoMinorVersionUpgrade": "AutoMinorVersionUpgrade",
    "maintenanceWindow": "PreferredMaintenanceWindow",
    "snapshotRetentionLimit": "SnapshotRetentionLimit",
    "snapshotWindow": "SnapshotWindow",
    "dataTieringEnabled": "DataTieringEnabled",
    "networkType": "NetworkType",
    "ipDiscovery": "IpDiscovery",
}

_USER: Final = {"userId": "UserId", "userName": "UserName", "engine": "Engine", "accessString": "AccessString"}
_ROLE: Final = {"name": "RoleName", "assumeRolePolicy": "AssumeRolePolicyDocument", "description": "Description", "path": "Path"}
_ASSOCIATION: Final = {
    "clusterName": "clusterName",
    "namespace": "namespace",
    "serviceAccount": "serviceAccount",
    "roleArn": "roleArn",
    "disableSessionTags": "disableSessionTags",
}


def _replication_group(inputs: Inputs, _account: str, tags: Mapping[str, str]) -> Iterator[Call]:
    # without a name of its own a group is called after the resource, with characters that make it unique
    made = {"ReplicationGroupId": "made-up-by-the-provider", **taken(inputs, _GROUP)}
    yield Call(service="elasticache", operation="CreateReplicationGroup", parameters={**made, "Tags": tags_of(tags)})
    group = {"ReplicationGroupId": made["ReplicationGroupId"]}
    now = taken(inputs, {"applyImmediately": "ApplyImmediately"})
    yield Call(service="elasticache", operation="ModifyReplicationGroup", parameters={**group, **now})
    last = taken(inputs, {"finalSnapshotIdentifier": "FinalSnapshotIdentifier"})
    yield Call(service="elasticache", operation="DeleteReplicationGroup", parameters={**group, **last})


def _user(inputs: Inputs, _account: str, tags: Mapping[str, str]) -> Iterator[Call]:
    made = taken(inputs, {**_USER, "noPasswordRequired": "NoPasswordRequired"})
    mode = dict(inputs.pop("authenticationMode", {}))
    if mode:
        made["AuthenticationMode"] = {"Type": mode.pop("type", None), **taken(mode, {"passwords": "Passwords"})}
        inputs.update({f"authenticationMode.{left}": value for left, value in mode.items()})
    yield Call(service="elasticache", operation="CreateUser", parameters={**made, "Tags": tags_of(tags)})


def _user_group(inputs: Inputs, _account: str, tags: Mapping[str, str]) -> Iterator[Call]:
    made = taken(inputs, {"userGroupId": "UserGroupId", "engine": "Engine", "userIds": "UserIds"})
    yield Call(service="elasticache", operation="CreateUserGroup", parameters={**made, "Tags": tags_of(tags)})


def _subnet_group(inputs: Inputs, _account: str, tags: Mapping[str, str]) -> Iterator[Call]:
    made = taken(inputs, {"name": "CacheSubnetGroupName", "description": "CacheSubnetGroupDescription", "subnetIds": "SubnetIds"})
    # the provider writes who manages it where nothing is said
    made.setdefault("CacheSubnetGroupDescription", "Managed by Pulumi")
    yield Call(service="elasticache", operation="CreateCacheSubnetGroup", parameters={**made, "Tags": tags_of(tags)})


def _parameter_group(inputs: Inputs, _account: str, tags: Mapping[str, str]) -> Iterator[Call]:
    names = {"name": "CacheParameterGroupName", "family": "CacheParameterGroupFamily", "description": "Description"}
    made = {"Description": "Managed by Pulumi", **taken(inputs, names)}
    yield Call(service="elasticache", operation="CreateCacheParameterGroup", parameters={**made, "Tags": tags_of(tags)})
    values = [{"ParameterName": each["name"], "ParameterValue": each["value"]} for each in inputs.pop("parameters", [])]
    group = {"CacheParameterGroupName": made.get("CacheParameterGroupName")}
    yield Call(service="elasticache", operation="ModifyCacheParameterGroup", parameters={**group, "ParameterNameValues": values})


def _role(inputs: Inputs, _account: str, tags: Mapping[str, str]) -> Iterator[Call]:
    made = taken(inputs, {**_ROLE, "maxSessionDuration": "MaxSessionDuration", "permissionsBoundary": "PermissionsBoundary"})
    yield Call(service="iam", operation="CreateRole", parameters={**made, "Tags": tags_of(tags)})


def _role_policy(inputs: Inputs, _account: str, _tags: Mapping[str, str]) -> Iterator[Call]:
    made = taken(inputs, {"role": "RoleName", "name": "PolicyName", "policy": "PolicyDocument"})
    yield Call(service="iam", operation="PutRolePolicy", parameters={"PolicyName": "made-up-by-the-provider", **made})


def _association(inputs: Inputs, _account: str, tags: Mapping[str, str]) -> Iterator[Call]:
    parameters: dict[str, Any] = {**taken(inputs, _ASSOCIATION), "tags": dict(tags)}
    yield Call(service="eks", operation="CreatePodIdentityAssociation", parameters=parameters)


CALLS: Final[dict[str, Callable[[Inputs, str, Mapping[str, str]], Iterable[Call]]]] = {
    "aws:elasticache/replicationGroup:ReplicationGroup": _replication_group,
    "aws:elasticache/user:User": _user,
    "aws:elasticache/userGroup:UserGroup": _user_group,
    "aws:elasticache/subnetGroup:SubnetGroup": _subnet_group,
    "aws:elasticache/parameterGroup:ParameterGroup": _parameter_group,
    "aws:iam/role:Role": _role,
    "aws:iam/rolePolicy:RolePolicy": _role_policy,
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": _association,
}
"""
What makes each type.
"""
