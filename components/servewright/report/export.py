"""
The preview, the plan and the bill as versioned JSON values (schemas/preview-v1.json, plan-v1.json, bill-v1.json).

The columns are listed here and nowhere derived: a new field of a dataclass cannot change the published format. The same values give the
same bytes; no path of a file and no clock is in them.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from servewright.report.export_bill import bill_value
from servewright.report.export_numbers import exact, rounded
from servewright.report.export_plan import plan_value
from servewright.report.export_units import hosted_value, units_value
from servewright.report.gates import gates_of, gates_value, rules_value
from servewright.report.hosted import compare_models
from servewright.report.image import images_used
from servewright.report.secret import secrets_needed
from servewright.report.unit_costs import unit_costs
from servewright.report.what_if import what_if_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servewright.plan.model import Plan
    from servewright.report.hosted import HostedPrice
    from servewright.report.model import Preview
    from servewright.report.what_if import WhatIf
    from servewright.spec.request import BudgetRequest

PREVIEW_VERSION: Final = "servewright.dev/preview/v1"
PLAN_VERSION: Final = "servewright.dev/plan/v1"
BILL_VERSION: Final = "servewright.dev/bill/v1"


def to_json(value: Mapping[str, Any]) -> str:
    """
    Return *value* as indented JSON with a newline at its end.
    """
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def preview_value(preview: Preview) -> dict[str, Any]:
    """
    Return the preview as the value of preview-v1.json.
    """
    return {
        "apiVersion": PREVIEW_VERSION,
        **_dates(preview),
        "stack": stack_value(preview.plan),
        "budget": _budget(preview.plan),
        "operators": _operators(preview),
        "not_priced": _not_priced(preview),
        "plan": plan_value(preview.plan),
        "resources": _resources(preview),
        "bill": bill_value(preview.bill),
        "gates": gates_value(gates_of(preview)),
        **rules_value(preview.plan.gates),
        "images": _images(preview),
        "secrets": _secrets(preview.plan),
        "quotas": _quotas(preview),
        "warnings": _warnings(preview.plan),
    }


def plan_document(plan: Plan) -> dict[str, Any]:
    """
    Return the plan alone as the value of plan-v1.json.
    """
    return {
        "apiVersion": PLAN_VERSION,
        "stack": stack_value(plan),
        "budget": _budget(plan),
        "plan": plan_value(plan),
        "secrets": _secrets(plan),
        "warnings": _warnings(plan),
    }


def bill_document(preview: Preview, *, hosted: HostedPrice | None = None, other: WhatIf | None = None) -> dict[str, Any]:
    """
    Return the bill alone as the value of bill-v1.json, beside a *hosted* API and *other* choices where these are asked for.
    """
    costs = unit_costs(preview)
    compared = () if hosted is None else compare_models(preview.plan.models, costs, hosted)
    return {
        "apiVersion": BILL_VERSION,
        **_dates(preview),
        "stack": stack_value(preview.plan),
        "budget": _budget(preview.plan),
        "not_priced": _not_priced(preview),
        "bill": bill_value(preview.bill),
        "gates": gates_value(gates_of(preview)),
        "units": units_value(costs),
        **({} if hosted is None else {"hosted": hosted_value(compared)}),
        **({} if other is None else {"what_if": what_if_value(other)}),
    }


def _dates(preview: Preview) -> dict[str, Any]:
    prices = {"oldest": preview.prices_oldest.isoformat(), "newest": preview.prices_newest.isoformat()}
    return {"as_of": preview.as_of.isoformat(), "prices": prices}


def stack_value(plan: Plan) -> dict[str, Any]:
    """
    Return what is deployed, for whom and where: preview-v1.json, stack.
    """
    stack = plan.stack
    return {
        "name": stack.name,
        "environment": stack.environment,
        "owner": stack.owner,
        "region": stack.region,
        "zones": list(stack.zones),
        "account": stack.account,
        "cluster": stack.cluster.name,
        "cluster_is_placeholder": stack.cluster.placeholder,
        "kubernetes_version": stack.cluster.kubernetes_version,
        "namespace": stack.namespace,
    }


def _budget(plan: Plan) -> dict[str, Any]:
    budget = plan.budget
    return {
        "enabled": budget.enabled,
        "limit": exact(budget.limit),
        "alerts": [rounded(share) for share in budget.alerts],
        "notify": list(budget.notify),
        **_further_budgets(budget),
    }


def _further_budgets(budget: BudgetRequest) -> dict[str, Any]:
    """
    Return what stands beside the stack's limit of a month, each only where it is asked for.
    """
    anomalies, chat = budget.anomalies, budget.chat
    said = {
        "daily": exact(budget.daily),
        "owner_monthly": exact(budget.owner_monthly),
        "anomalies": None if anomalies is None else {"above": exact(anomalies.above), "monitor": anomalies.monitor},
        "chat": None if chat is None else {"workspace": chat.workspace, "channel": chat.channel},
    }
    return {name: value for name, value in said.items() if value is not None}


def _operators(preview: Preview) -> list[dict[str, Any]]:
    return [
        {
            "name": operator.name,
            "mode": operator.mode,
            "version": preview.operator_versions.get(operator.name),
            "address": operator.address,
            "namespace": operator.namespace,
        }
        for operator in preview.plan.operators
    ]


def _not_priced(preview: Preview) -> list[dict[str, Any]]:
    return [{"what": item.what, "requests": item.requests} for item in preview.bill.not_priced]


def _resources(preview: Preview) -> list[dict[str, Any]]:
    return [
        {"urn": record.urn, "type": record.type, "name": record.name, "parent": record.parent, "inputs": _plain(record.inputs)}
        for record in sorted(preview.records, key=lambda r: r.urn)
    ]


def _images(preview: Preview) -> dict[str, Any]:
    images = images_used(preview.records, preview.image_waivers)
    return {
        "resolved": [{"image": image.name, "digest": image.digest} for image in images if image.digest is not None],
        "unresolved": [{"image": image.name, "waiver": image.waiver} for image in images if image.digest is None],
    }


def _secrets(plan: Plan) -> list[dict[str, Any]]:
    return [
        {
            "name": secret.name,
            "namespace": secret.namespace,
            "keys": list(secret.keys),
            "used_by": list(secret.used_by),
            "create_with": " ".join(secret.create_with),
        }
        for secret in secrets_needed(plan)
    ]


def _quotas(preview: Preview) -> list[dict[str, Any]]:
    return [
        {"code": quota.code, "name": quota.name, "purchase": quota.purchase, "vcpu": quota.vcpu, "new_account": quota.default}
        for quota in preview.quotas
    ]


def _warnings(plan: Plan) -> list[dict[str, Any]]:
    return [{"code": warning.code, "path": warning.path, "message": warning.message} for warning in plan.warnings]


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in sorted(value.items(), key=lambda pair: str(pair[0]))}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return exact(value) if isinstance(value, Decimal) else value
