"""
The gates of one of our own stacks, from the inputs of its component: these are known in every preview, also where the provider of the
cluster is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from servewright.cost.gate_inputs import of_inputs
from servewright.cost.gates import judge

if TYPE_CHECKING:
    from datetime import date

    from servewright.cost.gates import GateOutcome, Gates

COMPONENT: Final = "servewright:index:ServingStack"
"""
The type token of the component (resources/assembly.py).
"""

WITHOUT: Final = "allowWithoutGates"
"""
The name in the pack's config of leave to deploy a stack without gates.
"""

_UNREADABLE: Final = "the figures that its gates judge are not known: nothing is deployed that cannot be judged"
_NONE: Final = "carries no gates: its program was made with a release that has none, or without an estimate"
_HOW: Final = f'the config {{"gates": {{"{WITHOUT}": true}}}} of this pack lets it pass'
_INCREASE: Final = "gate increase: not judged here, where no bill of before is known; servewright diff judges it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """
    What refuses a stack (*denials*), and what is said of it besides (*notices*).
    """

    denials: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def verdict(inputs: Mapping[str, Any], today: date, *, without: bool = False) -> Verdict:
    """
    Return what the gates among the component's *inputs* say on the day *today*. What cannot be read is refused, and so is a stack that has
    no gates, unless it may pass *without*.
    """
    given = inputs.get("gates")
    if given is None:
        return Verdict(notices=(_NONE,)) if without else Verdict(denials=(f"{_NONE}; {_HOW}",))
    try:
        gates, facts = of_inputs(given)
        return verdict_of(gates, judge(gates, facts, today))
    except (AttributeError, InvalidOperation, KeyError, TypeError, ValueError):
        return Verdict(denials=(_UNREADABLE,))


def verdict_of(gates: Gates, outcomes: tuple[GateOutcome, ...]) -> Verdict:
    """
    Return *outcomes* of *gates* as texts: what is denied, and what is warned of, waived, not known or not judged.
    """
    skipped = {rule.name for rule in gates.rules} - {outcome.rule for outcome in outcomes}
    said = [(outcome.state, f"gate {outcome.rule}: {outcome.message}") for outcome in outcomes if outcome.state != "passed"]
    return Verdict(
        denials=tuple(text for state, text in said if state == "denied"),
        notices=(*(text for state, text in said if state != "denied"), *((_INCREASE,) if "increase" in skipped else ())),
    )
