"""
The calls that make anomalies and chat channels, for botocore's service models.

Sources: the AWS provider of Terraform that pulumi-aws bridges (internal/service/{ce,chatbot}, 6.x) and the services' API references.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from botocore_rules import Call
from call_inputs import Inputs, UnplacedError, tags_of, taken

_CHANNEL: Final = {
    "configurationName": "ConfigurationName",
    "guardrailPolicyArns": "GuardrailPolicyArns",
    "iamRoleArn": "IamRoleArn",
    "loggingLevel": "LoggingLevel",
    "slackChannelId": "SlackChannelId",
    "slackTeamId": "SlackTeamId",
    "snsTopicArns": "SnsTopicArns",
}


def _monitor(inputs: Inputs, _account: str, tags: Mapping[str, str]) -> Iterator[Call]:
    made: dict[str, Any] = taken(inputs, {"name": "MonitorName", "monitorType": "MonitorType"})
    said = json.loads(inputs.pop("monitorSpecification"))
    looks = {key: _given(value) if isinstance(value, dict) else value for key, value in said.items() if value is not None}
    monitor = {**made, "MonitorSpecification": looks}
    yield Call(service="ce", operation="CreateAnomalyMonitor", parameters={"AnomalyMonitor": monitor, "ResourceTags": tags_of(tags)})


def _subscription(inputs: Inputs, _account: str, tags: Mapping[str, str]) -> Iterator[Call]:
    made: dict[str, Any] = taken(inputs, {"name": "SubscriptionName", "frequency": "Frequency", "monitorArnLists": "MonitorArnList"})
    people = [taken(each, {"type": "Type", "address": "Address"}) for each in inputs.pop("subscribers")]
    dimension = inputs.pop("thresholdExpression")["dimension"]
    above = {"Dimensions": taken(dimension, {"key": "Key", "matchOptions": "MatchOptions", "values": "Values"})}
    if dimension:
        msg = f"{', '.join(sorted(dimension))}: no place in a threshold"
        raise UnplacedError(msg)
    subscription = {**made, "Subscribers": people, "ThresholdExpression": above}
    parameters = {"AnomalySubscription": subscription, "ResourceTags": tags_of(tags)}
    yield Call(service="ce", operation="CreateAnomalySubscription", parameters=parameters)


def _channel(inputs: Inputs, _account: str, tags: Mapping[str, str]) -> Iterator[Call]:
    inputs.pop("region", None)
    named = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in tags_of(tags)]
    yield Call(service="chatbot", operation="CreateSlackChannelConfiguration", parameters={**taken(inputs, _CHANNEL), "Tags": named})


def _given(part: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if value is not None}


CALLS: Final[dict[str, Callable[[Inputs, str, Mapping[str, str]], Iterable[Call]]]] = {
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": _monitor,
    "aws:costexplorer/anomalySubscription:AnomalySubscription": _subscription,
    "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration": _channel,
}
"""
What makes each type.
"""
