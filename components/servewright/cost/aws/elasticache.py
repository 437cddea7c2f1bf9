"""
ElastiCache: nodes by the hour, at the on-demand price of their engine; reservations stand on no resource and are not assumed.

    nodes = node groups x (1 + replicas of each), or the number of cache clusters
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.aws.lines import Key, all_month, by_use, no_row
from servewright.cost.properties import UnreadableProperty, read_count, read_text, required
from servewright.cost.registry import Priced, prices

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

_GROUP: Final = "aws:elasticache/replicationGroup:ReplicationGroup"
_BACKUP: Final[Key] = ("ElastiCache", "backup storage", "")
_ENGINES: Final = {"redis": "Redis", "valkey": "Valkey"}


@prices(_GROUP)
def price_replication_group(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the node-hours of a replication group, and its backups where it keeps any.
    """
    return _nodes(record, context, _nodes_of_group(record), read_text(record, "engine") or "redis") + _backups(record, context)


@prices("aws:elasticache/cluster:Cluster")
def price_cluster(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the node-hours of a cluster; as a member of a replication group it is one more node with the group's engine and type.
    """
    nodes = read_count(record, "numCacheNodes") or 1
    engine = read_text(record, "engine")
    if engine is None:
        group = _group_of(record, context)
        return _nodes(record, context, nodes, read_text(group, "engine") or "redis", read_text(group, "nodeType"))
    return _nodes(record, context, nodes, engine) + _backups(record, context)


def _nodes(record: ResourceRecord, context: Context, count: int, engine: str, kind: str | None = None) -> Priced:
    node = required(record, read_text(record, "nodeType") or kind, "nodeType")
    name = f"cache node hours ({node}, {engine}, {count} node{'' if count == 1 else 's'})"
    if engine not in _ENGINES:
        why = f"our price table has no rows for nodes with the engine {engine}"
        return no_row(record, component="caches", name=name, unit="hours", why=why)
    key = ("ElastiCache", f"node on-demand {_ENGINES[engine]}", node)
    return all_month(record, context, key, component="caches", name=name, count=count)


def _nodes_of_group(record: ResourceRecord) -> int:
    groups = read_count(record, "numNodeGroups")
    replicas = read_count(record, "replicasPerNodeGroup")
    if groups is None and replicas is None:
        return read_count(record, "numCacheClusters") or 1
    return (groups or 1) * (1 + (replicas or 0))


def _group_of(record: ResourceRecord, context: Context) -> ResourceRecord:
    """
    Return the replication group that the cluster joins: the one that it names, or the only one where the name is not known yet.
    """
    groups = context.of_type(_GROUP)
    named = record.inputs.get("replicationGroupId")
    found = [group for group in groups if named is not None and group.inputs.get("replicationGroupId") == named]
    if len(found) == 1:
        return found[0]
    raise UnreadableProperty(record, "engine", "is missing, and the replication group that would say it is not in the stack")


def _backups(record: ResourceRecord, context: Context) -> Priced:
    if not read_count(record, "snapshotRetentionLimit"):
        return Priced()
    return by_use(record, context, _BACKUP, "backup_storage_gb", component="caches", name="backup storage", unit="GB-months")
