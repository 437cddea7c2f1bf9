"""
Deployments: free where their nodes are billed, and what they cause elsewhere.
"""

from __future__ import annotations

import tiny_catalog
from cluster_records import deployment, node_class, node_pool, on_demand_stack, record, scaled_object
from servewright.cost.bill import price_records
from servewright.cost.model import NotPriced

CATALOG = tiny_catalog.tiny_catalog()


def test_a_deployment_is_free_and_its_nodes_are_billed() -> None:
    """
    The pool is the billed thing: nothing is counted twice.
    """
    bill = price_records(on_demand_stack(), CATALOG)

    assert [f.reason for f in bill.free if f.type.endswith(":Deployment")] == ["its pods run on nodes that are billed by their pool"]


def test_gpu_pods_without_a_pool_are_unknown() -> None:
    """
    GPUs that no registered pool provides are not free.
    """
    (unknown,) = price_records([deployment(shape="elsewhere"), node_pool("p"), node_class("p")], CATALOG).unknown

    assert unknown.why == "its pods ask for 1 GPUs each, and no registered node pool has the labels they select"


def test_pods_without_a_gpu_on_existing_nodes_are_listed_with_their_requests() -> None:
    """
    A Deployment that selects no registered pool is not priced here, and says what it asks for.
    """
    bill = price_records([deployment(gpus=0, shape=None), scaled_object()], CATALOG)

    assert NotPriced(what="pods of chat on existing nodes", requests="1 to 4 x 2000m CPU and 8192 MiB") in bill.not_priced
    assert bill.complete


def test_what_new_nodes_pull_and_pods_log_is_listed() -> None:
    """
    Image and weights per start (from the pod's disk request), and a GB of logs per replica and day.
    """
    listed = {item.what: item.requests for item in price_records(on_demand_stack(), CATALOG).not_priced}

    assert listed["NAT gateway or endpoint data when nodes of chat start"] == (
        "9.0 GB of image and at most 24 GiB of weights each, about 43 starts a month"
    )
    # (268 / 168) replicas on average x 1 GB x 730 / 24 days
    assert listed["shipping and storage of logs of chat"] == "about 49 GB a month"


def test_the_existing_cluster_is_listed_until_one_is_registered() -> None:
    """
    Control plane and operators are paid by whoever runs the cluster; a cluster of our own would be on the bill.
    """
    listed = {item.what: item.requests for item in price_records(on_demand_stack(), CATALOG).not_priced}

    assert listed["control plane of the existing cluster"] == "730 hours a month, shared with everything else on it"
    assert listed["operators on existing nodes"] == "Karpenter, KEDA, NVIDIA device plugin and DCGM exporter"
    own = record("aws:eks/cluster:Cluster", "own", {})
    assert not [i for i in price_records([*on_demand_stack(), own], CATALOG).not_priced if "existing" in i.what]
    assert price_records([own], CATALOG).not_priced == ()


def test_an_unreadable_pool_is_said_once() -> None:
    """
    The Deployment does not repeat what the bill says at the pool.
    """
    bill = price_records([deployment(), scaled_object(), node_pool("p", purchase="reserved"), node_class("p")], CATALOG)

    assert [u.resource.rpartition("::")[2] for u in bill.unknown] == ["p"]
