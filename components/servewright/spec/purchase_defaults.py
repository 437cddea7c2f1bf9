"""
Defaults of what is paid: how replicas are bought, and the budgets.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.spec.applied import percent
from servewright.spec.budget_request import AnomalyRequest, ChatRequest
from servewright.spec.environments import ENVIRONMENTS
from servewright.spec.purchase import BudgetsOff, BudgetsSpec, CapacitySpec
from servewright.spec.request import BaseCapacity, BudgetRequest, BurstCapacity, Capacity, Fallback

if TYPE_CHECKING:
    from servewright.spec.applied import Applied
    from servewright.spec.purchase import BaseCapacitySpec, BurstCapacitySpec
    from servewright.spec.request import Environment, Payment, Term

_BASE_BESIDE_BURST: Final = Decimal("0.5")
"""
The base's share where a burst is given and no share: prod's own rule.
"""

_DEFAULT_ALERTS: Final = (Decimal("0.5"), Decimal("0.8"), Decimal(1))


def capacity_of(capacity: CapacitySpec | None, environment: Environment, applied: Applied) -> Capacity:
    """
    Return how replicas are bought: as written, else by the environment's rule.
    """
    given = capacity or CapacitySpec()
    share = ENVIRONMENTS[environment].base_share
    if given.base is None and given.burst is None and share is not None:
        return _base_and_burst_by_rule(environment, share, allowed=given.allow_interruption or False, applied=applied)
    allowed = applied.take(
        "capacity.allow_interruption",
        given.allow_interruption,
        default=False,
        why="under an availability target spot alone is refused",
        shown="false",
    )
    base, burst = given.base, given.burst
    if base is None and burst is None:
        return Capacity(burst=_burst_by_rule(environment, applied), allow_interruption=allowed)
    bought = None if base is None else _base(base, alone=burst is None, applied=applied)
    if burst is not None:
        scaled: BurstCapacity | None = BurstCapacity(purchase=burst.purchase, fallback=_fallback(burst, applied))
    else:
        scaled = _burst_by_rule(environment, applied) if bought is not None and bought.share < 1 else None
    return Capacity(base=bought, burst=scaled, allow_interruption=allowed)


def _base_and_burst_by_rule(environment: Environment, share: Decimal, *, allowed: bool, applied: Applied) -> Capacity:
    """
    Return both shares on demand; written down as one default, since one of them alone in a spec means that the other is not bought.
    """
    base, burst = f"{{purchase: on-demand, share: {percent(share)}}}", "{purchase: on-demand}"
    shown = f"{{base: {base}, burst: {burst}, allow_interruption: {str(allowed).lower()}}}"
    applied.note("capacity", shown, f"the rule of {environment}: {percent(share)} of the busiest hour always runs, the rest follows")
    return Capacity(
        base=BaseCapacity(purchase="on-demand", share=share), burst=BurstCapacity(purchase="on-demand"), allow_interruption=allowed
    )


def _burst_by_rule(environment: Environment, applied: Applied) -> BurstCapacity:
    if ENVIRONMENTS[environment].spot:
        applied.note(
            "capacity.burst",
            "{purchase: spot, fallback: {purchase: on-demand, max_share: 100%}}",
            f"the rule of {environment}: cheap, and it may be interrupted",
        )
        return BurstCapacity(purchase="spot", fallback=Fallback(purchase="on-demand", max_share=Decimal(1)))
    applied.note("capacity.burst", "{purchase: on-demand}", f"the rule of {environment}")
    return BurstCapacity(purchase="on-demand")


def _base(base: BaseCapacitySpec, *, alone: bool, applied: Applied) -> BaseCapacity:
    part = Decimal(1) if alone else _BASE_BESIDE_BURST
    why = "nothing else is bought: all replicas" if alone else "half of the busiest hour always runs"
    committed = base.purchase.purchase == "reserved"
    term: Term = "1y"
    payment: Payment = "no-upfront"
    return BaseCapacity(
        purchase=base.purchase.purchase,
        share=applied.take("capacity.base.share", base.share, part, why, shown=percent(part)),
        term=applied.take("capacity.base.term", base.term, term, "the shorter commitment") if committed else None,
        payment=applied.take("capacity.base.payment", base.payment, payment, "nothing is paid ahead") if committed else None,
        rate=base.rate,
        reservation=base.purchase.reservation,
    )


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
        daily=given.daily,
        owner_monthly=None if given.owner is None else given.owner.monthly,
        anomalies=None if given.anomalies is None else AnomalyRequest(above=given.anomalies.above, monitor=given.anomalies.monitor),
        chat=None if given.chat is None else ChatRequest(workspace=given.chat.workspace, channel=given.chat.channel),
    )
