"""
Rules of stores: what they hold is encrypted, whoever enters is known, and what must not be lost is kept.

Sources: the API reference and user guide of ElastiCache ("Authenticating with IAM", "High availability using replication groups"), the
guide of the EBS CSI driver (parameters), and Kubernetes 1.36 (StatefulSet, retention of claims); read 2026-11.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.readiness.model import Rule
from servewright.readiness.reading import count, dig, listed, mapped, maps, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.readiness.inventory import Inventory, Registered
    from servewright.readiness.model import Found

GROUP: Final = "aws:elasticache/replicationGroup:ReplicationGroup"
USER: Final = "aws:elasticache/user:User"
PARAMETERS: Final = "aws:elasticache/parameterGroup:ParameterGroup"

_TWO: Final = 2
_PASSWORDS: Final = {GROUP: ("authToken", "authTokenWo"), USER: ("passwords", "passwordsWo")}


def nodes_of(group: Registered) -> int:
    """
    Return the nodes of a store at ElastiCache, the first and its replicas.
    """
    return count(group.inputs, "numCacheClusters") or 1


def keeps(inventory: Inventory, group: Registered) -> bool:
    """
    Tell whether the store *group* holds what must not be lost: it never evicts.
    """
    named = text(group.inputs, "parameterGroupName")
    own = [each for each in inventory.of(PARAMETERS) if named is not None and each.inputs.get("name") == named]
    values = {each.get("name"): each.get("value") for one in own for each in maps(one.inputs, "parameters")}
    return values.get("maxmemory-policy") == "noeviction"


def _claims(inventory: Inventory) -> Iterator[Found]:
    classes = {each.name: each for each in inventory.of("StorageClass")}
    for each in inventory.of("StatefulSet"):
        kept = mapped(each.inputs, "spec", "persistentVolumeClaimRetentionPolicy")
        for claim in maps(each.inputs, "spec", "volumeClaimTemplates"):
            name = text(claim, "spec", "storageClassName")
            if name not in classes:
                yield each, f"its storage class {name} is not part of the stack: whether it encrypts is not known"
            elif dig(classes[name].inputs, "parameters", "encrypted") != "true":
                yield classes[name], "its volumes are not encrypted"
            if "Delete" in (kept.get("whenDeleted"), kept.get("whenScaled")):
                yield each, "what it holds is deleted with it"


def _encrypted(inventory: Inventory) -> Iterator[Found]:
    for group in inventory.of(GROUP):
        if group.inputs.get("atRestEncryptionEnabled") is not True:
            yield group, "is not encrypted at rest"
        if group.inputs.get("transitEncryptionEnabled") is not True or group.inputs.get("transitEncryptionMode") == "preferred":
            yield group, "answers without TLS"


def _entered(inventory: Inventory) -> Iterator[Found]:
    for group in inventory.of(GROUP):
        if not listed(group.inputs, "userGroupIds"):
            yield group, "has no users: whoever reaches it may enter"
    for user in inventory.of(USER):
        mode = dig(user.inputs, "authenticationMode", "type")
        enters = "off" not in str(user.inputs.get("accessString", "")).split()
        if enters and (mode == "no-password-required" or user.inputs.get("noPasswordRequired")):
            yield user, "enters without showing anything"
    for kind, fields in _PASSWORDS.items():
        yield from (
            (each, f"{field} is a password in an input") for each in inventory.of(kind) for field in fields if each.inputs.get(field)
        )


def _kept(inventory: Inventory) -> Iterator[Found]:
    for group in inventory.of(GROUP):
        if not keeps(inventory, group):
            continue
        if not count(group.inputs, "snapshotRetentionLimit"):
            yield group, "never evicts what it holds, and has no snapshots"
        if nodes_of(group) < _TWO or group.inputs.get("automaticFailoverEnabled") is not True:
            yield group, "never evicts what it holds, and is gone with its node"


def _failover(inventory: Inventory) -> Iterator[Found]:
    for group in inventory.of(GROUP):
        asked = [field for field in ("automaticFailoverEnabled", "multiAzEnabled") if group.inputs.get(field) is True]
        if asked and nodes_of(group) < _TWO:
            yield group, f"{' and '.join(asked)}, with one node to fail over to itself"
        if asked == ["multiAzEnabled"]:
            yield group, "is in several zones, and nothing fails over"


RULES: Final = (
    Rule(id="SR801", what="what a StatefulSet keeps is encrypted, and stays when it goes", check=_claims),
    Rule(id="SR802", what="a store at ElastiCache is encrypted at rest and on the way", check=_encrypted),
    Rule(id="SR803", what="whoever enters a store at ElastiCache shows who it is, and no password stands in an input", check=_entered),
    Rule(id="SR804", what="a store that never evicts has snapshots and a second node", check=_kept),
    Rule(id="SR805", what="a store that fails over has a node to fail over to", check=_failover),
)
