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


def pod(emitted: Emitted) -> dict[str, Any]:
    """
    Return the pod spec of the only Deployment.
    """
    spec: dict[str, Any] = emitted.one("Deployment")["spec"]["template"]["spec"]
    return spec


def engine(emitted: Emitted) -> dict[str, Any]:
    """
    Return the engine's container.
    """
    (container,) = pod(emitted)["containers"]
    found: dict[str, Any] = container
    return found


def test_every_emitted_flag_exists_in_the_pinned_release(emitted: Emitted) -> None:
    """
    An argument that the engine does not know ends the process at its start.
    """
    flags = emitted.catalog.engine_contract().flags
    given = [each.partition("=")[0] for each in engine(emitted)["args"] if each.startswith("--")]

    assert given
    assert [flag for flag in given if flag not in flags] == []


def test_the_model_stands_first(emitted: Emitted) -> None:
    """
    ``--served-model-name`` takes several values and would swallow a model behind it.
    """
    assert engine(emitted)["args"][0] == emitted.plan.models[0].weights_source


def test_kubernetes_expands_nothing_in_the_arguments(emitted: Emitted) -> None:
    """
    ``$(NAME)`` in a user's value reaches the engine as text; undoing the escape gives the plan's arguments.
    """
    args = engine(emitted)["args"]

    assert all("$(" not in each.replace("$$(", "") for each in args)
    assert tuple(each.replace("$$(", "$(") for each in args) == emitted.plan.models[0].engine.arguments


def test_everything_that_the_engine_writes_is_a_volume(emitted: Emitted) -> None:
    """
    The root file system is read-only: home, caches, temporary files and shared memory are mounted, each volume with a bound.
    """
    mounts = {each["mountPath"]: each["name"] for each in engine(emitted)["volumeMounts"]}
    volumes = {each["name"]: each["emptyDir"] for each in pod(emitted)["volumes"]}
    paths = [each["value"] for each in engine(emitted)["env"] if each.get("value", "").startswith("/")]

    assert set(mounts) == {"/cache", "/tmp", "/dev/shm"}  # noqa: S108 - paths inside the container
    assert all(path.startswith("/cache") for path in paths)
    assert set(mounts.values()) == set(volumes)
    assert all("sizeLimit" in volume for volume in volumes.values())
    assert volumes["dshm"]["medium"] == "Memory"


def test_home_user_and_caches_are_set(dev: Emitted) -> None:
    """
    A uid without a passwd entry breaks getpass in torch and every library that asks for a home.
    """
    names = {each["name"] for each in engine(dev)["env"]}

    assert names >= {"HOME", "USER", "HF_HOME", "VLLM_CACHE_ROOT", "TORCHINDUCTOR_CACHE_DIR", "TRITON_CACHE_DIR"}
    assert {each["name"]: each.get("value") for each in engine(dev)["env"]}["VLLM_NO_USAGE_STATS"] == "1"


def test_the_disk_request_holds_the_weights_and_the_volumes(emitted: Emitted) -> None:
    """
    Requests and limits for ephemeral storage are what the two disk volumes may grow to together.
    """
    volumes = {each["name"]: each["emptyDir"]["sizeLimit"] for each in pod(emitted)["volumes"]}
    together = int(volumes["cache"].removesuffix("Gi")) + int(volumes["tmp"].removesuffix("Gi"))
    asked = engine(emitted)["resources"]["requests"]["ephemeral-storage"]

    assert asked == f"{together}Gi"
    assert together > emitted.plan.models[0].weights_disk_gib


def test_the_pods_of_a_node_fit_its_disk(emitted: Emitted) -> None:
    """
    What a pod asks of the disk, times the replicas on a node, is there: of local NVMe or of the root volume 90 % less 1 GiB is
    allocatable (the kubelet's eviction threshold and Karpenter's reserve), else no pod would ever be placed.
    """
    asked = int(engine(emitted)["resources"]["requests"]["ephemeral-storage"].removesuffix("Gi"))
    for pool in emitted.plan.pools:
        types = [emitted.catalog.instance(name) for name in pool.instance_types]
        nvme = min(each.local_nvme_gb for each in types if each is not None) * 10**9 / 2**30
        disk = nvme if pool.use_local_nvme else pool.root_volume_gib
        assert pool.replicas_per_node * asked <= 0.9 * disk - 1


def test_the_token_is_a_reference_and_only_there_when_needed(dev: Emitted, large: Emitted) -> None:
    """
    The value of a secret is nowhere; an open model has no token at all.
    """
    token = [each for each in engine(dev)["env"] if each["name"] == "HF_TOKEN"]

    assert token == [{"name": "HF_TOKEN", "valueFrom": {"secretKeyRef": {"name": "hf-token", "key": "token"}}}]
    assert "HF_TOKEN" not in {each["name"] for each in engine(large)["env"]}


def test_the_grace_period_holds_pause_timeout_and_exit(emitted: Emitted) -> None:
    """
    The kubelet never kills an engine that still has time by its own arguments.
    """
    timeout = int(argument(emitted.plan.models[0].engine.arguments, "--shutdown-timeout") or 0)

    assert pod(emitted)["terminationGracePeriodSeconds"] == PRE_STOP_S + timeout + EXIT_S
    assert engine(emitted)["lifecycle"] == {"preStop": {"sleep": {"seconds": PRE_STOP_S}}}


def test_the_startup_probe_outlasts_the_slowest_assumed_start(emitted: Emitted) -> None:
    """
    Load and warm-up may take three times as long as planned, and ten minutes in any case.
    """
    probe = engine(emitted)["startupProbe"]
    start = emitted.plan.models[0].start

    assert probe["periodSeconds"] * probe["failureThreshold"] >= max(600, 3 * (start.weights_load_s + start.warm_up_s))


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
    spec = engine_pod_spec(model, catalog, service_account="chat", node_labels={})

    assert spec["terminationGracePeriodSeconds"] == grace_seconds(model) == PRE_STOP_S + EXIT_S
