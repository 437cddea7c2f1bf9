"""
The parts of the section `budgets` beside the stack's own limit: the owner's budget, cost anomalies, the chat channel.
"""

from __future__ import annotations

from typing import Annotated

from servewright.spec.names import text
from servewright.spec.quantities import Money
from servewright.spec.structure import Part, Short

MonitorArn = Annotated[
    str,
    text(
        r"arn:aws(-cn|-us-gov)?:ce::[0-9]{12}:anomalymonitor/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        120,
        "the ARN of a cost anomaly monitor",
        "aws ce get-anomaly-monitors lists those of the account",
    ),
]
"""
As AWS Cost Explorer names its monitors (service authorization reference, resource type anomalymonitor, read 2026-11).
"""

Workspace = Annotated[
    str,
    text(r"T[0-9A-Z]{6,20}", 21, "the id of a Slack workspace, as T0123ABCD", "it begins with T and stands in the workspace's address"),
]
Channel = Annotated[
    str,
    text(r"[CG][0-9A-Z]{6,20}", 21, "the id of a Slack channel, as C0123ABCD", "not its name: the id stands under the channel's details"),
]
"""
AWS takes any upper-case text as a workspace and any text as a channel (API reference CreateSlackChannelConfiguration); Slack's own ids
begin with T, and with C or G. The length is a judgement: Slack's have 9 to 11 characters and may grow.
"""


class OwnerBudgetSpec(Part):
    """
    A budget over everything of the owner in the account. One stack of the owner makes it: AWS refuses a second budget of its name.
    """

    monthly: Money
    """
    Limit of a month over all that carries the owner's tag in the account, in every region, as 120000 USD. Not below budgets.monthly.
    """


class AnomaliesSpec(Part):
    """
    Alarms of AWS Cost Anomaly Detection.
    """

    above: Money
    """
    What an anomaly must cost beyond the expected before anybody hears of it, as 100 USD; 0.01 USD to 1000000000 USD.
    """

    monitor: MonitorArn | None = None
    """
    ARN of a monitor that the account has. Default: one over the stack's tag, which AWS allows in the payer's account, or one of no
    organisation, alone.
    """


class ChatSpec(Part):
    """
    The Slack channel that the alarms are written to, by Amazon Q Developer in chat applications.
    """

    workspace: Workspace
    """
    Id of the workspace, as T0123ABCD. It is authorised once in the AWS console, by hand.
    """

    channel: Channel
    """
    Id of the channel, as C0123ABCD. A private one must invite @Amazon Q.
    """


AnomaliesField = Annotated[AnomaliesSpec | None, Short(lambda value: None if value == "off" else value, {"const": "off"})]
