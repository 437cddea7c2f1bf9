"""
The gates of a stack: each rule with its limit, its figure and what came of it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from servewright.cost.gate_facts import GateFacts
from servewright.cost.gate_inputs import read_gates
from servewright.cost.gates import judge
from servewright.report.screen import BAD, GOOD, QUIET, STRONG, WARN, Column, Screen, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from servewright.cost.gates import GateOutcome, Gates, State
    from servewright.cost.model import Bill
    from servewright.plan.model import Plan
    from servewright.report.model import Preview

_STYLES: Final[dict[State, str]] = {"passed": GOOD, "warned": WARN, "denied": BAD, "waived": WARN, "unknown": WARN}


def gates_of(preview: Preview, before: Bill | None = None) -> tuple[GateOutcome, ...]:
    """
    Return what the gates of the stack say of *preview*, compared with the bill *before* it where there is one.
    """
    return judge(preview.plan.gates, facts_of(preview.plan, preview.bill, before), preview.as_of)


def judged_by(preview: Preview, gates: Gates, before: Bill | None = None) -> tuple[GateOutcome, ...]:
    """
    Return what other *gates* than its own say of *preview*.
    """
    return judge(gates, facts_of(preview.plan, preview.bill, before), preview.as_of)


def facts_of(plan: Plan, bill: Bill, before: Bill | None = None) -> GateFacts:
    """
    Return what *bill* and the traffic of *plan* say to gates.
    """
    return GateFacts.of(
        bill,
        before=before,
        queries=sum((Decimal(m.input_tokens_per_month) / m.traffic.input_tokens.mean for m in plan.models), Decimal(0)),
        tokens=Decimal(sum(m.input_tokens_per_month + m.output_tokens_per_month for m in plan.models)),
        lock=plan.lock.state,
    )


def gates_block(screen: Screen, preview: Preview) -> None:
    """
    Write what each rule of the stack says of *preview*.
    """
    judged_block(screen, preview.plan.gates, gates_of(preview))


def judged_block(screen: Screen, gates: Gates, outcomes: tuple[GateOutcome, ...]) -> None:
    """
    Write the *outcomes* of *gates*, and which of their rules had nothing to judge.
    """
    show_outcomes(screen, outcomes)
    judged = {outcome.rule for outcome in outcomes}
    for rule in gates.rules:
        if rule.name not in judged:
            screen.paragraph((f"{rule.name} is judged where there is something to compare with", QUIET))


def show_outcomes(screen: Screen, outcomes: tuple[GateOutcome, ...]) -> None:
    """
    Write *outcomes* under each other, and which of the rules refuse.
    """
    if outcomes:
        screen.heading("Gates", _actions(outcomes))
        rows: list[list[Span]] = [[(o.state, _STYLES[o.state]), (o.rule, STRONG), o.message] for o in outcomes]
        screen.table((Column(), Column(), Column(wrap=True)), rows)


def gates_value(outcomes: Iterable[GateOutcome]) -> list[dict[str, Any]]:
    """
    Return *outcomes* as the value of preview-v1.json, gate.
    """
    return [
        {
            "rule": outcome.rule,
            "action": outcome.action,
            "state": outcome.state,
            "limit": outcome.limit,
            "value": outcome.value,
            "message": outcome.message,
            "waiver": None
            if outcome.waiver is None
            else {"owner": outcome.waiver.owner, "reason": outcome.waiver.reason, "expires": outcome.waiver.expires.isoformat()},
        }
        for outcome in outcomes
    ]


def rules_value(gates: Gates) -> dict[str, Any]:
    """
    Return the rules of a stack and its waivers as fields of preview-v1.json: also those that judge nothing today, or that nothing breaks.
    """
    return {
        "gate_rules": [{"rule": r.name, "action": r.action, "limit": None if r.limit is None else r.limit.text} for r in gates.rules],
        "waivers": [{"rule": w.rule, "owner": w.owner, "reason": w.reason, "expires": w.expires.isoformat()} for w in gates.waivers],
    }


def rules_of(document: Mapping[str, Any]) -> Gates | None:
    """
    Return the rules and waivers that `rules_value` wrote into *document*; None where they are not told, or not as it writes them.
    """
    if "gate_rules" not in document:
        return None
    try:
        return read_gates(document["gate_rules"], document["waivers"])
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _actions(outcomes: tuple[GateOutcome, ...]) -> str:
    refusing = [outcome.rule for outcome in outcomes if outcome.action == "deny"]
    return (
        f"when broken, {', '.join(refusing)} refuse{'s' if len(refusing) == 1 else ''}" if refusing else "of those judged here none refuses"
    )
