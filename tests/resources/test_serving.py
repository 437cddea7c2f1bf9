"""
What stands around the engine's pods: identity, roll-out, address, disruption budget, spread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import plans
from emitted import Emitted
from servewright.errors import InternalError
from servewright.plan.hours import decode_hours
from servewright.resources.naming import Names
from servewright.resources.serving import endpoint, progress_seconds, shape_of

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog


def test_selectors_match_the_pods_and_never_change_with_a_version(emitted: Emitted) -> None:
    """
    Service, budget and Deployment select the same pods, by labels that hold no version, image or argument.
    """
    deployment = emitted.one("Deployment")
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    selectors = [
        deployment["spec"]["selector"]["matchLabels"],
        emitted.one("PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        emitted.one("Service")["spec"]["selector"],
    ]

    assert all(selector.items() <= labels.items() for selector in selectors)
    assert set(selectors[0]) == {"app.kubernetes.io/name", "app.kubernetes.io/instance", "servewright.dev/stack"}


def test_pods_only_run_on_nodes_of_their_own_pools(emitted: Emitted) -> None:
    """
    The node selector is a part of the labels of every GPU pool of the model, and of no CPU pool.
    """
    wanted = emitted.one("Deployment")["spec"]["template"]["spec"]["nodeSelector"]
    hosts = [
        pool["metadata"]["annotations"]["servewright.dev/purpose"]
        for pool in emitted.of_kind("NodePool")
        if wanted.items() <= pool["spec"]["template"]["metadata"]["labels"].items()
    ]

    assert set(hosts) == {"gpu"}
    assert len(hosts) == sum(pool.purpose == "gpu" for pool in emitted.plan.pools)


def test_a_new_owner_or_label_restarts_nothing(emitted: Emitted) -> None:
    """
    The owner and the user's labels stand on objects, not on pod or node templates.
    """
    keys = {key for key, _ in emitted.plan.stack.labels} | {"servewright.dev/owner"}
    templates = [emitted.one("Deployment")["spec"]["template"], *(pool["spec"]["template"] for pool in emitted.of_kind("NodePool"))]

    assert all(not keys & set(template["metadata"]["labels"]) for template in templates)
    assert all(keys <= set(each.manifest["metadata"]["labels"]) for each in emitted.objects)


def test_a_roll_out_keeps_all_capacity(emitted: Emitted) -> None:
    """
    One replica more comes first, then one of the old ones goes.
    """
    assert emitted.one("Deployment")["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}


def test_the_budget_never_blocks_a_drain(emitted: Emitted) -> None:
    """
    One replica may always go, and one that never became ready too.
    """
    spec = emitted.one("PodDisruptionBudget")["spec"]

    assert (spec["maxUnavailable"], spec["unhealthyPodEvictionPolicy"]) == (1, "AlwaysAllow")
    assert "minAvailable" not in spec


def test_the_deployment_carries_what_the_bill_reads(dev: Emitted) -> None:
    """
    Model, shape, week, start and tokens travel on the object, each as text.
    """
    annotations = dev.one("Deployment")["metadata"]["annotations"]

    assert decode_hours(annotations["servewright.dev/replicas-by-hour"]) == plans.BY_HOUR
    assert {key.partition("/")[2]: value for key, value in annotations.items() if "replicas" not in key} == {
        "model": "chat",
        "shape": "demo-chat",
        "source": plans.HUB_ID,
        "start-seconds": "214",
        "input-tokens-per-month": "1500000000",
        "output-tokens-per-month": "300000000",
        "weights-gib": "15.000",
    }


def test_replicas_are_spread_over_several_zones(dev: Emitted, large: Emitted) -> None:
    """
    On-demand can be had in each zone, so there it is a rule; with one zone there is nothing to spread over.
    """
    (rule,) = large.one("Deployment")["spec"]["template"]["spec"]["topologySpreadConstraints"]

    assert (rule["topologyKey"], rule["maxSkew"], rule["whenUnsatisfiable"]) == ("topology.kubernetes.io/zone", 1, "DoNotSchedule")
    assert "topologySpreadConstraints" not in dev.one("Deployment")["spec"]["template"]["spec"]


def test_spot_is_spread_where_it_can_be_had(catalog: Catalog) -> None:
    """
    A zone without spot must not keep replicas pending while the other zone has some.
    """
    plan = plans.plan(pools=plans.pools(zones=("us-east-1a", "us-east-1b")))
    (rule,) = Emitted(plan, catalog).one("Deployment")["spec"]["template"]["spec"]["topologySpreadConstraints"]

    assert rule["whenUnsatisfiable"] == "ScheduleAnyway"


def test_weights_in_s3_name_the_access_they_need(dev: Emitted, large: Emitted) -> None:
    """
    The pod identity association is not built yet: the ServiceAccount says what it must allow.
    """
    needs = large.one("ServiceAccount")["metadata"]["annotations"]

    assert needs == {"servewright.dev/needs-pod-identity": "s3:GetObject, s3:ListBucket on s3://models/llama-3.3-70b"}
    assert "annotations" not in dev.one("ServiceAccount")["metadata"]


def test_the_address_is_inside_the_cluster(emitted: Emitted) -> None:
    """
    Nothing is reachable from outside by default.
    """
    assert emitted.one("Service")["spec"]["type"] == "ClusterIP"
    assert "Ingress" not in {each.kind for each in emitted.objects}


def test_the_endpoint_is_the_services_url(dev: Emitted) -> None:
    """
    What is printed as endpoint is the Service's name, namespace and port.
    """
    model = dev.plan.models[0]

    assert endpoint(model, dev.names) == "http://chat.demo-dev.svc.cluster.local:8000/v1"


@pytest.mark.parametrize(("load", "expected"), [(17, 1200), (900, 3291)])
def test_a_roll_out_has_time_for_three_starts(load: int, expected: int) -> None:
    """
    Twenty minutes at least; 1,097 s of start give 3,291 s.
    """
    model = plans.model(start=plans.StartTime(node_launch_s=90, image_pull_s=37, weights_load_s=load, warm_up_s=70))

    assert progress_seconds(model) == expected


def test_a_model_without_pool_is_our_fault() -> None:
    """
    The planner gives every model pools of one shape; anything else is a bug and says so.
    """
    plan = plans.plan(pools=())

    with pytest.raises(InternalError, match=r"model chat needs pools of one shape, the plan has \[\]"):
        shape_of(plan, plan.models[0])


def test_two_models_of_one_stack_have_different_names() -> None:
    """
    Model names are unique in a spec, and so is everything that is named after them.
    """
    names = Names.of(plans.stack())

    assert names.workload("chat") != names.workload("chat-2")
