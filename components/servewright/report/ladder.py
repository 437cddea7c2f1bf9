"""
The degradation ladder: what each rung waits for, what it changes, and who does that.

Nothing of ours runs beside the stack: a rung is taken by its level in the spec and `pulumi up`, and given back in the same way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.report.figures import count, duration, milliseconds, percent, period, plural
from servewright.report.screen import QUIET, STRONG, Column, Screen, Span

if TYPE_CHECKING:
    from servewright.plan.model import Plan
    from servewright.spec.gateway_request import Ladder, Rung

_ACTS: Final = (
    "raise gateway.ladder.level and run pulumi up; a lower level takes it back. "
    "Retries, rests and fallbacks are LiteLLM's and act by themselves at any level"
)

_RUNGS: Final = (Column(), Column(), Column(wrap=True))


def ladder(screen: Screen, plan: Plan) -> None:
    """
    Write the rungs in their order; nothing where there are none.
    """
    if plan.gateway is None or not plan.gateway.request.ladder.rungs:
        return
    steps = plan.gateway.request.ladder
    screen.heading("Degradation ladder", level(steps))
    rows: list[tuple[Span, ...]] = []
    for number, rung in enumerate(steps.rungs, 1):
        rows.append((str(number), (rung.name, STRONG), f"when {trigger(rung)}: {act(rung)}"))
        rows.append(("", "", (standing(steps, number), QUIET)))
    screen.table(_RUNGS, rows)
    screen.paragraph((who_acts(plan), QUIET), hang=4)


def who_acts(plan: Plan) -> str:
    """
    Return who sees that a rung is due, and who takes it: no part of the stack does so by itself.
    """
    if plan.monitoring is None:
        return f"nothing of ours watches: when a trigger holds, {_ACTS}"
    return f"when a trigger holds, the alert RungDue says so: {_ACTS}"


def level(steps: Ladder) -> str:
    """
    Return how many of the rungs are in force.
    """
    if not steps.level:
        return f"level 0 of {len(steps.rungs)}: no rung is in force"
    return f"level {steps.level} of {len(steps.rungs)}: {plural(steps.level, 'rung')} in force"


def trigger(rung: Rung) -> str:
    """
    Return what the rung waits for.
    """
    held = f"for {duration(rung.for_s)}"
    if rung.trigger == "first-token":
        return f"the first token takes more than {milliseconds(rung.above)} ms {held}"
    if rung.trigger == "waiting":
        return f"more than {count(rung.above)} requests wait before a replica {held}"
    return f"more than {percent(rung.above)} of the GPUs are in use {held}"


def act(rung: Rung) -> str:
    """
    Return the one thing that the rung changes.
    """
    if rung.batching is not None:
        return f"the engines of {rung.batching.model} take {count(rung.batching.max_num_batched_tokens)} tokens per step"
    if rung.cache_ttl_s is not None:
        return f"answers in the cache are served for {period(rung.cache_ttl_s)}"
    if rung.shift is not None:
        return f"{percent(rung.shift.share)} of what {rung.shift.model} gets goes to {rung.shift.to}"
    return "nothing"


def standing(steps: Ladder, number: int) -> str:
    """
    Return whether rung *number* is in force, and what makes it so.
    """
    rung = steps.rungs[number - 1]
    who = "the engines restart, one replica after the other" if rung.batching is not None else "the gateway's pods are replaced"
    return f"in force: {who}" if number <= steps.level else f"takes effect with the next up at level {number}: {who}"
