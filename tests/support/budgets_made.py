"""
A stack with every budget and alarm: as a spec, and as a plan made by hand.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import plans
from servewright.spec.budget_request import AnomalyRequest, ChatRequest
from servewright.spec.request import BudgetRequest

if TYPE_CHECKING:
    from servewright.plan.model import Plan

MONITOR: Final = "arn:aws:ce::123456789012:anomalymonitor/12345678-1234-1234-1234-123456789012"
CHAT: Final = ChatRequest(workspace="T0123ABCD", channel="C0123ABCD")

SPEC: Final = """\
name: guarded
environment: dev
owner: team-support
platform:
  account: "123456789012"
  region: us-east-1
  zones: [us-east-1a]
  cluster: {name: shared, kubernetes_version: "1.35"}
models:
  - name: chat
    source: meta-llama/Llama-3.2-1B-Instruct
    revision: 9213176726f574b556790deb65791e0c5aa438b6
    traffic: {requests_per_second: 2, input_tokens: 500, output_tokens: 150}
    slo: {ttft_p95: 800ms, itl_p95: 60ms}
budgets:
  monthly: 3000 USD
  daily: DAILY
  notify: [ml-platform@example.com]
  owner: {monthly: 9000 USD}
  anomalies: {above: 100 USD}
  chat: {workspace: T0123ABCD, channel: C0123ABCD}
"""


def spec(daily: str = "100 USD") -> str:
    """
    Return the spec with a limit of a day.
    """
    return SPEC.replace("DAILY", daily)


def budget(**changes: Any) -> BudgetRequest:
    """
    Return the request for all of it, with *changes*.
    """
    given: dict[str, Any] = {
        "limit": Decimal(3000),
        "alerts": (Decimal("0.5"), Decimal("0.8"), Decimal(1)),
        "notify": ("ml-platform@example.com",),
        "daily": Decimal(100),
        "owner_monthly": Decimal(9000),
        "anomalies": AnomalyRequest(above=Decimal(100)),
        "chat": CHAT,
    }
    return BudgetRequest(**{**given, **changes})


def plan(**changes: Any) -> Plan:
    """
    Return a plan whose budget is `budget(**changes)`.
    """
    return plans.plan(budget=budget(**changes))
