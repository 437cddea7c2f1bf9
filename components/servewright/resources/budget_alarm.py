"""
The budgets and their alarms as Pulumi resources: key, topic, the topic's policy, subscriptions, budgets, anomalies, chat.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pulumi
from pulumi_aws import budgets, chatbot, costexplorer, iam, kms, sns

from servewright.resources import budget
from servewright.resources import budget_further as further

if TYPE_CHECKING:
    from typing import Any

    from servewright.plan.model import Plan
    from servewright.resources.estimates import Estimates
    from servewright.resources.naming import Names

_KEY_DELETION_DAYS: Final = 7
"""
The key guards alarms in flight and nothing that is kept: the shortest period that KMS allows.
"""


def register_budget(prefix: str, plan: Plan, names: Names, estimate: Estimates | None, opts: pulumi.ResourceOptions) -> budgets.Budget:
    """
    Register the budgets of *plan* with everything that their alarms need, and return the stack's budget of a month.

    Raises RunError where a deployment has neither a limit nor an expected bill to compare with.
    """
    key = kms.Key(
        f"{prefix}-budget",
        description=f"Budget alarms of {names.stack}",
        enable_key_rotation=True,
        deletion_window_in_days=_KEY_DELETION_DAYS,
        policy=budget.key_policy(plan),
        opts=opts,
    )
    topic = sns.Topic(f"{prefix}-budget", name=names.account_wide, kms_master_key_id=key.arn, opts=opts)
    policy = sns.TopicPolicy(
        f"{prefix}-budget", arn=topic.arn, policy=topic.arn.apply(lambda arn: budget.topic_policy(plan, arn)), opts=opts
    )
    for address in plan.budget.notify:
        sns.TopicSubscription(f"{prefix}-budget-{address}", topic=topic.arn, protocol="email", endpoint=address, opts=opts)
    # AWS Budgets tests the topic when a budget is made.
    after = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[policy]))
    counted = budget.cost_filters(plan, names), budget.notifications(plan)
    made = _budget(f"{prefix}-budget", counted, topic, after, name=names.account_wide, amount=_limit(plan, estimate))
    _register_further(prefix, plan, names, topic, after)
    _register_anomalies(prefix, plan, names, topic, after)
    _register_chat(prefix, plan, names, topic, after)
    return made


def _register_further(prefix: str, plan: Plan, names: Names, topic: sns.Topic, opts: pulumi.ResourceOptions) -> None:
    """
    Register the budget of a day, and the owner's.
    """
    daily, owner = further.daily_amount(plan), further.owner_amount(plan)
    if daily is not None:
        counted = budget.cost_filters(plan, names), further.daily_notifications(plan)
        _budget(f"{prefix}-budget-daily", counted, topic, opts, name=further.daily_name(names), amount=daily, time_unit="DAILY")
    if owner is not None:
        counted = further.owner_filters(plan), budget.notifications(plan)
        _budget(f"{prefix}-budget-owner", counted, topic, opts, name=further.owner_name(plan), amount=owner)


def _budget(
    resource: str,
    counted: tuple[list[dict[str, Any]], list[dict[str, Any]]],
    topic: sns.Topic,
    opts: pulumi.ResourceOptions,
    *,
    name: str,
    amount: pulumi.Input[str],
    time_unit: str = "MONTHLY",
) -> budgets.Budget:
    """
    Register a budget; *counted* are its filters and its notifications, all of which go to *topic*.
    """
    filters, notifications = counted
    return budgets.Budget(
        resource,
        name=name,
        budget_type="COST",
        time_unit=time_unit,
        limit_unit="USD",
        limit_amount=amount,
        cost_filters=[budgets.BudgetCostFilterArgs(**each) for each in filters],
        notifications=[budgets.BudgetNotificationArgs(**each, subscriber_sns_topic_arns=[topic.arn]) for each in notifications],
        opts=opts,
    )


def _register_anomalies(prefix: str, plan: Plan, names: Names, topic: sns.Topic, opts: pulumi.ResourceOptions) -> None:
    """
    Register the alarms on anomalies, and their monitor where the account has none. Alarms by SNS are sent one by one, at once.
    """
    wanted = plan.budget.anomalies
    if wanted is None:
        return
    monitor: pulumi.Input[str] | None = wanted.monitor
    if monitor is None:
        monitor = costexplorer.AnomalyMonitor(
            f"{prefix}-budget",
            name=names.account_wide,
            monitor_type="CUSTOM",
            monitor_specification=further.monitor_specification(names),
            opts=opts,
        ).arn
    costexplorer.AnomalySubscription(
        f"{prefix}-budget",
        name=names.account_wide,
        frequency="IMMEDIATE",
        monitor_arn_lists=[monitor],
        subscribers=[costexplorer.AnomalySubscriptionSubscriberArgs(type="SNS", address=topic.arn)],
        threshold_expression=costexplorer.AnomalySubscriptionThresholdExpressionArgs(
            dimension=costexplorer.AnomalySubscriptionThresholdExpressionDimensionArgs(**further.threshold_dimension(wanted.above))
        ),
        opts=opts,
    )


def _register_chat(prefix: str, plan: Plan, names: Names, topic: sns.Topic, opts: pulumi.ResourceOptions) -> None:
    """
    Register the channel that the topic is written to, with a role that may do nothing: the channel reads, and commands nothing.
    """
    chat = plan.budget.chat
    if chat is None:
        return
    role = iam.Role(
        f"{prefix}-budget-chat",
        name=further.chat_name(names),
        description=f"Budget alarms of {names.stack} in chat: allows nothing",
        assume_role_policy=further.chat_trust_policy(plan),
        opts=opts,
    )
    chatbot.SlackChannelConfiguration(
        f"{prefix}-budget-chat",
        configuration_name=further.chat_name(names),
        iam_role_arn=role.arn,
        slack_team_id=chat.workspace,
        slack_channel_id=chat.channel,
        sns_topic_arns=[topic.arn],
        guardrail_policy_arns=[further.NO_ACTIONS],
        logging_level="ERROR",
        region=further.CHAT_REGION,
        opts=opts,
    )


def _limit(plan: Plan, estimate: Estimates | None) -> pulumi.Input[str]:
    """
    Return the amount; while the program is only recorded for its price there is none yet, and a budget's own price needs none.
    """
    amount = budget.limit_amount(plan, estimate)
    if amount is not None:
        return amount
    if pulumi.runtime.is_dry_run():
        return pulumi.runtime.rpc.UNKNOWN
    msg = "budgets.monthly is not set and the expected bill is not known: the AWS Budget has no amount. Set budgets.monthly."
    raise pulumi.RunError(msg)
