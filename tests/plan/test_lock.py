"""
The lock: what it holds stays, whatever prices and constants do; what the spec changes is said.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from requests_made import ON_DEMAND, SPOT, model_request, request
from servewright.catalog.load import load_catalog
from servewright.errors import InvalidInputError
from servewright.plan.lock import Lock, lock_of, with_locked_images
from servewright.plan.planner import plan_stack
from servewright.spec.request import BaseCapacity, BurstCapacity, Capacity, Fallback

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.plan.model import Plan
    from servewright.spec.request import Request

CATALOG = load_catalog()
LLAMA_8B = "meta-llama/Llama-3.1-8B-Instruct"
MIX = Capacity(
    base=BaseCapacity(purchase="on-demand", share=Decimal("0.5")),
    burst=BurstCapacity(purchase="spot", fallback=Fallback(purchase="on-demand", max_share=Decimal(1))),
)


def asked(capacity: Capacity = MIX, **changes: Any) -> Request:
    """
    Return a request for one model on one or two GPUs.
    """
    return request(model_request(LLAMA_8B, **changes), capacity=capacity)


@cache
def held(capacity: Capacity = MIX) -> Lock:
    """
    Return the lock of the plain request.
    """
    return lock_of(plan_stack(asked(capacity), CATALOG), CATALOG, "some constants")


def dearer(names: tuple[str, ...], factor: str) -> Catalog:
    """
    Return the catalogue with a second price table: every price of the types *names* times *factor*.
    """
    rows = tuple(
        replace(row, price=replace(row.price, amount=row.price.amount * Decimal(factor))) if row.instance_type in names else row
        for row in CATALOG.instance_prices.rows
    )
    return replace(CATALOG, instance_prices=replace(CATALOG.instance_prices, rows=rows))


def decided(plan: Plan) -> list[Any]:
    """
    Return what is deployed of *plan*: everything but money and words.
    """
    models = [
        (m.gpu_id, m.instance_type, m.tensor_parallel, m.pipeline_parallel, m.precision, m.engine, m.workloads, m.weights_source)
        for m in plan.models
    ]
    pools = [(p.name, p.purchase, sorted(p.instance_types), p.limit_nodes, p.replicas_per_node, p.root_volume_gib) for p in plan.pools]
    return [models, pools]


@pytest.mark.parametrize("capacity", [MIX, SPOT, ON_DEMAND], ids=["mix", "spot", "on-demand"])
def test_a_lock_gives_the_plan_that_it_was_made_from(capacity: Capacity) -> None:
    """
    With the same prices the locked plan deploys what the free one does, at the same price.
    """
    free = plan_stack(asked(capacity), CATALOG)
    locked = plan_stack(asked(capacity), CATALOG, lock=held(capacity), lock_file="spec.lock.json")
    assert locked.lock.state == "locked"
    assert decided(locked) == decided(free)
    assert [p.monthly for p in locked.pools] == [p.monthly for p in free.pools]


@pytest.mark.parametrize("capacity", [MIX, SPOT, ON_DEMAND], ids=["mix", "spot", "on-demand"])
@pytest.mark.parametrize("factor", ["0.05", "20"])
def test_a_price_refresh_never_moves_a_locked_plan(capacity: Capacity, factor: str) -> None:
    """
    With another price table the free plan goes elsewhere or costs otherwise; the locked one stays where it is, at the new prices.
    """
    lock = held(capacity)
    types = tuple({name for model in lock.models for _, names in model.types for name in names})
    refreshed = dearer(types, factor)
    locked = plan_stack(asked(capacity), refreshed, lock=lock, lock_file="spec.lock.json")
    before = plan_stack(asked(capacity), CATALOG)
    assert decided(locked) == decided(before)
    old, new = (sum((p.monthly.expected or Decimal(0) for p in plan.pools), Decimal(0)) for plan in (before, locked))
    assert (new > old) == (Decimal(factor) > 1)
    if factor == "20":
        assert decided(plan_stack(asked(capacity), refreshed)) != decided(before)


def test_replicas_follow_the_traffic_under_a_lock() -> None:
    """
    A lock holds hardware, not traffic: more requests are more of the same replicas, sized by the lock's own rate.
    """
    lock = held()
    slower = replace(lock, models=tuple(replace(m, requests_per_s=m.requests_per_s / 2) for m in lock.models))
    plain = plan_stack(asked(), CATALOG, lock=lock, lock_file="x").models[0]
    more = plan_stack(asked(rate="24"), CATALOG, lock=lock, lock_file="x").models[0]
    halved = plan_stack(asked(), CATALOG, lock=slower, lock_file="x").models[0]
    assert more.replicas.busiest > plain.replicas.busiest
    assert halved.replicas.busiest > plain.replicas.busiest
    assert more.instance_type == halved.instance_type == plain.instance_type
    assert more.engine == plain.engine


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"rate": "24", "max_replicas": 1}, "SW316", "models[0].scaling.max"),
        ({"rate": "240000"}, "SW317", "models[0].traffic.requests_per_second"),
    ],
)
def test_the_most_replicas_hold_under_a_lock_too(changes: dict[str, Any], code: str, path: str) -> None:
    """
    What needs more replicas than the spec or one Deployment allows is refused as in a search, with the arithmetic of the locked rate.
    """
    with pytest.raises(InvalidInputError) as refused:
        plan_stack(asked(**changes), CATALOG, lock=held(), lock_file="spec.lock.json")
    (fault,) = refused.value.diagnostics
    assert (fault.code, fault.path) == (code, path)
    if code == "SW316":
        assert f"/ {float(held().models[0].requests_per_s):.2f} req/s per replica" in (fault.hint or "")


@pytest.mark.parametrize(
    ("before", "after"),
    [(SPOT, ON_DEMAND), (SPOT, MIX), (ON_DEMAND, SPOT), (MIX, SPOT), (MIX, ON_DEMAND)],
    ids=["spot-od", "spot-mix", "od-spot", "mix-spot", "mix-od"],
)
@pytest.mark.parametrize("factor", ["0.05", "20"])
def test_what_is_bought_otherwise_stays_on_the_locked_types(before: Capacity, after: Capacity, factor: str) -> None:
    """
    How it is bought follows the spec: nodes on demand are of the one type that was planned on, nodes of a purchase that the lock does
    not know yet as well; spot keeps the types that the lock holds. Prices choose nothing.
    """
    lock = held(before)
    (locked,) = lock.models
    types = {role: set(names) for role, names in locked.types}
    cheaper = tuple(each.name for each in CATALOG.instances_with_gpu(locked.gpu) if each.name != locked.instance_type)
    plan = plan_stack(asked(after), dearer(cheaper, factor), lock=lock, lock_file="spec.lock.json")
    assert plan.lock.state == "locked"
    for pool in (pool for pool in plan.pools if pool.purpose == "gpu"):
        spot = pool.purchase == "spot" and "burst" in types
        assert set(pool.instance_types) == (
            types["burst"] if spot else types.get(pool.role, {locked.instance_type}) & {locked.instance_type}
        )


def test_a_lock_that_cannot_serve_is_refused() -> None:
    """
    Targets that the locked hardware cannot meet end in one fault with the way out, not in a plan that misses them.
    """
    with pytest.raises(InvalidInputError) as refused:
        plan_stack(asked(ttft="1"), CATALOG, lock=held(), lock_file="spec.lock.json")
    (fault,) = refused.value.diagnostics
    assert (fault.code, fault.path) == ("SW341", "models[0]")
    assert "--replan" in (fault.hint or "")


def test_locked_images_win_over_the_catalogue() -> None:
    """
    A new image digest in the catalogue does not roll a locked stack.
    """
    lock = held()
    older = replace(lock, images=tuple(replace(image, tag="v0.30.0", digest="sha256:" + "1" * 64) for image in lock.images))
    assert with_locked_images(CATALOG, older).image("vllm").reference.endswith(":v0.30.0@sha256:" + "1" * 64)
    assert with_locked_images(CATALOG, lock).image("vllm") == CATALOG.image("vllm")
