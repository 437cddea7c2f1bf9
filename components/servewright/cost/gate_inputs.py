"""
Gates and the figures they judge as inputs of the component, and back.

A policy pack sees resources, not specs: so rules, waivers and figures travel on the component, known in every preview. What came of them
does not: it depends on the day. Amounts are whole cents, rounded up, so that rounding never hides that a limit is exceeded.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_UP, Decimal
from typing import Any, Final

from servewright.cost.gate_facts import GateFacts
from servewright.ranges import Range
from servewright.spec.gate_rules import GateRule, Gates, Limit, Waiver

_CENT: Final = Decimal("0.01")
_MEMBERS: Final = ("min", "expected", "max")


def to_inputs(gates: Gates, facts: GateFacts) -> dict[str, Any]:
    """
    Return what goes into the component's input `gates`.
    """
    return {
        "rules": [
            {"rule": rule.name, "action": rule.action, **({} if rule.limit is None else {"limit": rule.limit.text})} for rule in gates.rules
        ],
        "waivers": [{"rule": w.rule, "owner": w.owner, "reason": w.reason, "expires": w.expires.isoformat()} for w in gates.waivers],
        "monthlyUsd": {name: _cents(getattr(facts.after, name)) for name in _MEMBERS},
        "complete": facts.complete,
        "requestsPerMonth": _whole(facts.queries),
        "tokensPerMonth": _whole(facts.tokens),
        "unknown": list(facts.unknown),
        "unsupported": list(facts.unsupported),
        "oldestPrice": None if facts.oldest_price is None else facts.oldest_price.isoformat(),
        "lock": facts.lock,
    }


def of_inputs(inputs: Mapping[str, Any]) -> tuple[Gates, GateFacts]:
    """
    Return the gates and the figures in the component's input `gates`; raises ValueError, KeyError or TypeError where it is none.

    An absent figure is not known: engines drop what is null.
    """
    gates = Gates(
        rules=tuple(
            GateRule(name=each["rule"], limit=None if each.get("limit") is None else Limit.parse(each["limit"]), action=each["action"])
            for each in inputs["rules"]
        ),
        waivers=tuple(
            Waiver(rule=each["rule"], owner=each["owner"], reason=each["reason"], expires=date.fromisoformat(each["expires"]))
            for each in inputs["waivers"]
        ),
    )
    monthly, oldest = inputs["monthlyUsd"], inputs.get("oldestPrice")
    facts = GateFacts(
        after=Range(*(_amount(monthly.get(name)) for name in _MEMBERS)),
        complete=bool(inputs["complete"]),
        queries=_amount(inputs.get("requestsPerMonth")),
        tokens=_amount(inputs.get("tokensPerMonth")),
        unknown=tuple(inputs.get("unknown") or ()),
        unsupported=tuple(inputs.get("unsupported") or ()),
        oldest_price=None if oldest is None else date.fromisoformat(oldest),
        lock=inputs.get("lock"),
    )
    return gates, facts


def _cents(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount.quantize(_CENT, ROUND_UP):f}"


def _whole(count: Decimal | None) -> str | None:
    return None if count is None else f"{count:.0f}"


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
