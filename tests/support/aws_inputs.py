"""
Check the inputs of emitted AWS resources: required properties, enumerations, lengths, and the policies between them.

Sources: the API references of AWS Budgets (CreateBudget), SNS (CreateTopic) and KMS (CreateKey), as of 2026-11; the user guides'
pages "Creating an Amazon SNS topic for budget notifications" and "Key policies in AWS KMS". Property names are Pulumi's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from budget_inputs import CHECKS as BUDGET_CHECKS
from cache_inputs import CHECKS as CACHE_CHECKS
from iam_policies import policy_faults, statements, words
from kubernetes_objects import Recorded

BUDGET_TYPES: Final = frozenset({"COST", "USAGE", "RI_UTILIZATION", "RI_COVERAGE", "SAVINGS_PLANS_UTILIZATION", "SAVINGS_PLANS_COVERAGE"})
TIME_UNITS: Final = frozenset({"DAILY", "MONTHLY", "QUARTERLY", "ANNUALLY", "CUSTOM"})
COMPARISONS: Final = frozenset({"GREATER_THAN", "LESS_THAN", "EQUAL_TO"})
NOTIFICATIONS: Final = frozenset({"ACTUAL", "FORECASTED"})
THRESHOLDS: Final = frozenset({"PERCENTAGE", "ABSOLUTE_VALUE"})
MAX_NOTIFICATIONS: Final = 10
MAX_EMAILS: Final = 10
MAX_TOPICS: Final = 1
MAX_THRESHOLD: Final = 1_000_000_000
BUDGETS_SERVICE: Final = "budgets.amazonaws.com"
SOURCE_KEYS: Final = frozenset({"aws:sourceaccount", "aws:sourcearn"})
KEY_ACTIONS_OF_A_PUBLISHER: Final = ("kms:Decrypt", "kms:GenerateDataKey")

_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")
_BUDGET_NAME = re.compile(r"[^:\\\x00-\x1f]{1,100}")
_TOPIC_NAME = re.compile(r"[A-Za-z0-9_-]{1,256}(\.fifo)?")
_ALIAS_NAME = re.compile(r"alias/(?!aws/)[A-Za-z0-9/_-]{1,250}")
_TAG_KEY = re.compile(r"(?!aws:)[\w\s.:/=+\-@]{1,128}")
_TAG_VALUE = re.compile(r"[\w\s.:/=+\-@]{0,256}")

Inputs = Mapping[str, Any]


def aws_faults(records: Iterable[Recorded]) -> tuple[str, ...]:
    """
    Return what is wrong with the AWS resources among *records*; a type without a table here is a fault.

    *records* come from the pass in which every output is known: a policy that names another resource's ARN is unknown before.
    """
    resources = [r for r in records if r.type.startswith("aws:")]
    faults: list[str] = []
    for resource in resources:
        check = _CHECKS.get(resource.type)
        found = (f"no table for {resource.type}",) if check is None else check(resource.inputs)
        faults += [f"{resource.name}: {fault}" for fault in (*found, *_tag_faults(resource.inputs))]
    return (*faults, *_publisher_faults(resources))


def _budget(inputs: Inputs) -> Iterator[str]:
    yield from _enumerated(inputs, {"budgetType": BUDGET_TYPES, "timeUnit": TIME_UNITS})
    if not _BUDGET_NAME.fullmatch(str(inputs.get("name", "budget"))):
        yield f"name: {inputs['name']!r} is not a budget's name"
    if not _is_amount(inputs.get("limitAmount")):
        yield f"limitAmount: {inputs.get('limitAmount')!r} is not a positive amount in text"
    if inputs.get("budgetType") == "COST" and inputs.get("limitUnit") != "USD":
        yield f"limitUnit: {inputs.get('limitUnit')!r} is not USD"
    notifications = inputs.get("notifications") or []
    if not notifications:
        yield "notifications: none, so nobody is told"
    if len(notifications) > MAX_NOTIFICATIONS:
        yield f"notifications: {len(notifications)}, at most {MAX_NOTIFICATIONS}"
    for index, notification in enumerate(notifications):
        yield from (f"notifications[{index}].{fault}" for fault in _notification(notification))
    keys = [(n.get("notificationType"), n.get("comparisonOperator"), n.get("threshold"), n.get("thresholdType")) for n in notifications]
    if len(keys) != len(set(keys)):
        yield "notifications: two are the same"
    yield from _filters(inputs)


def _notification(notification: Inputs) -> Iterator[str]:
    yield from _enumerated(
        notification, {"comparisonOperator": COMPARISONS, "notificationType": NOTIFICATIONS, "thresholdType": THRESHOLDS}
    )
    threshold = notification.get("threshold")
    if not isinstance(threshold, int | float) or not 0 < threshold <= MAX_THRESHOLD:
        yield f"threshold: {threshold!r}"
    # a threshold of a percentage is 80, not 0.8: a share of 1 or less would warn at 1 %
    if notification.get("thresholdType") == "PERCENTAGE" and isinstance(threshold, int | float) and threshold <= 1:
        yield f"threshold: {threshold!r} reads like a share, a percentage is meant"
    emails = notification.get("subscriberEmailAddresses") or []
    topics = notification.get("subscriberSnsTopicArns") or []
    if not emails and not topics:
        yield "subscribers: none"
    if len(emails) > MAX_EMAILS or len(topics) > MAX_TOPICS:
        yield f"subscribers: at most {MAX_EMAILS} addresses and {MAX_TOPICS} topic"
    yield from (f"subscriberEmailAddresses: {address!r}" for address in emails if not _EMAIL.fullmatch(str(address)))
    yield from (f"subscriberSnsTopicArns: {arn!r}" for arn in topics if not _is_arn(arn, "sns"))


def _filters(inputs: Inputs) -> Iterator[str]:
    for cost_filter in inputs.get("costFilters") or []:
        if not cost_filter.get("values"):
            yield f"costFilters[{cost_filter.get('name')}]: no values"
        if cost_filter.get("name") == "TagKeyValue":
            # user-defined tags carry the prefix, key and value are joined by a dollar sign
            wrong = [v for v in cost_filter.get("values", []) if not re.fullmatch(r"user:[^$]+\$.+", str(v))]
            yield from (f"costFilters[TagKeyValue]: {value!r} is not user:KEY$VALUE" for value in wrong)


def _topic(inputs: Inputs) -> Iterator[str]:
    if "name" in inputs and not _TOPIC_NAME.fullmatch(str(inputs["name"])):
        yield f"name: {inputs['name']!r} is not a topic's name"
    if not inputs.get("kmsMasterKeyId"):
        yield "kmsMasterKeyId: absent, the topic is not encrypted at rest"
    elif "alias/aws/sns" in str(inputs["kmsMasterKeyId"]):
        yield "kmsMasterKeyId: AWS Budgets cannot publish under alias/aws/sns"
    if "policy" in inputs:
        yield from policy_faults(inputs["policy"])


def _topic_policy(inputs: Inputs) -> Iterator[str]:
    if not _is_arn(inputs.get("arn"), "sns"):
        yield f"arn: {inputs.get('arn')!r} is not a topic"
    yield from policy_faults(inputs.get("policy"))


def _subscription(inputs: Inputs) -> Iterator[str]:
    protocols = frozenset({"email", "email-json", "http", "https", "lambda", "sqs", "firehose", "application", "sms"})
    yield from _enumerated(inputs, {"protocol": protocols})
    if not _is_arn(inputs.get("topic"), "sns"):
        yield f"topic: {inputs.get('topic')!r} is not a topic"
    if not inputs.get("endpoint"):
        yield "endpoint: needed"


def _key(inputs: Inputs) -> Iterator[str]:
    if inputs.get("enableKeyRotation") is not True:
        yield "enableKeyRotation: must be true"
    days = inputs.get("deletionWindowInDays", 30)
    if not isinstance(days, int | float) or not 7 <= days <= 30:
        yield f"deletionWindowInDays: {days!r} is not in 7 to 30"
    if "policy" not in inputs:
        yield "policy: absent, the default one admits no other service"
        return
    faults = policy_faults(inputs["policy"])
    yield from faults
    if not faults and not any(_administers(s) for s in statements(_document(inputs["policy"]))):
        yield "policy: no statement lets the account manage the key, it could never be changed"


def _alias(inputs: Inputs) -> Iterator[str]:
    if "name" in inputs and not _ALIAS_NAME.fullmatch(str(inputs["name"])):
        yield f"name: {inputs['name']!r} is not an alias of ours"
    if not inputs.get("targetKeyId"):
        yield "targetKeyId: needed"


_CHECKS: Final[dict[str, Callable[[Inputs], Iterable[str]]]] = {
    "aws:budgets/budget:Budget": _budget,
    "aws:sns/topic:Topic": _topic,
    "aws:sns/topicPolicy:TopicPolicy": _topic_policy,
    "aws:sns/topicSubscription:TopicSubscription": _subscription,
    "aws:kms/key:Key": _key,
    "aws:kms/alias:Alias": _alias,
    **BUDGET_CHECKS,
    **CACHE_CHECKS,
}


def _publisher_faults(resources: list[Recorded]) -> Iterator[str]:
    """
    AWS Budgets must be let in at both doors: the topic's policy and the key's; each only for this account.
    """
    publishes = any(n.get("subscriberSnsTopicArns") for r in resources for n in r.inputs.get("notifications") or [])
    if not publishes:
        return
    topics = [r.inputs["policy"] for r in resources if r.type.startswith("aws:sns/topic") and "policy" in r.inputs]
    keys = [r.inputs["policy"] for r in resources if r.type == "aws:kms/key:Key" and "policy" in r.inputs]
    if not any(_lets_in(_document(p), ("SNS:Publish",)) for p in topics):
        yield f"topic policy: {BUDGETS_SERVICE} may not publish"
    if any(r.inputs.get("kmsMasterKeyId") for r in resources) and not any(_lets_in(_document(p), KEY_ACTIONS_OF_A_PUBLISHER) for p in keys):
        yield f"key policy: {BUDGETS_SERVICE} may not use the topic's key"
    for policy in (*topics, *keys):
        for statement in statements(_document(policy)):
            condition = json.dumps(statement.get("Condition", {})).lower()
            if BUDGETS_SERVICE in _services(statement) and not any(key in condition for key in SOURCE_KEYS):
                yield f"policy {statement.get('Sid', 'statement')}: any account's budget may use it (no aws:SourceAccount)"


def _lets_in(policy: Mapping[str, Any], actions: tuple[str, ...]) -> bool:
    allowed = [
        word.lower()
        for s in statements(policy)
        if s.get("Effect") == "Allow" and BUDGETS_SERVICE in _services(s)
        for word in words(s.get("Action"))
    ]
    return all(any(_covers(pattern, action.lower()) for pattern in allowed) for action in actions)


def _covers(pattern: str, action: str) -> bool:
    return bool(re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), action))


def _administers(statement: Mapping[str, Any]) -> bool:
    principals = words((statement.get("Principal") or {}).get("AWS")) if isinstance(statement.get("Principal"), dict) else []
    root = any(re.fullmatch(r"\d{12}|arn:aws[a-z-]*:iam::\d{12}:root", str(p)) for p in principals)
    return root and "kms:*" in words(statement.get("Action"))


def _services(statement: Mapping[str, Any]) -> list[str]:
    principal = statement.get("Principal")
    return words(principal.get("Service")) if isinstance(principal, dict) else []


def _document(text: Any) -> Mapping[str, Any]:
    try:
        policy = json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return {}
    return policy if isinstance(policy, dict) else {}


def _enumerated(inputs: Inputs, legal: Mapping[str, frozenset[str]]) -> Iterator[str]:
    yield from (
        f"{name}: {inputs.get(name)!r} is not one of {', '.join(sorted(values))}"
        for name, values in legal.items()
        if inputs.get(name) not in values
    )


def _is_amount(value: Any) -> bool:
    try:
        return isinstance(value, str) and Decimal(value).is_finite() and Decimal(value) > 0
    except InvalidOperation:
        return False


def _is_arn(value: Any, service: str) -> bool:
    # "known:NAME.arn" is the recorder's stand-in for the output `arn` of another resource
    return bool(re.fullmatch(rf"arn:[a-z-]+:{service}:.+|known:.+\.arn", str(value)))


def _tag_faults(inputs: Inputs) -> Iterator[str]:
    for key, value in (inputs.get("tags") or {}).items():
        if not _TAG_KEY.fullmatch(key):
            yield f"tags: {key!r} is not a tag key"
        if not isinstance(value, str) or not _TAG_VALUE.fullmatch(value):
            yield f"tags[{key}]: {value!r} is not a tag value"
