"""
Stores on the bill: in the cluster a part of the CPU nodes and a volume, at ElastiCache nodes by the hour and the snapshots that are kept.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

import gateways_made
import tiny_catalog
from cluster_records import deployment, node_class, node_pool, record, scaled_object
from operator_records import CPU_LABELS, cpu_pool, operator, workload
from servewright.catalog.load import load_catalog
from servewright.cost.bill import price_records
from servewright.ranges import Range
from servewright.record.offline import record_plan

if TYPE_CHECKING:
    from servewright.cost.model import Bill
    from servewright.cost.records import ResourceRecord
    from servewright.plan.model import Plan

CATALOG = tiny_catalog.tiny_catalog()
STATEFUL_SET = "kubernetes:apps/v1:StatefulSet"


def stateful_set(name: str = "store", cpu: str = "1000m", *, replicas: int | None = 1, **changes: Any) -> ResourceRecord:
    """
    Return a StatefulSet of pods with *cpu* on CPU nodes; *changes* go to its pods.
    """
    container = {"name": "server", "resources": {"requests": {"cpu": cpu, "memory": "1Gi"}}}
    pod = {"containers": [container], "nodeSelector": CPU_LABELS, **changes}
    count = {} if replicas is None else {"replicas": replicas}
    spec = {**count, "template": {"spec": pod}}
    return record(STATEFUL_SET, name, {"metadata": {"name": name, "namespace": "serving"}, "spec": spec})


def bill_of(*records: ResourceRecord) -> Bill:
    """
    Return the bill of *records* beside the class of the CPU pool's nodes.
    """
    return price_records([*records, node_class("system")], CATALOG)


def hours_of(*records: ResourceRecord) -> Range:
    """
    Return the node-hours of the CPU pool.
    """
    (line,) = (each for each in bill_of(*records).lines if each.name.startswith("instance hours"))
    return line.quantity


def shipped(plan: Plan) -> Bill:
    """
    Return the bill of all that *plan* registers, at shipped prices.
    """
    return price_records(record_plan(plan, load_catalog()), load_catalog())


def test_a_stateful_set_is_packed_as_a_deployment_is() -> None:
    """
    Pods of 1,000 m, one a node: two of them and an operator's 500 m are two nodes.
    """
    two = hours_of(cpu_pool(), stateful_set(replicas=2), *operator("a", workload("a", "500m")))
    mixed = hours_of(cpu_pool(), stateful_set(), _on_cpu(deployment("web", gpus=0, cpu="1", memory="1Gi", replicas=1, hours=None)))

    assert two == mixed == Range.exactly(Decimal(1460))
    assert hours_of(cpu_pool(), stateful_set(replicas=None)) == Range.exactly(Decimal(730))


def test_its_pods_are_free_by_themselves() -> None:
    """
    The nodes are billed, and nothing about them is unknown or paid elsewhere.
    """
    bill = bill_of(cpu_pool(), stateful_set())

    assert bill.complete
    (free,) = (each for each in bill.free if each.type == STATEFUL_SET)
    assert free.reason == "its pods run on nodes that are billed by their pool"
    assert "pods of store" not in str(bill.not_priced)
    assert "system: 1 pod without a GPU, packed onto m7i.large, largest first" in bill.assumptions


def test_a_scaler_moves_what_it_names_by_name_and_kind() -> None:
    """
    A ScaledObject of a Deployment leaves a StatefulSet of the same name alone.
    """
    scaler = scaled_object("store", 2, 3)
    own = replace(
        scaler, inputs={**scaler.inputs, "spec": {**scaler.inputs["spec"], "scaleTargetRef": {"name": "store", "kind": "StatefulSet"}}}
    )

    assert hours_of(cpu_pool(), stateful_set(), scaler) == Range.exactly(Decimal(730))
    assert hours_of(cpu_pool(), stateful_set(), own) == Range(Decimal(1460), Decimal(1460), Decimal(2190))


def test_on_other_pools_a_stateful_set_is_still_not_counted() -> None:
    """
    Pools for GPUs and those of other programs count Deployments only, and say so.
    """
    selected = stateful_set(nodeSelector={"servewright.dev/shape": "chat"})
    bill = price_records([node_pool("base"), node_class("base"), selected], CATALOG)

    assert "which the bill counts for the pods of Deployments only" in bill.unknown[0].why


def test_pods_that_select_nothing_stay_on_existing_nodes() -> None:
    """
    As before: listed as not priced, and no node of the pool.
    """
    bill = bill_of(cpu_pool(), stateful_set(nodeSelector={}))

    assert [each.what for each in bill.not_priced if "store" in each.what] == ["pods of store on existing nodes"]
    assert "system: 0 node-hours, because no registered pod selects its nodes" in bill.assumptions


def test_stores_in_the_cluster_are_cpu_nodes_and_a_volume() -> None:
    """
    The counters' 1 GiB of gp3, at 0.08 USD; without the stores the CPU nodes are fewer or as many.
    """
    plan = gateways_made.plan()
    bill = shipped(plan)
    (volume,) = (line for line in bill.lines if line.name.startswith("volume data"))

    assert (volume.component, volume.monthly) == ("storage", Range.exactly(Decimal("0.08")))
    assert not [each for each in bill.unknown if "cache" in each.resource]
    assert _cpu_hours(bill) >= _cpu_hours(shipped(replace(plan, tiers=()))) > 0
    many = tuple(gateways_made.tier(purpose, cpu_millicores=3000) for purpose in ("counters", "responses"))
    assert _cpu_hours(shipped(replace(plan, tiers=many))) > _cpu_hours(shipped(replace(plan, tiers=())))


def test_stores_at_elasticache_are_node_hours_and_kept_snapshots() -> None:
    """
    Two stores of two t4g.small with Valkey, 0.0256 USD an hour; only the counters have backups; nothing else of them costs anything.
    """
    bill = shipped(gateways_made.elasticache())
    lines = [line for line in bill.lines if line.component == "caches"]

    assert [line.monthly.expected for line in lines if line.name.startswith("cache node hours")] == [2 * 730 * Decimal("0.0256")] * 2
    assert [line.resource.rpartition("::")[2] for line in lines if line.name == "backup storage"] == ["demo-cache-counters"]
    assert bill.unsupported == ()
    assert not [each for each in bill.unknown if "cache" in each.resource]
    free = {each.type for each in bill.free}
    assert {f"aws:elasticache/{kind}" for kind in ("parameterGroup:ParameterGroup", "subnetGroup:SubnetGroup")} <= free
    assert {"aws:elasticache/user:User", "aws:elasticache/userGroup:UserGroup"} <= free
    assert {"aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy", "aws:eks/podIdentityAssociation:PodIdentityAssociation"} <= free


@pytest.mark.parametrize("make", [gateways_made.plan, gateways_made.elasticache])
def test_the_bill_is_the_same_before_and_after_all_is_known(make: Any) -> None:
    """
    An address that only the made store knows changes no price.
    """
    catalog = load_catalog()
    unknown, known = (price_records(record_plan(make(), catalog, known=each), catalog) for each in (False, True))

    assert unknown.monthly == known.monthly


def _cpu_hours(bill: Bill) -> Decimal:
    (line,) = (line for line in bill.lines if line.component == "CPU nodes")
    return line.quantity.expected or Decimal(0)


def _on_cpu(made: ResourceRecord) -> ResourceRecord:
    spec = made.inputs["spec"]
    pod = {**spec["template"]["spec"], "nodeSelector": CPU_LABELS}
    return replace(made, inputs={**made.inputs, "spec": {**spec, "template": {**spec["template"], "spec": pod}}})
