"""
Node pools: only what was planned, bounded, never taken from under a model.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

import plans
from servewright.catalog.model import Commitment
from servewright.cost.quantity import mebibytes
from servewright.errors import InternalError
from servewright.resources.naming import LABEL_LIMIT, Names, label_value
from servewright.resources.node_pool import ec2_node_class, node_pool

if TYPE_CHECKING:
    from emitted import Emitted
    from servewright.catalog.query import Catalog
    from servewright.plan.model import Purchase

GPU = "nvidia.com/gpu"


def requirements(pool: dict[str, Any]) -> dict[str, list[str]]:
    """
    Return the requirements of a NodePool by key.
    """
    return {each["key"]: each["values"] for each in pool["spec"]["template"]["spec"]["requirements"]}


def by_name(emitted: Emitted, kind: str) -> dict[str, dict[str, Any]]:
    """
    Return the manifests of *kind* by name.
    """
    return {each["metadata"]["name"]: each for each in emitted.of_kind(kind)}


def test_a_pool_admits_exactly_the_planned_types_purchase_and_zones(emitted: Emitted) -> None:
    """
    Karpenter packs before it prices: a type that was not planned would be launched when it packs better.
    """
    made = by_name(emitted, "NodePool")
    capacity_types = {"on-demand": "on-demand", "reserved": "on-demand", "spot": "spot"}
    for pool in emitted.plan.pools:
        wanted = requirements(made[emitted.names.pool(pool.name)])
        assert wanted["node.kubernetes.io/instance-type"] == sorted(pool.instance_types)
        assert wanted["karpenter.sh/capacity-type"] == [capacity_types[pool.purchase]]
        assert wanted["topology.kubernetes.io/zone"] == sorted(pool.zones)
        assert wanted["kubernetes.io/arch"] == ["amd64"]


def test_every_limit_allows_the_planned_nodes_and_no_more_gpus(emitted: Emitted) -> None:
    """
    CPU and memory limits are large enough for all nodes of the largest type, and the GPU limit is theirs exactly.
    """
    made = by_name(emitted, "NodePool")
    for pool in emitted.plan.pools:
        limits = made[emitted.names.pool(pool.name)]["spec"]["limits"]
        types = [emitted.catalog.instance(name) for name in pool.instance_types]
        assert int(limits["nodes"]) == pool.limit_nodes
        for each in types:
            assert each is not None
            assert int(limits["cpu"]) >= pool.limit_nodes * each.vcpu
            assert mebibytes(limits["memory"]) >= pool.limit_nodes * each.memory_mib
            if pool.purpose == "gpu":
                assert int(limits[GPU]) == pool.limit_nodes * each.gpu_count
        assert (GPU in limits) == (pool.purpose == "gpu")


def test_limits_hold_the_maximum_replicas_and_one_more(emitted: Emitted) -> None:
    """
    A rolling update needs one replica above the maximum, drift one node: the pools of a share have room for both, beside the maximum of
    all models that run there.
    """
    workloads = [workload for model in emitted.plan.models for workload in model.workloads]
    for share, shape in {(each.share, each.shape) for each in workloads}:
        pools = [pool for pool in emitted.plan.pools if (pool.share, pool.shape) == (share, shape)]
        most = sum(each.replicas.maximum for each in workloads if (each.share, each.shape) == (share, shape))
        assert sum(pool.limit_nodes * pool.replicas_per_node for pool in pools) >= most + 1


def test_gpu_nodes_go_only_when_empty_and_after_the_planned_time(emitted: Emitted) -> None:
    """
    Consolidation never moves a running engine, and an empty node stays for as long as the plan keeps (and prices) it.
    """
    made = by_name(emitted, "NodePool")
    for pool in emitted.plan.pools:
        disruption = made[emitted.names.pool(pool.name)]["spec"]["disruption"]
        assert disruption["consolidateAfter"] == f"{pool.consolidate_after_s}s"
        if pool.purpose == "gpu":
            assert disruption["consolidationPolicy"] == "WhenEmpty"
        assert {"nodes": "1", "reasons": ["Drifted", "Underutilized"]} in disruption["budgets"]


def test_the_time_kept_empty_covers_a_start(emitted: Emitted) -> None:
    """
    A node is not given up while a replica that could use it is still on its way.
    """
    for pool in emitted.plan.pools:
        starts = [model.start.total_s for model in emitted.plan.models if model.name in pool.serves]
        assert pool.consolidate_after_s >= max(starts, default=0)


def test_only_the_fallback_and_cpu_nodes_expire(emitted: Emitted) -> None:
    """
    Expiry ignores the disruption budget: GPU nodes live on, but a fallback node ends so that its pods can go back to spot.
    """
    made = by_name(emitted, "NodePool")
    expected = {("gpu", "base"): "Never", ("gpu", "burst"): "Never", ("gpu", "fallback"): "24h", ("cpu", "base"): "720h"}
    for pool in emitted.plan.pools:
        spec = made[emitted.names.pool(pool.name)]["spec"]["template"]["spec"]
        assert spec["expireAfter"] == expected[pool.purpose, pool.role]


def test_a_drain_has_time_for_one_replica_after_the_other(large: Emitted) -> None:
    """
    With one unavailable at a time, a node of two replicas with a start of 1,097 s needs 2 x 1,097 s; it gets twice that.
    """
    pools = by_name(large, "NodePool")

    assert pools["demo-prod-p5-48xlarge-x4-base"]["spec"]["template"]["spec"]["terminationGracePeriod"] == "4388s"


def test_gpu_nodes_carry_the_taint_that_device_plugins_tolerate(emitted: Emitted) -> None:
    """
    A further taint would keep the device plugin away, and the node would offer no GPU.
    """
    for pool in emitted.of_kind("NodePool"):
        taints = pool["spec"]["template"]["spec"]["taints"]
        gpu = pool["metadata"]["annotations"]["servewright.dev/purpose"] == "gpu"
        assert [taint["key"] for taint in taints] == [GPU if gpu else "servewright.dev/stack"]


def test_a_pool_carries_what_the_bill_reads(dev: Emitted) -> None:
    """
    Role, shares and idle time travel on the object; a fallback also says how much it may take.
    """
    pools = by_name(dev, "NodePool")

    assert pools["demo-dev-g6-xlarge-x1-burst"]["metadata"]["annotations"] == {
        "servewright.dev/role": "burst",
        "servewright.dev/purpose": "gpu",
        "servewright.dev/expected-share": "0.75",
        "servewright.dev/idle-seconds": "900",
    }
    assert pools["demo-dev-g6-xlarge-x1-fallback"]["metadata"]["annotations"]["servewright.dev/max-share"] == "0.5"


def bought_ahead(commitment: Commitment, purchase: Purchase, catalog: Catalog) -> tuple[dict[str, Any], dict[str, Any]]:
    """
    Return NodePool and EC2NodeClass of the large plan's base, bought as *purchase* on these terms.
    """
    plan = plans.large()
    pool = replace(plan.pools[0], purchase=purchase, commitment=commitment)
    names = Names.of(plan.stack)
    return node_pool(plan, pool, names, catalog), ec2_node_class(plan, pool, names, catalog)


def test_a_commitment_changes_the_bill_and_not_the_nodes(large: Emitted) -> None:
    """
    To Karpenter reserved capacity is on-demand capacity: what was committed to stands in annotations, of the base alone.
    """
    made = by_name(large, "NodePool")
    base, burst = (made[f"demo-prod-p5-48xlarge-x4-{role}"]["metadata"]["annotations"] for role in ("base", "burst"))
    terms = {key.partition("/")[2]: value for key, value in base.items() if key not in burst}

    assert terms == {"purchase": "reserved", "committed-nodes": "2", "term": "1y", "payment": "no-upfront"}
    assert set(base) > set(burst)


@pytest.mark.parametrize(
    ("purchase", "rate", "said"),
    [
        ("capacity-reservation", None, {"servewright.dev/purchase": "capacity-reservation"}),
        ("capacity-block", Decimal("31.10"), {"servewright.dev/purchase": "capacity-block", "servewright.dev/rate-usd-per-hour": "31.10"}),
    ],
)
def test_nodes_of_a_reservation_are_launched_into_it(
    purchase: Purchase, rate: Decimal | None, said: dict[str, str], catalog: Catalog
) -> None:
    """
    Karpenter's reserved capacity type launches only where the node class names the reservation; the bill reads what it is.
    """
    pool, node_class = bought_ahead(Commitment(rate=rate, reservation="cr-0123456789abcdef0"), purchase, catalog)

    assert requirements(pool)["karpenter.sh/capacity-type"] == ["reserved"]
    assert node_class["spec"]["capacityReservationSelectorTerms"] == [{"id": "cr-0123456789abcdef0"}]
    assert said.items() <= pool["metadata"]["annotations"].items()


def test_only_a_reservation_is_selected(emitted: Emitted) -> None:
    """
    A node class without a reservation selects none: Karpenter would otherwise launch into whatever matches.
    """
    reserving = {emitted.names.pool(p.name) for p in emitted.plan.pools if p.commitment is not None and p.commitment.reservation}
    for name, node_class in by_name(emitted, "EC2NodeClass").items():
        assert ("capacityReservationSelectorTerms" in node_class["spec"]) == (name in reserving)


def test_the_base_fills_first_and_the_fallback_last(emitted: Emitted) -> None:
    """
    Karpenter tries pools of higher weight first; no two roles have the same, so it is never left to chance.
    """
    weights = {pool.role: pool.weight for pool in emitted.plan.pools}

    assert [role for role in ("base", "burst", "fallback") if role in weights] == sorted(weights, key=lambda role: -weights[role])
    assert len(set(weights.values())) == len(weights)


def test_pool_names_become_labels(emitted: Emitted) -> None:
    """
    A node carries its pool's name as a label, so it has at most 63 characters; the pool's own labels are label values.
    """
    for pool in emitted.of_kind("NodePool"):
        assert len(pool["metadata"]["name"]) <= LABEL_LIMIT
        for value in pool["spec"]["template"]["metadata"]["labels"].values():
            assert value == label_value(value) or value.rsplit("-", 1)[-1].isalnum()
            assert len(value) <= LABEL_LIMIT


def test_the_node_class_is_hardened_and_pinned(emitted: Emitted) -> None:
    """
    IMDSv2 with hop limit 1, an encrypted root volume, a pinned image alias, a role by name.
    """
    for node_class in emitted.of_kind("EC2NodeClass"):
        spec = node_class["spec"]
        assert spec["metadataOptions"]["httpTokens"] == "required"
        assert spec["metadataOptions"]["httpPutResponseHopLimit"] == 1
        assert all(mapping["ebs"]["encrypted"] for mapping in spec["blockDeviceMappings"])
        assert not spec["amiSelectorTerms"][0]["alias"].endswith("@latest")
        assert not spec["role"].startswith("arn:")
        assert spec["tags"]["servewright:stack"] == emitted.names.stack


def test_disks_follow_the_plan(emitted: Emitted) -> None:
    """
    Local NVMe becomes the pods' disk where the plan counts on it; else the root volume is fast enough for the assumed image pull.
    """
    made = by_name(emitted, "EC2NodeClass")
    for pool in emitted.plan.pools:
        spec = made[emitted.names.pool(pool.name)]["spec"]
        volume = spec["blockDeviceMappings"][0]["ebs"]
        assert volume["volumeSize"] == f"{pool.root_volume_gib}Gi"
        assert (spec.get("instanceStorePolicy") == "RAID0") == pool.use_local_nvme
        assert ("throughput" in volume) == (pool.purpose == "gpu" and not pool.use_local_nvme)


def test_nodes_are_found_by_ids_where_the_spec_gives_them(catalog: Catalog) -> None:
    """
    Subnets and security groups come from ids or from the discovery tag, never from both.
    """
    plan = plans.no_nvme()
    spec = ec2_node_class(plan, plan.pools[0], Names.of(plan.stack), catalog)["spec"]

    assert spec["subnetSelectorTerms"] == [{"id": "subnet-0a1b2c"}, {"id": "subnet-0d4e5f"}]
    assert spec["securityGroupSelectorTerms"] == [{"id": "sg-0a1b2c"}]


def test_a_type_that_the_catalogue_lacks_is_our_fault(catalog: Catalog) -> None:
    """
    The planner only names types of the catalogue; anything else is a bug and says so.
    """
    plan = plans.plan(pools=plans.pools(instance_types=("g6.huge",)))

    with pytest.raises(InternalError, match=r"pool g6-xlarge-x1-burst: no such instance type in the catalogue: g6\.huge"):
        node_pool(plan, plan.pools[0], Names.of(plan.stack), catalog)
