"""
Every engine pod schedules onto the pools that are registered for it, on as many nodes as the plan counts and the bill pays.

The scheduler (tests/support/scheduler.py) sees the emitted objects and the instance types of the catalogue, nothing of the plan.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from node_types import GPU, quantities
from one_fault import GONE, changed
from placed_objects import ZONE, barred, misfit
from plans import VARIANTS
from scheduler import Placement, holds, place
from servewright.catalog.load import load_catalog
from servewright.resources.manifests import KubernetesObject, kubernetes_objects
from stack_cluster import Cluster, read_cluster
from ten_specs import CASES, objects_of, plan_of, plan_text

POD = "spec template spec"
FITTING = ("dev", "placeholder", "no_nvme", "large")
"""
Plans made by hand whose packing is that of their nodes; "large" has two zones and two replicas on a node. Their hours are no one's.
"""

MORE_SPECS = {
    "two-zones": """\
environment: staging
owner: ml-platform
models:
  - source: meta-llama/Llama-3.3-70B-Instruct
    revision: 6f6073b423013f6a7d4d9f39144961bfbfbc386b
    hardware: {instance_types: [g7e.48xlarge]}
    traffic: {requests_per_second: 8, input_tokens: 1500, output_tokens: 300}
    slo: {ttft_p95: 1500ms, itl_p95: 60ms}
""",
    "shared-pool": """\
models:
  - name: one
    source: meta-llama/Llama-3.1-8B-Instruct
    hardware: {instance_types: [g6e.12xlarge]}
    traffic: {requests_per_second: 20, input_tokens: 1000, output_tokens: 250}
    slo: {ttft_p95: 1s, itl_p95: 50ms}
  - name: two
    source: Qwen/Qwen2.5-14B-Instruct
    hardware: {instance_types: [g6e.12xlarge]}
    traffic: {requests_per_second: 12, input_tokens: 1000, output_tokens: 250}
    slo: {ttft_p95: 1s, itl_p95: 60ms}
  - name: three
    source: google/gemma-3-27b-it
    traffic: {requests_per_second: 4, input_tokens: 1000, output_tokens: 250}
    slo: {ttft_p95: 1s, itl_p95: 60ms}
""",
    "shared-pools-in-two-zones": """\
environment: prod
owner: ml-platform
models:
  - name: one
    source: meta-llama/Llama-3.1-8B-Instruct
    revision: 0e9e39f249a16976918f6564b8830bc894c89659
    hardware: {instance_types: [g6e.12xlarge]}
    traffic: {requests_per_second: 20, input_tokens: 1000, output_tokens: 250}
    slo: {ttft_p95: 1s, itl_p95: 50ms}
  - name: two
    source: Qwen/Qwen2.5-14B-Instruct
    revision: cf98f3b3bbb457ad9e2bb7baf9a0125b6b88caa8
    hardware: {instance_types: [g6e.12xlarge]}
    traffic: {requests_per_second: 12, input_tokens: 1000, output_tokens: 250}
    slo: {ttft_p95: 1s, itl_p95: 60ms}
""",
}
"""
What the stacks and the ten specs do not have: several replicas on a node in each of two zones, and several models on the same nodes.
"""


@functools.cache
def cluster_of(case: str) -> Cluster:
    """
    Return the cluster of a shipped stack, of one of the ten specs or of a plan made by hand ("plan-large").
    """
    if case in CASES:
        return read_cluster(plan_of(case), objects_of(case))
    plan = plan_text(case, MORE_SPECS[case]) if case in MORE_SPECS else VARIANTS[case.removeprefix("plan-")]()
    return read_cluster(plan, kubernetes_objects(plan, load_catalog()))


every_case = pytest.mark.parametrize("case", [*CASES, *MORE_SPECS, *(f"plan-{name}" for name in FITTING)])
every_spec = pytest.mark.parametrize("case", [*CASES, *MORE_SPECS])


@every_case
def test_every_pod_may_run_on_all_nodes_of_its_pools(case: str) -> None:
    """
    Selector and tolerations lead each Deployment to pools that the plan has for its model, and whichever type they launch has the room.
    """
    cluster = cluster_of(case)
    assert cluster.workloads
    for name, workload in cluster.workloads.items():
        hosts = cluster.hosts(name)
        assert hosts
        assert {host: misfit(workload, cluster.pools[host]) for host in hosts} == dict.fromkeys(hosts)
        assert all(cluster.models[name] in cluster.plans[host].serves for host in hosts)


@every_spec
def test_every_pod_without_a_gpu_has_a_home(case: str) -> None:
    """
    Gateway and stores lead to the pool without GPUs and to no other, and whichever type it launches has the room; where such pods run on
    nodes of the user's, they select none.
    """
    cluster = cluster_of(case)
    pools = {name: pool for name, pool in cluster.pools.items() if GPU not in pool.limits}
    for workload, _, _ in cluster.beside.values():
        if not pools:
            assert workload.selector == {}
            continue
        assert [name for name, pool in cluster.pools.items() if barred(workload, pool) is None] == list(pools)
        assert [misfit(workload, pool) for pool in pools.values()] == [None] * len(pools)


def test_pods_that_keep_apart_have_a_node_each() -> None:
    """
    As a rule of their own they are one to a node, whatever else that node takes; without it small ones share.
    """
    cluster = cluster_of("gateway-cluster")
    pools = [pool for pool in cluster.pools.values() if GPU not in pool.limits]
    gateway, _, most = cluster.beside["gateway"]
    assert gateway.apart
    small = replace(gateway, requests=quantities({"cpu": "100m", "memory": "64Mi", "pods": 1}))
    assert [node.pods for node in place({"gateway": most}, [small], pools).nodes] == [["gateway"]] * most
    assert len(place({"gateway": most}, [replace(small, apart=False)], pools).nodes) < most


@every_spec
def test_one_more_of_what_has_no_gpu_fits_within_the_limits(case: str) -> None:
    """
    With everything at its maximum the surge pod of a roll-out finds a node, one workload at a time.
    """
    cluster = cluster_of(case)
    pools = [pool for pool in cluster.pools.values() if GPU not in pool.limits]
    most = {name: high for name, (_, _, high) in cluster.beside.items()}
    for name, high in most.items() if pools else ():
        counts = {**most, name: high + 1}
        assert place(counts, [workload for workload, _, _ in cluster.beside.values()], pools).pending == ()


@every_spec
@pytest.mark.parametrize("most", [False, True], ids=["minimum", "maximum"])
def test_the_pool_without_gpus_holds_what_runs_on_it(case: str, *, most: bool) -> None:
    """
    Nothing of the gateway and the stores stays pending, on no more nodes than are billed; what charts bring comes on top of it.
    """
    cluster = cluster_of(case)
    pools = [pool for pool in cluster.pools.values() if GPU not in pool.limits]
    if not pools:
        return
    counts = {name: high if most else low for name, (_, low, high) in cluster.beside.items()}
    placement = place(counts, [workload for workload, _, _ in cluster.beside.values()], pools)
    assert placement.pending == ()
    billed = cluster.plans[pools[0].name].nodes
    assert placement.count(pools[0].name) <= ((billed.max if most else billed.min) or 0)


@every_case
def test_every_gpu_pool_has_pods(case: str) -> None:
    """
    A pool that no Deployment can reach would be registered, bounded and explained for nothing.
    """
    cluster = cluster_of(case)
    reached = {host for name in cluster.workloads for host in cluster.hosts(name)}
    assert reached == {name for name, pool in cluster.pools.items() if GPU in pool.limits}


@every_case
def test_a_node_holds_what_was_planned(case: str) -> None:
    """
    Each type that a pool admits takes the planned number of replicas: neither the price nor the number of nodes depends on which one
    Karpenter launches.
    """
    cluster = cluster_of(case)
    for hosts, names in cluster.groups().items():
        for host in hosts:
            found = {(kind.name, name): holds(kind, cluster.workloads[name]) for kind in cluster.pools[host].types for name in names}
            assert found == dict.fromkeys(found, cluster.plans[host].replicas_per_node)


@every_case
@pytest.mark.parametrize("level", [0, 1, 2], ids=["minimum", "busiest", "maximum"])
def test_the_planned_replicas_need_the_planned_nodes(case: str, level: int) -> None:
    """
    With capacity to be had everywhere nothing stays pending, and each zone takes whole nodes of the pool that is tried first.
    """
    cluster = cluster_of(case)
    counts = {name: replicas[level] for name, replicas in cluster.replicas.items()}
    placement = cluster.placed(counts)
    assert placement.pending == ()
    for hosts, names in cluster.groups().items():
        first = max(hosts, key=lambda host: cluster.pools[host].weight)
        assert placement.count(first) == _nodes(cluster, first, [counts[name] for name in names])
        assert sum(placement.count(host) for host in hosts) == placement.count(first)


@every_spec
def test_the_minimum_needs_the_nodes_that_are_billed(case: str) -> None:
    """
    PoolPlan.nodes at the minimum, over the pools that share it.
    """
    cluster = cluster_of(case)
    placement = cluster.placed({name: replicas[0] for name, replicas in cluster.replicas.items()})
    for hosts in cluster.groups():
        assert sum(placement.count(host) for host in hosts) == sum(cluster.plans[host].nodes.min or 0 for host in hosts)


@every_spec
def test_the_maximum_needs_the_nodes_that_are_billed(case: str) -> None:
    """
    PoolPlan.nodes at the maximum, pool by pool, with the replicas where they cost most: a fallback has all that it may take.

    Where several models share nodes in several zones, their odd replicas may leave room: a node for each further model is billed, and may
    not be needed.
    """
    cluster = cluster_of(case)
    for hosts, names in cluster.groups().items():
        for host, counts in _dearest(cluster, hosts, names).items():
            placement = cluster.placed(counts, only=host)
            assert placement.pending == ()
            billed, spare = cluster.plans[host].nodes.max, _left_to_chance(cluster, host)
            assert billed is not None
            assert billed - spare <= placement.count(host) <= billed


def _left_to_chance(cluster: Cluster, host: str) -> int:
    """
    Return the nodes that depend on the order in which pods of several models come.
    """
    pool = cluster.plans[host]
    return len(pool.serves) - 1 if len(pool.zones) > 1 and pool.replicas_per_node > 1 else 0


def test_two_zones_need_more_nodes_than_one() -> None:
    """
    At the traffic of this spec whole nodes in each zone are more than whole nodes: a count that forgot the zones would fail above.
    """
    cluster = cluster_of("two-zones")
    (name,) = cluster.workloads
    (host,) = cluster.hosts(name)
    for replicas in cluster.replicas[name][1:]:
        assert _nodes(cluster, host, [replicas]) > math.ceil(replicas / cluster.plans[host].replicas_per_node)


def _nodes(cluster: Cluster, host: str, replicas: list[int]) -> int:
    """
    Return the nodes by hand: whole ones in each zone.
    """
    zones = len(cluster.pools[host].labels[ZONE])
    in_zones = [sum(count // zones + (zone < count % zones) for count in replicas) for zone in range(zones)]
    return sum(math.ceil(count / cluster.plans[host].replicas_per_node) for count in in_zones)


def _dearest(cluster: Cluster, hosts: tuple[str, ...], names: list[str]) -> dict[str, dict[str, int]]:
    """
    Return the replicas on each pool when the pools that are tried last, which cost most, have as many as they may.
    """
    left = {name: cluster.replicas[name][2] for name in names}
    together = sum(left.values())
    found: dict[str, dict[str, int]] = {}
    for host in sorted(hosts, key=lambda host: cluster.pools[host].weight):
        room = math.ceil(cluster.max_shares[host] * together)
        # a dearer pool may turn out to be the first one: what is billed on the other then says so
        room = 0 if cluster.plans[host].nodes.max == 0 else room
        found[host] = {}
        for name in names:
            found[host][name] = min(left[name], room)
            left[name] -= found[host][name]
            room -= found[host][name]
    assert not any(left.values())
    return found


@every_case
def test_one_more_fits_within_the_limits(case: str) -> None:
    """
    With everything at its maximum there is room for the surge pod of a roll-out, and for a node that replaces one of its pool.
    """
    cluster = cluster_of(case)
    most = {name: replicas[2] for name, replicas in cluster.replicas.items()}
    for name, replicas in most.items():
        assert cluster.placed({**most, name: replicas + 1}).pending == ()
    for hosts, names in cluster.groups().items():
        for host, counts in _dearest(cluster, hosts, names).items():
            left = cluster.placed(counts, only=host).left[host]
            largest = [kind for kind in cluster.pools[host].types if all(kind.capacity.get(r, 0) <= have for r, have in left.items())]
            assert len(largest) == len(cluster.pools[host].types), f"{host}: {left}"


@every_case
def test_the_limits_are_limits(case: str) -> None:
    """
    Beyond the planned maximum and its reserve nothing is launched: the most that a stack can cost is bounded.
    """
    cluster = cluster_of(case)
    placement = cluster.placed({name: 100 * replicas[2] for name, replicas in cluster.replicas.items()})
    assert placement.pending
    for host in {host for hosts in cluster.groups() for host in hosts}:
        assert placement.count(host) == cluster.plans[host].limit_nodes


FAULTS: list[tuple[str, str, str, Any, str]] = [
    ("no toleration", "Deployment", f"{POD} tolerations", GONE, "taint nvidia.com/gpu"),
    ("tolerates another value", "Deployment", f"{POD} tolerations", [{"key": GPU, "value": "absent"}], "taint nvidia.com/gpu"),
    ("tolerates another effect", "Deployment", f"{POD} tolerations 0 effect", "NoExecute", "taint nvidia.com/gpu"),
    ("another shape", "Deployment", f"{POD} nodeSelector servewright.dev/shape", "other", "label servewright.dev/shape"),
    ("another zone", "Deployment", f"{POD} nodeSelector {ZONE}", "us-east-1f", f"label {ZONE}"),
    ("too much memory", "Deployment", f"{POD} containers 0 resources requests memory", "900Gi", "memory on g6.xlarge"),
    ("too many processors", "Deployment", f"{POD} containers 0 resources requests cpu", "3531m", "cpu on g6.xlarge"),
    ("too many GPUs", "Deployment", f"{POD} containers 0 resources requests {GPU}", "2", "nvidia.com/gpu on g6.xlarge"),
    ("too much disk", "Deployment", f"{POD} containers 0 resources requests ephemeral-storage", "1Ti", "ephemeral-storage on g6.xlarge"),
    ("another taint", "NodePool", f"{POD} taints 1", {"key": "dedicated", "effect": "NoSchedule"}, "taint dedicated"),
    ("a lost label", "NodePool", "spec template metadata labels servewright.dev/shape", GONE, "label servewright.dev/shape"),
]


def _changed_dev(kind: str, path: str, value: Any) -> Cluster:
    """
    Return the dev plan made by hand with one change in each object of *kind* for GPUs.
    """
    plan = VARIANTS["dev"]()

    def _one(each: KubernetesObject) -> KubernetesObject:
        meant = each.kind == kind and not each.key.startswith("system")
        return replace(each, manifest=changed(dict(each.manifest), path, value)) if meant else each

    return read_cluster(plan, tuple(map(_one, kubernetes_objects(plan, load_catalog()))))


@pytest.mark.parametrize(("kind", "path", "value", "reason"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS])
def test_a_pod_that_fits_nowhere_is_found(kind: str, path: str, value: Any, reason: str) -> None:
    """
    Each change alone keeps the pods off every pool, for the reason that it was made for.
    """
    cluster = _changed_dev(kind, path, value)
    (workload,) = cluster.workloads.values()
    reasons = [misfit(workload, pool) for pool in cluster.pools.values() if GPU in pool.limits]
    assert reasons == [reason] * len(reasons)
    # more processors than the smaller type has: the larger one would do, at another price than was planned
    assert len(cluster.placed({workload.name: 1}).pending) == (not reason.startswith("cpu"))


LIMITS = {"nodes": "3", "cpu": "24", "memory": f"{3 * 32}Gi", GPU: "3"}


@pytest.mark.parametrize(("resource", "value"), LIMITS.items())
def test_each_limit_alone_bounds_the_nodes(resource: str, value: str) -> None:
    """
    Three nodes of the largest type fit each of these limits, whatever the others say; the rest falls back, then waits.
    """
    cluster = _changed_dev("NodePool", f"spec limits {resource}", value)
    (name,) = cluster.workloads
    placement = cluster.placed({name: 9})
    assert sorted(placement.count(host) for host in cluster.hosts(name)) == [3, 3]
    assert len(placement.pending) == 3


def _spread_counts(placement: Placement) -> Iterator[tuple[str, int]]:
    for node in placement.nodes:
        (zone,) = node.zones
        yield zone, len(node.pods)


@pytest.mark.parametrize("replicas", range(1, 8))
def test_a_spread_fills_the_zones_evenly(replicas: int) -> None:
    """
    Two zones and room for several replicas on a node: no zone is ever ahead by more than one.
    """
    cluster = cluster_of("two-zones")
    (name,) = cluster.workloads
    in_zones = {"us-east-1a": 0, "us-east-1b": 0}
    for zone, pods in _spread_counts(cluster.placed({name: replicas})):
        in_zones[zone] += pods
    assert sum(in_zones.values()) == replicas
    assert max(in_zones.values()) - min(in_zones.values()) <= 1


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"{POD} affinity", {"nodeAffinity": {}}),
        (f"{POD} affinity", {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": ZONE}]}}),
        (f"{POD} nodeName", "node-1"),
        (f"{POD} containers 0 ports 0 hostPort", 8000),
        (f"{POD} volumes 0", {"name": "cache", "persistentVolumeClaim": {"claimName": "weights"}}),
    ],
)
def test_what_the_scheduler_does_not_know_is_refused(path: str, value: Any) -> None:
    """
    A pod that is placed by more than this scheduler reads would pass unseen.
    """
    with pytest.raises(ValueError, match="not known how this places a pod"):
        _changed_dev("Deployment", path, value)
