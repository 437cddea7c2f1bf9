"""
Why this hardware: the choice with its reasons, and what else was weighed with its price.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.ranges import total
from servewright.report.decision import neighbours, purchase, serving
from servewright.report.figures import aligned, dollars, times, usd
from servewright.report.screen import GOOD, QUIET, Column, Screen, Span
from servewright.report.wrapping import BULLET

if TYPE_CHECKING:
    from servewright.plan.model import ModelPlan, Plan, Rejected

SHOWN = 6
"""
Alternatives on the preview; the rest are counted, and all of them are on `plan --explain`.
"""

_COLUMNS = (Column(wrap=True, most=0.36), Column(side="right"), Column(wrap=True))


def alternatives(screen: Screen, plan: Plan, *, shown: int | None = SHOWN) -> None:
    """
    Write one table per model: the choice first, then at most *shown* alternatives (None: all).
    """
    for model in plan.models:
        title = "Why this hardware" if len(plan.models) == 1 else f"Why this hardware for {model.name}"
        screen.heading(title, "$ a month for GPU nodes and their volumes, expected")
        screen.table(_COLUMNS, _rows(plan, model, shown))
        left = 0 if shown is None else len(model.rejected) - shown
        if left > 0:
            screen.paragraph((f"{left} more: plan --explain", QUIET))


def chosen(model: ModelPlan) -> str:
    """
    Return the choice as its alternatives are named: "H200 × 2, fp8".
    """
    return f"{model.gpu_name} × {model.gpus_per_replica}, {model.precision.weights}"


def _rows(plan: Plan, model: ModelPlan, shown: int | None) -> list[tuple[Span, Span, Span]]:
    rejected = model.rejected if shown is None else varied(model.rejected, shown)
    money = aligned([usd(model.monthly.expected), *(usd(r.monthly) if r.serves or r.monthly is not None else "none" for r in rejected)])
    bought = " and ".join(dict.fromkeys(purchase(s.purchase) for s in model.shares if s.role != "fallback"))
    first, *others = model.reasons or ("",)
    reasons = "\n".join((times(f"chosen, {bought}{_part(plan, model)}: {first}"), *(BULLET + times(r) for r in others)))
    rows: list[tuple[Span, Span, Span]] = [((chosen(model), GOOD), (money[0], GOOD), reasons)]
    rows += [(times(r.what), m, times(r.why)) for r, m in zip(rejected, money[1:], strict=True)]
    return rows


def _part(plan: Plan, model: ModelPlan) -> str:
    """
    Return of which amount the choice's own is a part where other models run on its nodes too.
    """
    others = neighbours(plan, model)
    if not others:
        return ""
    whole = total(pool.monthly for pool in serving(plan, model)).expected
    return f", its part of {dollars(whole)} for the nodes it shares with {' and '.join(others)}"


def varied(rejected: tuple[Rejected, ...], shown: int) -> list[Rejected]:
    """
    Return *shown* alternatives in the planner's order: the best of each GPU before a second one of the same.
    """
    firsts: dict[str, int] = {}
    for place, alternative in enumerate(rejected):
        firsts.setdefault(alternative.what.split(" ", 1)[0], place)
    places = [*firsts.values(), *(place for place in range(len(rejected)) if place not in firsts.values())]
    return [rejected[place] for place in sorted(places[:shown])]
