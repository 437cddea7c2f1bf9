"""
The pod that runs the engine, written for Pod Security `restricted`: non-root, read-only root, every path it writes is a volume.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from servewright.plan.engine_arguments import PORT
from servewright.resources import labels
from servewright.resources.amounts import cpu, memory
from servewright.resources.network import HTTP_PORT_NAME

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.plan.model import ModelPlan, PodResources

PRE_STOP_S: Final = 10
"""
Between the eviction and SIGTERM the endpoints and the callers' connection pools let go of the pod; judgement.
"""

EXIT_S: Final = 20
"""
What the engine may need to exit after its shutdown timeout; judgement. 10 + 80 + 20 s stay within spot's notice of 120 s.
"""

START_FACTOR: Final = 3
LEAST_START_S: Final = 600
"""
A start may take three times the planned load and warm-up before the kubelet gives up: the assumed read rate may be 3.3 times and
the warm-up 2.6 times worse (low and high ends of weights_read_rate and engine_warm_up); ten minutes at least, judgement.
"""

CACHE_GIB: Final = 6
TMP_GIB: Final = 2
"""
Compiled kernels and graphs; temporary files. Both judgement.
"""

_STARTUP_PERIOD_S: Final = 10
_PROBE_TIMEOUT_S: Final = 5
_READINESS: Final = (5, 3)
_LIVENESS: Final = (10, 6)
"""
Period in seconds and failures in a row, all judgement: out of the Service after 15 s, restarted after 60 s. Slow to conclude: a restart
costs the whole start time, and /health turns bad at once when the engine dies. Five seconds for an answer, while a large batch is
scheduled.
"""

_USER: Final = 2000
"""
Any uid but 0 will do, since every path that the engine writes is a volume of its group; judgement.
"""

_CACHE: Final = "/cache"
_ENVIRONMENT: Final = {
    # A uid without an entry in passwd: torch asks getpass for the user and several libraries for a home.
    "HOME": _CACHE,
    "USER": "engine",
    "HF_HOME": f"{_CACHE}/huggingface",
    "VLLM_CACHE_ROOT": f"{_CACHE}/vllm",
    "VLLM_CONFIG_ROOT": f"{_CACHE}/vllm-config",
    "TORCHINDUCTOR_CACHE_DIR": f"{_CACHE}/torchinductor",
    "TRITON_CACHE_DIR": f"{_CACHE}/triton",
    "FLASHINFER_WORKSPACE_BASE": f"{_CACHE}/flashinfer",
    "XDG_CACHE_HOME": f"{_CACHE}/xdg",
    "XDG_CONFIG_HOME": f"{_CACHE}/xdg-config",
    # No telemetry, from the engine or from the hub's client.
    "VLLM_NO_USAGE_STATS": "1",
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineExtras:
    """
    What an engine's container gets besides what every engine has.
    """

    environment: tuple[dict[str, Any], ...] = ()
    volumes: tuple[dict[str, Any], ...] = ()
    mounts: tuple[dict[str, Any], ...] = ()


NO_EXTRAS: Final = EngineExtras()


def engine_pod_spec(
    model: ModelPlan,
    pod: PodResources,
    catalog: Catalog,
    *,
    service_account: str,
    node_labels: dict[str, str],
    extras: EngineExtras = NO_EXTRAS,
) -> dict[str, Any]:
    """
    Return the spec of a pod that requests *pod*; it runs on nodes with *node_labels* only.
    """
    return {
        "serviceAccountName": service_account,
        "automountServiceAccountToken": False,
        # A Service called "vllm" would set VLLM_PORT, which the engine reads as its own setting.
        "enableServiceLinks": False,
        "nodeSelector": node_labels,
        "tolerations": [{"key": labels.GPU, "operator": "Exists", "effect": "NoSchedule"}],
        "terminationGracePeriodSeconds": grace_seconds(model),
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "fsGroup": _USER,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_engine(model, pod, catalog, extras)],
        "volumes": [*_volumes(model, pod), *extras.volumes],
    }


def shutdown_seconds(model: ModelPlan) -> int:
    """
    Return how long the engine lets running requests finish, as its arguments say.
    """
    return int(argument(model.engine.arguments, "--shutdown-timeout") or 0)


def grace_seconds(model: ModelPlan) -> int:
    """
    Return the pod's grace period: the pause before SIGTERM, the engine's own timeout, and its exit.
    """
    return PRE_STOP_S + shutdown_seconds(model) + EXIT_S


def start_allowance_seconds(model: ModelPlan) -> int:
    """
    Return how long the container may take until it answers; the image is there before the container starts.
    """
    return max(LEAST_START_S, START_FACTOR * (model.start.weights_load_s + model.start.warm_up_s))


def argument(arguments: tuple[str, ...], flag: str) -> str | None:
    """
    Return the value of *flag* in "--flag=value" or "--flag value" form, None where it is absent.
    """
    for position, each in enumerate(arguments):
        if each.startswith(f"{flag}="):
            return each.partition("=")[2]
        if each == flag:
            return arguments[position + 1] if position + 1 < len(arguments) else None
    return None


def served_name(model: ModelPlan) -> str:
    """
    Return the name that the engine answers to, which is also the label model_name of its metrics.
    """
    return argument(model.engine.arguments, "--served-model-name") or model.engine.arguments[0]


def escaped(text: str) -> str:
    """
    Return *text* so that Kubernetes expands nothing in it.

    >>> escaped("$(HOME)")
    '$$(HOME)'
    """
    return text.replace("$(", "$$(")


def _engine(model: ModelPlan, pod: PodResources, catalog: Catalog, extras: EngineExtras) -> dict[str, Any]:
    mounts = {"cache": _CACHE, "tmp": "/tmp", "dshm": "/dev/shm"}  # noqa: S108 - paths inside the container
    return {
        "name": "engine",
        "image": catalog.image("vllm").reference,
        "imagePullPolicy": "IfNotPresent",
        # The image's entry point is `vllm serve`; argv form, so no shell ever sees a user's value.
        "args": [escaped(each) for each in model.engine.arguments],
        "env": [*_environment(model), *extras.environment],
        "ports": [{"name": HTTP_PORT_NAME, "containerPort": PORT, "protocol": "TCP"}],
        "resources": _resources(model, pod),
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "privileged": False,
            "readOnlyRootFilesystem": True,
        },
        "startupProbe": _probe(_STARTUP_PERIOD_S, math.ceil(start_allowance_seconds(model) / _STARTUP_PERIOD_S)),
        "readinessProbe": _probe(*_READINESS),
        "livenessProbe": _probe(*_LIVENESS),
        "lifecycle": {"preStop": {"sleep": {"seconds": PRE_STOP_S}}},
        "volumeMounts": [*({"name": name, "mountPath": path} for name, path in mounts.items()), *extras.mounts],
    }


def _environment(model: ModelPlan) -> list[dict[str, Any]]:
    variables: list[dict[str, Any]] = [{"name": name, "value": value} for name, value in _ENVIRONMENT.items()]
    if model.token is not None:
        reference = {"name": model.token.secret, "key": model.token.key}
        variables.append({"name": "HF_TOKEN", "valueFrom": {"secretKeyRef": reference}})
    return variables


def _resources(model: ModelPlan, pod: PodResources) -> dict[str, dict[str, str]]:
    """
    Request what the plan packs. Memory, disk and GPUs are also limits; CPU is not: throttling delays tokens and saves nothing.
    """
    bounded = {
        "memory": memory(pod.memory_mib),
        "ephemeral-storage": f"{_weights_gib(model) + CACHE_GIB + TMP_GIB}Gi",
        labels.GPU: str(pod.gpus),
    }
    return {"requests": {"cpu": cpu(pod.cpu_millicores), **bounded}, "limits": bounded}


def _volumes(model: ModelPlan, pod: PodResources) -> list[dict[str, Any]]:
    return [
        {"name": "cache", "emptyDir": {"sizeLimit": f"{_weights_gib(model) + CACHE_GIB}Gi"}},
        {"name": "tmp", "emptyDir": {"sizeLimit": f"{TMP_GIB}Gi"}},
        {"name": "dshm", "emptyDir": {"medium": "Memory", "sizeLimit": memory(pod.shm_mib)}},
    ]


def _weights_gib(model: ModelPlan) -> int:
    return math.ceil(model.weights_disk_gib)


def _probe(period_s: int, failures: int) -> dict[str, Any]:
    return {
        "httpGet": {"path": "/health", "port": HTTP_PORT_NAME},
        "periodSeconds": period_s,
        "timeoutSeconds": _PROBE_TIMEOUT_S,
        "failureThreshold": failures,
    }
