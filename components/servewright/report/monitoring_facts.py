"""
What a plan decided of monitoring, as short texts under stable names: the form in which two plans are compared.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from servewright.report.figures import count, exact_dollars, exact_percent, milliseconds, period, plural
from servewright.report.plan_facts import Fact

if TYPE_CHECKING:
    from collections.abc import Callable

    from servewright.report.plan_facts import Facts, Value

Things = dict[str, "Value"]


def monitoring(plan: Value, stack: str) -> dict[str, tuple[Things, Callable[[Value], Facts], Callable[[Value], str]]]:
    """
    Return by what a thing is called: those of *plan* by name, what was decided for one, and one in a few words. Monitoring itself has the
    name of the *stack*, an objective that of its model and of what it counts.
    """
    found: Value = plan.get("monitoring") or {}
    return {
        "monitoring": ({stack: found} if found else {}, monitoring_facts, _monitoring),
        "objective": ({_title(each): each for each in found.get("objectives", ())}, objective_facts, _objective),
        "receiver": ({each["name"]: each for each in found.get("receivers", ())}, receiver_facts, _receiver),
    }


def monitoring_facts(found: Value) -> Facts:
    """
    Return what was decided for samples, thresholds and spending.
    """
    traces = found["traces"]
    said = {
        "prometheus": found["prometheus"],
        "grafana": found["grafana"],
        "samples": f"every {period(found['scrape_seconds'])}, rules every {period(found['evaluation_seconds'])}",
        "retention": plural(found["retention_days"], "day"),
        "storage": f"{count(found['storage_gib'])} GiB" if found["storage_gib"] else None,
        "copied to": found["remote_write"],
        "error budget": f"over {plural(found['window_days'], 'day')}, from {plural(found['minimum_requests'], 'request')} on",
        **{f"threshold {name.replace('_', ' ')}": _threshold(value) for name, value in found["thresholds"].items()},
        **_spend(found["spend"]),
        "traces": None if traces is None else f"{exact_percent(Decimal(str(traces['share'])))} to {traces['endpoint']}",
        "logs": found["logs"],
    }
    return {name: Fact(text=text) for name, text in said.items() if text}


def objective_facts(found: Value) -> Facts:
    """
    Return what is promised, and at which bound that is judged.
    """
    said = {"share": exact_percent(Decimal(str(found["share"]))), "within": _ms(found["bound_ms"]), "judged at": _ms(found["judged_ms"])}
    return {name: Fact(text=text) for name, text in said.items() if text}


def receiver_facts(found: Value) -> Facts:
    """
    Return how a receiver hears, and of what.
    """
    said = {"by": found["kind"], "of": " and ".join(found["severities"]), "channel": found["channel"], "to": ", ".join(found["to"])}
    return {name: Fact(text=text) for name, text in said.items() if text}


def _threshold(value: float | None) -> str | None:
    return None if value is None else f"{value:g}"


def _spend(found: Value) -> dict[str, str | None]:
    limits = {name.replace("_", " "): found[name] for name in ("hourly", "per_request", "per_million_tokens")}
    said = {f"spend {name}": None if amount is None else exact_dollars(Decimal(amount)) for name, amount in limits.items()}
    return {"spend over plan": exact_percent(Decimal(str(found["over_plan"]))), **said}


def _ms(value: float | None) -> str | None:
    return None if value is None else f"{milliseconds(value)} ms"


def _title(found: Value) -> str:
    return f"{found['model']} {found['indicator']} {exact_percent(Decimal(str(found['share'])))}"


def _monitoring(found: Value) -> str:
    return f"{found['prometheus']}, {plural(len(found['objectives']), 'objective')}, {plural(len(found['receivers']), 'receiver')}"


def _objective(found: Value) -> str:
    return " within ".join(filter(None, (exact_percent(Decimal(str(found["share"]))), _ms(found["bound_ms"]))))


def _receiver(found: Value) -> str:
    return f"{found['kind']} for {' and '.join(found['severities'])}"
