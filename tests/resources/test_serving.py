"""
What stands around the engine's pods: identity, roll-out, address, disruption budget, spread.
"""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

import plans
from emitted import Emitted
from servewright.plan.hours import decode_hours
from servewright.resources.serving import endpoint, progress_seconds

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog


def test_selectors_match_the_pods_and_never_change_with_a_version(emitted: Emitted) -> None:
    """
    A Deployment selects its own pods, by labels that hold no version, image or argument, and by its share.
    """
    for _, workload, deployment in emitted.engines():
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        selector = deployment["spec"]["selector"]["matchLabels"]
        keys = {"app.kubernetes.io/name", "app.kubernetes.io/instance", "servewright.dev/stack", "servewright.dev/share"}
        assert selector.items() <= labels.items()
        assert set(selector) == keys
        assert selector["servewright.dev/share"] == workload.share


def test_service_and_budget_stand_in_front_of_both_shares(emitted: Emitted) -> None:
    """
    One address and one disruption budget per model select the pods of its base and of its burst, and those of no other model.
    """
    for model in emitted.plan.models:
        name = emitted.names.workload(model.name)
        selectors = [
            emitted.named("Service", name)["spec"]["selector"],
            emitted.named("PodDisruptionBudget", name)["spec"]["selector"]["matchLabels"],
        ]
        for other, _, deployment in emitted.engines():
            labels = deployment["spec"]["template"]["metadata"]["labels"]
            assert [selector.items() <= labels.items() for selector in selectors] == [other is model] * 2


def test_no_deployment_selects_the_pods_of_another(emitted: Emitted) -> None:
    """
    Two Deployments with overlapping selectors would each count the other's pods as their own.
    """
    made = [deployment for _, _, deployment in emitted.engines()]
    for one, other in permutations(made, 2):
        pods = other["spec"]["template"]["metadata"]["labels"]
        assert not one["spec"]["selector"]["matchLabels"].items() <= pods.items()


def test_pods_only_run_on_nodes_of_their_own_pools(emitted: Emitted) -> None:
    """
    The node selector is a part of the labels of the pools of that share and shape, and of no other pool.
    """
    for _, workload, deployment in emitted.engines():
        wanted = deployment["spec"]["template"]["spec"]["nodeSelector"]
        hosts = [
            pool["metadata"]["name"]
            for pool in emitted.of_kind("NodePool")
            if wanted.items() <= pool["spec"]["template"]["metadata"]["labels"].items()
        ]
        planned = [pool for pool in emitted.plan.pools if (pool.share, pool.shape) == (workload.share, workload.shape)]
        assert planned
        assert hosts == [emitted.names.pool(pool.name) for pool in planned]


def test_a_new_owner_or_label_restarts_nothing(emitted: Emitted) -> None:
    """
    The owner and the user's labels stand on objects, not on pod or node templates.
    """
    keys = {key for key, _ in emitted.plan.stack.labels} | {"servewright.dev/owner"}
    made = [*emitted.of_kind("Deployment"), *emitted.of_kind("NodePool")]
    templates = [each["spec"]["template"] for each in made]

    assert all(not keys & set(template["metadata"]["labels"]) for template in templates)
    assert all(keys <= set(each.manifest["metadata"]["labels"]) for each in emitted.objects)


def test_a_roll_out_keeps_all_capacity(emitted: Emitted) -> None:
    """
    One replica more comes first, then one of the old ones goes.
    """
    for deployment in emitted.of_kind("Deployment"):
        assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}


def test_the_budget_never_blocks_a_drain(emitted: Emitted) -> None:
    """
    One replica may always go, and one that never became ready too.
    """
    for budget in emitted.of_kind("PodDisruptionBudget"):
        spec = budget["spec"]
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
        "shape": "g6-xlarge-x1",
        "source": plans.HUB_ID,
        "start-seconds": "214",
        "input-tokens-per-month": "1500000000",
        "output-tokens-per-month": "300000000",
        "weights-gib": "15.000",
    }


def test_the_tokens_of_a_model_are_counted_once(emitted: Emitted) -> None:
    """
    They are those of base and burst together: over the Deployments of a model the annotations add up to the month's.
    """
    for model in emitted.plan.models:
        notes = [deployment["metadata"]["annotations"] for each, _, deployment in emitted.engines() if each is model]
        assert sum(int(note["servewright.dev/input-tokens-per-month"]) for note in notes) == model.input_tokens_per_month
        assert sum(int(note.get("servewright.dev/output-tokens-per-month", 0)) for note in notes) == model.output_tokens_per_month
        assert sum(int(note.get("servewright.dev/answer-bytes-per-month", 0)) for note in notes) == (model.answer_bytes_per_month or 0)


def test_each_share_carries_its_own_hours(emitted: Emitted) -> None:
    """
    The hours on a Deployment are those of its share; together they are the model's.
    """
    for _, workload, deployment in emitted.engines():
        assert decode_hours(deployment["metadata"]["annotations"]["servewright.dev/replicas-by-hour"]) == workload.replicas.by_hour
    for model in emitted.plan.models:
        together = [sum(hour) for hour in zip(*(each.replicas.by_hour for each in model.workloads), strict=True)]
        assert together == list(model.replicas.by_hour)


def constraints(deployment: dict[str, Any]) -> list[dict[str, Any]]:
    """
    Return how the pods of *deployment* are spread.
    """
    found: list[dict[str, Any]] = deployment["spec"]["template"]["spec"].get("topologySpreadConstraints", [])
    return found


def test_replicas_are_spread_over_several_zones(emitted: Emitted) -> None:
    """
    A base as a rule, so that the loss of a zone leaves the rest of it; a burst as a preference, since it must be able to grow in the zone
    that is left, or where spot is to be had. With one zone there is nothing to spread over.
    """
    for _, workload, deployment in emitted.engines():
        if len(emitted.plan.stack.zones) == 1:
            assert constraints(deployment) == []
            continue
        (rule,) = constraints(deployment)
        assert (rule["topologyKey"], rule["maxSkew"]) == ("topology.kubernetes.io/zone", 1)
        assert rule["whenUnsatisfiable"] == ("DoNotSchedule" if workload.share == "base" else "ScheduleAnyway")
        # Each share is spread by itself: the base must stand in both zones wherever the burst is.
        assert rule["labelSelector"]["matchLabels"] == deployment["spec"]["selector"]["matchLabels"]


def test_spot_is_spread_where_it_can_be_had(catalog: Catalog) -> None:
    """
    A zone without spot must not keep replicas pending while the other zone has some.
    """
    plan = plans.plan(pools=plans.pools(zones=("us-east-1a", "us-east-1b")))
    (rule,) = constraints(Emitted(plan, catalog).one("Deployment"))

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
    assert {service["spec"]["type"] for service in emitted.of_kind("Service")} == {"ClusterIP"}
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


def test_the_shares_of_a_model_have_stable_names(dev: Emitted, large: Emitted) -> None:
    """
    The burst's Deployment is named as the model, the base's with "-base" behind it; the Service is the model's, whatever its shares are.
    """
    assert [each["metadata"]["name"] for each in dev.of_kind("Deployment")] == ["chat"]
    assert [each["metadata"]["name"] for each in large.of_kind("Deployment")] == ["chat-base", "chat"]
    assert [each["metadata"]["name"] for each in large.of_kind("Service")] == ["chat"]
