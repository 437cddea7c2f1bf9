"""
The monthly AWS Budget over everything that carries the stack's tag, and the policies that let alarms out.

AWS Budgets cannot publish to a topic encrypted with the key alias/aws/sns, so the topic has a key of its own (AWS cost management
guide, "Creating an Amazon SNS topic for budget notifications", read 2026-11). The same topic carries all alarms of spending.
"""

from __future__ import annotations

import json
from decimal import ROUND_UP, Decimal
from typing import TYPE_CHECKING, Any, Final

from servewright.resources import labels

if TYPE_CHECKING:
    from servewright.plan.model import Plan
    from servewright.resources.estimates import Estimates
    from servewright.resources.naming import Names

MOST_NOTIFICATIONS: Final = 5
"""
Notifications that one budget can have (API reference CreateBudget, read 2026-11).
"""

PLACEHOLDER_ACCOUNT: Final = "000000000000"
"""
Stands in previews where the spec names no account; `up` refuses it.
"""

_FORECAST: Final = Decimal(1)


def account(plan: Plan) -> str:
    """
    Return the account id that the policies name.
    """
    return plan.stack.account or PLACEHOLDER_ACCOUNT


def partition(plan: Plan) -> str:
    """
    Return the part of AWS that the stack's region lies in, as ARNs name it.
    """
    for prefix, name in (("cn-", "aws-cn"), ("us-gov-", "aws-us-gov")):
        if plan.stack.region.startswith(prefix):
            return name
    return "aws"


def key_policy(plan: Plan) -> str:
    """
    Return the policy of the topic's key: the account administers it, what publishes encrypts with it for this account only.
    """
    root = f"arn:{partition(plan)}:iam::{account(plan)}:root"
    administer = {
        "Sid": "AccountAdministers",
        "Effect": "Allow",
        "Principal": {"AWS": root},
        "Action": "kms:*",
        "Resource": "*",
    }
    encrypt = ["kms:GenerateDataKey*", "kms:Decrypt"]
    return _policy(administer, _allow_budgets(plan, "BudgetsEncrypts", encrypt, "*"), *_anomalies(plan, "AnomaliesEncrypt", encrypt, "*"))


def topic_policy(plan: Plan, topic_arn: str) -> str:
    """
    Return the policy of the topic: AWS Budgets, and Cost Anomaly Detection where it is asked for, may publish for this account only, nobody
    without TLS.
    """
    publish = _allow_budgets(plan, "BudgetsPublishes", "sns:Publish", topic_arn)
    in_transit = {
        "Sid": "OnlyWithTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sns:Publish",
        "Resource": topic_arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return _policy(publish, *_anomalies(plan, "AnomaliesPublish", "sns:Publish", topic_arn), in_transit)


def limit_amount(plan: Plan, estimate: Estimates | None) -> str | None:
    """
    Return the budget's amount in USD: the user's limit, else the expected bill rounded up; None where neither is known.
    """
    if plan.budget.limit is not None:
        return plain(plan.budget.limit)
    if estimate is None or estimate.budget is None:
        return None
    return str(max(1, estimate.budget))


def notifications(plan: Plan) -> list[dict[str, Any]]:
    """
    Return one alarm per threshold of the user on what was spent, and one on the forecast for the month where there is room for it.
    """
    spent = [("ACTUAL", share) for share in sorted(set(plan.budget.alerts))]
    forecast = [("FORECASTED", _FORECAST)] if len(spent) < MOST_NOTIFICATIONS else []
    return [alarm(kind, share) for kind, share in (*spent, *forecast)]


def alarm(kind: str, share: Decimal) -> dict[str, Any]:
    """
    Return one notification: once what was spent, or is forecast (*kind*), is above *share* of the limit.
    """
    return {
        "comparison_operator": "GREATER_THAN",
        "notification_type": kind,
        "threshold": float(share * 100),
        "threshold_type": "PERCENTAGE",
    }


def cost_filters(plan: Plan, names: Names) -> list[dict[str, Any]]:
    """
    Return the filters on the stack's tag, which has to be activated for cost allocation once, by hand, and on its region: a stack of the
    same name in another region has the same tag.
    """
    return [
        {"name": "TagKeyValue", "values": [f"user:{labels.TAG_STACK}${names.stack}"]},
        {"name": "Region", "values": [plan.stack.region]},
    ]


def _allow_budgets(plan: Plan, sid: str, action: str | list[str], resource: str) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": "budgets.amazonaws.com"},
        "Action": action,
        "Resource": resource,
        # Without these, a budget of any account could use the topic and its key (confused deputy).
        "Condition": {
            "StringEquals": {"aws:SourceAccount": account(plan)},
            "ArnLike": {"aws:SourceArn": f"arn:{partition(plan)}:budgets::{account(plan)}:*"},
        },
    }


def _anomalies(plan: Plan, sid: str, action: str | list[str], resource: str) -> list[dict[str, Any]]:
    """
    Return what Cost Anomaly Detection may do, where the stack has it (cost management guide, "Creating an Amazon SNS topic for anomaly
    notifications", read 2026-11).
    """
    if plan.budget.anomalies is None:
        return []
    return [
        {
            "Sid": sid,
            "Effect": "Allow",
            "Principal": {"Service": "costalerts.amazonaws.com"},
            "Action": action,
            "Resource": resource,
            "Condition": {"StringEquals": {"aws:SourceAccount": account(plan)}},
        }
    ]


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, sort_keys=True)


def plain(amount: Decimal) -> str:
    """
    Return *amount* as AWS takes it: digits and a point, cents rounded up.
    """
    return format(amount.quantize(Decimal("0.01"), ROUND_UP).normalize(), "f")
