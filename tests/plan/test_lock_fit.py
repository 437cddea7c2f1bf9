"""
How far a lock holds: every pin is compared, what fits stays, and what stays is never decided again.
"""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from requests_made import ON_DEMAND, SPOT, model_request, request
from servewright.catalog.load import load_catalog
from servewright.plan.lock import Lock, lock_of
from servewright.plan.lock_fit import fit_of
from servewright.plan.planner import plan_stack
from servewright.spec.request import ModelRequest, PinnedCheckpoint, Request

CATALOG = load_catalog()
LLAMA_8B = "meta-llama/Llama-3.1-8B-Instruct"
LLAMA_1B = "meta-llama/Llama-3.2-1B-Instruct"
CHAT = model_request(LLAMA_8B, revision="1" * 40)
OTHER = model_request(LLAMA_1B, revision="2" * 40, name="other", path="models[1]")

PINS: dict[str, tuple[Any, str]] = {
    "name": ("renamed", ""),
    "task": ("embed", ".task"),
    "source": (LLAMA_1B, ".source"),
    "revision": ("0" * 40, ".revision"),
    "checkpoint": (PinnedCheckpoint(source="a/b", revision="0" * 40), ".checkpoint.source"),
    "gpu": ("H100", ".hardware.gpu"),
    "gpus_per_replica": (8, ".hardware.count"),
    "instance_types": (("p5.48xlarge",), ".hardware.instance_types"),
    "precision": ("int4-awq", ".precision"),
    "tensor_parallel": (8, ".parallelism.tensor"),
    "pipeline_parallel": (4, ".parallelism.pipeline"),
    "context_length": (4096, ".context_length"),
}
"""
Another value of every field that a lock holds, and where the difference is told.
"""

FOLLOWS = {
    "path",
    "token",
    "traffic",
    "slo",
    "priority",
    "min_replicas",
    "max_replicas",
    "max_replicas_rule",
    "headroom",
    "routed",
    "vectors",
    "cacheable",
    "hits",
    "offloads",
}
"""
What follows the spec under a lock.
"""


def asked(*models: ModelRequest) -> Request:
    """
    Return a request for *models* on demand.
    """
    first, *rest = models
    whole = request(first, capacity=ON_DEMAND)
    return replace(whole, models=(first, *rest))


@cache
def held(*models: ModelRequest) -> Lock:
    """
    Return the lock of *models*.
    """
    return lock_of(plan_stack(asked(*models), CATALOG), CATALOG, "some constants")


def paths_of(lock: Lock, *models: ModelRequest) -> list[str]:
    """
    Return where *models* ask for what *lock* does not hold.
    """
    return [misfit.path for misfit in fit_of(lock, asked(*models), CATALOG).misfits]


def test_every_field_of_a_model_is_a_pin_or_follows_the_spec() -> None:
    """
    A field that is new to the spec has to be put on one of the two sides.
    """
    assert {*PINS, *FOLLOWS} == {each.name for each in fields(ModelRequest)}
    assert not FOLLOWS & set(PINS)


@pytest.mark.parametrize("field", PINS)
def test_every_pin_is_compared(field: str) -> None:
    """
    What the spec pins otherwise is told at its place, and the model is planned anew.
    """
    value, path = PINS[field]
    assert f"models[0]{path}" in paths_of(held(CHAT), replace(CHAT, **{field: value}))
    assert fit_of(held(CHAT), asked(replace(CHAT, **{field: value})), CATALOG).held == ()


def test_what_is_pinned_as_it_is_held_fits() -> None:
    """
    Every pin of what the lock holds, a GPU under any of its names and more types than are held fit; so does what is left open again.
    """
    (locked,) = held(CHAT).models
    gpu = CATALOG.gpu(locked.gpu)
    assert gpu is not None
    for name in (gpu.id, *gpu.names):
        pinned = replace(
            CHAT,
            gpu=name,
            gpus_per_replica=locked.tensor_parallel * locked.pipeline_parallel,
            instance_types=(locked.instance_type, "p5.48xlarge"),
            precision=locked.precision.weights,
            tensor_parallel=locked.tensor_parallel,
            pipeline_parallel=locked.pipeline_parallel,
            context_length=locked.context_length,
        )
        assert paths_of(held(CHAT), pinned) == []
    assert paths_of(held(CHAT), replace(CHAT, revision=None)) == []


def test_a_pinned_checkpoint_is_compared_by_both_its_fields() -> None:
    """
    The source of a checkpoint and its revision are each told.
    """
    (locked,) = held(CHAT).models
    precision = replace(locked.precision, origin="checkpoint", checkpoint_source="a/b", checkpoint_revision="0" * 40)
    lock = replace(held(CHAT), models=(replace(locked, precision=precision),))
    assert paths_of(lock, replace(CHAT, checkpoint=PinnedCheckpoint(source="a/b", revision="0" * 40))) == []
    for field, value in (("source", "a/c"), ("revision", "1" * 40)):
        changed = replace(PinnedCheckpoint(source="a/b", revision="0" * 40), **{field: value})
        assert paths_of(lock, replace(CHAT, checkpoint=changed)) == [f"models[0].checkpoint.{field}"]


@pytest.mark.parametrize("field", ["name", "environment", "region"])
def test_a_lock_of_another_stack_holds_nothing(field: str) -> None:
    """
    Name, environment and region are of the whole: with another one every model is planned anew.
    """
    whole = asked(CHAT, OTHER)
    changed: dict[str, Any] = {field: {"name": "elsewhere", "environment": "staging", "region": "eu-west-1"}[field]}
    fit = fit_of(held(CHAT, OTHER), replace(whole, stack=replace(whole.stack, **changed)), CATALOG)
    assert (fit.held, fit.dropped) == ((), ("chat", "other"))
    assert [misfit.path for misfit in fit.misfits] == [{"region": "platform.region"}.get(field, field)]


def test_one_model_more_leaves_the_others_where_they_are() -> None:
    """
    With prices at which all would go elsewhere the held model stays, the new one alone is planned; what is written then is the old
    lock and the new model, and it is in force.
    """
    lock = held(CHAT)
    refreshed = replace(CATALOG, instance_prices=replace(CATALOG.instance_prices, rows=_dearer(lock)))
    both = asked(CHAT, OTHER)
    plan = plan_stack(both, refreshed, lock=lock, lock_file="spec.lock.json")
    free = plan_stack(both, refreshed)
    before = plan_stack(asked(CHAT), CATALOG)

    assert (plan.lock.state, plan.lock.held, plan.lock.dropped, plan.lock.grows) == ("stale", ("chat",), (), True)
    assert [(w.path, w.hint) for w in plan.warnings if w.code == "SW440"] == [
        ("models[1]", "servewright plan SPEC --write-lock brings the lock up to date, and keeps all else that it holds")
    ]
    assert (plan.models[0].instance_type, plan.models[0].engine) == (before.models[0].instance_type, before.models[0].engine)
    assert free.models[0].instance_type != before.models[0].instance_type
    assert (plan.models[1].instance_type, plan.models[1].engine) == (free.models[1].instance_type, free.models[1].engine)

    written = lock_of(plan, refreshed, "other constants", lock)
    assert written.models[0] == lock.models[0]
    after = plan_stack(both, CATALOG, lock=written, lock_file="spec.lock.json")
    assert after.lock.state == "locked"
    assert [m.instance_type for m in after.models] == [m.instance_type for m in plan.models]


def test_the_rate_of_a_held_model_stays_in_the_lock() -> None:
    """
    A lock that grows keeps the rate that a replica was sized for, whatever today's constants say.
    """
    (locked,) = held(CHAT).models
    slower = replace(held(CHAT), models=(replace(locked, requests_per_s=locked.requests_per_s / 2),))
    plan = plan_stack(asked(CHAT, OTHER), CATALOG, lock=slower, lock_file="spec.lock.json")
    assert lock_of(plan, CATALOG, "x", slower).models[0] == slower.models[0]


def test_what_the_spec_leaves_open_again_stays_in_the_lock() -> None:
    """
    A revision that the spec no longer says is still the one that was decided.
    """
    plan = plan_stack(asked(replace(CHAT, revision=None), OTHER), CATALOG, lock=held(CHAT), lock_file="spec.lock.json")
    assert plan.lock.held == ("chat",)
    assert lock_of(plan, CATALOG, "x", held(CHAT)).models[0] == held(CHAT).models[0]


def test_a_changed_pin_moves_its_own_model_alone() -> None:
    """
    Of two held models the one whose pin changed is planned anew; that replaces a decision, so the lock does not just grow.
    """
    lock = held(CHAT, OTHER)
    plan = plan_stack(asked(CHAT, replace(OTHER, gpu="H100")), CATALOG, lock=lock, lock_file="spec.lock.json")
    assert (plan.lock.state, plan.lock.held, plan.lock.dropped, plan.lock.grows) == ("stale", ("chat",), ("other",), False)
    assert plan.models[0].engine.arguments == lock.models[0].arguments
    assert plan.models[1].gpu_id == "h100"
    assert [w.path for w in plan.warnings if w.code == "SW440"] == ["models[1].hardware.gpu"]


def test_one_model_less_leaves_the_others_where_they_are() -> None:
    """
    What the spec serves no more is told; the rest is held.
    """
    lock = held(CHAT, OTHER)
    plan = plan_stack(asked(CHAT), CATALOG, lock=lock, lock_file="spec.lock.json")
    assert (plan.lock.held, plan.lock.dropped, plan.lock.grows) == (("chat",), (), True)
    assert lock_of(plan, CATALOG, "x", lock).models == lock.models[:1]


def test_a_model_in_the_place_of_another_is_no_growth() -> None:
    """
    One gone and another come: the new one was never decided, so a lock is not just added to; a renamed model is such a pair.
    """
    lock = held(CHAT, OTHER)
    plan = plan_stack(asked(CHAT, replace(OTHER, name="renamed")), CATALOG, lock=lock, lock_file="spec.lock.json")
    assert (plan.lock.state, plan.lock.held, plan.lock.replaced, plan.lock.grows) == ("stale", ("chat",), True, False)
    assert {w.hint for w in plan.warnings if w.code == "SW440"} == {"servewright plan SPEC --replan --write-lock takes a new plan"}


def test_a_model_that_narrows_a_held_pool_is_no_growth() -> None:
    """
    A held model on spot loses the types that a newcomer on its nodes does not take: that is said, and replaces a decision.
    """
    spot = replace(asked(CHAT), capacity=SPOT)
    before = plan_stack(spot, CATALOG)
    lock = lock_of(before, CATALOG, "constants")
    (types,) = (names for role, names in lock.models[0].types if role == "burst")
    assert len(types) > 1
    free, pinned = (replace(CHAT, name="second", path="models[1]", instance_types=pins) for pins in ((), types[:1]))

    beside = plan_stack(replace(spot, models=(CHAT, free)), CATALOG, lock=lock, lock_file="spec.lock.json")
    narrower = plan_stack(replace(spot, models=(CHAT, pinned)), CATALOG, lock=lock, lock_file="spec.lock.json")

    assert (beside.lock.narrowed, beside.lock.grows) == ((), True)
    assert (narrower.lock.narrowed, narrower.lock.grows) == (("models[0]",), False)
    assert any(w.path == "models[0]" and ", ".join(types[1:]) in w.message for w in narrower.warnings if w.code == "SW440")


def _dearer(lock: Lock) -> tuple[Any, ...]:
    """
    Return the price rows with those of the GPU that *lock* holds twenty times as dear.
    """
    names = {each.name for each in CATALOG.instances_with_gpu(lock.models[0].gpu)}
    return tuple(
        replace(row, price=replace(row.price, amount=row.price.amount * Decimal(20))) if row.instance_type in names else row
        for row in CATALOG.instance_prices.rows
    )
