"""
Amazon's managed Prometheus and Grafana as plain values: rules, receivers, and who may write and read.

Samples come from the cluster: an installed Prometheus writes them with its pods' identity; an existing one has to be told to, which is
listed. Alertmanager at Amazon tells SNS alone, so that each severity has a topic; mail goes out from there, and whoever else is to hear
of alerts subscribes to it.
"""

from __future__ import annotations

import json
from textwrap import indent
from typing import TYPE_CHECKING, Any, Final

import yaml

from servewright.plan.operators import PROMETHEUS, installed
from servewright.resources.budget import account, partition
from servewright.resources.monitoring.rule_objects import group_values
from servewright.resources.naming import join
from servewright.spec.monitoring_request import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servewright.plan.model import Plan
    from servewright.resources.monitoring.scope import Scope
    from servewright.resources.naming import Names
    from servewright.spec.monitoring_request import Severity

SERVICE_ACCOUNT: Final = "kube-prometheus-stack-prometheus"
"""
The ServiceAccount of the release's Prometheus, which gets the role that writes.
"""

IDENTITY: Final = ("PodIdentity", PROMETHEUS)
"""
What the release waits for: the agent gives a pod its identity when the pod is made, and never later.
"""

RULES: Final = "servewright"

_ROLE_LIMIT: Final = 64
"""
Characters of a role's name (API reference of IAM, CreateRole, read 2026-11).
"""

_READ: Final = (
    "aps:DescribeWorkspace",
    "aps:QueryMetrics",
    "aps:GetLabels",
    "aps:GetSeries",
    "aps:GetMetricMetadata",
)
"""
What Grafana's data source needs of a workspace (Amazon Managed Grafana user guide, "Permissions and policies for AWS data sources", read
2026-11). It finds one by aps:ListWorkspaces, which is about all of them.
"""

_ENCRYPT: Final = ["kms:GenerateDataKey*", "kms:Decrypt"]
_TIMES: Final[dict[Severity, dict[str, str]]] = {
    "page": {"group_wait": "30s", "group_interval": "5m", "repeat_interval": "1h"},
    "ticket": {"group_wait": "5m", "group_interval": "30m", "repeat_interval": "24h"},
}
"""
As in the cluster's own routes (`resources.monitoring.alertmanager`), where the reasons stand.
"""


def keeps_samples(plan: Plan) -> bool:
    """
    Tell whether Amazon keeps the samples and evaluates the rules of *plan*.
    """
    return plan.monitoring is not None and plan.monitoring.request.prometheus.provider == "amazon"


def shows_dashboards(plan: Plan) -> bool:
    """
    Tell whether Amazon's Grafana shows the dashboards of *plan*.
    """
    return plan.monitoring is not None and plan.monitoring.request.grafana.provider == "amazon"


def writes_samples(plan: Plan) -> bool:
    """
    Tell whether a Prometheus that the stack installs writes to Amazon's.
    """
    return keeps_samples(plan) and PROMETHEUS in installed(plan.operators)


def role_name(plan: Plan, names: Names, purpose: str) -> str:
    """
    Return the name of the role for *purpose*, which is unique in the account.
    """
    return join("servewright", *names.identity, plan.stack.region, purpose, limit=_ROLE_LIMIT)


def rules_yaml(scope: Scope) -> str:
    """
    Return all rules, as a file of Prometheus has them.
    """
    return yaml.safe_dump({"groups": list(group_values(scope))}, sort_keys=False, allow_unicode=False, width=140)


def heard(plan: Plan) -> tuple[Severity, ...]:
    """
    Return the severities that somebody is to hear of.
    """
    receivers = () if plan.monitoring is None else plan.monitoring.request.receivers
    return tuple(each for each in SEVERITIES if any(each in receiver.severities for receiver in receivers))


def mailed(plan: Plan, severity: Severity) -> tuple[str, ...]:
    """
    Return the addresses that SNS itself writes to about alerts of *severity*.
    """
    receivers = () if plan.monitoring is None else plan.monitoring.request.receivers
    return tuple(dict.fromkeys(address for receiver in receivers if severity in receiver.severities for address in receiver.to))


def definition(region: str, topics: Mapping[Severity, str]) -> str:
    """
    Return who is told of which alert: each severity by its topic, all else by none.
    """
    routes = [
        {"receiver": severity, "matchers": [f'severity="{severity}"'], "group_by": ["alertname", "model", "stack"], **_TIMES[severity]}
        for severity in topics
    ]
    receivers = [
        {"name": severity, "sns_configs": [{"topic_arn": topic, "sigv4": {"region": region}, "attributes": {"severity": severity}}]}
        for severity, topic in topics.items()
    ]
    config = {"route": {"receiver": "nobody", "routes": routes}, "receivers": [{"name": "nobody"}, *receivers]}
    text = yaml.safe_dump(config, sort_keys=False, width=140)
    return "alertmanager_config: |\n" + indent(text, "  ")


def key_policy(plan: Plan) -> str:
    """
    Return the policy of the topics' key: the account administers it, Amazon's Alertmanager encrypts with it for this account only.
    """
    administer = {
        "Sid": "AccountAdministers",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{partition(plan)}:iam::{account(plan)}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return _policy(administer, _allow_service(plan, "AlertmanagerEncrypts", _ENCRYPT, "*"))


def topic_policy(plan: Plan, topic_arn: str, workspace_arn: str) -> str:
    """
    Return the policy of a topic: the workspace's Alertmanager may publish, nobody without TLS.
    """
    publish = _allow_service(plan, "AlertmanagerPublishes", ["sns:Publish", "sns:GetTopicAttributes"], topic_arn)
    publish["Condition"]["ArnEquals"] = {"aws:SourceArn": workspace_arn}
    in_transit = {
        "Sid": "OnlyWithTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sns:Publish",
        "Resource": topic_arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return _policy(publish, in_transit)


def write_policy(workspace_arn: str) -> str:
    """
    Return what the cluster's Prometheus may do: write samples to this workspace.
    """
    return _policy({"Sid": "WriteSamples", "Effect": "Allow", "Action": "aps:RemoteWrite", "Resource": workspace_arn})


def read_policy(workspace_arn: str | None) -> str:
    """
    Return what Grafana may do: list the account's workspaces, and ask the stack's alone; None: the stack has none, and others are granted
    by hand.
    """
    find = {"Sid": "ListWorkspaces", "Effect": "Allow", "Action": "aps:ListWorkspaces", "Resource": "*"}
    if workspace_arn is None:
        return _policy(find)
    return _policy(find, {"Sid": "ReadMetrics", "Effect": "Allow", "Action": list(_READ), "Resource": workspace_arn})


def grafana_trust(plan: Plan) -> str:
    """
    Return who may take the role that reads: Grafana's workspaces of this account and region.
    """
    workspaces = f"arn:{partition(plan)}:grafana:{plan.stack.region}:{account(plan)}:/workspaces/*"
    statement = {
        "Sid": "GrafanaWorkspaces",
        "Effect": "Allow",
        "Principal": {"Service": "grafana.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": account(plan)}, "StringLike": {"aws:SourceArn": workspaces}},
    }
    return _policy(statement)


def _allow_service(plan: Plan, sid: str, action: list[str], resource: str) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": "aps.amazonaws.com"},
        "Action": action,
        "Resource": resource,
        # Without it a workspace of any account could use topic and key (confused deputy).
        "Condition": {"StringEquals": {"aws:SourceAccount": account(plan)}},
    }


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, sort_keys=True)
