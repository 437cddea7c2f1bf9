"""
Defaults of what is paid: how replicas are bought, and the budget.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.spec.environments import ENVIRONMENTS
from servewright.spec.purchase import BudgetsOff, BudgetsSpec, CapacitySpec
from servewright.spec.request import BudgetRequest, Capacity, Fallback

if TYPE_CHECKING:
    from servewright.spec.applied import Applied
    from servewright.spec.purchase import BurstCapacitySpec
    from servewright.spec.request import Environment

_DEFAULT_ALERTS: Final = (Decimal("0.5"), Decimal("0.8"), Decimal(1))


def capacity_of(capacity: CapacitySpec | None, environment: Environment, applied: Applied) -> Capacity:
    """
    Return how replicas are bought: as written, else by the environment's rule.
    """
    given = capacity or CapacitySpec()
    allowed = applied.take(
        "capacity.allow_interruption",
        given.allow_interruption,
        default=False,
        why="under an availability target spot alone is refused",
        shown="false",
    )
    if given.burst is not None:
        fallback = _fallback(given.burst, applied)
        return Capacity(purchase=given.burst.purchase, fallback=fallback, allow_interruption=allowed, share="burst")
    if given.base is not None:
        return Capacity(purchase=given.base.purchase, fallback=None, allow_interruption=allowed, share="base")
    if ENVIRONMENTS[environment].spot:
        applied.note(
            "capacity.burst",
            "{purchase: spot, fallback: {purchase: on-demand, max_share: 100%}}",
            f"the rule of {environment}: cheap, and it may be interrupted",
        )
        fallback = Fallback(purchase="on-demand", max_share=Decimal(1))
        return Capacity(purchase="spot", fallback=fallback, allow_interruption=allowed, share="burst")
    applied.note("capacity.burst", "{purchase: on-demand}", f"the rule of {environment}")
    return Capacity(purchase="on-demand", fallback=None, allow_interruption=allowed, share="burst")


def _fallback(burst: BurstCapacitySpec, applied: Applied) -> Fallback | None:
    if burst.fallback is None:
        return None
    share = applied.take(
        "capacity.burst.fallback.max_share", burst.fallback.max_share, Decimal(1), "all replicas may fall back", shown="100%"
    )
    return Fallback(purchase=burst.fallback.purchase, max_share=share)


def budget_of(budgets: BudgetsSpec | None, applied: Applied) -> BudgetRequest:
    """
    Return the budget, disabled where the section is off.
    """
    if isinstance(budgets, BudgetsOff):
        return BudgetRequest(enabled=False, limit=None, alerts=(), notify=())
    given = budgets or BudgetsSpec()
    if given.monthly is None:
        applied.note("budgets.monthly", "null", "no limit is given: the bill's expected total, rounded up")
    nobody: tuple[str, ...] = ()
    return BudgetRequest(
        limit=given.monthly,
        alerts=applied.take("budgets.alerts", given.alerts, _DEFAULT_ALERTS, "half, most and all of the limit", shown="[50%, 80%, 100%]"),
        notify=applied.take("budgets.notify", given.notify, nobody, "nobody is named: alerts go to the SNS topic only", shown="[]"),
    )
