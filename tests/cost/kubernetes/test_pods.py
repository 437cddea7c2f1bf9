"""
Workloads of other programs.
"""

from __future__ import annotations

from typing import Any

import pytest

from cluster_records import node_class, node_pool, record
from foreign_pools import TYPES, foreign_pool, requirement
from servewright.cost.records import UNKNOWN, ResourceRecord
from service_bills import bill_of, reasons

POD: dict[str, Any] = {"containers": [{"name": "main"}]}
GPU: dict[str, Any] = {"containers": [{"name": "main", "resources": {"limits": {"nvidia.com/gpu": "1"}}}]}
SLICE: dict[str, Any] = {"containers": [{"name": "main", "resources": {"requests": {"nvidia.com/mig-1g.5gb": 1}}}]}
ONE = {"minSize": 1, "maxSize": 1, "desiredSize": 1}
NODE_GROUP = record("aws:eks/nodeGroup:NodeGroup", "workers", {"instanceTypes": ["g6.xlarge"], "scalingConfig": ONE})
KINDS = ["apps/v1:StatefulSet", "apps/v1:ReplicaSet", "core/v1:ReplicationController", "core/v1:Pod", "batch/v1:Job", "batch/v1:CronJob"]

kinds = pytest.mark.parametrize("kind", KINDS)


def workload(kind: str, pod: dict[str, Any]) -> ResourceRecord:
    """
    Return the record of a workload whose pods are *pod*.
    """
    template = {"template": {"spec": pod}}
    spec = {"core/v1:Pod": pod, "batch/v1:CronJob": {"jobTemplate": {"spec": template}}}.get(kind, template)
    return record(f"kubernetes:{kind}", "work", {"metadata": {"name": "work"}, "spec": spec})


def about(made: ResourceRecord, *others: ResourceRecord) -> tuple[list[str], list[str]]:
    """
    Return why *made* is unknown, and what of it is listed as not priced.
    """
    bill = bill_of(made, *others)
    unknown = [item.why for item in bill.unknown if item.resource == made.urn]
    return unknown, [item.what for item in bill.not_priced if item.what.startswith("pods of work")]


@kinds
def test_pods_on_existing_nodes_are_listed(kind: str) -> None:
    """
    Nothing registered hosts them: they are not left out.
    """
    assert about(workload(kind, POD)) == ([], ["pods of work on existing nodes"])


@kinds
def test_pods_on_node_groups_are_free(kind: str) -> None:
    """
    A node group is billed for its own number of nodes, GPUs included.
    """
    assert about(workload(kind, POD), NODE_GROUP) == ([], [])
    assert about(workload(kind, GPU), NODE_GROUP) == ([], [])


@kinds
def test_gpus_that_no_nodes_have_are_unknown(kind: str) -> None:
    """
    GPU pods are never taken for nothing.
    """
    (why,), _ = about(workload(kind, GPU))

    assert why == "they ask for GPUs, and no registered nodes have the labels they select"


@kinds
def test_pods_on_a_pool_that_counts_deployments_are_unknown(kind: str) -> None:
    """
    A pool of ours is billed for Deployments: others on its nodes would be missing.
    """
    pod = {**GPU, "nodeSelector": {"servewright.dev/shape": "chat"}}
    (why,), _ = about(workload(kind, pod), node_pool("p"), node_class("p"))

    assert why == "they select nodes of p, which the bill counts for the pods of Deployments only"


def test_a_daemon_set_starts_no_node() -> None:
    """
    It is free wherever it runs, with its reason.
    """
    bill = bill_of(record("kubernetes:apps/v1:DaemonSet", "agent", {"spec": {"template": {"spec": GPU}}}))

    assert (bill.complete, [each.type for each in bill.free]) == (True, ["kubernetes:apps/v1:DaemonSet"])


@pytest.mark.parametrize(
    "nodes",
    [
        record("aws:eks/nodeGroup:NodeGroup", "plain", {"instanceTypes": ["m7i.large"], "scalingConfig": ONE}),
        record("aws:ec2/instance:Instance", "bastion", {"instanceType": "g6.xlarge"}),
        record("aws:autoscaling/group:Group", "blind", {"minSize": 1, "maxSize": 1, "launchTemplate": {"id": UNKNOWN}}),
        foreign_pool(requirement(TYPES, "In", "m7i.large"), limits={"nodes": "4"}),
    ],
)
@pytest.mark.parametrize("kind", [*KINDS, "apps/v1:Deployment"])
def test_gpus_are_not_free_on_nodes_without_any(kind: str, nodes: ResourceRecord) -> None:
    """
    Nodes of CPU types, of unknown types, and instances that are no nodes run no such pod: its GPUs are paid somewhere else.
    """
    for pod in (GPU, {**POD, "initContainers": GPU["containers"]}, SLICE):
        (why,), _ = about(workload(kind, pod), nodes)
        assert "GPUs" in why


@pytest.mark.parametrize(
    "group",
    [
        {"launchTemplate": {"name": "gpu"}},
        {"mixedInstancesPolicy": {"launchTemplate": {"launchTemplateSpecification": {"launchTemplateName": "gpu"}}}},
        {"mixedInstancesPolicy": {"launchTemplate": {"overrides": [{"instanceType": "m7i.large"}, {"instanceType": "g6.xlarge"}]}}},
    ],
)
def test_the_types_of_groups_are_found_where_they_stand(group: dict[str, Any]) -> None:
    """
    In the group, in its policy or in its launch template.
    """
    made = record("aws:autoscaling/group:Group", "nodes", {"minSize": 1, "maxSize": 1, **group})
    template = record("aws:ec2/launchTemplate:LaunchTemplate", "gpu", {"name": "gpu", "instanceType": "g6.xlarge"})

    assert about(workload("batch/v1:Job", GPU), made, template) == ([], [])


def test_pods_run_on_a_static_pool_of_gpu_nodes() -> None:
    """
    Its nodes are billed whatever runs there, and no Deployment makes more of them.
    """
    pool = foreign_pool(requirement(TYPES, "In", "g6.xlarge"), replicas=2)
    pod = {**GPU, "nodeSelector": {"team": "search"}}

    assert about(workload("batch/v1:Job", pod), pool, workload("apps/v1:Deployment", pod)) == ([], [])


def test_a_deployment_on_node_groups_is_free_even_without_a_name() -> None:
    """
    What the node group costs does not depend on the pods, so nothing of them need be known.
    """
    made = record("kubernetes:apps/v1:Deployment", "work", {"spec": {"template": {"spec": GPU}}})

    assert about(made, NODE_GROUP) == ([], [])
    assert reasons(bill_of(made)) == ["metadata.name is missing"]
