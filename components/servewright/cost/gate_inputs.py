"""
Gates and the figures they judge as inputs of the component, and back.

A policy pack sees resources, not specs: so rules, waivers and figures travel on the component, known in every preview. What came of them
does not: it depends on the day. Whoever reads them believes nothing that is not exactly as it was written: what looks like a rule that only
warns, or like a complete bill, may be neither. Amounts are whole cents, rounded up, so that rounding never hides that a limit is exceeded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_UP, Decimal
from typing import Any, Final, Literal, TypeVar

from servewright.cost.gate_facts import GateFacts
from servewright.cost.records import SECRET, UNKNOWN
from servewright.ranges import Range
from servewright.spec.gate_rules import LIMIT_UNITS, Action, GateRule, Gates, Limit, RuleName, Waiver

Lock = Literal["none", "locked", "stale"]
Name = TypeVar("Name", bound=str)

_CENT: Final = Decimal("0.01")
_ACTIONS: Final[tuple[Action, ...]] = ("warn", "deny")
_LOCKS: Final[tuple[Lock, ...]] = ("none", "locked", "stale")
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
    gates = read_gates(inputs["rules"], inputs["waivers"])
    monthly, oldest = inputs["monthlyUsd"], inputs.get("oldestPrice")
    facts = GateFacts(
        after=Range(*(_amount(monthly.get(name)) for name in _MEMBERS)),
        complete=inputs["complete"],
        queries=_amount(inputs.get("requestsPerMonth")),
        tokens=_amount(inputs.get("tokensPerMonth")),
        unknown=_names(inputs.get("unknown")),
        unsupported=_names(inputs.get("unsupported")),
        oldest_price=None if oldest is None else date.fromisoformat(oldest),
        lock=None if inputs.get("lock") is None else _one_of(inputs["lock"], _LOCKS),
    )
    if facts.complete is not (not facts.unknown and not facts.unsupported):
        msg = "a bill is complete, true or false, where nothing lacks a price"
        raise ValueError(msg)
    return gates, facts


def read_gates(rules: Iterable[Mapping[str, Any]], waivers: Iterable[Mapping[str, Any]]) -> Gates:
    """
    Return the gates of *rules* and *waivers* as `to_inputs` writes them; raises ValueError, KeyError or TypeError where they are otherwise.
    """
    gates = Gates(rules=tuple(_rule(each) for each in rules), waivers=tuple(_waiver(each) for each in waivers))
    if len({rule.name for rule in gates.rules}) != len(gates.rules):
        msg = "a rule stands there twice"
        raise ValueError(msg)
    return gates


def _rule(given: Mapping[str, Any]) -> GateRule:
    name: RuleName = _one_of(given["rule"], tuple(LIMIT_UNITS))
    limit = None if given.get("limit") is None else Limit.parse(given["limit"])
    units = LIMIT_UNITS[name]
    if (limit is None) is bool(units) or (limit is not None and limit.unit not in units):
        msg = f"not the limit of a rule {name}"
        raise ValueError(msg)
    return GateRule(name=name, limit=limit, action=_one_of(given["action"], _ACTIONS))


def _waiver(given: Mapping[str, Any]) -> Waiver:
    rule: RuleName = _one_of(given["rule"], tuple(LIMIT_UNITS))
    return Waiver(rule=rule, owner=_text(given["owner"]), reason=_text(given["reason"]), expires=date.fromisoformat(given["expires"]))


def _one_of(given: Any, names: tuple[Name, ...]) -> Name:  # noqa: ANN401 - any JSON
    for name in names:
        if type(given) is str and given == name:
            return name
    msg = f"none of {', '.join(names)}"
    raise ValueError(msg)


def _text(given: Any) -> str:  # noqa: ANN401 - any JSON
    if not isinstance(given, str) or given in ("", UNKNOWN, SECRET):
        msg = "not a text"
        raise ValueError(msg)
    return given


def _names(given: Any) -> tuple[str, ...]:  # noqa: ANN401 - any JSON
    if given is not None and not isinstance(given, list):
        msg = "not a list of names"
        raise ValueError(msg)
    return tuple(_text(each) for each in given or ())


def _cents(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount.quantize(_CENT, ROUND_UP):f}"


def _whole(count: Decimal | None) -> str | None:
    return None if count is None else f"{count:.0f}"


def _amount(text: str | None) -> Decimal | None:
    if text is None:
        return None
    amount = Decimal(_text(text))
    if not amount.is_finite() or amount < 0:
        msg = "not an amount"
        raise ValueError(msg)
    return amount
