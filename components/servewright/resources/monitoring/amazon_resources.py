"""
Amazon's managed Prometheus and Grafana as Pulumi resources: a workspace each, rules, topics, and the roles that write and read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pulumi
from pulumi_aws import amp, eks, grafana, iam, kms, sns

from servewright.plan.operators import PROMETHEUS
from servewright.resources.caches.elasticache_policies import trust_policy
from servewright.resources.connections import prometheus_namespace
from servewright.resources.monitoring import amazon
from servewright.resources.monitoring.scope import Scope
from servewright.resources.operators.prometheus import remote_write
from servewright.resources.registration import Given

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.plan.model import Plan
    from servewright.spec.monitoring_request import Severity

_KEY_DELETION_DAYS: Final = 7
"""
The key guards alerts in flight and nothing that is kept: the shortest period that KMS allows.
"""


def register_amazon(prefix: str, plan: Plan, catalog: Catalog, opts: pulumi.ResourceOptions) -> Given:
    """
    Register what Amazon runs of the monitoring of *plan*, and return what the cluster's Prometheus needs of it.
    """
    scope = Scope.of(plan, catalog)
    if scope is None:
        return Given()
    name = f"{prefix}-prometheus"
    workspace = amp.Workspace(name, alias=scope.names.account_wide, opts=opts) if amazon.keeps_samples(plan) else None
    if amazon.shows_dashboards(plan):
        _grafana(f"{prefix}-grafana", scope, workspace, opts)
    if workspace is None:
        return Given()
    keeps = scope.monitoring.request.prometheus.retention_days
    amp.WorkspaceConfiguration(name, workspace_id=workspace.id, retention_period_in_days=keeps, opts=opts)
    amp.RuleGroupNamespace(name, name=amazon.RULES, workspace_id=workspace.id, data=amazon.rules_yaml(scope), opts=opts)
    _receivers(f"{prefix}-alerts", scope, workspace, opts)
    return _writer(name, scope, workspace, opts) if amazon.writes_samples(plan) else Given()


def _receivers(prefix: str, scope: Scope, workspace: amp.Workspace, opts: pulumi.ResourceOptions) -> None:
    """
    Register a topic for each severity that somebody hears of, and Alertmanager's way to it.
    """
    plan, heard = scope.plan, amazon.heard(scope.plan)
    if not heard:
        return
    key = kms.Key(
        prefix,
        description=f"Alerts of {scope.names.stack}",
        enable_key_rotation=True,
        deletion_window_in_days=_KEY_DELETION_DAYS,
        policy=amazon.key_policy(plan),
        opts=opts,
    )
    topics: dict[Severity, pulumi.Output[str]] = {}
    policies: list[pulumi.Resource] = []
    for severity in heard:
        own = f"{prefix}-{severity}"
        topic = sns.Topic(own, name=f"{scope.names.account_wide}-{severity}", kms_master_key_id=key.arn, opts=opts)
        allowed = pulumi.Output.all(topic.arn, workspace.arn).apply(lambda arns: amazon.topic_policy(plan, *arns))
        policies.append(sns.TopicPolicy(own, arn=topic.arn, policy=allowed, opts=opts))
        for address in amazon.mailed(plan, severity):
            sns.TopicSubscription(f"{own}-{address}", topic=topic.arn, protocol="email", endpoint=address, opts=opts)
        topics[severity] = topic.arn
    told = pulumi.Output.all(**{str(severity): arn for severity, arn in topics.items()}).apply(
        lambda arns: amazon.definition(plan.stack.region, {severity: arns[severity] for severity in heard})
    )
    after = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=policies))
    amp.AlertManagerDefinition(prefix, workspace_id=workspace.id, definition=told, opts=after)


def _writer(name: str, scope: Scope, workspace: amp.Workspace, opts: pulumi.ResourceOptions) -> Given:
    """
    Let the pods of the installed Prometheus write to *workspace*, and return what says so and where to.
    """
    plan = scope.plan
    role = iam.Role(
        name,
        name=amazon.role_name(plan, scope.names, "metrics"),
        description=f"Write the metrics of {scope.names.stack}",
        assume_role_policy=trust_policy(plan),
        opts=opts,
    )
    allowed = iam.RolePolicy(name, name="write", role=role.name, policy=workspace.arn.apply(amazon.write_policy), opts=opts)
    given = eks.PodIdentityAssociation(
        name,
        cluster_name=plan.stack.cluster.name,
        namespace=prometheus_namespace(plan),
        service_account=amazon.SERVICE_ACCOUNT,
        role_arn=role.arn,
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[allowed])),
    )
    asked = scope.monitoring.request.prometheus.remote_write
    address = workspace.prometheus_endpoint.apply(lambda endpoint: f"{endpoint}api/v1/remote_write")
    targets: list[Any] = [] if asked is None else [remote_write(asked)]
    targets.append({"url": address, "sigv4": {"region": plan.stack.region}})
    return Given(
        made={amazon.IDENTITY: given},
        values={PROMETHEUS: {"prometheus": {"prometheusSpec": {"remoteWrite": targets}}}},
    )


def _grafana(name: str, scope: Scope, workspace: amp.Workspace | None, opts: pulumi.ResourceOptions) -> None:
    """
    Register Grafana, whose users sign in by IAM Identity Center.
    """
    plan = scope.plan
    role = iam.Role(
        name,
        name=amazon.role_name(plan, scope.names, "grafana"),
        description=f"Read the metrics of {scope.names.stack}",
        assume_role_policy=amazon.grafana_trust(plan),
        opts=opts,
    )
    may = amazon.read_policy(None) if workspace is None else workspace.arn.apply(amazon.read_policy)
    allowed = iam.RolePolicy(name, name="read", role=role.name, policy=may, opts=opts)
    grafana.Workspace(
        name,
        name=scope.names.account_wide,
        description=f"Dashboards of {scope.names.stack}",
        account_access_type="CURRENT_ACCOUNT",
        authentication_providers=["AWS_SSO"],
        permission_type="SERVICE_MANAGED",
        data_sources=["PROMETHEUS"],
        role_arn=role.arn,
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[allowed])),
    )
