"""
Rules of AWS resources: an alarm that reaches somebody, keys that rotate, policies that trust nobody in general.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from servewright.cost.records import SECRET, UNKNOWN
from servewright.readiness.model import Rule
from servewright.readiness.reading import dig, listed, mapped, maps, strings, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.readiness.inventory import Inventory
    from servewright.readiness.model import Found

BUDGET: Final = "aws:budgets/budget:Budget"
TOPIC: Final = "aws:sns/topic:Topic"
SUBSCRIPTION: Final = "aws:sns/topicSubscription:TopicSubscription"
CHANNEL: Final = "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration"
KEY: Final = "aws:kms/key:Key"
PROVIDER: Final = "pulumi:providers:aws"
STACK_TAG: Final = "servewright:stack"

_POLICIES: Final = ("policy", "assumeRolePolicy", "inlinePolicy", "accessPolicy")
_NAMES: Final = {
    BUDGET: ("name", 100),
    TOPIC: ("name", 256),
    "aws:iam/role:Role": ("name", 64),
    "aws:elasticache/replicationGroup:ReplicationGroup": ("replicationGroupId", 40),
    "aws:elasticache/user:User": ("userId", 40),
    "aws:elasticache/userGroup:UserGroup": ("userGroupId", 40),
}
"""
The input that names each type, and its characters (API references CreateBudget, CreateTopic, CreateRole, CreateReplicationGroup, CreateUser
and CreateUserGroup, read 2026-11).
"""

_MOST_NOTIFICATIONS: Final = 5
"""
Notifications that one budget can have (API reference CreateBudget, read 2026-11).
"""


def _budgets(inventory: Inventory) -> Iterator[Found]:
    for budget in inventory.of(BUDGET):
        alarms = maps(budget.inputs, "notifications")
        if not alarms:
            yield budget, "no notification: nobody hears of it"
        if len(alarms) > _MOST_NOTIFICATIONS:
            yield budget, f"{len(alarms)} notifications, AWS takes {_MOST_NOTIFICATIONS}"
        for index, alarm in enumerate(alarms):
            if not listed(alarm, "subscriberSnsTopicArns") and not listed(alarm, "subscriberEmailAddresses"):
                yield budget, f"notifications[{index}] tells nobody"
        amount = budget.inputs.get("limitAmount")
        if amount not in (None, UNKNOWN) and not _positive(amount):
            yield budget, f"limitAmount is {amount!r}"


def _topics(inventory: Inventory) -> Iterator[Found]:
    for topic in inventory.of(TOPIC):
        key = topic.inputs.get("kmsMasterKeyId")
        if not key or key == "alias/aws/sns":
            yield topic, "is not encrypted with a key of its own, under which alone AWS Budgets can publish"


def _keys(inventory: Inventory) -> Iterator[Found]:
    for key in inventory.of(KEY):
        if key.inputs.get("enableKeyRotation") is not True:
            yield key, "its key does not rotate"


def _policies(inventory: Inventory) -> Iterator[Found]:
    for each in inventory.resources:
        for field in _POLICIES:
            text = each.inputs.get(field)
            if not each.type.startswith("aws:") or not isinstance(text, str) or UNKNOWN in text or text == SECRET:
                continue
            try:
                document = json.loads(text)
            except ValueError:
                yield each, f"{field} is no JSON"
                continue
            statements = document.get("Statement") if isinstance(document, Mapping) else None
            for statement in statements if isinstance(statements, list) else [statements]:
                yield from ((each, f"{field}: {why}") for why in _too_wide(statement))


def _too_wide(statement: object) -> Iterator[str]:
    """
    Yield what a statement allows to everybody, or allows altogether.
    """
    if dig(statement, "Effect") != "Allow":
        return
    principal, actions = dig(statement, "Principal"), dig(statement, "Action")
    if (principal == "*" or dig(principal, "AWS") in ("*", ["*"])) and not mapped(statement, "Condition"):
        yield "a statement trusts everybody, without condition"
    if actions == "*" or "*" in texts(statement, "Action"):
        yield "a statement allows every action"
    if dig(statement, "NotAction") is not None:
        yield "a statement allows everything but some actions"


def _names(inventory: Inventory) -> Iterator[Found]:
    for each in inventory.of(*_NAMES):
        field, most = _NAMES[each.type]
        name = each.inputs.get(field)
        if isinstance(name, str) and name != UNKNOWN and len(name) > most:
            yield each, f"its name has {len(name)} characters, AWS takes {most}"


def _tags(inventory: Inventory) -> Iterator[Found]:
    for provider in [each for each in inventory.structure if each.type == PROVIDER]:
        if not any(STACK_TAG in text for _, text in strings(provider.inputs.get("defaultTags"))) and STACK_TAG not in mapped(
            provider.inputs, "defaultTags", "tags"
        ):
            yield provider, f"does not tag what it makes with {STACK_TAG}, so no budget counts it"
    for each in inventory.of("EC2NodeClass"):
        if STACK_TAG not in mapped(each.inputs, "spec", "tags"):
            yield each, f"does not tag its nodes with {STACK_TAG}, so no budget counts them"


def _positive(amount: object) -> bool:
    try:
        return float(str(amount)) > 0
    except ValueError:
        return False


RULES: Final = (
    Rule(id="SR601", what="a budget alarms somebody, at amounts that AWS takes", check=_budgets),
    Rule(id="SR602", what="a topic is encrypted with a key that AWS Budgets may use", check=_topics),
    Rule(id="SR603", what="keys rotate", check=_keys),
    Rule(id="SR604", what="no policy trusts everybody or allows everything", check=_policies),
    Rule(id="SR605", what="names fit the limits of AWS", check=_names),
    Rule(id="SR606", what="everything that costs carries the stack's tag", check=_tags),
)
