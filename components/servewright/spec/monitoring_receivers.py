"""
Who hears of alerts, as written: each receiver is told in one way, by a secret that stays in the cluster.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from servewright.spec.monitoring_fields import Channel, MailServer
from servewright.spec.names import Email, StackName, choice, text
from servewright.spec.served_model import SecretRefField
from servewright.spec.structure import Listed, Part


class SlackSpec(Part):
    """
    A channel of Slack.
    """

    webhook: SecretRefField
    """
    Secret with the address of the incoming webhook, {secret, key}. The address itself is a secret: who has it can write.
    """

    channel: Channel
    """
    The channel, as "#llm-alerts" in quotes (# begins a comment in YAML), or its id.
    """


class PagerDutySpec(Part):
    """
    A service of PagerDuty.
    """

    routing_key: SecretRefField
    """
    Secret with the integration key of the Events API v2, {secret, key}.
    """


class EmailReceiverSpec(Part):
    """
    Mail. With prometheus.provider: amazon the topic of SNS sends it, from an address of its own: then only `to` is given.
    """

    to: Annotated[tuple[Email, ...], Listed(1, 20)]
    """
    Addresses, 1 to 20.
    """

    from_: Email | None = Field(default=None, alias="from")
    """
    Sender. Needed, but with prometheus.provider: amazon.
    """

    smarthost: MailServer | None = None
    """
    Mail server with its port, as smtp.example.com:587. TLS is always asked for. Needed, but with prometheus.provider: amazon.
    """

    username: Annotated[str, text(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~@-]+", 254, "a user name without spaces")] | None = None
    """
    Who logs in at the mail server; with password. Default: nobody does.
    """

    password: SecretRefField | None = None
    """
    Secret with the password, {secret, key}; with username.
    """


class ReceiverSpec(Part):
    """
    Somebody who hears of alerts, in exactly one way: slack, pagerduty or email.
    """

    name: StackName
    """
    Name of the receiver: a-z, 0-9 and -, at most 40 characters.
    """

    severities: Annotated[
        tuple[Annotated[Literal["page", "ticket"], choice("page", "ticket")], ...],
        Listed(1, 2),
    ]
    """
    Which alerts: page (somebody is called now), ticket (somebody looks at it on the next working day), or both.
    """

    slack: SlackSpec | None = None
    """
    Tells a channel of Slack.
    """

    pagerduty: PagerDutySpec | None = None
    """
    Tells PagerDuty.
    """

    email: EmailReceiverSpec | None = None
    """
    Sends mail.
    """
