"""
ElastiCache: nodes, members of groups, serverless caches.
"""

from __future__ import annotations

from typing import Any

import pytest

from cluster_records import record
from servewright.ranges import Range
from service_bills import bill_of, expected, given, reasons

GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
CLUSTER = "aws:elasticache/cluster:Cluster"
SERVERLESS = "aws:elasticache/serverlessCache:ServerlessCache"


def group(**inputs: Any) -> Any:
    """
    Return the record of a replication group of Valkey.
    """
    return record(GROUP, "cache", {"engine": "valkey", "nodeType": "cache.m7g.large", **inputs})


def serverless(engine: str = "valkey", **inputs: Any) -> Any:
    """
    Return the record of a serverless cache.
    """
    return record(SERVERLESS, "cache", {"engine": engine, **inputs})


@pytest.mark.parametrize(
    ("shape", "nodes"),
    [
        ({}, 1),
        ({"numCacheClusters": 3}, 3),
        ({"numNodeGroups": 2, "replicasPerNodeGroup": 1}, 4),
        ({"numNodeGroups": 3}, 3),
        ({"replicasPerNodeGroup": 2}, 3),
    ],
)
def test_nodes_are_groups_times_one_and_their_replicas(shape: dict[str, int], nodes: int) -> None:
    """
    Each node is 730 h at 0.1.
    """
    (amount,) = expected(bill_of(group(**shape))).values()

    assert amount == f"{nodes * 73}.00"


def test_the_engine_decides_the_price() -> None:
    """
    Redis costs 0.2; an absent engine of a group is Redis, as the provider has it; Memcached has no rows.
    """
    assert expected(bill_of(group(engine="redis"))) == {"cache node hours (cache.m7g.large, redis, 1 node)": "146.00"}
    assert expected(bill_of(group(engine=None))) == {"cache node hours (cache.m7g.large, redis, 1 node)": "146.00"}
    memcached = record(CLUSTER, "c", {"engine": "memcached", "nodeType": "cache.m7g.large", "numCacheNodes": 2})
    assert expected(bill_of(memcached)) == {"cache node hours (cache.m7g.large, memcached, 2 nodes)": "unknown"}


def test_snapshots_are_stored() -> None:
    """
    20 GB at 0.1 where snapshots are kept.
    """
    assert expected(bill_of(group(snapshotRetentionLimit=5)))["backup storage"] == "2.00"


def test_a_member_is_one_more_node_of_its_group() -> None:
    """
    Its engine and type stand on the group.
    """
    member = record(CLUSTER, "member", {"replicationGroupId": "g"})
    bill = bill_of(group(replicationGroupId="g"), member)

    assert sum(line.monthly.expected or 0 for line in bill.lines) == 146
    assert reasons(bill_of(member)) == ["engine is missing, and the replication group that would say it is not in the stack"]


def test_a_type_without_a_row_is_unknown() -> None:
    """
    No node is priced as another one.
    """
    assert list(expected(bill_of(group(nodeType="cache.r6gd.xlarge"))).values()) == ["unknown"]


def test_a_serverless_cache_has_a_minimum() -> None:
    """
    1 GB is the default: 730 GB-hours at 0.1 and 100 million units at 0.002. Nothing stored is 0.1 GB of Valkey and 1 GB of Redis.
    """
    empty = given("cache", data_stored_gb=0, ecpus=0)

    assert expected(bill_of(serverless())) == {"data stored (valkey)": "73.00", "processing units (valkey)": "0.20"}
    assert expected(bill_of(serverless(), usage=empty)) == {"data stored (valkey)": "7.30", "processing units (valkey)": "0.00"}
    assert expected(bill_of(serverless("redis"), usage=empty))["data stored (redis)"] == "146.00"


@pytest.mark.parametrize("rates", [{"minimum": 1000, "maximum": 2000}, [{"minimum": 1000, "maximum": 2000}]])
def test_its_own_limits_bound_it(rates: object) -> None:
    """
    At least 5 GB and 1,000 units a second are billed, at most 8 GB and 2,000 are let through: 2,628 million units at least.
    """
    limits = {"dataStorage": {"minimum": 5, "maximum": 8, "unit": "GB"}, "ecpuPerSeconds": rates}
    bill = bill_of(serverless(cacheUsageLimits=limits))
    stored, units = sorted(bill.lines, key=lambda line: line.name)

    assert stored.quantity == Range.of(3650, 3650, 5840)
    assert units.quantity == Range.exactly(2628)
