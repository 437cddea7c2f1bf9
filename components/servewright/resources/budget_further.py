"""
What stands beside the stack's budget of a month: a budget of a day, one of the owner, anomalies, and the chat channel of all alarms.

Cost Anomaly Detection keeps one model for each monitor. A monitor over a tag can be made in the account that pays alone, or in one of no
organisation (AWS cost management guide, "Getting started with AWS Cost Anomaly Detection", read 2026-11).
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from servewright.resources import labels
from servewright.resources.budget import account, alarm, plain
from servewright.resources.naming import AWS_LIMIT, join, tag_value

if TYPE_CHECKING:
    from servewright.plan.model import Plan
    from servewright.resources.naming import Names

CHAT_REGION: Final = "us-east-2"
"""
Where chat configurations are made: they hold in all regions, and the API has an address in a few only; CloudFormation takes this one
(aws/aws-cli#8658, aws/aws-cdk#24675, read 2026-11).
"""

NO_ACTIONS: Final = "arn:aws:iam::aws:policy/AWSDenyAll"
"""
What members of the channel may do is what both this policy and a role allow: nothing. Left out, AWS takes AdministratorAccess (Amazon Q
Developer in chat applications, "Understanding permissions", and the provider's documentation, read 2026-11).
"""

_DAILY_FROM: Final = Decimal("0.8")
"""
Thresholds that alarm daily (judgement): half of a day's limit is reached on every ordinary day, and would be an e-mail each day.
"""

_ROLE_LIMIT: Final = 64
"""
Characters of a role's name (API reference CreateRole, read 2026-11); a chat configuration has 128.
"""


def daily_name(names: Names) -> str:
    """
    Return the name of the budget of a day.
    """
    return join(names.account_wide, "daily", limit=AWS_LIMIT)


def owner_name(plan: Plan) -> str:
    """
    Return the name of the owner's budget: without the stack, so that the account can have one alone.
    """
    return join("servewright", "owner", plan.stack.owner, limit=AWS_LIMIT)


def chat_name(names: Names) -> str:
    """
    Return the name of the chat configuration, and of its role.
    """
    return join(names.account_wide, "chat", limit=_ROLE_LIMIT)


def daily_amount(plan: Plan) -> str | None:
    """
    Return the limit of a day in USD, None where there is none.
    """
    return None if plan.budget.daily is None else plain(plan.budget.daily)


def owner_amount(plan: Plan) -> str | None:
    """
    Return the owner's limit of a month in USD, None where the stack has no such budget.
    """
    return None if plan.budget.owner_monthly is None else plain(plan.budget.owner_monthly)


def daily_notifications(plan: Plan) -> list[dict[str, Any]]:
    """
    Return the alarms of a day: on what was spent only, since AWS forecasts no days, at the whole limit and at each high threshold.
    """
    shares = {share for share in plan.budget.alerts if share >= _DAILY_FROM} | {Decimal(1)}
    return [alarm("ACTUAL", share) for share in sorted(shares)]


def owner_filters(plan: Plan) -> list[dict[str, Any]]:
    """
    Return the filter on the owner's tag: every stack of the owner, in every region.
    """
    return [{"name": "TagKeyValue", "values": [f"user:{labels.TAG_OWNER}${tag_value(plan.stack.owner)}"]}]


def monitor_specification(names: Names) -> str:
    """
    Return what the stack's monitor looks at: all that carries its tag.

    The parts that are not there are written out as null, as AWS returns them: else each preview would replace the monitor.
    """
    absent = dict.fromkeys(("And", "CostCategories", "Dimensions", "Not", "Or"))
    tags = {"Key": labels.TAG_STACK, "MatchOptions": None, "Values": [names.stack]}
    return json.dumps({**absent, "Tags": tags}, sort_keys=True)


def threshold_dimension(above: Decimal) -> dict[str, Any]:
    """
    Return which anomalies are told of: those that cost *above* USD or more beyond the expected.
    """
    return {"key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE", "match_options": ["GREATER_THAN_OR_EQUAL"], "values": [plain(above)]}


def chat_trust_policy(plan: Plan) -> str:
    """
    Return who may take the chat configuration's role: Amazon Q Developer in chat applications, for this account only.
    """
    trust = {
        "Sid": "ChatAssumes",
        "Effect": "Allow",
        "Principal": {"Service": "chatbot.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": account(plan)}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [trust]}, sort_keys=True)
