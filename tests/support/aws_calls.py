"""
From the inputs of AWS resources, as Pulumi names them, to the calls that the provider makes with them.

Sources: the AWS provider of Terraform that pulumi-aws bridges (internal/service/{budgets,kms,sns}, 6.x) and the services' API references.
A type or an input without a place here is a fault: it would go unchecked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from botocore_rules import Call, Parameters, call_faults
from budget_calls import CALLS as BUDGET_CALLS
from cache_calls import CALLS as CACHE_CALLS
from call_inputs import Inputs, UnplacedError, tags_of, taken
from kubernetes_objects import Recorded


def resource_faults(resource: Recorded, account: str, default_tags: Mapping[str, str]) -> tuple[str, ...]:
    """
    Return what the services' models refuse in the calls that *resource* leads to; *default_tags* are those of its provider.
    """
    try:
        calls = calls_of(resource, account, default_tags)
    except UnplacedError as gap:
        return (f"{resource.name}: {gap}",)
    faults = [fault for call in calls for fault in call_faults(call)]
    return tuple(f"{resource.name}: {fault}" for fault in (*faults, *_unknown_references(resource.inputs)))


def calls_of(resource: Recorded, account: str, default_tags: Mapping[str, str]) -> tuple[Call, ...]:
    """
    Return the calls that create *resource*.

    Raises UnplacedError for a type or an input that is not known here.
    """
    make = _CALLS.get(resource.type)
    if make is None:
        msg = f"no call is known for {resource.type}"
        raise UnplacedError(msg)
    inputs = {name: value for name, value in resource.inputs.items() if name != "tags"}
    tags = {**default_tags, **resource.inputs.get("tags", {})}
    calls = tuple(make(inputs, account, tags))
    if inputs:
        msg = f"{', '.join(sorted(inputs))}: no place in a call of {resource.type}"
        raise UnplacedError(msg)
    return calls


def _budget(inputs: Inputs, account: str, tags: Mapping[str, str]) -> Iterator[Call]:
    budget = taken(inputs, {"name": "BudgetName", "budgetType": "BudgetType", "timeUnit": "TimeUnit"})
    limit = taken(inputs, {"limitAmount": "Amount", "limitUnit": "Unit"})
    filters = {each["name"]: each["values"] for each in inputs.pop("costFilters", [])}
    parameters: Parameters = {"AccountId": account, "Budget": {**budget, "BudgetLimit": limit, "CostFilters": filters}}
    parameters["NotificationsWithSubscribers"] = [_notification(dict(each)) for each in inputs.pop("notifications", [])]
    parameters["ResourceTags"] = tags_of(tags)
    yield Call(service="budgets", operation="CreateBudget", parameters=parameters)


def _notification(inputs: Inputs) -> Parameters:
    members = ("notificationType", "comparisonOperator", "threshold", "thresholdType")
    notification = taken(inputs, {name: name[0].upper() + name[1:] for name in members})
    emails = [{"SubscriptionType": "EMAIL", "Address": each} for each in inputs.pop("subscriberEmailAddresses", [])]
    topics = [{"SubscriptionType": "SNS", "Address": each} for each in inputs.pop("subscriberSnsTopicArns", [])]
    if inputs:
        msg = f"{', '.join(sorted(inputs))}: no place in a notification"
        raise UnplacedError(msg)
    return {"Notification": notification, "Subscribers": [*emails, *topics]}


def _topic(inputs: Inputs, _account: str, tags: Mapping[str, str]) -> Iterator[Call]:
    name = taken(inputs, {"name": "Name"})
    attributes = taken(inputs, {"kmsMasterKeyId": "KmsMasterKeyId", "displayName": "DisplayName", "policy": "Policy"})
    yield Call(service="sns", operation="CreateTopic", parameters={**name, "Attributes": attributes, "Tags": tags_of(tags)})


def _topic_policy(inputs: Inputs, _account: str, _tags: Mapping[str, str]) -> Iterator[Call]:
    parameters = taken(inputs, {"arn": "TopicArn", "policy": "AttributeValue"})
    yield Call(service="sns", operation="SetTopicAttributes", parameters={**parameters, "AttributeName": "Policy"})


def _subscription(inputs: Inputs, _account: str, _tags: Mapping[str, str]) -> Iterator[Call]:
    yield Call(
        service="sns",
        operation="Subscribe",
        parameters=taken(inputs, {"topic": "TopicArn", "protocol": "Protocol", "endpoint": "Endpoint"}),
    )


def _key(inputs: Inputs, _account: str, tags: Mapping[str, str]) -> Iterator[Call]:
    made = taken(inputs, {"description": "Description", "policy": "Policy", "keyUsage": "KeyUsage", "multiRegion": "MultiRegion"})
    named = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in tags_of(tags)]
    yield Call(service="kms", operation="CreateKey", parameters={**made, "Tags": named})
    key = {"KeyId": "1234abcd-12ab-34cd-56ef-1234567890ab"}
    if inputs.pop("enableKeyRotation", False) is not False:
        period = taken(inputs, {"rotationPeriodInDays": "RotationPeriodInDays"})
        yield Call(service="kms", operation="EnableKeyRotation", parameters={**key, **period})
    window = taken(inputs, {"deletionWindowInDays": "PendingWindowInDays"})
    yield Call(service="kms", operation="ScheduleKeyDeletion", parameters={**key, **window})


_CALLS: Final[dict[str, Callable[[Inputs, str, Mapping[str, str]], Iterable[Call]]]] = {
    "aws:budgets/budget:Budget": _budget,
    "aws:sns/topic:Topic": _topic,
    "aws:sns/topicPolicy:TopicPolicy": _topic_policy,
    "aws:sns/topicSubscription:TopicSubscription": _subscription,
    "aws:kms/key:Key": _key,
    **BUDGET_CALLS,
    **CACHE_CALLS,
}


def _unknown_references(value: Any) -> Iterator[str]:
    """
    Yield the stand-ins of outputs that have no form here: nobody could say whether they fit where they stand.
    """
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _unknown_references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _unknown_references(item)
    elif isinstance(value, str):
        yield from (f"{found}: refers to an output whose form aws_records does not know" for found in re.findall(r"known:[\w.@-]+", value))
