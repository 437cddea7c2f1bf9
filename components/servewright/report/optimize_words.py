"""
A proposal in words: which lines of the bill fall and why, what else it does, what stands against it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.ranges import Range
from servewright.report.diff_words import ARROW, signed
from servewright.report.figures import change, count, dollars, plural, times, unit_price, usd

if TYPE_CHECKING:
    from servewright.cost.diff import Change
    from servewright.cost.model import Bill, Line
    from servewright.optimize.model import Effect, Group, Kind, Proposal, Tried
    from servewright.plan.model import Plan

GROUP_WORDS: Final[dict[Group, tuple[str, str]]] = {
    "keeps": ("Keeps every promise", "targets, models and formats, region and traffic stay as the spec has them"),
    "changes": ("Changes a promise", "never added to the others: somebody has to agree"),
    "depends": ("Depends on what no spec says", "never added to the others: true only if the condition is"),
}
"""
Groups of proposals: a heading and what it means.
"""

KINDS: Final[dict[Kind, str]] = {
    "replan": "planning afresh",
    "purchase": "purchase",
    "gpu": "hardware",
    "replicas": "replicas",
    "precision": "precision",
    "slo": "targets",
    "context": "context length",
    "zones": "zones",
    "schedule": "schedule",
    "cluster": "cluster",
    "region": "region",
}
"""
What each kind of change is called.
"""

_LINES_SHOWN: Final = 3
_SMALL: Final = 100
"""
A saving below one in so many is a matter of the maximum, where that falls.
"""


def why_lines(proposal: Proposal) -> list[str]:
    """
    Return the largest changes of the bill's lines with their arithmetic, and what the rest comes to.
    """
    changes = [each for each in proposal.diff.changes if each.delta.expected]
    ordered = sorted(changes, key=lambda each: -abs(each.delta.expected or Decimal(0)))
    shown = [_change(each) for each in ordered[:_LINES_SHOWN]]
    rest = ordered[_LINES_SHOWN:]
    if rest:
        amount = sum((each.delta.expected or Decimal(0) for each in rest), Decimal(0))
        shown.append(f"{plural(len(rest), 'smaller line')}: {_minus(amount)}")
    return shown or ["the expected month stays as it is; the maximum falls"]


def range_words(amount: Range) -> str:
    """
    Return a month as "$463 (461 to 463)".
    """
    return f"{dollars(amount.expected)} ({usd(amount.min)} to {usd(amount.max)})"


def bill_words(bill: Bill) -> str:
    """
    Return the month of *bill* as `range_words` does, with "at least" where something has no price.
    """
    return f"{'' if bill.complete else 'at least '}{range_words(bill.monthly)}"


def effect_words(effect: Effect) -> str:
    """
    Return an effect as "chat: first token, p95 104 ms → 136 ms".
    """
    return times(f"{'' if effect.model is None else f'{effect.model}: '}{effect.what} {effect.before}{ARROW}{effect.after}")


def budget_words(plan: Plan, after: Bill) -> str | None:
    """
    Return whether the bill *after* is within the monthly limit, None where there is no limit.
    """
    limit, month = plan.budget.limit, after.monthly
    if limit is None or month.expected is None or month.max is None:
        return None
    if not after.complete and month.expected <= limit:
        return f"whether that is within the limit of {dollars(limit)} is not known"
    if month.expected > limit:
        return f"above the limit of {dollars(limit)} by {dollars(month.expected - limit)}"
    if month.max > limit:
        return f"within the limit of {dollars(limit)}, above it at the maximum"
    return f"within the limit of {dollars(limit)}, at the maximum too"


def tried_words(tried: Tried) -> str:
    """
    Return a change that is no saving as "on A10G +$21".
    """
    if tried.more:
        return f"{tried.candidate.title} {signed(tried.more)}"
    return tried.candidate.title


def saving(proposal: Proposal) -> str:
    """
    Return the change of the month: "−$59, −11.3 %"; where it is below a percent, that of the maximum too.
    """
    before, after, delta = proposal.before.monthly, proposal.after.monthly, proposal.delta
    if before.expected is None or after.expected is None or delta.expected is None:
        return "not known"
    known = proposal.before.complete and proposal.after.complete
    parts = [month_change(before.expected, after.expected) if known else _minus(delta.expected)] if delta.expected else []
    if delta.max is not None and delta.max < 0 and -delta.expected * _SMALL < before.expected:
        parts.append(f"at the maximum {_minus(delta.max)}")
    return "; ".join(parts)


def month_change(before: Decimal, after: Decimal) -> str:
    """
    Return "−$59, −11.3 %".
    """
    return f"{_minus(after - before)}, {change(before, after)}"


def _minus(amount: Decimal) -> str:
    return signed(amount).replace("-", "−")


def _change(found: Change) -> str:
    return f"{found.line.component}: {_sides(found)}, {_minus(found.delta.expected or Decimal(0))}"


def _sides(found: Change) -> str:
    """
    Return both sides of a line as its name and its arithmetic; a line that keeps name and price as its two quantities.
    """
    before, after = found.before, found.after
    if before is not None and after is not None and _price(before) == _price(after):
        return f"{after.name} {count(before.quantity.expected)}{ARROW}{count(after.quantity.expected)} {after.unit} × {_price(after)[1]}"
    return ARROW.join("none" if line is None else f"{line.name} {_arithmetic(line)}" for line in (before, after))


def _price(line: Line) -> tuple[str, str]:
    return line.name, unit_price(line.unit_price.expected)


def _arithmetic(line: Line) -> str:
    return f"{count(line.quantity.expected)} {line.unit} × {unit_price(line.unit_price.expected)} = {dollars(line.monthly.expected)}"
