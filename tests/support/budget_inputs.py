"""
Check the inputs of anomalies and chat channels: what the services ask beyond the form of a call.

Sources: the API references of Cost Explorer (CreateAnomalySubscription) and of chat configurations (CreateSlackChannelConfiguration); the
user guide's "Creating an Amazon SNS topic for anomaly notifications"; all as of 2026-11.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

Inputs = Mapping[str, Any]


def _monitor(inputs: Inputs) -> Iterator[str]:
    if inputs.get("monitorType") != "CUSTOM":
        yield f"monitorType: {inputs.get('monitorType')!r} looks at more than the stack"
        return
    said = json.loads(inputs.get("monitorSpecification") or "{}")
    if not (said.get("Tags") or {}).get("Values"):
        yield "monitorSpecification: no tag with a value"


def _subscription(inputs: Inputs) -> Iterator[str]:
    people = inputs.get("subscribers") or []
    if not people or not inputs.get("monitorArnLists"):
        yield "subscribers, monitorArnLists: both are needed"
    wanted = {"SNS"} if inputs.get("frequency") == "IMMEDIATE" else {"EMAIL"}
    if {each.get("type") for each in people} - wanted:
        yield f"frequency: {inputs.get('frequency')} goes to {', '.join(wanted)} alone"
    dimension = (inputs.get("thresholdExpression") or {}).get("dimension") or {}
    if dimension.get("matchOptions") != ["GREATER_THAN_OR_EQUAL"] or not dimension.get("values"):
        yield "thresholdExpression: no least amount"


def _channel(inputs: Inputs) -> Iterator[str]:
    if not inputs.get("guardrailPolicyArns"):
        yield "guardrailPolicyArns: absent, AWS takes AdministratorAccess"
    yield from (f"{field}: needed" for field in ("iamRoleArn", "slackTeamId", "slackChannelId") if not inputs.get(field))
    if not inputs.get("snsTopicArns"):
        yield "snsTopicArns: none, the channel stays silent"


CHECKS: Final[dict[str, Callable[[Inputs], Iterable[str]]]] = {
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": _monitor,
    "aws:costexplorer/anomalySubscription:AnomalySubscription": _subscription,
    "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration": _channel,
}
"""
What is asked of each type, by Pulumi's token.
"""
