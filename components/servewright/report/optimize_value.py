"""
What `servewright optimize` found as a versioned JSON value (schemas/optimize-v1.json).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from servewright.cost.diff import less
from servewright.optimize.generators import NOT_TRIED
from servewright.report.export import stack_value
from servewright.report.export_numbers import exact, exact_range
from servewright.report.optimize_within import within_value
from servewright.report.optimize_words import why_lines
from servewright.report.spend import spend_value

if TYPE_CHECKING:
    from servewright.cost.model import Bill
    from servewright.optimize.model import Advice, Effect, Fields, Level, Proposal, Risk, Together, Tried
    from servewright.optimize.within import Carried
    from servewright.plan.model import Plan
    from servewright.report.model import Preview
    from servewright.report.spend import SpendReport

OPTIMIZE_VERSION: Final = "servewright.dev/optimize/v1"

Text = Callable[["Fields"], str]


def advice_value(
    preview: Preview, advice: Advice, text: Text, carried: Carried | None = None, *, paid: SpendReport | None = None
) -> dict[str, Any]:
    """
    Return *advice* as the value of optimize-v1.json; *text* makes the spec that sets some fields.

    *carried* is what a budget carries and *paid* what was really paid, where these are asked for.
    """
    return {
        "apiVersion": OPTIMIZE_VERSION,
        "as_of": preview.as_of.isoformat(),
        "prices": {"oldest": preview.prices_oldest.isoformat(), "newest": preview.prices_newest.isoformat()},
        "stack": stack_value(preview.plan),
        "lock": {"state": preview.plan.lock.state, "file": preview.plan.lock.file, "saved_by_planning_afresh": exact(advice.afresh)},
        "bill": _bill(advice.case.plan, advice.case.bill),
        "proposals": [_proposal(advice, each, rank, text) for rank, each in enumerate(advice.proposals, 1)],
        "together": None if advice.together is None else _together(advice, advice.together, text),
        "tried": [_tried(each) for each in advice.tried],
        "not_tried": [{"what": what, "why": why} for what, why in NOT_TRIED],
        "kinds_left_out": list(advice.not_asked),
        **({} if carried is None else {"within": within_value(carried, text)}),
        **({} if paid is None else {"actual": spend_value(paid)}),
    }


def _proposal(advice: Advice, proposal: Proposal, rank: int, text: Text) -> dict[str, Any]:
    candidate = proposal.candidate
    return {
        "id": candidate.id,
        "rank": rank,
        "kind": candidate.kind,
        "title": candidate.title,
        "group": candidate.group,
        "why": why_lines(proposal),
        "patch": text(candidate.fields),
        "fields": candidate.fields,
        "before": _bill(advice.case.plan, proposal.before),
        "after": _bill(proposal.plan, proposal.after),
        "delta": exact_range(proposal.delta),
        "effects": [{"what": e.what, "model": e.model, "before": e.before, "after": e.after, "worse": e.worse} for e in proposal.effects],
        "caveats": list(candidate.caveats),
        "risk": _risk(proposal.level, proposal.risks),
        "confidence": _confidence(proposal),
        "reversible": candidate.undo is None,
        "undo": candidate.undo,
        "conflicts": list(proposal.conflicts),
        "needs_replan": advice.case.locked,
    }


def _confidence(proposal: Proposal) -> dict[str, Any]:
    unknown = [each.what for each in proposal.after.unknown]
    priced = "every price is known" if not unknown else "what has no price is the same before and after, so it is in no difference"
    if proposal.calibrated:
        return {"level": "measured", "why": f"{priced}; the GPUs' constants are fitted to measurements", "unknown": unknown}
    why = f"{priced}; a GPU has no measurements, so its constants are generic and its bands wider"
    return {"level": "generic", "why": why, "unknown": unknown}


def _together(advice: Advice, found: Together, text: Text) -> dict[str, Any]:
    return {
        "members": list(found.members),
        "patch": text(found.fields),
        "fields": dict(found.fields),
        "after": _bill(found.plan, found.bill),
        "delta": exact_range(less(found.bill.monthly, advice.case.bill.monthly)),
        "separate_savings": exact(found.separate),
        "counted_twice": exact(found.separate - found.saving),
        "effects": _effects(found.effects),
        "risk": _risk(found.level, found.risks),
    }


def _effects(effects: Sequence[Effect]) -> list[dict[str, Any]]:
    return [{"what": e.what, "model": e.model, "before": e.before, "after": e.after, "worse": e.worse} for e in effects]


def _risk(level: Level, risks: Sequence[Risk]) -> dict[str, Any]:
    return {"level": level, "reasons": [{"level": risk.level, "why": risk.why} for risk in risks]}


def _bill(plan: Plan, bill: Bill) -> dict[str, Any]:
    limit, month = plan.budget.limit, bill.monthly
    judged = limit is not None and bill.complete
    return {
        "monthly": exact_range(month),
        "at_least": not bill.complete,
        "unknown": [each.what for each in bill.unknown],
        "limit": exact(limit),
        "within_limit": month.expected <= limit if judged and limit is not None and month.expected is not None else None,
        "within_limit_at_maximum": month.max <= limit if judged and limit is not None and month.max is not None else None,
    }


def _tried(tried: Tried) -> dict[str, Any]:
    return {
        "id": tried.candidate.id,
        "kind": tried.candidate.kind,
        "title": tried.candidate.title,
        "group": tried.candidate.group,
        "state": tried.state,
        "why": tried.why,
        "unknown": list(tried.unknown),
        "more": exact(tried.more),
    }
