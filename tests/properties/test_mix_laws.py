"""
Laws over stacks of one to three models, bought as base, burst and fallback in every mix: the plan and the bill say the same, and what was
planned is what is emitted.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quick_plans import CATALOG, plan_quickly
from requests_made import model_request, request
from servewright.cost.bill import price_records
from servewright.cost.records import ResourceRecord
from servewright.ranges import Range, total
from servewright.resources.manifests import kubernetes_objects
from servewright.resources.naming import Names
from servewright.spec.request import BaseCapacity, BurstCapacity, Capacity, Fallback

if TYPE_CHECKING:
    from servewright.cost.model import Bill
    from servewright.plan.model import Plan
    from servewright.spec.request import ModelRequest, Request

TYPES = ("g6.xlarge", "g6.2xlarge", "g6.12xlarge", "g6e.xlarge", "g6e.12xlarge")
SOURCES = ("meta-llama/Llama-3.2-1B-Instruct", "meta-llama/Llama-3.1-8B-Instruct", "Qwen/Qwen2.5-14B-Instruct")
ZONES = ("us-east-1a", "us-east-1b")

several = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def bases(draw: st.DrawFn) -> BaseCapacity:
    """
    Draw a base: on demand, reserved at a row's price, at the spec's own or at none that is known, or in a reservation.
    """
    share = Decimal(draw(st.sampled_from(["0.2", "0.5", "1"])))
    purchase, terms = draw(
        st.sampled_from(
            [
                ("on-demand", {}),
                ("reserved", {"term": "1y", "payment": "no-upfront"}),
                ("reserved", {"term": "3y", "payment": "all-upfront", "rate": Decimal("0.61")}),
                ("reserved", {"term": "3y", "payment": "all-upfront"}),
                ("capacity-reservation", {"reservation": "cr-0123456789abcdef0"}),
            ]
        )
    )
    return BaseCapacity(purchase=purchase, share=share, **terms)  # type: ignore[arg-type]


@st.composite
def bursts(draw: st.DrawFn) -> BurstCapacity:
    """
    Draw a burst: on demand, or spot with a fallback that may take all, half or none of it.
    """
    if draw(st.booleans()):
        return BurstCapacity(purchase="on-demand")
    most = draw(st.sampled_from([None, "0.5", "1"]))
    fallback = None if most is None else Fallback(purchase="on-demand", max_share=Decimal(most))
    return BurstCapacity(purchase="spot", fallback=fallback)


capacities = st.one_of(
    st.builds(Capacity, burst=bursts()),
    st.builds(Capacity, base=bases().map(lambda base: replace(base, share=Decimal(1)))),
    st.builds(Capacity, base=bases(), burst=bursts()),
)


@st.composite
def model_requests(draw: st.DrawFn, index: int) -> ModelRequest:
    """
    Draw the model of place *index*.
    """
    return model_request(
        draw(st.sampled_from(SOURCES)),
        name=f"m{index}",
        path=f"models[{index}]",
        rate=draw(st.sampled_from(["0.2", "2", "6", "25"])),
        profile=draw(st.sampled_from(["steady", "business-hours", "evenings", "batch-nights"])),
        min_replicas=draw(st.integers(1, 3)),
        max_replicas_rule=draw(st.sampled_from(["+1", "x1.5"])),
        priority=draw(st.sampled_from(["cost", "cost", "latency"])),
        instance_types=TYPES,
        ttft="3000",
        itl="120",
    )


@st.composite
def asked(draw: st.DrawFn) -> Request:
    """
    Draw what is asked for.
    """
    models = tuple(draw(model_requests(index)) for index in range(draw(st.integers(1, 3))))
    made = request(models[0], capacity=draw(capacities), zones=draw(st.sampled_from([ZONES, ZONES[:1]])))
    return replace(made, models=models)


def records(plan: Plan) -> list[ResourceRecord]:
    """
    Return the Kubernetes objects of *plan* in the shape that the recorders deliver.
    """
    found = []
    for each in kubernetes_objects(plan, CATALOG):
        version = each.manifest["apiVersion"]
        kind = f"kubernetes:{'core/v1' if version == 'v1' else version}:{each.kind}"
        urn = f"urn:pulumi:dev::demo::{kind}::{each.key}"
        found.append(
            ResourceRecord(urn=urn, type=kind, name=each.key, parent=None, custom=True, region=plan.stack.region, inputs=each.manifest)
        )
    return found


def of_pools(plan: Plan, bill: Bill) -> dict[str, Range]:
    """
    Return what *bill* says of each GPU pool of *plan*, by name.
    """
    names = Names.of(plan.stack)
    known = {record.inputs["metadata"]["name"]: record.urn for record in records(plan) if record.type.endswith(":NodePool")}
    return {
        pool.name: total(line.monthly for line in bill.lines if line.resource == known[names.pool(pool.name)])
        for pool in plan.pools
        if pool.purpose == "gpu"
    }


@several
@given(asked())
def test_the_plan_s_price_of_every_pool_is_the_bill_s(found: Request) -> None:
    """
    What made the plan choose equals, to the last digit, what the registered resources cost: pool by pool, in min, expected and max. Where
    the plan does not know a price the bill does not either, and says so at that pool.
    """
    plan = plan_quickly(found)
    bill = price_records(records(plan), CATALOG)
    billed = of_pools(plan, bill)

    assert bill.unsupported == ()
    for pool in plan.pools:
        if pool.purpose == "gpu":
            assert billed[pool.name] == pool.monthly
    unknown = [pool.name for pool in plan.pools if not pool.monthly.known]
    assert sorted({entry.resource.rpartition("::")[2] for entry in bill.unknown}) == sorted(unknown)


@several
@given(asked())
def test_the_members_of_a_mix_are_in_order(found: Request) -> None:
    """
    For min <= expected <= max of the known total it makes no difference how the replicas are bought.
    """
    monthly = price_records(records(plan_quickly(found)), CATALOG).monthly
    assert monthly.min is not None
    assert monthly.expected is not None
    assert monthly.max is not None

    assert monthly.min <= monthly.expected <= monthly.max


@several
@given(asked())
def test_what_is_bought_ahead_is_paid_whether_used_or_not(found: Request) -> None:
    """
    Without any Deployment the nodes of the base still cost the same hours; nothing else does.
    """
    plan = plan_quickly(found)
    nodes_alone = [record for record in records(plan) if not record.type.endswith((":Deployment", ":ScaledObject"))]
    bill = price_records(nodes_alone, CATALOG)
    hours = {line.resource.rpartition("::")[2]: line.quantity for line in bill.lines if line.unit == "hours"}

    for pool in plan.pools:
        ahead = 0 if pool.commitment is None or pool.nodes.expected is None else ceil(pool.nodes.expected) * 730
        assert hours[pool.name] == Range.exactly(ahead)


@several
@given(asked())
def test_every_replica_has_a_place(found: Request) -> None:
    """
    The replicas of a model are those of its shares; each share's pools exist, serve it and have room for its maximum and one more node;
    a base stands still.
    """
    plan = plan_quickly(found)
    for model in plan.models:
        assert model.replicas.maximum == sum(each.replicas.maximum for each in model.workloads)
        assert model.replicas.by_hour == tuple(sum(hour) for hour in zip(*(w.replicas.by_hour for w in model.workloads), strict=True))
        for workload in model.workloads:
            pools = [pool for pool in plan.pools if (pool.share, pool.shape) == (workload.share, workload.shape)]
            assert pools
            assert all(model.name in pool.serves for pool in pools)
            assert workload.share == "burst" or len(set(workload.replicas.by_hour)) == 1
    for share, shape in {(pool.share, pool.shape) for pool in plan.pools if pool.purpose == "gpu"}:
        most = sum(w.replicas.maximum for m in plan.models for w in m.workloads if (w.share, w.shape) == (share, shape))
        room = max(p.limit_nodes * p.replicas_per_node for p in plan.pools if (p.share, p.shape) == (share, shape))
        assert room > most


@several
@given(asked())
def test_a_base_is_its_share_and_at_least_the_minimum(found: Request) -> None:
    """
    Whatever hardware was chosen: the minimum always runs as it is bought ahead, and where the burst serves in the busiest hour the base
    is exactly its share of that hour, rounded up.
    """
    base = found.capacity.base
    plan = plan_quickly(found)
    for wanted, model in zip(found.models, plan.models, strict=True):
        shares = {workload.share: workload.replicas for workload in model.workloads}
        assert ("base" in shares) == (base is not None)
        if base is None:
            continue
        assert shares["base"].busiest >= wanted.min_replicas
        assert ("burst" in shares) <= (found.capacity.burst is not None)
        if "burst" in shares and shares["burst"].busiest > 0:
            assert shares["base"].busiest == max(ceil(base.share * model.replicas.busiest), wanted.min_replicas)
