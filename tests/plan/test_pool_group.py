"""
The pools of one share on one kind of node: packing and price for all models that run there.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from requests_made import ON_DEMAND, SPOT, model_request
from servewright.catalog.load import load_catalog
from servewright.plan.model import Replicas, StartTime
from servewright.plan.node_hours import node_count
from servewright.plan.offers import Market
from servewright.plan.pod import pod_resources
from servewright.plan.pool_group import PoolGroup, Tenant, joint_pod, price_group
from servewright.ranges import Range
from servewright.spec.request import BaseCapacity, Capacity
from stacks_made import dev_stack

if TYPE_CHECKING:
    from servewright.catalog.model import InstanceType
    from servewright.plan.model import Role

CATALOG = load_catalog()
ZONES = ("us-east-1a", "us-east-1b")
OFFICE = (1,) * 84 + (3,) * 84


def instance(name: str) -> InstanceType:
    """
    Return the type *name* of the catalogue.
    """
    found = CATALOG.instance(name)
    assert found is not None
    return found


def tenant(name: str = "chat", on: str = "g6.12xlarge", hours: tuple[int, ...] = OFFICE, **changes: Any) -> Tenant:
    """
    Return a model whose replicas of *gpus* GPUs need *hours*, and one more at most.
    """
    weights, gpus = changes.pop("weights", 15.0), changes.pop("gpus", 1)
    start = StartTime(node_launch_s=90, image_pull_s=37, weights_load_s=changes.pop("load", 17), warm_up_s=70)
    minimum = changes.pop("minimum", min(hours))
    bounds = Replicas(minimum=minimum, busiest=max(hours), maximum=max(hours) + 1, by_hour=hours)
    made = {"share": "burst", "replicas": bounds, **changes}
    return Tenant(
        request=model_request("meta-llama/Llama-3.1-8B-Instruct", name=name, path=f"models[{name}]"),
        instance=instance(on),
        pod=pod_resources(CATALOG, instance(on), gpus, weights),
        start=start,
        weights_gib=weights,
        **made,
    )


def market(capacity: Capacity = ON_DEMAND, zones: tuple[str, ...] = ("us-east-1a",)) -> Market:
    """
    Return where and how nodes are bought.
    """
    return Market(catalog=CATALOG, stack=dev_stack(zones=zones), capacity=capacity)


def expected(group: PoolGroup) -> Decimal:
    """
    Return the expected price of *group*, which is known.
    """
    found = group.monthly.expected
    assert found is not None
    return found


weeks = st.lists(st.integers(0, 5), min_size=4, max_size=4).map(lambda values: tuple(v for v in values for _ in range(42)))
tenancies = st.lists(st.tuples(weeks, st.sampled_from([2.3, 15.0]), st.sampled_from([3, 400])), min_size=1, max_size=3)


@st.composite
def groups(draw: st.DrawFn) -> PoolGroup:
    """
    Draw one to three models on one kind of node, on demand or on spot with its fallback, in one or two zones.
    """
    made = tuple(
        tenant(f"m{index}", hours=hours, weights=weights, load=load) for index, (hours, weights, load) in enumerate(draw(tenancies))
    )
    return price_group(market(draw(st.sampled_from([ON_DEMAND, SPOT])), draw(st.sampled_from([ZONES, ZONES[:1]]))), made)


@settings(deadline=None)
@given(groups())
def test_the_parts_of_the_models_add_up_to_the_pools(group: PoolGroup) -> None:
    """
    What each model is said to cost adds up to what its pools cost, in min, expected and max, but for a rounding to 0.0001 USD each; no
    part is negative.
    """
    parts = [group.part_of(each) for each in group.tenants]
    for member in ("min", "expected", "max"):
        amounts = [getattr(part, member) for part in parts]
        assert abs(sum(amounts, Decimal(0)) - getattr(group.monthly, member)) <= Decimal("0.00005") * len(parts)
        assert min(amounts) >= 0


@settings(deadline=None)
@given(groups())
def test_a_node_holds_as_many_of_any_model(group: PoolGroup) -> None:
    """
    All pods of a group request the same, the most of any, and as many as the packing says fit on every admitted type.
    """
    assert group.pod == joint_pod(group.tenants)
    for each in group.tenants:
        assert each.pod.cpu_millicores <= group.pod.cpu_millicores
        assert each.pod.memory_mib <= group.pod.memory_mib
        assert each.pod.gpus == group.pod.gpus
    for offer in (pool.offer for pool in group.pools):
        for admitted in offer.types:
            assert group.replicas_per_node * group.pod.gpus <= admitted.gpu_count
            assert group.replicas_per_node * group.pod.cpu_millicores <= (admitted.allocatable_cpu_millicores or 0)
            assert group.replicas_per_node * group.pod.memory_mib <= (admitted.allocatable_memory_mib or 0)


@settings(deadline=None)
@given(groups())
def test_a_pool_of_several_keeps_what_the_slowest_and_largest_need(group: PoolGroup) -> None:
    """
    An empty node stays until the slowest model could have started on it, and its disk holds the largest weights on each replica's place.
    """
    assert group.start_s == max(each.start.total_s for each in group.tenants)
    assert group.consolidate_after_s >= max(600, group.start_s)
    assert group.disk.needed_gib >= max(each.weights_gib for each in group.tenants) * group.replicas_per_node


@settings(deadline=None)
@given(groups())
def test_the_order_of_the_models_moves_no_price(group: PoolGroup) -> None:
    """
    Which model stands first in the spec makes no difference to the pools.
    """
    other = price_group(market(SPOT if len(group.pools) > 1 else ON_DEMAND, ZONES[: group.zones]), group.tenants[::-1])

    assert other.monthly == group.monthly
    assert [pool.hours for pool in other.pools] == [pool.hours for pool in group.pools]


def test_a_model_alone_pays_its_pools() -> None:
    """
    There is nobody to share with.
    """
    group = price_group(market(SPOT), (tenant(),))

    assert group.part_of(group.tenants[0]) == group.monthly


def test_parts_go_by_the_replica_hours() -> None:
    """
    One model has two replicas all week, the other one: two thirds and one third of the expected price, of the minimum and 3 / 5 of the max.
    """
    group = price_group(market(), (tenant("large", hours=(2,) * 168), tenant("small", hours=(1,) * 168)))
    large, small = (group.part_of(each) for each in group.tenants)

    for own, other, ratio in ((large.min, small.min, "2"), (large.expected, small.expected, "2"), (large.max, small.max, "1.5")):
        assert own is not None
        assert other is not None
        assert abs(own - Decimal(ratio) * other) <= Decimal("0.0002")


def test_half_filled_nodes_are_shared() -> None:
    """
    Two models with one replica of four GPUs each: two nodes of eight GPUs alone, one together, at the price of one.
    """
    alone = [tenant(name, "p4d.24xlarge", (1,) * 168, gpus=4, weights=70.0) for name in ("one", "other")]
    together = price_group(market(), tuple(alone))
    hourly = together.pools[0].offer.rate.price.expected
    assert hourly is not None

    assert together.replicas_per_node == 2
    assert together.pools[0].hours.expected == 730
    assert expected(together) == expected(price_group(market(), (alone[0],)))
    assert expected(together) < sum(expected(price_group(market(), (each,))) for each in alone)


@settings(deadline=None)
@given(st.lists(weeks, min_size=2, max_size=3), st.sampled_from([1, 2]))
def test_sharing_never_costs_more_in_any_hour(hours: list[tuple[int, ...]], zones: int) -> None:
    """
    Replicas of equal pods need no more nodes together than apart, whatever the hour.
    """
    per_node = price_group(market(), (tenant(),)).replicas_per_node
    for needed in zip(*hours, strict=True):
        together, apart = node_count(sum(needed), per_node, zones), sum(node_count(each, per_node, zones) for each in needed)
        assert together <= apart


def test_a_base_stands_all_month() -> None:
    """
    Two reserved replicas, one on each node: min, expected and max are one price, whatever the spot market does.
    """
    capacity = Capacity(base=BaseCapacity(purchase="reserved", share=Decimal(1), term="1y", payment="no-upfront", rate=Decimal("0.5")))
    group = price_group(market(capacity), (tenant("chat", "g6.xlarge", (2,) * 168, share="base", replicas=_fixed(2)),))
    (pool,) = group.pools

    assert pool.hours == Range.exactly(1460)
    assert group.monthly.min == group.monthly.expected == group.monthly.max
    assert pool.offer.types == (instance("g6.xlarge"),)


def test_an_unknown_rate_leaves_the_price_unknown() -> None:
    """
    Three years without a row and without a rate: the hours are known, the price is not, and no on-demand price stands in.
    """
    capacity = Capacity(base=BaseCapacity(purchase="reserved", share=Decimal(1), term="3y", payment="no-upfront"))
    group = price_group(market(capacity), (tenant("chat", "g6.xlarge", (2,) * 168, share="base", replicas=_fixed(2)),))

    assert group.pools[0].hours.expected == 1460
    assert group.monthly.expected is None
    assert group.part_of(group.tenants[0]).expected is None


def _fixed(replicas: int) -> Replicas:
    return Replicas(minimum=replicas, busiest=replicas, maximum=replicas, by_hour=(replicas,) * 168)


HELD: tuple[tuple[Role, tuple[str, ...]], ...] = (("burst", ("g6.12xlarge", "g6.24xlarge")), ("fallback", ("g6.24xlarge",)))


def types_of(group: PoolGroup) -> list[tuple[str, set[str]]]:
    """
    Return the types that each pool of *group* admits.
    """
    return [(pool.offer.role, {each.name for each in pool.offer.types}) for pool in group.pools]


def test_who_moves_in_with_a_locked_tenant_takes_its_types() -> None:
    """
    The pools keep the types that the lock holds, whoever is told first; pins of the tenant that is not locked leave out what they do.
    """
    locked, free = tenant(held=HELD), tenant("free")
    pinned = replace(free, request=replace(free.request, instance_types=("g6.12xlarge",)))
    for pair in ((locked, free), (free, locked)):
        assert types_of(price_group(market(SPOT), pair)) == [("burst", {"g6.12xlarge", "g6.24xlarge"}), ("fallback", {"g6.24xlarge"})]
    assert types_of(price_group(market(SPOT), (pinned, locked))) == [("burst", {"g6.12xlarge"}), ("fallback", {"g6.12xlarge"})]


def test_locked_types_are_of_their_purchase() -> None:
    """
    The types of a spot pool are none of one on demand: that is of the type that was planned on. So is a pool that the lock does not know.
    """
    assert types_of(price_group(market(ON_DEMAND), (tenant(held=HELD),))) == [("burst", {"g6.12xlarge"})]
    of_base: tuple[tuple[Role, tuple[str, ...]], ...] = (("base", ("g6.xlarge",)),)
    free, locked = tenant(on="g6.xlarge"), tenant(on="g6.xlarge", held=of_base)
    assert len(types_of(price_group(market(SPOT), (free,)))[0][1]) > 1
    assert types_of(price_group(market(SPOT), (locked,))) == [("burst", {"g6.xlarge"}), ("fallback", {"g6.xlarge"})]
