"""
Deployments as demand.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

import tiny_catalog
from cluster_records import OFFICE, deployment, scaled_object
from servewright.cost.properties import UnreadableProperty
from servewright.cost.records import UNKNOWN, ResourceRecord
from servewright.cost.registry import Context
from servewright.cost.workload import DEPLOYMENT, SCALED_OBJECT, read_workload

if TYPE_CHECKING:
    from servewright.cost.workload import Workload

CATALOG = tiny_catalog.tiny_catalog()


def read(made: ResourceRecord, *scalers: ResourceRecord) -> Workload:
    """
    Return the workload of *made* beside *scalers*.
    """
    return read_workload(made, Context(catalog=CATALOG, by_type={DEPLOYMENT: (made,), SCALED_OBJECT: scalers}))


def with_containers(*containers: dict[str, Any], first: tuple[dict[str, Any], ...] = ()) -> ResourceRecord:
    """
    Return a Deployment whose pod has these requests by container and init container.
    """
    made = deployment()
    pod = {
        **made.inputs["spec"]["template"]["spec"],
        "containers": [{"resources": c} for c in containers],
        "initContainers": [{"resources": c} for c in first],
    }
    spec = {**made.inputs["spec"], "template": {**made.inputs["spec"]["template"], "spec": pod}}
    return replace(made, inputs={**made.inputs, "spec": spec})


def test_annotations_carry_what_only_the_plan_knows() -> None:
    """
    Model, replicas by hour, start time and tokens are read from the resource.
    """
    work = read(deployment(tokens=(10, 20)), scaled_object(minimum=1, maximum=4))

    assert (work.model, work.by_hour, work.start_seconds) == ("chat", OFFICE, 300)
    assert (work.input_tokens, work.output_tokens) == (10, 20)
    assert (work.minimum, work.maximum, work.expected_is_minimum) == (1, 4, False)


def test_without_replicas_by_hour_the_minimum_stands_for_them() -> None:
    """
    A Deployment that carries no week is expected to stay at its minimum, and says so.
    """
    work = read(deployment(hours=None), scaled_object(minimum=2))

    assert (work.by_hour, work.expected_is_minimum) == ((2,) * 168, True)


def test_only_the_scaler_of_the_same_name_and_namespace_bounds() -> None:
    """
    Another Deployment's ScaledObject changes nothing.
    """
    other = scaled_object("other", minimum=7, maximum=9)

    assert read(deployment(replicas=3), other).maximum == 3
    assert read(deployment(replicas=3), other, scaled_object()).maximum == 4


@pytest.mark.parametrize(("replicas", "expected"), [(None, 1), (0, 0), (5, 5)])
def test_without_a_scaler_the_deployment_s_own_number_holds(replicas: int | None, expected: int) -> None:
    """
    Kubernetes takes one replica where the Deployment does not say.
    """
    work = read(deployment(replicas=replicas))

    assert (work.minimum, work.maximum) == (expected, expected)


def test_keda_s_defaults_hold_where_the_scaler_is_silent() -> None:
    """
    KEDA scales between 0 and 100 where nothing else is said.
    """
    silent = scaled_object()
    spec = {key: value for key, value in silent.inputs["spec"].items() if not key.endswith("ReplicaCount")}
    work = read(deployment(), replace(silent, inputs={**silent.inputs, "spec": spec}))

    assert (work.minimum, work.maximum) == (0, 100)


def test_a_pod_asks_for_the_sum_of_its_containers_or_its_largest_init_container() -> None:
    """
    The scheduler reserves, per resource, the larger of both.
    """
    made = with_containers(
        {"requests": {"cpu": "1", "memory": "1Gi"}},
        {"requests": {"cpu": "500m", "memory": "1Gi"}},
        first=({"requests": {"cpu": "1", "memory": "3Gi"}},),
    )

    assert (read(made).pod.cpu_millicores, read(made).pod.memory_mib, read(made).pod.gpus) == (1500, 3072, 0)


def test_a_limit_without_a_request_is_the_request() -> None:
    """
    Kubernetes copies the limit where no request stands; GPUs are often given so.
    """
    assert read(with_containers({"limits": {"nvidia.com/gpu": "2"}})).pod.gpus == 2


def test_a_week_that_cannot_be_read_is_said_with_its_path() -> None:
    """
    A malformed annotation is not replaced by a guess.
    """
    made = deployment()
    annotations = {**made.inputs["metadata"]["annotations"], "servewright.dev/replicas-by-hour": "167*1"}
    broken = replace(made, inputs={**made.inputs, "metadata": {**made.inputs["metadata"], "annotations": annotations}})

    with pytest.raises(UnreadableProperty) as caught:
        read(broken)

    assert caught.value.path == 'metadata.annotations["servewright.dev/replicas-by-hour"]'
    assert caught.value.why == "cannot be read: the counts add up to 167 hours, not 168"


@pytest.mark.parametrize("bad", ["1.5", "some", UNKNOWN])
def test_requests_that_cannot_be_read_are_said_with_their_path(bad: str) -> None:
    """
    A request that is malformed or unknown names its container and resource.
    """
    with pytest.raises(UnreadableProperty) as caught:
        read(with_containers({"requests": {"nvidia.com/gpu": bad}}))

    assert caught.value.path == 'spec.template.spec.containers[0].resources.requests["nvidia.com/gpu"]'


def test_a_preference_for_zones_counts_as_spreading() -> None:
    """
    Karpenter launches for pending pods as if a preference were a rule; a spread over hosts is none over zones.
    """
    made = deployment(spread=True)

    assert read(made).spread
    made.inputs["spec"]["template"]["spec"]["topologySpreadConstraints"][0]["whenUnsatisfiable"] = "ScheduleAnyway"
    assert read(made).spread
    made.inputs["spec"]["template"]["spec"]["topologySpreadConstraints"][0]["topologyKey"] = "kubernetes.io/hostname"
    assert not read(made).spread
