"""
The path of budget notifications: which topics the stack's budgets publish to, and which keys encrypt these.

References of the inputs tell. A recording inside a running program has none: there the only topic, and the only key, are meant where an
id is not known before deployment, since what makes it is in the program. A literal id names something outside of the stack.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.cost.aws.meant import meant
from servewright.cost.budget import BUDGET_TYPE
from servewright.cost.properties import read_list
from servewright.cost.records import UNKNOWN

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

TOPIC: Final = "aws:sns/topic:Topic"
KEYS: Final = ("aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey", "aws:kms/externalKey:ExternalKey")

_ALIAS: Final = "aws:kms/alias:Alias"
_AROUND_A_KEY: Final = (TOPIC, _ALIAS, "aws:kms/keyPolicy:KeyPolicy")


def reaches_topic(record: ResourceRecord, key: str, value: Any, topic: ResourceRecord | None, context: Context) -> bool:  # noqa: ANN401 - an input
    """
    Tell whether the input *key* of *record*, whose *value* is the id, means *topic*, None where no topic is registered.
    """
    if key in record.references:
        return topic is not None and topic.urn in record.references[key]
    return value in (None, UNKNOWN) and len(context.of_type(TOPIC)) <= 1


def of_a_budget(topic: ResourceRecord | None, context: Context) -> bool:
    """
    Tell whether a budget of the stack publishes to *topic*.
    """
    return any(
        reaches_topic(budget, "notifications", value, topic, context)
        for budget in context.of_type(BUDGET_TYPE)
        for value in _topics(budget)
    )


def encrypts_alarms(key: ResourceRecord, context: Context) -> bool:
    """
    Tell whether *key* is there for the topics of the stack's budgets, and as far as the recording shows for nothing else.
    """
    topics = context.of_type(TOPIC)
    if not any(of_a_budget(topic, context) and _encrypts(key, topic, context) for topic in topics or (None,)):
        return False
    others = (record for token, records in context.by_type.items() if token not in _AROUND_A_KEY for record in records)
    strangers = (topic for topic in topics if not of_a_budget(topic, context))
    return not any(key.urn in urns for record in (*others, *strangers) for urns in record.references.values())


def _encrypts(key: ResourceRecord, topic: ResourceRecord | None, context: Context) -> bool:
    if topic is not None and "kmsMasterKeyId" in topic.references:
        named = meant(topic, context, "kmsMasterKeyId", _ALIAS)
        return key in meant(topic, context, "kmsMasterKeyId", *KEYS) or any(
            key in meant(alias, context, "targetKeyId", *KEYS) for alias in named
        )
    alone = sum(len(context.of_type(token)) for token in KEYS) == 1
    return alone and (topic is None or topic.inputs.get("kmsMasterKeyId") == UNKNOWN)


def _topics(budget: ResourceRecord) -> list[Any]:
    """
    Return the ids of the topics that *budget* publishes to.
    """
    blocks = [block for block in read_list(budget, "notifications") if isinstance(block, dict)]
    said = [block.get("subscriberSnsTopicArns") for block in blocks]
    return [topic for each in said if each for topic in (each if isinstance(each, list | tuple) else [each])]
