"""
Rules of a pod that no schema has: every server accepts the pod, and it fails, leaks or starves a neighbour later.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from servewright.cost.records import SECRET
from servewright.readiness import charts
from servewright.readiness.model import Rule
from servewright.readiness.reading import dig, digest_of, listed, mapped, maps, quantity, text, texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from servewright.readiness.inventory import Inventory, Pod
    from servewright.readiness.model import Found

_SHELL: Final = re.compile(r"(?:.*/)?(?:ba|da|a|k|z)?sh")
_EXPANSION: Final = re.compile(r"(?<!\$)(?:\$\$)*\$\(")
_PROBES: Final = ("startupProbe", "livenessProbe", "readinessProbe")
_HANDLERS: Final = ("httpGet", "tcpSocket", "grpc")
_LEAST_VALUE: Final = 4
"""
A value of the user's that is shorter than this could stand in a script by chance; judgement.
"""


def _ports(inventory: Inventory) -> Iterator[Found]:
    for pod, where, container in _containers(inventory):
        declared = {text(port, "name") for port in maps(container, "ports")}
        handlers = [(name, mapped(container, name)) for name in _PROBES]
        handlers += [(f"lifecycle.{name}", mapped(container, "lifecycle", name)) for name in mapped(container, "lifecycle")]
        for name, handler in handlers:
            for kind in _HANDLERS:
                port = dig(handler, kind, "port")
                if isinstance(port, str) and port not in declared:
                    yield pod.owner, f"{where}: {name} asks port {port!r}, which is not declared"


def _shells(inventory: Inventory) -> Iterator[Found]:
    values = _user_values(inventory)
    for pod, where, container in _containers(inventory):
        words = [*texts(container, "command"), *texts(container, "args")]
        if not words or not _SHELL.fullmatch(words[0]) or "-c" not in words[:-1]:
            continue
        script = words[words.index("-c") + 1]
        found = sorted(value for value in values if value in script)
        if _EXPANSION.search(script):
            yield pod.owner, f"{where}: a shell runs what Kubernetes expands into its script"
        elif found:
            yield pod.owner, f"{where}: the value {found[0]!r} stands in the script of a shell"


def _images(inventory: Inventory) -> Iterator[Found]:
    for pod, where, container in _containers(inventory):
        image = str(container.get("image", ""))
        if digest_of(image) is None and image not in inventory.facts.waived:
            yield pod.owner, f"{where}: image {image!r} has neither digest nor waiver"
    yield from charts.image_faults(inventory)


def _devices(inventory: Inventory) -> Iterator[Found]:
    for pod, where, container in _containers(inventory):
        requests, limits = mapped(container, "resources", "requests"), mapped(container, "resources", "limits")
        for name in sorted({*requests, *limits}):
            if "/" not in name:
                continue
            asked, limit = quantity(requests, name), quantity(limits, name)
            if limit is None or limit != int(limit) or (name in requests and asked != limit):
                yield pod.owner, f"{where}: {name} is requested {requests.get(name)!r} and limited {limits.get(name)!r}"


def _memory(inventory: Inventory) -> Iterator[Found]:
    for pod, where, container in _containers(inventory):
        limit, asked = quantity(container, "resources", "limits", "memory"), quantity(container, "resources", "requests", "memory")
        if limit is None:
            yield pod.owner, f"{where}: no memory limit"
        elif asked is not None and asked > limit:
            yield pod.owner, f"{where}: requests more memory than its limit"


def _tokens(inventory: Inventory) -> Iterator[Found]:
    bound = {
        (text(subject, "name"), text(subject, "namespace") or binding.namespace)
        for binding in inventory.of("RoleBinding", "ClusterRoleBinding")
        for subject in maps(binding.inputs, "subjects")
    }
    accounts = {(each.name, each.namespace): each for each in inventory.of("ServiceAccount")}
    for pod in inventory.pods:
        key = (text(pod.spec, "serviceAccountName") or "default", pod.owner.namespace)
        account = accounts.get(key)
        own = pod.spec.get("automountServiceAccountToken", account and account.inputs.get("automountServiceAccountToken"))
        if own is not False and key not in bound:
            yield pod.owner, "carries a token of the cluster's API, and nothing gives it rights there"


def _service_links(inventory: Inventory) -> Iterator[Found]:
    for pod in inventory.pods:
        if pod.with_gpus() and pod.spec.get("enableServiceLinks", True) is not False:
            yield pod.owner, "enableServiceLinks is on: a Service called vllm sets VLLM_PORT, which the engine reads as its own"


def _shared_memory(inventory: Inventory) -> Iterator[Found]:
    for pod in inventory.pods:
        memory = {text(volume, "name") for volume in maps(pod.spec, "volumes") if dig(volume, "emptyDir", "medium") == "Memory"}
        for where, container in pod.with_gpus():
            mounted = {text(mount, "name") for mount in maps(container, "volumeMounts") if mount.get("mountPath") == "/dev/shm"}  # noqa: S108 - a mount path
            if not mounted & memory:
                yield pod.owner, f"{where}: /dev/shm is not memory, and the engine's processes share 64 MiB"


def _scratch(inventory: Inventory) -> Iterator[Found]:
    for pod in inventory.pods:
        for volume in maps(pod.spec, "volumes"):
            if "emptyDir" in volume and quantity(volume, "emptyDir", "sizeLimit") is None:
                yield pod.owner, f"volume {volume.get('name')}: no sizeLimit, so it can fill the node"


def _mounts(inventory: Inventory) -> Iterator[Found]:
    for pod, where, container in _containers(inventory):
        known = {text(volume, "name") for volume in maps(pod.spec, "volumes")}
        known |= {text(each, "metadata", "name") for each in maps(pod.owner.inputs, "spec", "volumeClaimTemplates")}
        for mount in maps(container, "volumeMounts"):
            if text(mount, "name") not in known:
                yield pod.owner, f"{where}: mounts {mount.get('name')!r}, which is no volume of the pod"


def _environment(inventory: Inventory) -> Iterator[Found]:
    for pod, where, container in _containers(inventory):
        names = Counter(str(variable.get("name")) for variable in maps(container, "env"))
        for name in sorted(name for name, times in names.items() if times > 1):
            yield pod.owner, f"{where}: the variable {name} is set {names[name]} times"


def _containers(inventory: Inventory) -> Iterator[tuple[Pod, str, Mapping[str, Any]]]:
    for pod in inventory.pods:
        for where, container in pod.containers():
            yield pod, where, container


def _user_values(inventory: Inventory) -> frozenset[str]:
    """
    Return the values that came from the spec: models, their sources, the owner and the user's labels.
    """
    found = {
        str(value)
        for each in inventory.objects
        for part in ("annotations", "labels")
        for key, value in mapped(each.inputs, "metadata", part).items()
        if key.startswith("servewright.dev/") and not str(value).isdecimal()
    }
    engines = (words for pod in inventory.pods for _, c in pod.with_gpus() for words in listed(c, "args")[:1])
    return frozenset(value for value in {*found, *map(str, engines)} if len(value) >= _LEAST_VALUE and value != SECRET)


RULES: Final = (
    Rule(id="SR101", what="a probe or hook asks a port that its container declares", check=_ports),
    Rule(id="SR102", what="no shell runs a script with a value of the spec in it", check=_shells),
    Rule(id="SR103", what="an image is fixed by its digest, or a waiver says why not", check=_images),
    Rule(id="SR104", what="GPUs and other devices are limited to what is requested, in whole numbers", check=_devices),
    Rule(id="SR105", what="every container has a memory limit that covers its request", check=_memory),
    Rule(id="SR106", what="only a pod that has rights in the cluster carries a token of its API", check=_tokens),
    Rule(id="SR107", what="no Service sets environment variables in an engine", check=_service_links),
    Rule(id="SR108", what="an engine has shared memory", check=_shared_memory),
    Rule(id="SR109", what="scratch volumes have a size", check=_scratch),
    Rule(id="SR110", what="a mount names a volume of its pod", check=_mounts),
    Rule(id="SR111", what="no environment variable is set twice", check=_environment),
)
