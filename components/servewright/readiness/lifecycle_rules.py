"""
Rules about the beginning and the end of a pod: time to load a model, time to finish requests, notice of a spot node.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from servewright.plan import annotation_keys
from servewright.readiness.inventory import requirement
from servewright.readiness.model import Rule
from servewright.readiness.reading import count, dig, listed, mapped, maps, seconds, texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from servewright.readiness.inventory import Inventory, Pod, Registered
    from servewright.readiness.model import Found

SPOT_NOTICE_S: Final = 120
"""
Seconds between the interruption notice and the end of a spot node (AWS EC2 guide, spot interruption notices, 2026-11).
"""

_SHUTDOWN: Final = "GRACEFUL_SHUTDOWN_TIMEOUT"
"""
The variable by which LiteLLM takes the seconds that running requests have after SIGTERM (proxy_server.py, 1.104.0).
"""

CAPACITY: Final = "karpenter.sh/capacity-type"

_DEFAULT_GRACE_S: Final = 30
_DEFAULT_PROGRESS_S: Final = 600
_DEFAULT_PERIOD_S: Final = 10
_DEFAULT_FAILURES: Final = 3
"""
What Kubernetes takes where a manifest does not say (API reference of Pod and Deployment, 1.36).
"""


def grace_seconds(pod: Pod) -> int:
    """
    Return how long *pod* may take to leave.
    """
    said = count(pod.spec, "terminationGracePeriodSeconds")
    return _DEFAULT_GRACE_S if said is None else said


def leaving_seconds(container: Mapping[str, Any]) -> int:
    """
    Return how long *container* says it needs to leave: its pause before SIGTERM and its own time for running requests.
    """
    return (count(container, "lifecycle", "preStop", "sleep", "seconds") or 0) + (shutdown_seconds(container) or 0)


def shutdown_seconds(container: Mapping[str, Any]) -> int | None:
    """
    Return the container's own time for running requests, None where neither its arguments (vLLM) nor its environment (LiteLLM) give one.
    """
    said = next((each for each in maps(container, "env") if each.get("name") == _SHUTDOWN), None)
    if said is not None:
        return count(said, "value")
    words = texts(container, "args")
    given = [word.partition("=")[2] for word in words if word.startswith("--shutdown-timeout=")]
    given += [after for word, after in pairwise(words) if word == "--shutdown-timeout"]
    return count(given, 0) if given else None


def patience_seconds(probe: Mapping[str, Any]) -> int:
    """
    Return how long *probe* waits before the kubelet gives up.
    """
    period, failures = count(probe, "periodSeconds"), count(probe, "failureThreshold")
    each = (_DEFAULT_PERIOD_S if period is None else period) * (_DEFAULT_FAILURES if failures is None else failures)
    return (count(probe, "initialDelaySeconds") or 0) + each


def spot_pools(inventory: Inventory, pod: Pod) -> list[Registered]:
    """
    Return the pools of spot nodes that *pod* may land on.
    """
    return [pool for pool in inventory.pools_of(pod) if "spot" in requirement(pool, CAPACITY)]


def _startup(inventory: Inventory) -> Iterator[Found]:
    for pod in inventory.pods:
        for where, container in pod.with_gpus():
            if not mapped(container, "startupProbe") and "livenessProbe" in container:
                yield pod.owner, f"{where}: without a start-up probe the liveness probe kills a model that still loads"


def _progress(inventory: Inventory) -> Iterator[Found]:
    for workload in inventory.of("Deployment"):
        start = count(workload.inputs, "metadata", "annotations", annotation_keys.START_SECONDS)
        deadline = count(workload.inputs, "spec", "progressDeadlineSeconds") or _DEFAULT_PROGRESS_S
        if start is not None and deadline < start:
            yield workload, f"a start takes {start} s, the roll-out is given up after {deadline} s"


def _leaving(inventory: Inventory) -> Iterator[Found]:
    for pod in inventory.pods:
        for where, container in pod.containers():
            needed = leaving_seconds(container)
            if needed > grace_seconds(pod):
                yield pod.owner, f"{where}: needs {needed} s to finish its requests, is killed after {grace_seconds(pod)} s"


def _notice(inventory: Inventory) -> Iterator[Found]:
    for pod in inventory.pods:
        for pool in spot_pools(inventory, pod):
            if grace_seconds(pod) > SPOT_NOTICE_S:
                yield pod.owner, f"takes {grace_seconds(pod)} s to leave, a spot node of {pool.name} gives {SPOT_NOTICE_S} s"


def _drain(inventory: Inventory) -> Iterator[Found]:
    for pod in inventory.pods:
        for pool in inventory.pools_of(pod):
            drain = seconds(pool.inputs, "spec", "template", "spec", "terminationGracePeriod")
            if drain is not None and drain < grace_seconds(pod):
                yield pool, f"nodes drain for {drain} s, {pod.owner.label} needs {grace_seconds(pod)} s"


def _expiry(inventory: Inventory) -> Iterator[Found]:
    for pod in inventory.pods:
        kept = mapped(pod.metadata, "annotations").get("karpenter.sh/do-not-disrupt") == "true"
        for pool in inventory.pools_of(pod) if kept else []:
            template = mapped(pool.inputs, "spec", "template", "spec")
            if dig(template, "expireAfter") != "Never" and "terminationGracePeriod" not in template:
                yield pool, f"expired nodes wait for {pod.owner.label} without end"


def _probes(inventory: Inventory) -> Iterator[Found]:
    for pod in inventory.pods:
        for where, container in pod.containers():
            missing = [name for name in ("readinessProbe", "livenessProbe") if not mapped(container, name)]
            if listed(container, "ports") and missing:
                yield pod.owner, f"{where}: no {' and no '.join(missing)}"


RULES: Final = (
    Rule(id="SR141", what="an engine has time to load before it is probed for life", check=_startup),
    Rule(id="SR142", what="a roll-out waits at least as long as a replica takes to start", check=_progress),
    Rule(id="SR143", what="a pod is given the time that its containers need to finish requests", check=_leaving),
    Rule(id="SR144", what="a pod leaves within the notice of the spot nodes it may run on", check=_notice),
    Rule(id="SR145", what="a node drains at least as long as its pods need", check=_drain),
    Rule(id="SR146", what="a pod that must not be disrupted cannot hold an expired node for ever", check=_expiry),
    Rule(id="SR147", what="what is called says when it is ready and when it is dead", check=_probes),
)
