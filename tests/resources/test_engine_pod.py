"""
The engine's pod: what it may do, how long it may take, and that its arguments reach the engine as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import plans
from servewright.resources.engine_pod import (
    EXIT_S,
    PRE_STOP_S,
    argument,
    engine_pod_spec,
    grace_seconds,
    served_name,
    start_allowance_seconds,
)

if TYPE_CHECKING:
    from emitted import Emitted
    from servewright.catalog.query import Catalog
    from servewright.plan.model import ModelPlan


def pods(emitted: Emitted) -> list[tuple[ModelPlan, dict[str, Any], dict[str, Any]]]:
    """
    Return each model with the pod spec and the engine's container of each of its shares.
    """
    specs = [(model, deployment["spec"]["template"]["spec"]) for model, _, deployment in emitted.engines()]
    return [(model, spec, container) for model, spec in specs for container in spec["containers"]]


def first_engine(emitted: Emitted) -> dict[str, Any]:
    """
    Return the engine's container of the first share.
    """
    return pods(emitted)[0][2]


def test_every_emitted_flag_exists_in_the_pinned_release(emitted: Emitted) -> None:
    """
    An argument that the engine does not know ends the process at its start.
    """
    flags = emitted.catalog.engine_contract().flags
    for _, _, engine in pods(emitted):
        given = [each.partition("=")[0] for each in engine["args"] if each.startswith("--")]
        assert given
        assert [flag for flag in given if flag not in flags] == []


def test_the_model_stands_first(emitted: Emitted) -> None:
    """
    ``--served-model-name`` takes several values and would swallow a model behind it.
    """
    for model, _, engine in pods(emitted):
        assert engine["args"][0] == model.weights_source


def test_kubernetes_expands_nothing_in_the_arguments(emitted: Emitted) -> None:
    """
    ``$(NAME)`` in a user's value reaches the engine as text; undoing the escape gives the plan's arguments.
    """
    for model, _, engine in pods(emitted):
        args = engine["args"]
        assert all("$(" not in each.replace("$$(", "") for each in args)
        assert tuple(each.replace("$$(", "$(") for each in args) == model.engine.arguments


def test_the_shares_of_a_model_run_the_same_engine(emitted: Emitted) -> None:
    """
    A request is answered alike wherever it lands: only the nodes and the requests to the scheduler may differ between base and burst.
    """
    for model in emitted.plan.models:
        engines = [engine for each, _, engine in pods(emitted) if each is model]
        same = [{key: value for key, value in engine.items() if key != "resources"} for engine in engines]
        assert len(engines) == len(model.workloads)
        assert all(each == same[0] for each in same)


def test_everything_that_the_engine_writes_is_a_volume(emitted: Emitted) -> None:
    """
    The root file system is read-only: home, caches, temporary files and shared memory are mounted, each volume with a bound.
    """
    for _, pod, engine in pods(emitted):
        mounts = {each["mountPath"]: each["name"] for each in engine["volumeMounts"]}
        volumes = {each["name"]: each["emptyDir"] for each in pod["volumes"]}
        paths = [each["value"] for each in engine["env"] if each.get("value", "").startswith("/")]
        assert set(mounts) == {"/cache", "/tmp", "/dev/shm"}  # noqa: S108 - paths inside the container
        assert all(path.startswith("/cache") for path in paths)
        assert set(mounts.values()) == set(volumes)
        assert all("sizeLimit" in volume for volume in volumes.values())
        assert volumes["dshm"]["medium"] == "Memory"


def test_home_user_and_caches_are_set(dev: Emitted) -> None:
    """
    A uid without a passwd entry breaks getpass in torch and every library that asks for a home.
    """
    names = {each["name"] for each in first_engine(dev)["env"]}

    assert names >= {"HOME", "USER", "HF_HOME", "VLLM_CACHE_ROOT", "TORCHINDUCTOR_CACHE_DIR", "TRITON_CACHE_DIR"}
    assert {each["name"]: each.get("value") for each in first_engine(dev)["env"]}["VLLM_NO_USAGE_STATS"] == "1"


def test_the_disk_request_holds_the_weights_and_the_volumes(emitted: Emitted) -> None:
    """
    Requests and limits for ephemeral storage are what the two disk volumes may grow to together.
    """
    for model, pod, engine in pods(emitted):
        volumes = {each["name"]: each["emptyDir"]["sizeLimit"] for each in pod["volumes"]}
        together = int(volumes["cache"].removesuffix("Gi")) + int(volumes["tmp"].removesuffix("Gi"))
        assert engine["resources"]["requests"]["ephemeral-storage"] == f"{together}Gi"
        assert together > model.weights_disk_gib


def test_the_pods_of_a_node_fit_its_disk(emitted: Emitted) -> None:
    """
    What a pod asks of the disk, times the replicas on a node, is there: of local NVMe or of the root volume 90 % less 1 GiB is
    allocatable (the kubelet's eviction threshold and Karpenter's reserve), else no pod would ever be placed.
    """
    asked = max(int(engine["resources"]["requests"]["ephemeral-storage"].removesuffix("Gi")) for _, _, engine in pods(emitted))
    for pool in emitted.plan.pools:
        types = [emitted.catalog.instance(name) for name in pool.instance_types]
        nvme = min(each.local_nvme_gb for each in types if each is not None) * 10**9 / 2**30
        disk = nvme if pool.use_local_nvme else pool.root_volume_gib
        assert pool.replicas_per_node * asked <= 0.9 * disk - 1


def test_the_token_is_a_reference_and_only_there_when_needed(dev: Emitted, large: Emitted) -> None:
    """
    The value of a secret is nowhere; an open model has no token at all.
    """
    token = [each for each in first_engine(dev)["env"] if each["name"] == "HF_TOKEN"]

    assert token == [{"name": "HF_TOKEN", "valueFrom": {"secretKeyRef": {"name": "hf-token", "key": "token"}}}]
    assert "HF_TOKEN" not in {each["name"] for each in first_engine(large)["env"]}


def test_the_grace_period_holds_pause_timeout_and_exit(emitted: Emitted) -> None:
    """
    The kubelet never kills an engine that still has time by its own arguments.
    """
    for model, pod, engine in pods(emitted):
        timeout = int(argument(model.engine.arguments, "--shutdown-timeout") or 0)
        assert pod["terminationGracePeriodSeconds"] == PRE_STOP_S + timeout + EXIT_S
        assert engine["lifecycle"] == {"preStop": {"sleep": {"seconds": PRE_STOP_S}}}


def test_the_startup_probe_outlasts_the_slowest_assumed_start(emitted: Emitted) -> None:
    """
    Load and warm-up may take three times as long as planned, and ten minutes in any case.
    """
    for model, _, engine in pods(emitted):
        probe = engine["startupProbe"]
        assert probe["periodSeconds"] * probe["failureThreshold"] >= max(600, 3 * (model.start.weights_load_s + model.start.warm_up_s))


@pytest.mark.parametrize(("load", "expected"), [(17, 600), (900, 2910)])
def test_the_start_allowance_grows_with_the_weights(load: int, expected: int) -> None:
    """
    17 s of load are within the least allowance; 900 s of load and 70 s of warm-up give 3 x 970 s.
    """
    model = plans.model(start=plans.StartTime(node_launch_s=90, image_pull_s=37, weights_load_s=load, warm_up_s=70))

    assert start_allowance_seconds(model) == expected


def test_arguments_are_read_in_both_forms() -> None:
    """
    "--flag=value" and "--flag value" mean the same; an absent flag is None.
    """
    assert argument(("m", "--a=1"), "--a") == "1"
    assert argument(("m", "--a", "1"), "--a") == "1"
    assert argument(("m", "--ab=1"), "--a") is None
    assert argument(("m", "--a"), "--a") is None


def test_a_model_without_served_name_answers_to_its_source() -> None:
    """
    The engine then uses the model's id, and so do its metrics.
    """
    model = plans.model()
    bare = plans.replace(model.engine, arguments=(plans.HUB_ID, "--port=8000"))

    assert served_name(model) == "chat"
    assert served_name(plans.model(engine=bare)) == plans.HUB_ID


def test_without_a_shutdown_timeout_the_grace_is_short(catalog: Catalog) -> None:
    """
    The engine's default is to abort at once; nothing waits longer than the pause and the exit.
    """
    model = plans.model(engine=plans.replace(plans.model().engine, arguments=(plans.HUB_ID,)))
    spec = engine_pod_spec(model, model.workloads[0].pod, catalog, service_account="chat", node_labels={})

    assert spec["terminationGracePeriodSeconds"] == grace_seconds(model) == PRE_STOP_S + EXIT_S
