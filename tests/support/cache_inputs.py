"""
Rules for stores at ElastiCache that botocore's models do not have: names, who may enter, encryption, and what is kept.

Sources: the API reference of ElastiCache (CreateReplicationGroup, CreateUser, CreateUserGroup) and its user guide, "Authenticating with
IAM" and "High availability using replication groups"; the EKS user guide, "How EKS Pod Identity works"; all as of 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from iam_policies import policy_faults, statements

Inputs = Mapping[str, Any]

POD_IDENTITY: Final = "pods.eks.amazonaws.com"
MAX_GROUP_NAME: Final = 40
MOST_SNAPSHOTS: Final = 35
TWO: Final = 2

_GROUP_NAME = re.compile(r"(?!.*--)[a-z](?:[a-z0-9-]*[a-z0-9])?")
_NAME = re.compile(r"(?!.*--)[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?")


def _replication_group(inputs: Inputs) -> Iterator[str]:
    name = str(inputs.get("replicationGroupId", "a"))
    if len(name) > MAX_GROUP_NAME or not _GROUP_NAME.fullmatch(name):
        yield f"replicationGroupId: {name!r} is no name of a group (at most {MAX_GROUP_NAME} lower-case letters, digits, single dashes)"
    yield from (
        f"{field}: must be true" for field in ("atRestEncryptionEnabled", "transitEncryptionEnabled") if inputs.get(field) is not True
    )
    if inputs.get("transitEncryptionMode", "required") != "required":
        yield f"transitEncryptionMode: {inputs['transitEncryptionMode']!r} lets callers in without TLS"
    if not inputs.get("userGroupIds") and not inputs.get("authToken"):
        yield "userGroupIds: none, so everybody in the network may enter"
    if "authToken" in inputs:
        yield "authToken: a password in an input"
    yield from (
        f"{field}: needed, the account's default is open to others"
        for field in ("subnetGroupName", "securityGroupIds")
        if not inputs.get(field)
    )
    nodes = inputs.get("numCacheClusters", 1)
    if (inputs.get("automaticFailoverEnabled") or inputs.get("multiAzEnabled")) and nodes < TWO:
        yield f"numCacheClusters: {nodes}, and a fail-over needs another node"
    if inputs.get("multiAzEnabled") and not inputs.get("automaticFailoverEnabled"):
        yield "multiAzEnabled: needs automaticFailoverEnabled"
    kept = inputs.get("snapshotRetentionLimit", 0)
    if not 0 <= kept <= MOST_SNAPSHOTS:
        yield f"snapshotRetentionLimit: {kept}, at most {MOST_SNAPSHOTS}"


def _user(inputs: Inputs) -> Iterator[str]:
    mode = (inputs.get("authenticationMode") or {}).get("type")
    if inputs.get("passwords"):
        yield "passwords: a password in an input"
    disabled = "off" in str(inputs.get("accessString", "")).split()
    if (mode == "no-password-required" or inputs.get("noPasswordRequired")) and not disabled:
        yield "authenticationMode: enters without showing anything"
    # the token that is shown is for a user id and is checked against the name
    if mode == "iam" and inputs.get("userId") != inputs.get("userName"):
        yield f"userName: {inputs.get('userName')!r} is not the userId {inputs.get('userId')!r}, which IAM asks for"
    access = str(inputs.get("accessString", "")).split()
    if not {"on", "off"} & set(access):
        yield "accessString: neither on nor off"
    if "on" in access and {"~*", "allkeys"} & set(access) and {"+@all", "allcommands"} & set(access) and "-@dangerous" not in access:
        yield "accessString: every key and every command"
    for field in ("userId", "userName"):
        if not _NAME.fullmatch(str(inputs.get(field, ""))) or len(str(inputs.get(field, ""))) > MAX_GROUP_NAME:
            yield f"{field}: {inputs.get(field)!r} is no name of a user"


def _user_group(inputs: Inputs) -> Iterator[str]:
    if not inputs.get("userIds"):
        yield "userIds: nobody may enter"
    if not _NAME.fullmatch(str(inputs.get("userGroupId", ""))) or len(str(inputs.get("userGroupId", ""))) > MAX_GROUP_NAME:
        yield f"userGroupId: {inputs.get('userGroupId')!r} is no name of a group"


def _subnet_group(inputs: Inputs) -> Iterator[str]:
    if not inputs.get("subnetIds"):
        yield "subnetIds: none"


def _parameter_group(inputs: Inputs) -> Iterator[str]:
    if not re.fullmatch(r"(?:valkey|redis)\d+(?:\.x)?", str(inputs.get("family"))):
        yield f"family: {inputs.get('family')!r} is no family of parameters"
    yield from (
        f"parameters[{p['name']}]: {p['value']!r} is not text" for p in inputs.get("parameters") or [] if not isinstance(p["value"], str)
    )


def _role(inputs: Inputs) -> Iterator[str]:
    yield from policy_faults(inputs.get("assumeRolePolicy"), ("Principal", "Action"))
    yield from (
        f"{field}: rights belong into a policy of its own" for field in ("inlinePolicies", "managedPolicyArns") if inputs.get(field)
    )


def _role_policy(inputs: Inputs) -> Iterator[str]:
    if not inputs.get("role"):
        yield "role: needed"
    yield from policy_faults(inputs.get("policy"), ("Action", "Resource"))


def _association(inputs: Inputs) -> Iterator[str]:
    yield from (f"{field}: needed" for field in ("clusterName", "namespace", "serviceAccount", "roleArn") if not inputs.get(field))


CHECKS: Final[dict[str, Callable[[Inputs], Iterable[str]]]] = {
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
What is asked of each type, by Pulumi's token.
"""


def trusts_pods_alone(policy: Mapping[str, Any]) -> bool:
    """
    Tell whether a role is given to pods by their identity and to nobody else.
    """
    return all(each.get("Principal") == {"Service": POD_IDENTITY} for each in statements(policy))
