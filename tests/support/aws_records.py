"""
The AWS resources of a plan with outputs in AWS' own form, so that what refers to another resource can be checked too.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any, Final

from servewright.catalog.load import load_catalog
from servewright.cost.records import ResourceRecord
from servewright.plan.model import Plan
from servewright.record.fabricated import fabricate
from servewright.record.monitor import Registration
from servewright.record.offline import PROJECT, as_records, record
from servewright.resources.assembly import ServingStack
from servewright.resources.budget import account
from servewright.resources.estimates import Estimates
from ten_specs import plan_of

AWS: Final = "aws:"
PROVIDER: Final = "pulumi:providers:aws"

_ESTIMATE: Final = Estimates(min=1, expected=2, max=3, budget=2, at_least=False, prices_as_of="2026-11")
"""
Any estimate: without one the amount of a budget that the user does not limit is not known.
"""

_KEY_ID: Final = "1234abcd-12ab-34cd-56ef-1234567890ab"
_ARNS: Final = {
    "aws:kms/key:Key": f"kms:{{region}}:{{account}}:key/{_KEY_ID}",
    "aws:sns/topic:Topic": "sns:{region}:{account}:{name}",
    "aws:iam/role:Role": "iam::{account}:role/{name}",
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": "ce::{account}:anomalymonitor/12345678-1234-1234-1234-123456789012",
}
"""
What follows `arn:aws:` in the ARN of each type that another resource refers to.
"""


@functools.cache
def records_of(case: str) -> tuple[ResourceRecord, ...]:
    """
    Return what the plan of one of the ten specs or of a shipped stack registers.
    """
    return recorded(plan_of(case))


def recorded(plan: Plan) -> tuple[ResourceRecord, ...]:
    """
    Return what *plan* registers, with each output known.
    """
    catalog = load_catalog()

    def outputs(made: Registration) -> Mapping[str, Any]:
        return {**fabricate(made), **_identity(made, plan)}

    def program() -> None:
        ServingStack(plan.stack.name, plan, catalog, _ESTIMATE)

    recording = record(program, project=PROJECT, stack=plan.stack.environment, fabricate=outputs)
    return as_records(recording, plan.stack.region)


def provider_inputs(records: tuple[ResourceRecord, ...]) -> dict[str, Any]:
    """
    Return the configuration of the one AWS provider; its structured inputs are registered as JSON texts.
    """
    (provider,) = [r for r in records if r.type == PROVIDER]
    return {name: _decoded(value) for name, value in provider.inputs.items()}


def _identity(made: Registration, plan: Plan) -> dict[str, str]:
    form = _ARNS.get(made.type)
    if form is None:
        return {}
    rest = form.format(region=plan.stack.region, account=account(plan), name=made.inputs.get("name", made.name))
    return {"arn": f"arn:aws:{rest}"}


def _decoded(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value
