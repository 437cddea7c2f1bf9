"""
The section `gates` as written: what may be spent before somebody has to agree, and who has agreed until when.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Final, get_args

from servewright.spec.codes import MALFORMED, NEEDS_UNIT, NOT_A_CHOICE, OUT_OF_BOUNDS, WRONG_TYPE
from servewright.spec.faults import fault, kind, nearest_hint
from servewright.spec.gate_rules import LIMIT, LIMIT_UNITS, Action, Limit, RuleName
from servewright.spec.names import Owner, choice, parse_text, text
from servewright.spec.quantities import Parsed
from servewright.spec.request import Environment
from servewright.spec.secret_text import printable
from servewright.spec.structure import Listed, Part

RULE_NAMES: Final[tuple[str, ...]] = tuple(LIMIT_UNITS)
MAX_LIMIT: Final = Decimal(1_000_000_000)

_ENVIRONMENTS: Final[tuple[str, ...]] = get_args(Environment)
_ACTIONS: Final[tuple[str, ...]] = get_args(Action)
_OTHER_MONEY: Final = re.compile(r"(?i)[-+]?[0-9.,]+ ?([a-z]{3}|[€£¥])|[€£¥].*")
_MOST_SHOWN: Final = 60
_NEEDS: Final = "needs a unit: 95000 USD, 10% or 90 days"


def parse_limit(value: object) -> Limit:
    """
    Return the limit that "95000 USD", "10%" or "90 days" says.
    """
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        raise fault(NEEDS_UNIT, _NEEDS)
    given = parse_text(value, "a limit: 95000 USD, 10% or 90 days").strip()
    if given.startswith("-"):
        raise fault(OUT_OF_BOUNDS, "must not be negative")
    try:
        limit = Limit.parse(given)
    except ValueError:
        other = _OTHER_MONEY.fullmatch(given) and "USD" not in given.upper()
        hint = "prices are in USD, and no rate of exchange is assumed: give the limit in USD" if other else None
        raise fault(NEEDS_UNIT, _NEEDS, hint) from None
    if limit.amount > MAX_LIMIT:
        raise fault(OUT_OF_BOUNDS, "must be at most 1000000000")
    return limit


def parse_action(value: object) -> tuple[tuple[Environment, Action], ...]:
    """
    Return what "deny" or {dev: warn, prod: deny} says for each environment; nothing for one that is left out.
    """
    given = dict.fromkeys(_ENVIRONMENTS, value) if isinstance(value, str) else value
    if not isinstance(given, dict):
        raise fault(WRONG_TYPE, f"must be warn or deny, or one of them by environment, this is {kind(value)}", "action: deny")
    for name, action in given.items():
        if name not in _ENVIRONMENTS:
            raise fault(NOT_A_CHOICE, f"{printable(str(name)[:_MOST_SHOWN])} is not an environment", nearest_hint(str(name), _ENVIRONMENTS))
        if action not in _ACTIONS:
            raise fault(NOT_A_CHOICE, "not a value of this field", nearest_hint(str(action), _ACTIONS))
    return tuple(given.items())


def parse_day(value: object) -> date:
    """
    Return the day that "2026-12-31" says.
    """
    given = parse_text(value, "a day: 2026-12-31")
    wrong = fault(MALFORMED, "must be a day: 2026-12-31")
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", given) is None:
        raise wrong
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise wrong from None


_ACTION_SCHEMA: Final = {
    "anyOf": [
        {"enum": list(_ACTIONS)},
        {
            "type": "object",
            "properties": {name: {"enum": list(_ACTIONS)} for name in _ENVIRONMENTS},
            "additionalProperties": False,
        },
    ]
}
_LIMIT_SCHEMA: Final = {"type": "string", "pattern": rf"^{LIMIT.pattern}$", "examples": ["95000 USD", "10%", "90 days"]}
_DAY_SCHEMA: Final = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "examples": ["2026-12-31"]}

Rule = Annotated[RuleName, choice(*RULE_NAMES)]
Actions = Annotated[tuple[tuple[Environment, Action], ...], Parsed(parse_action, _ACTION_SCHEMA)]


class GateRuleSpec(Part):
    """
    One rule.
    """

    rule: Rule
    """
    What is held to the limit: monthly-expected, monthly-maximum, daily, hourly, per-query, per-1m-tokens, increase, unknown-price,
    stale-prices or lock-drift.
    """

    limit: Annotated[Limit, Parsed(parse_limit, _LIMIT_SCHEMA)] | None = None
    """
    The figure that may be reached: USD, for increase USD or percent of the month before, for stale-prices days; at most 1000000000.
    unknown-price and lock-drift have none.
    """

    action: Actions | None = None
    """
    warn or deny (exit status 3, and no deployment), or one of them by environment: {dev: warn, prod: deny}. Default: warn in dev, deny in
    staging and prod.
    """


class WaiverSpec(Part):
    """
    Leave to break a rule until a day.
    """

    rule: Rule
    """
    The rule that may be broken; one of those that the stack has.
    """

    owner: Owner
    """
    Who answers for it.
    """

    reason: Annotated[str, text(r"[^\x00-\x1f\x7f]{3,200}", 200, "a reason on one line, 3 to 200 characters")]
    """
    Why, on one line of 3 to 200 characters.
    """

    expires: Annotated[date, Parsed(parse_day, _DAY_SCHEMA)]
    """
    The last day it holds, as 2026-12-31. After it the rule holds again.
    """


class GatesSpec(Part):
    """
    What may be spent before somebody has to agree.
    """

    rules: Annotated[tuple[GateRuleSpec, ...], Listed(0, len(RULE_NAMES))] | None = None
    """
    The rules, each once. Files that are extended add to them, and change one by its name.
    """

    waivers: Annotated[tuple[WaiverSpec, ...], Listed(0, len(RULE_NAMES))] | None = None
    """
    Leave to break rules, one waiver for a rule.
    """
