"""
Deployments: free where their nodes are billed, and what they cause elsewhere.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import tiny_catalog
from cluster_records import OFFICE, deployment, node_class, node_pool, on_demand_stack, record, scaled_object
from servewright.cost.bill import price_records
from servewright.cost.model import NotPriced

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.catalog.query import Catalog
    from servewright.cost.records import ResourceRecord

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


def listed(records: Iterable[ResourceRecord], catalog: Catalog = CATALOG) -> dict[str, str]:
    """
    Return what the bill of *records* lists as not priced.
    """
    return {item.what: item.requests for item in price_records(records, catalog).not_priced}


def test_what_new_nodes_pull_is_listed() -> None:
    """
    Image and weights of each launch, their GB a month, and what they cost at a NAT gateway: 43.452381 x (9.035211 + 16.106127) GB.
    """
    records = [deployment(weights="15"), scaled_object(), node_pool("base"), node_class("base")]

    assert listed(records)["NAT data when nodes of chat start"] == (
        "1,092 GB a month: $49 (43 nodes pull 9.0 GB image, 43 replicas 16 GB weights)"
    )


def test_without_its_weights_the_disk_request_bounds_them() -> None:
    """
    24 GiB of disk are at most 25.8 GB of weights.
    """
    assert listed(on_demand_stack())["NAT data when nodes of chat start"] == (
        "at most 1,512 GB a month: $68 (43 nodes pull 9.0 GB image, 43 replicas 26 GB weights)"
    )


def test_replicas_that_share_a_node_pull_their_weights_each() -> None:
    """
    Ten hours a day three replicas instead of one: on nodes of their own two nodes a day are launched, on a shared one none.
    """
    week = ((1,) * 8 + (3,) * 10 + (1,) * 6) * 7
    grown = [deployment(hours=week, weights="15"), scaled_object(), node_class("base")]

    assert "(61 nodes pull 9.0 GB image, 61 replicas 16 GB weights)" in pulled([*grown, node_pool("base")])
    assert "(0 nodes pull 9.0 GB image, 61 replicas 16 GB weights)" in pulled([*grown, node_pool("base", types=("g6.12xlarge",))])


def pulled(records: Iterable[ResourceRecord]) -> str:
    """
    Return what the bill of *records* says of what is pulled when replicas start.
    """
    return listed(records)["NAT data when nodes of chat start"]


def test_weights_that_cannot_be_read_are_said() -> None:
    """
    A malformed annotation is not replaced by the bound; the pool's price does not rest on it.
    """
    bill = price_records([deployment(weights="many"), scaled_object(), node_pool("base"), node_class("base")], CATALOG)

    (unknown,) = bill.unknown
    assert unknown.why == "metadata.annotations[\"servewright.dev/weights-gib\"] is not a number of 0 or more: 'many'"
    assert [line.component for line in bill.lines] == ["GPU nodes", "storage"]


def test_shared_launches_are_divided_by_the_replicas_they_serve() -> None:
    """
    Two models with the same week on one pool: each pulls for half of the launches, so that together nothing is counted twice.
    """
    both = [deployment("a", weights="15"), scaled_object("a"), deployment("b", weights="15"), scaled_object("b")]
    pool = [node_pool("p", types=("g6.12xlarge",)), node_class("p")]
    alone = [deployment("a", weights="15", hours=tuple(2 * hour for hour in OFFICE)), scaled_object("a", minimum=2, maximum=8)]
    found = listed([*both, *pool])
    launches = [found[f"NAT data when nodes of {name} start"].split("(")[1].split()[0] for name in ("a", "b")]

    assert launches == ["11", "11"]
    assert listed([*alone, *pool])["NAT data when nodes of a start"].split("(")[1].split()[0] == "22"


def test_nodes_that_always_run_pull_nothing_in_a_month() -> None:
    """
    A base starts once, when it is deployed: no launches, and no entry of 0 GB.
    """
    records = [deployment(hours=(2,) * 168, replicas=2), node_pool("base"), node_class("base")]

    assert [what for what in listed(records) if what.startswith("NAT data when nodes")] == []


def test_base_and_burst_of_a_model_are_told_apart() -> None:
    """
    Entries of pods carry the name of their Deployment, not of the model, else the two shares would read as one said twice.
    """
    base = deployment("chat-base", hours=(1,) * 168, replicas=1, shape="steady")
    annotations = {**base.inputs["metadata"]["annotations"], "servewright.dev/model": "chat"}
    base = replace(base, inputs={**base.inputs, "metadata": {**base.inputs["metadata"], "annotations": annotations}})
    found = listed([base, node_pool("steady", shape="steady"), node_class("steady"), *on_demand_stack()])

    assert {what for what in found if what.startswith("logs of")} == {"logs of chat, if shipped", "logs of chat-base, if shipped"}


def test_logs_are_listed_with_the_price_of_taking_them_in() -> None:
    """
    (268 / 168) replicas on average x 1 GB x 730 / 24 days; without a price in the table the quantity stands alone.
    """
    poorer = tiny_catalog.without_unit_price(CATALOG, "CloudWatch")

    assert listed(on_demand_stack())["logs of chat, if shipped"] == "49 GB a month: $24 at CloudWatch"
    assert listed(on_demand_stack(), poorer)["logs of chat, if shipped"] == "49 GB a month"


def test_a_share_without_expected_replicas_writes_no_logs() -> None:
    """
    What is exactly nothing is no entry.
    """
    idle = [deployment(hours=(0,) * 168), scaled_object(minimum=0), *on_demand_stack()[2:]]

    assert not any(name.startswith("logs of") for name in listed(idle))


def test_a_little_traffic_is_not_said_to_be_none() -> None:
    """
    A million tokens of answers are 4.5 MB: "under 0.1 GB", not "0.0 GB".
    """
    found = listed([deployment(tokens=(10**6, 10**6)), *on_demand_stack()[1:]])

    assert found["internet egress of chat"] == "under 0.1 GB a month: <$0.01, if callers are outside the region"
    assert found["calls to chat from other zones"].startswith("under 0.1 GB a month")


def test_a_fixed_number_of_engines_is_said_once() -> None:
    """
    "1 engine" and "2 engines", not "1 to 1".
    """
    monitor = record("kubernetes:monitoring.coreos.com/v1:PodMonitor", "engines", {})

    for replicas, words in ((1, "metrics of 1 engine"), (2, "metrics of 2 engines")):
        fixed = [deployment(hours=(replicas,) * 168, replicas=replicas), node_pool("base"), node_class("base"), monitor]
        assert listed(fixed)["storage of Prometheus for chat"] == words


def test_prometheus_is_listed_where_it_is_told_to_keep_something() -> None:
    """
    The metrics of as many engines as the autoscaler may run.
    """
    monitor = record("kubernetes:monitoring.coreos.com/v1:PodMonitor", "engines", {})

    assert listed([*on_demand_stack(), monitor])["storage of Prometheus for chat"] == "metrics of 1 to 4 engines"
    assert "storage of Prometheus for chat" not in listed(on_demand_stack())


def test_the_network_of_the_nodes_is_listed() -> None:
    """
    Gateways by the hour, and an address for each of 1,175.386905 / 730 nodes: whether the subnets have them is on no resource.
    """
    found = listed(on_demand_stack())

    assert found["NAT gateways and endpoints by the hour"] == "730 hours a month each, shared: $33 a gateway, $7.30 an endpoint and zone"
    assert found["public IPv4 of nodes in public subnets"] == "1.6 node-months at $3.65: $5.88"
    assert "NAT gateways and endpoints by the hour" not in listed([deployment(shape=None, gpus=0)])


def test_no_entry_is_priced_without_a_region() -> None:
    """
    Without a region the quantities stay, without amounts.
    """
    stray = [replace(made, region=None) for made in (deployment(shape=None, gpus=0), scaled_object())]

    assert listed(stray)["control plane of the existing cluster"] == "730 hours a month, shared"


def test_the_existing_cluster_is_listed_until_one_is_registered() -> None:
    """
    Control plane and operators are paid by whoever runs the cluster; a cluster of our own would be on the bill.
    """
    found = listed(on_demand_stack())

    assert found["control plane of the existing cluster"] == "730 hours a month, shared: $73"
    assert found["operators on existing nodes"] == "Karpenter, KEDA, NVIDIA device plugin, DCGM exporter"
    own = record("aws:eks/cluster:Cluster", "own", {})
    assert not [what for what in listed([*on_demand_stack(), own]) if "existing" in what]
    assert price_records([own], CATALOG).not_priced == ()


def test_an_unreadable_pool_is_said_once() -> None:
    """
    The Deployment does not repeat what the bill says at the pool.
    """
    bill = price_records([deployment(), scaled_object(), node_pool("p", purchase="Spot"), node_class("p")], CATALOG)

    assert [u.resource.rpartition("::")[2] for u in bill.unknown] == ["p"]
