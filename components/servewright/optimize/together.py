"""
Which changes go together: sets without a conflict, each priced as a whole. Savings are never added up to a promise.

Every change that keeps all promises is a start once, the best first; the others follow in their rank, and each stays in where the whole
bill falls with it. The cheapest set wins.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from servewright.errors import InvalidInputError
from servewright.optimize.compare import comparable
from servewright.optimize.effects import effects_of, risks_of
from servewright.optimize.model import LEVELS, Together, highest
from servewright.optimize.patch import conflict, merged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servewright.cost.model import Bill
    from servewright.optimize.model import Case, Engine, Level, Proposal, Risk
    from servewright.plan.model import Plan

_STARTS: Final = 3
_MOST_PRICED: Final = 24
"""
Sets that are priced at most (judgement: some ten seconds).
"""


def best_together(case: Case, engine: Engine, proposals: Sequence[Proposal], most_risk: Level) -> Together | None:
    """
    Return the cheapest set of two changes or more that was found, None where nothing adds to the best one.
    """
    fit = [each for each in proposals if can_join(each, most_risk)]
    before = case.bill.monthly.expected
    if before is None or not fit:
        return None
    left = _MOST_PRICED
    best: tuple[Decimal, list[Proposal], Plan, Bill] | None = None
    for start in fit[:_STARTS]:
        members, lowest = [start], _expected(start.after)
        found: tuple[Plan, Bill] | None = None
        for other in fit:
            if left and other is not start and not any(conflict(other.candidate, each.candidate) for each in members):
                left -= 1
                tried = _priced(engine, case, [*members, other], most_risk)
                if tried is not None and _expected(tried[1]) < lowest:
                    members, lowest, found = [*members, other], _expected(tried[1]), tried
        if found is not None and (best is None or lowest < best[0]):
            best = lowest, members, *found
    if best is None or best[0] >= min(_expected(each.after) for each in fit):
        return None
    lowest, members, plan, bill = best
    return Together(
        members=tuple(each.candidate.id for each in members),
        fields=fields_of(members),
        plan=plan,
        bill=bill,
        before=before,
        saving=before - lowest,
        separate=sum((-(each.delta.expected or Decimal(0)) for each in members), Decimal(0)),
        effects=effects_of(case.plan, plan),
        risks=_risks(case, members, plan),
    )


def can_join(proposal: Proposal, most_risk: Level) -> bool:
    """
    Tell whether a change may be put together with others: it keeps every promise, lowers the expected month and risks no more than is
    allowed.
    """
    lowers = proposal.delta.expected is not None and proposal.delta.expected < 0
    return proposal.candidate.group == "keeps" and lowers and LEVELS.index(proposal.level) <= LEVELS.index(most_risk)


def fields_of(members: Sequence[Proposal]) -> dict[str, Any]:
    """
    Return the fields of all *members* in one.
    """
    fields: dict[str, Any] = {}
    for each in members:
        fields = merged(fields, each.candidate.fields)
    return fields


def _priced(engine: Engine, case: Case, members: Sequence[Proposal], most_risk: Level) -> tuple[Plan, Bill] | None:
    """
    Return the plan and the bill of all *members*; None where they cannot be planned together, risk more as a whole, or have no price.
    """
    try:
        plan = engine.plan(fields_of(members))
    except InvalidInputError:
        return None
    if LEVELS.index(highest(_risks(case, members, plan))) > LEVELS.index(most_risk):
        return None
    bill = engine.price(plan)
    return (plan, bill) if comparable(case.bill, bill) else None


def _risks(case: Case, members: Sequence[Proposal], plan: Plan) -> tuple[Risk, ...]:
    """
    Return the risks that the *members* have by themselves, and those that the *plan* of the whole shows.
    """
    return tuple(dict.fromkeys((*(risk for each in members for risk in each.candidate.risks), *risks_of(case, plan))))


def _expected(bill: Bill) -> Decimal:
    return bill.monthly.expected or Decimal(0)
