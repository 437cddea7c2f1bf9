"""
Gates: a bill judged by the rules of its stack.

The one judgement there is: preview, check, cost, diff and the policy pack of `pulumi up` all ask here. An incomplete bill is a lower
bound, so what exceeds a limit already is refused, and what does not is not known to hold: it is neither passed nor denied. A complete bill
without an upper bound, and a stack without the lock it is held to, are refused where the rule denies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from servewright.cost.gate_facts import GateFacts
from servewright.cost.gate_words import Figure, as_given, beside
from servewright.spec.gate_rules import LIMIT_UNITS, NO_GATES, Action, GateRule, Gates, Limit, RuleName, Waiver
from servewright.units import HOURS_PER_MONTH

if TYPE_CHECKING:
    from datetime import date

__all__ = [
    "LIMIT_UNITS",
    "NO_GATES",
    "Action",
    "GateFacts",
    "GateOutcome",
    "GateRule",
    "Gates",
    "Limit",
    "RuleName",
    "State",
    "Waiver",
    "denied",
    "judge",
]

State = Literal["passed", "warned", "denied", "waived", "unknown"]

_HOURS_PER_DAY: Final = 24
_MILLION: Final = 1_000_000
_PER_1M: Final = " per 1M tokens, the whole bill over them,"
_NAMED: Final = 3
"""
How many of the things without a price a message names.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOutcome:
    """
    What a rule says of a bill. *limit* and *value* are texts for people, None where there is none. *waiver* is the one that made a broken
    rule "waived", or that ended too early to; None for a rule that holds.
    """

    rule: RuleName
    action: Action
    state: State
    limit: str | None
    value: str | None
    message: str
    waiver: Waiver | None = None


def judge(gates: Gates, facts: GateFacts, today: date) -> tuple[GateOutcome, ...]:
    """
    Return what each rule of *gates* says of *facts* on the day *today*, in the order of `LIMIT_UNITS`.

    A rule on an increase says nothing where there is nothing to compare with.
    """
    order = tuple(LIMIT_UNITS)
    rules = sorted(gates.rules, key=lambda rule: order.index(rule.name))
    asked = (rule for rule in rules if rule.name != "increase" or facts.before is not None)
    return tuple(_with_waiver(_judged(rule, facts, today), gates.waiver_of(rule.name), today) for rule in asked)


def denied(outcomes: tuple[GateOutcome, ...]) -> tuple[GateOutcome, ...]:
    """
    Return those of *outcomes* that refuse.
    """
    return tuple(outcome for outcome in outcomes if outcome.state == "denied")


def _judged(rule: GateRule, facts: GateFacts, today: date) -> GateOutcome:
    if rule.name == "unknown-price":
        return _unknown_price(rule, facts)
    if rule.name == "lock-drift":
        return _lock_drift(rule, facts)
    if rule.limit is None:
        msg = f"a rule {rule.name} without a limit"
        raise ValueError(msg)
    figure = _stale_prices(facts, today) if rule.name == "stale-prices" else _MEASURES[rule.name](facts, rule.limit)
    return _compared(rule, rule.limit, figure)


def _compared(rule: GateRule, limit: Limit, figure: Figure) -> GateOutcome:
    allowed = as_given(limit.amount, limit.unit)
    if figure.unbounded and rule.action == "deny":
        return _outcome(rule, "denied", allowed, "no upper bound", f"{figure.why}: the limit of {allowed} can be exceeded")
    if figure.amount is None:
        return _outcome(rule, "unknown", allowed, None, f"{figure.why}: whether the limit of {allowed} is kept is not known")
    text = beside(figure.amount, limit.amount, limit.unit)
    value = f"at least {text}" if figure.at_least else text
    if figure.amount > limit.amount:
        return _outcome(rule, _broken(rule), allowed, value, f"{value}{figure.per} is above the limit of {allowed}")
    if figure.at_least:
        message = f"{value}{figure.per}, and {figure.why}: whether the limit of {allowed} is kept is not known"
        return _outcome(rule, "unknown", allowed, value, message)
    return _outcome(rule, "passed", allowed, value, f"{value}{figure.per} is within the limit of {allowed}")


def _unknown_price(rule: GateRule, facts: GateFacts) -> GateOutcome:
    parts = [f"{len(facts.unknown)} unknown"] if facts.unknown else []
    parts += [f"{len(facts.unsupported)} unsupported"] if facts.unsupported else []
    if not parts:
        return _outcome(rule, "passed", None, "0 unknown", "every price is known")
    names = tuple(dict.fromkeys((*facts.unknown, *facts.unsupported)))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    value = ", ".join(parts)
    return _outcome(rule, _broken(rule), None, value, f"the price is not known of {', '.join(names[:_NAMED])}{more}")


def _lock_drift(rule: GateRule, facts: GateFacts) -> GateOutcome:
    match facts.lock:
        case "locked":
            return _outcome(rule, "passed", None, "locked", "the plan is the locked one")
        case "stale":
            message = "the spec asks for what its lock does not hold"
            return _outcome(rule, _broken(rule), None, "drifted", message)
    message = "there is no lock to compare with"
    if facts.lock == "none" and rule.action == "deny":
        # Nobody passes a rule that refuses by deleting what it compares with. A program without a plan of ours cannot have a lock.
        return _outcome(rule, "denied", None, "no lock", message)
    return _outcome(rule, "unknown", None, None, message)


def _monthly_expected(facts: GateFacts, _limit: Limit) -> Figure:
    return _amount(facts, facts.after.expected, " a month")


def _monthly_maximum(facts: GateFacts, _limit: Limit) -> Figure:
    return _amount(facts, facts.after.max, " a month at the maximum")


def _daily(facts: GateFacts, _limit: Limit) -> Figure:
    return _amount(facts, _per(facts.after.expected, HOURS_PER_MONTH, times=_HOURS_PER_DAY), " a day")


def _hourly(facts: GateFacts, _limit: Limit) -> Figure:
    return _amount(facts, _per(facts.after.expected, HOURS_PER_MONTH), " an hour")


def _per_query(facts: GateFacts, _limit: Limit) -> Figure:
    if not facts.queries:
        return Figure(amount=None, per=" a request", why="how many requests there are is not known")
    return _amount(facts, _per(facts.after.expected, facts.queries), " a request")


def _per_1m_tokens(facts: GateFacts, _limit: Limit) -> Figure:
    if not facts.tokens:
        return Figure(amount=None, per=_PER_1M, why="how many tokens there are is not known")
    return _amount(facts, _per(facts.after.expected, facts.tokens, times=_MILLION), _PER_1M)


def _increase(facts: GateFacts, limit: Limit) -> Figure:
    """
    Return how much more is expected. An unknown part after makes it a lower bound. With an unknown part before the difference is none
    at all, unless the same is unknown after: then the known parts are compared, so that one thing without a price does not switch the
    rule off. From nothing, every amount is more than any percentage.
    """
    per = " more a month"
    before, after = None if facts.before is None else facts.before.expected, facts.after.expected
    if before is None or after is None or not (facts.before_complete or facts.same_unknown):
        return Figure(amount=None, per=per, why="what it is compared with is not known in full")
    more = after - before
    if limit.unit == "%":
        more = more / before * 100 if before else Decimal("Infinity") if more > 0 else Decimal(0)
    if facts.same_unknown and not facts.complete:
        return Figure(amount=more, per=f"{per}, of what has a price before and after,")
    return Figure(amount=more, per=per, at_least=not facts.complete, why=_missing(facts))


def _stale_prices(facts: GateFacts, today: date) -> Figure:
    if facts.oldest_price is None:
        return Figure(amount=None, per=" since the oldest price that counts", why="no price has a date")
    return Figure(amount=Decimal((today - facts.oldest_price).days), per=" since the oldest price that counts")


_MEASURES: Final[Mapping[RuleName, Callable[[GateFacts, Limit], Figure]]] = MappingProxyType(
    {
        "monthly-expected": _monthly_expected,
        "monthly-maximum": _monthly_maximum,
        "daily": _daily,
        "hourly": _hourly,
        "per-query": _per_query,
        "per-1m-tokens": _per_1m_tokens,
        "increase": _increase,
    }
)


def _amount(facts: GateFacts, amount: Decimal | None, per: str) -> Figure:
    why = _missing(facts) or "there is no upper bound"
    return Figure(amount=amount, per=per, at_least=not facts.complete, why=why, unbounded=facts.complete and amount is None)


def _missing(facts: GateFacts) -> str:
    return "" if facts.complete else "not every price is known"


def _per(amount: Decimal | None, parts: Decimal, *, times: int = 1) -> Decimal | None:
    # multiplied first: a division first would leave a rest, and 240 would not be 240
    return None if amount is None else amount * times / parts


def _broken(rule: GateRule) -> State:
    return "denied" if rule.action == "deny" else "warned"


def _outcome(rule: GateRule, state: State, limit: str | None, value: str | None, message: str) -> GateOutcome:
    return GateOutcome(rule=rule.name, action=rule.action, state=state, limit=limit, value=value, message=message)


def _with_waiver(outcome: GateOutcome, waiver: Waiver | None, today: date) -> GateOutcome:
    """
    Return *outcome* as it stands with *waiver*: a broken rule is waived until the day of expiry, and an expired waiver is said.
    """
    if waiver is None or outcome.state not in ("warned", "denied"):
        return outcome
    if not waiver.holds(today):
        message = f"{outcome.message}; the waiver of {waiver.owner} ended on {waiver.expires}"
        return replace(outcome, message=message, waiver=waiver)
    message = f"{outcome.message}; waived by {waiver.owner} until {waiver.expires}: {waiver.reason}"
    return replace(outcome, state="waived", message=message, waiver=waiver)
