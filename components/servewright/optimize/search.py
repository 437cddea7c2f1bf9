"""
The story: try every candidate, price those whose nodes are not dearer, rank what saves, say what conflicts and what goes together.

A plan that is known already is not priced again. What has no price makes no saving: such a change is listed with what is unknown, unless
the stack as it is has the very same unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from servewright.cost.diff import diff_bills
from servewright.errors import InvalidInputError
from servewright.optimize.compare import comparable
from servewright.optimize.effects import calibrated, effects_of, risks_of
from servewright.optimize.generators import GENERATORS
from servewright.optimize.model import AS_IT_IS, GROUPS, LEVELS, Advice, Proposal, Tried
from servewright.optimize.patch import conflict, replaces
from servewright.optimize.together import best_together
from servewright.plan.model import NO_LOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from servewright.cost.model import Bill
    from servewright.optimize.model import Candidate, Case, Engine, Fields, Kind, Level
    from servewright.plan.model import Plan


def advise(
    case: Case,
    engine: Engine,
    *,
    kinds: Sequence[Kind] = (),
    most_risk: Level = "medium",
    progress: Callable[[int, int, str], None] = lambda _done, _all, _what: None,
) -> Advice:
    """
    Return what makes *case* cheaper, of *kinds* (none given: all). Together go only changes of at most *most_risk*.
    """
    asked = tuple(kind for kind in GENERATORS if not kinds or kind in kinds)
    candidates = [each for kind in asked for each in GENERATORS[kind](case)]
    trial = _Trial(case=case, engine=engine)
    for number, candidate in enumerate(candidates):
        progress(number, len(candidates), candidate.title)
        trial.plan(candidate)
    for number, (candidate, plan) in enumerate(trial.planned):
        progress(number, len(trial.planned), candidate.title)
        trial.price(candidate, plan)
    proposals = _with_conflicts(sorted(trial.proposals, key=rank))
    progress(1, 1, "what goes together")
    return Advice(
        case=case,
        proposals=proposals,
        tried=tuple(trial.tried),
        together=best_together(case, engine, proposals, most_risk),
        afresh=_afresh(case, engine) if case.locked else Decimal(0),
        most_risk=most_risk,
        not_asked=tuple(kind for kind in GENERATORS if kind not in asked),
    )


@dataclass(slots=True, kw_only=True)
class _Trial:
    """
    What has been tried so far: plans by what makes them, and what came of each candidate.
    """

    case: Case
    engine: Engine
    seen: list[tuple[Plan, Fields, str]] = field(default_factory=list)
    planned: list[tuple[Candidate, Plan]] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    tried: list[Tried] = field(default_factory=list)

    def plan(self, candidate: Candidate) -> None:
        """
        Plan the stack with *candidate*, and keep it where it can save something.
        """
        try:
            plan = self.engine.plan(candidate.fields)
        except InvalidInputError as fault:
            self.tried.append(Tried(candidate=candidate, state="impossible", why=fault.diagnostics[0].message))
            return
        bare = _bare(plan)
        if not self.seen:
            self.seen.append((_bare(self.case.plan), {}, AS_IT_IS))
        same = next((what for known, fields, what in self.seen if known == bare and _same_change(fields, candidate.fields)), None)
        if same is not None:
            self.tried.append(Tried(candidate=candidate, state="same", why=f"the same plan as {same}"))
            return
        self.seen.append((bare, candidate.fields, candidate.title))
        more = _more(self.case.plan, plan)
        if more is not None:
            self.tried.append(Tried(candidate=candidate, state="dearer", why="its nodes cost more", more=more))
        else:
            self.planned.append((candidate, plan))

    def price(self, candidate: Candidate, plan: Plan) -> None:
        """
        Price *plan* as any other, and keep it where it costs less.
        """
        bill = self.engine.price(plan)
        missing = tuple(dict.fromkeys((*(each.what for each in bill.unknown), *(each.type for each in bill.unsupported))))
        if not comparable(self.case.bill, bill):
            why = "not every price is known" if missing else "not every price of the stack as it is now is known"
            self.tried.append(Tried(candidate=candidate, state="unpriced", why=why, unknown=missing))
            return
        made = Proposal(
            candidate=candidate,
            plan=plan,
            diff=diff_bills(self.case.bill, bill),
            effects=effects_of(self.case.plan, plan),
            risks=(*candidate.risks, *risks_of(self.case, plan)),
            calibrated=calibrated(plan),
        )
        twin = next((each for each in self.proposals if _twins(each, made)), None)
        if twin is not None:
            self.tried.append(Tried(candidate=candidate, state="same", why=f"the same bill as {twin.candidate.title}"))
        elif saves(made):
            self.proposals.append(made)
        else:
            self.tried.append(Tried(candidate=candidate, state="dearer", why="the bill is not lower", more=made.delta.expected))


def saves(proposal: Proposal) -> bool:
    """
    Tell whether the expected month falls, or the maximum while the expected month stays.
    """
    expected, most = proposal.delta.expected, proposal.delta.max
    return expected is not None and (expected < 0 or (expected == 0 and most is not None and most < 0))


def _twins(one: Proposal, other: Proposal) -> bool:
    """
    Tell whether two changes of a kind that set the same come to the same bill: the first, which asks for less, is enough.
    """
    mine, others = one.candidate, other.candidate
    return mine.kind == others.kind and one.after.lines == other.after.lines and _same_change(mine.fields, others.fields)


def _same_change(one: Fields, other: Fields) -> bool:
    """
    Tell whether of two changes that come to the same one is enough: other fields of the same effect can save more together.
    """
    return not one or not other or replaces(one, other)


def _bare(plan: Plan) -> Plan:
    """
    Return what of *plan* makes its bill, without how it came about.
    """
    models = tuple(replace(model, reasons=(), rejected=()) for model in plan.models)
    return replace(plan, models=models, defaults=(), warnings=(), lock=NO_LOCK, trace=())


def _more(before: Plan, after: Plan) -> Decimal | None:
    """
    Return by how much the nodes of *after* cost more in the expected month; None where they do not, or where it is not known: other lines
    may then be lower.
    """
    old, new = _nodes(before), _nodes(after)
    return None if old is None or new is None or new <= old else new - old


def _nodes(plan: Plan) -> Decimal | None:
    amounts = [pool.monthly.expected for pool in plan.pools]
    return None if None in amounts else sum((each for each in amounts if each is not None), Decimal(0))


def rank(proposal: Proposal) -> tuple[int, Decimal, int, Decimal, str]:
    """
    Return what sorts proposals: by group, then the largest saving, then the smallest risk, then the largest fall of the maximum.
    """
    delta, group = proposal.delta, GROUPS.index(proposal.candidate.group)
    return group, delta.expected or Decimal(0), LEVELS.index(proposal.level), delta.max or Decimal(0), proposal.candidate.id


def _with_conflicts(proposals: list[Proposal]) -> tuple[Proposal, ...]:
    return tuple(
        replace(
            each,
            conflicts=tuple(o.candidate.id for o in proposals if o is not each and conflict(each.candidate, o.candidate)),
        )
        for each in proposals
    )


def _afresh(case: Case, engine: Engine) -> Decimal:
    """
    Return by how much the month falls where a locked stack is planned afresh as it is; 0 where either bill is not wholly known.
    """
    try:
        bill: Bill = engine.price(engine.plan({}))
    except InvalidInputError:
        return Decimal(0)
    before, after = case.bill.monthly.expected, bill.monthly.expected
    return before - after if comparable(case.bill, bill) and before is not None and after is not None else Decimal(0)
