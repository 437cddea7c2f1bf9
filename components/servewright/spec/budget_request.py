"""
What the spec asks of budgets beside the stack's own limit of a month. Money is USD.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AnomalyRequest:
    """
    Alarms of AWS Cost Anomaly Detection: on what costs *above* USD more than its model of the past expects. *monitor* is the ARN of a
    monitor that the account has; None: one of the stack's own, over its tag.
    """

    above: Decimal
    monitor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """
    The Slack *channel* that alarms are written to, by its id, in the *workspace* of that id.
    """

    workspace: str
    channel: str
