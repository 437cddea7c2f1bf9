"""
The answers of `servewright check` as versioned JSON (schemas/check-v1.json, readiness-v1.json).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.cost.gates import denied
from servewright.report.diagnostics import diagnostics_value
from servewright.report.export import stack_value
from servewright.report.gates import gates_value

if TYPE_CHECKING:
    from datetime import date

    from servewright.plan.model import Plan
    from servewright.readiness.model import Checked, Readiness
    from servewright.report.check import Check

CHECK_VERSION: Final = "servewright.dev/check/v1"
READINESS_VERSION: Final = "servewright.dev/readiness/v1"


def check_document(check: Check) -> dict[str, Any]:
    """
    Return the value of check-v1.json.
    """
    return {
        "apiVersion": CHECK_VERSION,
        "stack": stack_value(check.plan),
        "ok": not check.findings and not denied(check.gates),
        "checked": {"models": len(check.plan.models), "resources": check.resources, "rules": check.rules, "engines": check.engines},
        "engine": check.engine,
        "findings": [
            {"rule": f.rule, "what": f.what, "resource": f.urn, "object": f.object, "evidence": f.evidence} for f in check.findings
        ],
        "gates": gates_value(check.gates),
        "warnings": diagnostics_value(check.plan.warnings)["diagnostics"],
    }


def readiness_document(plan: Plan, found: Readiness, as_of: date) -> dict[str, Any]:
    """
    Return the value of readiness-v1.json.
    """
    return {
        "apiVersion": READINESS_VERSION,
        "as_of": as_of.isoformat(),
        "stack": stack_value(plan),
        "ready": not found.failed,
        "refused": found.refused,
        "items": [_item(item) for item in found.items],
    }


def _item(item: Checked) -> dict[str, Any]:
    return {
        "id": item.id,
        "group": item.group,
        "what": item.what,
        "why": item.why,
        "state": item.state,
        "evidence": list(item.evidence),
        "fix": None if item.fix is None else {"field": item.fix[0], "value": item.fix[1]},
        "where": None if item.where is None else {"place": item.where[0], "command": item.where[1]},
    }
