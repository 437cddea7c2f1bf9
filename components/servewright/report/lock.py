"""
A new plan beside the locked one: what differs, and what it costs more or less.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from servewright.ranges import total
from servewright.report.alternatives import chosen
from servewright.report.figures import aligned, times, usd
from servewright.report.foot import next_command
from servewright.report.header import header
from servewright.report.screen import GOOD, QUIET, Column, Screen, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from servewright.plan.model import ModelPlan, Plan, PoolPlan

_COLUMNS = (Column(wrap=True, most=0.3), Column(wrap=True, most=0.35), Column(wrap=True))


def show_lock_difference(console: Console, locked: Plan | None, fresh: Plan, *, spec: str) -> None:
    """
    Write what *fresh* would change of *locked*, the plan that the lock makes (None: it holds nothing of this spec) and its price.
    """
    screen = Screen(console)
    header(screen, fresh.stack)
    if locked is None:
        screen.heading("The lock no longer serves this spec", "a new plan stands alone")
    elif locked.lock.state == "stale":
        _part(screen, locked, fresh)
    rows = [row for model in fresh.models for row in _rows(model, _of(locked, model), locked, fresh)]
    if locked is not None and not rows and locked.lock.state == "locked":
        screen.heading("A new plan is the locked plan", "at today's prices and constants")
    elif rows:
        screen.heading("A new plan", "beside the locked one")
        screen.table(_COLUMNS, [(("", QUIET), ("locked", QUIET), ("new", QUIET)), *rows])
    _money(screen, locked, fresh)
    screen.blank()
    next_command(screen, f"servewright plan {spec} --replan --write-lock")


def _part(screen: Screen, locked: Plan, fresh: Plan) -> None:
    """
    Write which models a lock still holds that does not fit the whole spec, and which it does not.
    """
    held = locked.lock.held
    anew = tuple(model.name for model in fresh.models if model.name not in held)
    screen.heading("The lock holds a part of this spec", "the rest is planned afresh in either case")
    rows: list[tuple[Span, Span]] = [("held", ", ".join(held))]
    if anew:
        rows.append(("planned afresh", ", ".join(anew)))
    screen.table((Column(), Column(wrap=True)), rows)
    if locked.lock.grows:
        screen.paragraph("--write-lock without --replan takes the rest into the lock and leaves what it holds.")


def _of(locked: Plan | None, model: ModelPlan) -> ModelPlan | None:
    """
    Return *model* as the lock holds it, None where it does not.
    """
    if locked is None or model.name not in locked.lock.held:
        return None
    return next((each for each in locked.models if each.name == model.name), None)


def _rows(fresh: ModelPlan, locked: ModelPlan | None, before: Plan | None, after: Plan) -> Iterator[tuple[Span, Span, Span]]:
    facts = _facts(fresh, after.pools)
    held = {} if locked is None or before is None else _facts(locked, before.pools)
    for name in dict.fromkeys((*facts, *held)):
        if held.get(name) != facts.get(name):
            yield f"{fresh.name} {name}", times(held.get(name, "none")), times(facts.get(name, "none"))


def _facts(model: ModelPlan, pools: tuple[PoolPlan, ...]) -> dict[str, str]:
    weights = model.weights_source if model.weights_revision is None else f"{model.weights_source} @ {model.weights_revision[:8]}"
    own = {share.pool for share in model.shares}
    return {
        "hardware": chosen(model),
        "split": f"tensor {model.tensor_parallel}, pipeline {model.pipeline_parallel}",
        "weights": f"{model.precision.weights}, {model.precision.origin}: {weights}",
        "replicas": f"{model.replicas.busiest} at the busiest hour, {model.replicas.minimum} to {model.replicas.maximum}",
        **{f"{pool.role} nodes": ", ".join(pool.instance_types) for pool in pools if pool.name in own},
        **dict(_flag(argument) for argument in model.engine.locked[1:]),
    }


def _flag(argument: str) -> tuple[str, str]:
    name, _, value = argument.partition("=")
    return name, value or "set"


def _money(screen: Screen, locked: Plan | None, fresh: Plan) -> None:
    new = total(pool.monthly for pool in fresh.pools).expected
    old = None if locked is None else total(pool.monthly for pool in locked.pools).expected
    screen.heading("$ a month for nodes", "expected, both at today's prices")
    change = None if new is None or old is None else new - old
    amounts = aligned([usd(old), usd(new), usd(change)])
    rows: list[tuple[Span, Span]] = []
    if locked is not None:
        rows.append(("locked" if locked.lock.state == "locked" else "with what is held", amounts[0]))
    rows.append(("new", amounts[1]))
    if change is not None:
        rows.append((("change", GOOD if change <= Decimal(0) else QUIET), amounts[2]))
    screen.table((Column(), Column(side="right")), rows)
