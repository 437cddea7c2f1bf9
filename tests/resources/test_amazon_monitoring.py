"""
Amazon's managed Prometheus and Grafana: the same rules, a topic for each severity, and roles that may do one thing.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import monitoring_made
from aws_records import recorded
from iam_policies import policy_faults
from servewright.catalog.load import load_catalog
from servewright.cost.bill import price_records
from servewright.plan.monitoring_needs import monitoring_needs
from servewright.resources.monitoring import amazon
from servewright.resources.monitoring.rule_objects import group_values
from servewright.resources.monitoring.scope import Scope
from servewright.spec.monitoring_request import GrafanaRequest, RemoteWrite
from watched_operators import watching

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.plan.model import Plan
    from servewright.plan.monitoring_plan import MonitoringPlan

WORKSPACE = "arn:aws:aps:us-east-1:123456789012:workspace/ws-1"
TOPIC = "arn:aws:sns:us-east-1:123456789012:demo-page"


def managed(**changes: Any) -> MonitoringPlan:
    """
    Return the monitoring whose samples and dashboards Amazon keeps.
    """
    prometheus = replace(monitoring_made.REQUEST.prometheus, provider="amazon", **changes)
    return monitoring_made.monitoring(prometheus=prometheus, grafana=GrafanaRequest(provider="amazon", admin=None))


@pytest.fixture(scope="module")
def records() -> list[ResourceRecord]:
    """
    Provide what a stack registers that installs Prometheus and has its samples kept by Amazon.
    """
    return list(recorded(watching(monitoring=managed())))


def only(records: list[ResourceRecord], kind: str) -> dict[str, Any]:
    """
    Return the inputs of the one resource of *kind*.
    """
    (found,) = (each for each in records if each.type == kind)
    return dict(found.inputs)


def statements(policy: str) -> list[dict[str, Any]]:
    """
    Return the statements of a policy document.
    """
    found: list[dict[str, Any]] = json.loads(policy)["Statement"]
    return found


def test_the_same_rules_are_evaluated(records: list[ResourceRecord]) -> None:
    """
    What the cluster's Prometheus would get as objects Amazon gets as one file; the cluster gets none, or alerts would come twice.
    """
    scope = Scope.of(watching(monitoring=managed()), load_catalog())
    assert scope is not None
    data = yaml.safe_load(only(records, "aws:amp/ruleGroupNamespace:RuleGroupNamespace")["data"])

    assert data == {"groups": list(group_values(scope))}
    assert [group["name"] for group in data["groups"]]
    assert not [each for each in records if each.type.endswith((":PrometheusRule", ":AlertmanagerConfig"))]


def test_samples_are_kept_as_long_as_the_spec_says(records: list[ResourceRecord]) -> None:
    """
    The workspace is named after stack and region, and its retention is that of the spec.
    """
    assert only(records, "aws:amp/workspace:Workspace")["alias"] == "servewright-demo-dev-us-east-1"
    assert only(records, "aws:amp/workspaceConfiguration:WorkspaceConfiguration")["retentionPeriodInDays"] == 30


def test_each_severity_has_a_topic_that_the_workspace_alone_writes_to(records: list[ResourceRecord]) -> None:
    """
    Routes by severity, everything else to nobody; topics are encrypted by a key of their own, and mail is subscribed to.
    """
    definition = yaml.safe_load(only(records, "aws:amp/alertManagerDefinition:AlertManagerDefinition")["definition"])
    config = yaml.safe_load(definition["alertmanager_config"])
    topics = {each.name: each.inputs for each in records if each.type == "aws:sns/topic:Topic" and "alerts" in each.name}
    mail = [each.inputs for each in records if each.type.endswith(":TopicSubscription") and "alerts" in each.name]

    assert config["route"]["receiver"] == "nobody"
    assert [(route["receiver"], route["matchers"]) for route in config["route"]["routes"]] == [
        ("page", ['severity="page"']),
        ("ticket", ['severity="ticket"']),
    ]
    assert {receiver["name"] for receiver in config["receivers"]} == {"nobody", "page", "ticket"}
    assert sorted(topics) == ["demo-alerts-page", "demo-alerts-ticket"]
    assert all(inputs["kmsMasterKeyId"] for inputs in topics.values())
    assert [each["endpoint"] for each in mail] == ["ml-platform@example.com"]


def test_nobody_else_uses_topic_and_key() -> None:
    """
    Amazon's Alertmanager, for this account; the topic for this workspace only, and never without TLS.
    """
    plan = watching(monitoring=managed())
    publish, in_transit = statements(amazon.topic_policy(plan, TOPIC, WORKSPACE))
    _, encrypt = statements(amazon.key_policy(plan))

    assert publish["Principal"] == encrypt["Principal"] == {"Service": "aps.amazonaws.com"}
    assert publish["Condition"] == {"StringEquals": {"aws:SourceAccount": plan.stack.account}, "ArnEquals": {"aws:SourceArn": WORKSPACE}}
    assert encrypt["Condition"] == {"StringEquals": {"aws:SourceAccount": plan.stack.account}}
    assert in_transit["Effect"] == "Deny"


def test_the_installed_prometheus_writes_with_its_pods_identity(records: list[ResourceRecord]) -> None:
    """
    No key anywhere: the role may write to this workspace, the ServiceAccount is the release's, and the address is the workspace's.
    """
    given = only(records, "aws:eks/podIdentityAssociation:PodIdentityAssociation")
    release = next(each for each in records if each.type.endswith("v3:Release") and each.inputs["chart"] == "kube-prometheus-stack")
    (target,) = release.inputs["values"]["prometheus"]["prometheusSpec"]["remoteWrite"]

    assert (given["namespace"], given["serviceAccount"]) == ("monitoring", "kube-prometheus-stack-prometheus")
    assert target["sigv4"] == {"region": "us-east-1"}
    assert target["url"].endswith("api/v1/remote_write")
    assert release.inputs["values"]["prometheus"]["prometheusSpec"]["retention"] == "30d", "what stood there before stays"
    (write,) = statements(amazon.write_policy(WORKSPACE))
    assert (write["Action"], write["Resource"]) == ("aps:RemoteWrite", WORKSPACE)


def test_a_second_copy_of_the_spec_stays() -> None:
    """
    What the spec writes samples to is written to beside Amazon's workspace.
    """
    asked = RemoteWrite(url="https://metrics.example.com/push", token=None)
    made = recorded(watching(monitoring=managed(remote_write=asked)))
    release = next(each for each in made if each.type.endswith("v3:Release") and each.inputs["chart"] == "kube-prometheus-stack")
    targets = release.inputs["values"]["prometheus"]["prometheusSpec"]["remoteWrite"]

    first, second = targets
    assert (first["url"], "sigv4" in second) == ("https://metrics.example.com/push", True)


def test_an_existing_prometheus_is_asked_to_write() -> None:
    """
    Nothing in the cluster is changed from here: no role is made, and the requirement is listed.
    """
    plan = monitoring_made.plan(monitoring=managed())
    made = recorded(plan)

    assert not [each for each in made if each.type.startswith("aws:eks/")]
    said = " / ".join(need.what for need in monitoring_needs(plan))
    assert "aps:RemoteWrite" in said
    assert "subscribe on-call, team-chat" in said
    assert "import the dashboards" in said


def test_grafana_reads_and_no_more(records: list[ResourceRecord]) -> None:
    """
    People sign in by IAM Identity Center, and its role can be taken by Grafana in this account alone.
    """
    made, plan = only(records, "aws:grafana/workspace:Workspace"), watching(monitoring=managed())
    (trust,) = statements(amazon.grafana_trust(plan))
    find, read = statements(amazon.read_policy(WORKSPACE))

    assert (made["authenticationProviders"], made["dataSources"]) == (["AWS_SSO"], ["PROMETHEUS"])
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": plan.stack.account}
    assert (find["Action"], find["Resource"]) == ("aps:ListWorkspaces", "*")
    assert read["Resource"] == WORKSPACE
    assert set(read["Action"]) == {
        f"aps:{each}" for each in ("DescribeWorkspace", "QueryMetrics", "GetLabels", "GetSeries", "GetMetricMetadata")
    }
    assert statements(amazon.read_policy(None)) == [find], "without a workspace of its own the stack grants no reading"


def test_grafana_is_granted_the_workspace_that_the_stack_makes(records: list[ResourceRecord]) -> None:
    """
    A preview knows no ARN yet: the policy is there and unknown, and without samples at Amazon it is known and grants the list alone.
    """
    elsewhere = monitoring_made.monitoring(grafana=GrafanaRequest(provider="amazon", admin=None))
    made = [each for each in recorded(watching(monitoring=elsewhere)) if each.type == "aws:iam/rolePolicy:RolePolicy"]

    assert len([each for each in records if each.type == "aws:iam/rolePolicy:RolePolicy" and each.inputs["name"] == "read"]) == 1
    (policy,) = (each.inputs["policy"] for each in made)
    assert [each["Action"] for each in statements(policy)] == ["aps:ListWorkspaces"]


@pytest.mark.parametrize("region", ["us-east-1", "cn-north-1", "us-gov-west-1"])
def test_policies_are_policies(region: str) -> None:
    """
    In every part of AWS the documents keep to IAM's grammar.
    """
    plan: Plan = watching(monitoring=managed(), region=region)
    for policy in (amazon.key_policy(plan), amazon.topic_policy(plan, TOPIC, WORKSPACE)):
        assert policy_faults(policy) == ()


def test_the_bill_has_every_line(records: list[ResourceRecord]) -> None:
    """
    Samples and queries, users of Grafana, the key: priced, or loudly unknown where no price of the region is known; nothing is unsupported.
    """
    bill = price_records(records, load_catalog())
    watched = {line.name for line in bill.lines if line.component == "monitoring"}

    assert {"samples written", "samples read by queries", "metrics storage", "users, editing (Grafana)"} <= watched
    assert bill.unsupported == ()
    assert {"samples written", "metrics storage"} <= {each.what for each in bill.unknown}
