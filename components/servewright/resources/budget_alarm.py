"""
The budget and its alarm as Pulumi resources: key, topic, the topic's policy, subscriptions, budget.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pulumi
from pulumi_aws import budgets, kms, sns

from servewright.resources import budget

if TYPE_CHECKING:
    from servewright.plan.model import Plan
    from servewright.resources.estimates import Estimates
    from servewright.resources.naming import Names

_KEY_DELETION_DAYS: Final = 7
"""
The key guards alarms in flight and nothing that is kept: the shortest period that KMS allows.
"""


def register_budget(prefix: str, plan: Plan, names: Names, estimate: Estimates | None, opts: pulumi.ResourceOptions) -> budgets.Budget:
    """
    Register the budget of *plan* with everything that its alarms need.

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
    return budgets.Budget(
        f"{prefix}-budget",
        name=names.account_wide,
        budget_type="COST",
        time_unit="MONTHLY",
        limit_unit="USD",
        limit_amount=_limit(plan, estimate),
        cost_filters=[budgets.BudgetCostFilterArgs(**each) for each in budget.cost_filters(plan, names)],
        notifications=[
            budgets.BudgetNotificationArgs(**each, subscriber_sns_topic_arns=[topic.arn]) for each in budget.notifications(plan)
        ],
        # AWS Budgets tests the topic when the budget is made.
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[policy])),
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
