"""
Rules of NodePools and EC2NodeClasses that the API server does not have: bounds, safe nodes, and nodes that stay while a model loads.

Source: Karpenter 1.14 (karpenter.sh/docs/concepts/nodepools and nodeclasses, and its runtime validation), read 2026-11.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from servewright.plan import annotation_keys
from servewright.readiness.inventory import GPU, node_labels, requirement
from servewright.readiness.lifecycle_rules import CAPACITY
from servewright.readiness.model import Rule
from servewright.readiness.reading import count, dig, listed, mapped, maps, quantity, seconds, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from servewright.readiness.inventory import Inventory, Pod, Registered
    from servewright.readiness.model import Found

TYPE: Final = "node.kubernetes.io/instance-type"
ZONE: Final = "topology.kubernetes.io/zone"

_LIMITS: Final = frozenset(
    {"cpu", "memory", "ephemeral-storage", "pods", "nodes", GPU, "aws.amazon.com/neuron", "amd.com/gpu", "vpc.amazonaws.com/efa"}
)
_CAPACITIES: Final = frozenset({"on-demand", "reserved", "spot"})
_RESTRICTED: Final = ("kubernetes.io", "k8s.io", "karpenter.sh", "karpenter.k8s.aws")
_ALLOWED: Final = frozenset(
    {"kubernetes.io/arch", "kubernetes.io/os", TYPE, "topology.kubernetes.io/region", ZONE, CAPACITY, "karpenter.sh/nodepool"}
)
_ZONE: Final = re.compile(r"[a-z]{2}(?:-[a-z]+)+-[0-9][a-z]|[a-z]{3,4}[0-9]-az[0-9]")
_LONGEST_LABEL: Final = 63


def gpu_pool(pool: Registered) -> bool:
    """
    Tell whether the nodes of *pool* have GPUs.
    """
    return GPU in mapped(pool.inputs, "spec", "limits")


def gpus_of(pod: Pod) -> int:
    """
    Return the GPUs that one replica of *pod* takes.
    """
    return sum(int(quantity(container, "resources", "limits", GPU) or 0) for _, container in pod.with_gpus())


def _limits(inventory: Inventory) -> Iterator[Found]:
    for pool in inventory.of("NodePool"):
        limits = mapped(pool.inputs, "spec", "limits")
        if not set(limits) & _LIMITS:
            yield pool, "no limits: Karpenter launches nodes without bound"
        for key in sorted(limits):
            value = quantity(limits, key)
            if key not in _LIMITS:
                yield pool, f"limits.{key} is no resource that Karpenter counts, so it limits nothing"
            elif value is None or value <= 0:
                yield pool, f"limits.{key} is {limits[key]!r}: no node can launch"


def _room(inventory: Inventory) -> Iterator[Found]:
    for pod in inventory.pods:
        gpus = gpus_of(pod)
        for pool in inventory.pools_of(pod) if gpus else []:
            limit = quantity(pool.inputs, "spec", "limits", GPU)
            if limit is not None and limit < gpus:
                yield pool, f"its limit of {limit} GPUs is less than one replica of {pod.owner.label} takes ({gpus})"


def _values(inventory: Inventory) -> Iterator[Found]:
    known: dict[str, Callable[[str], bool]] = {
        TYPE: inventory.facts.instance_types.__contains__,
        CAPACITY: _CAPACITIES.__contains__,
        ZONE: lambda zone: _ZONE.fullmatch(zone) is not None,
        "kubernetes.io/arch": {"amd64", "arm64"}.__contains__,
        "kubernetes.io/os": {"linux"}.__contains__,
    }
    for pool in inventory.of("NodePool"):
        keys = [each.get("key") for each in maps(pool.inputs, "spec", "template", "spec", "requirements")]
        yield from ((pool, f"two requirements on {key}") for key in sorted({str(k) for k in keys if keys.count(k) > 1}))
        for key, exists in known.items():
            yield from ((pool, f"{key} {value!r} does not exist") for value in requirement(pool, key) if not exists(value))
        if not requirement(pool, CAPACITY):
            yield pool, f"no requirement on {CAPACITY}: what is bought is left to chance"


def _labels(inventory: Inventory) -> Iterator[Found]:
    for pool in inventory.of("NodePool"):
        for key in sorted(node_labels(pool)):
            domain = key.rpartition("/")[0]
            if key not in _ALLOWED and any(domain == each or domain.endswith(f".{each}") for each in _RESTRICTED):
                yield pool, f"the node label {key} is reserved"
        if len(pool.name) > _LONGEST_LABEL:
            yield pool, f"its name has {len(pool.name)} characters and becomes a label of {_LONGEST_LABEL}"


def _classes(inventory: Inventory) -> Iterator[Found]:
    known = {each.name for each in inventory.of("EC2NodeClass")}
    for pool in inventory.of("NodePool"):
        reference = mapped(pool.inputs, "spec", "template", "spec", "nodeClassRef")
        if reference.get("kind") != "EC2NodeClass" or text(reference, "name") not in known:
            yield pool, f"its node class {reference.get('kind')} {reference.get('name')} is not part of the stack"


def _metadata_service(inventory: Inventory) -> Iterator[Found]:
    for each in inventory.of("EC2NodeClass"):
        options = mapped(each.inputs, "spec", "metadataOptions")
        # Karpenter's own default requires tokens; a hop limit of 1 is its default too.
        if options.get("httpTokens", "required") != "required":
            yield each, "metadataOptions.httpTokens is optional: IMDSv1 answers without a token"
        if options.get("httpPutResponseHopLimit", 1) != 1:
            yield (
                each,
                f"metadataOptions.httpPutResponseHopLimit is {options['httpPutResponseHopLimit']}: pods reach the node's credentials",
            )


def _disks(inventory: Inventory) -> Iterator[Found]:
    for each in inventory.of("EC2NodeClass"):
        volumes = maps(each.inputs, "spec", "blockDeviceMappings")
        if not volumes:
            yield each, "no root volume is described: Karpenter's holds 20 GiB, which is less than an engine's image"
        for volume in volumes:
            if dig(volume, "ebs", "encrypted") is not True:
                yield each, f"the volume {volume.get('deviceName')} is not encrypted"


def _images(inventory: Inventory) -> Iterator[Found]:
    for each in inventory.of("EC2NodeClass"):
        for term in maps(each.inputs, "spec", "amiSelectorTerms"):
            alias = str(term.get("alias", ""))
            if alias.endswith("@latest") or (not alias and not {"id", "name", "tags", "ssmParameter"} & set(term)):
                yield each, f"the image {alias or dict(term)!r} is not pinned: every release of it replaces the nodes"


def _reach(inventory: Inventory) -> Iterator[Found]:
    for each in inventory.of("EC2NodeClass"):
        role = str(dig(each.inputs, "spec", "role") or "")
        if "/" in role or role.startswith("arn:"):
            yield each, f"role {role!r} is no name of a role"
        if dig(each.inputs, "spec", "associatePublicIPAddress"):
            yield each, "its nodes get public addresses"


def _taints(inventory: Inventory) -> Iterator[Found]:
    for pool in inventory.of("NodePool"):
        if gpu_pool(pool) and not listed(pool.inputs, "spec", "template", "spec", "taints"):
            yield pool, "no taint keeps other pods off its GPUs"
    for pod in inventory.pods:
        tolerations = maps(pod.spec, "tolerations")
        for pool in inventory.pools_of(pod):
            for taint in maps(pool.inputs, "spec", "template", "spec", "taints"):
                if taint.get("effect") != "PreferNoSchedule" and not any(_tolerates(each, taint) for each in tolerations):
                    yield pod.owner, f"does not tolerate {taint.get('key')} of {pool.label}"


def _homes(inventory: Inventory) -> Iterator[Found]:
    for pod in inventory.pods:
        if pod.with_gpus() and not any(gpu_pool(pool) for pool in inventory.pools_of(pod)):
            yield pod.owner, f"asks for GPUs, and no pool has nodes labelled {dict(mapped(pod.spec, 'nodeSelector'))}"


def _cpu_homes(inventory: Inventory) -> Iterator[Found]:
    """
    Yield pods without a GPU that would wait for ever, or be where nobody pays for them: off the stack's own CPU nodes where it has some.
    """
    own = [pool for pool in inventory.of("NodePool") if not gpu_pool(pool)]
    for pod in inventory.pods:
        wanted, pools = dict(mapped(pod.spec, "nodeSelector")), inventory.pools_of(pod)
        if pod.with_gpus():
            continue
        if any(gpu_pool(pool) for pool in pools):
            yield pod.owner, f"takes no GPU and selects nodes that have some: {wanted}"
        elif (own or wanted) and not pools:
            yield pod.owner, f"no pool without GPUs has nodes labelled {wanted}"


def _idle(inventory: Inventory) -> Iterator[Found]:
    for pool in filter(gpu_pool, inventory.of("NodePool")):
        disruption = mapped(pool.inputs, "spec", "disruption")
        wait = seconds(disruption, "consolidateAfter")
        if disruption.get("consolidateAfter") != "Never" and not wait:
            yield pool, f"consolidateAfter is {disruption.get('consolidateAfter')!r}: a node goes while its model loads"
        if disruption.get("consolidationPolicy") != "WhenEmpty" and not listed(disruption, "budgets"):
            yield pool, "no disruption budget: nodes with running models may be moved at any time"
        starts = [_start(pod) for pod in inventory.pods if pool in inventory.pools_of(pod)]
        longest = max((each for each in starts if each is not None), default=0)
        if wait and wait < longest:
            yield pool, f"an empty node goes after {wait} s, a replica needs {longest} s to start"


def _start(pod: Pod) -> int | None:
    return count(pod.owner.inputs, "metadata", "annotations", annotation_keys.START_SECONDS)


def _tolerates(toleration: Mapping[str, Any], taint: Mapping[str, Any]) -> bool:
    if toleration.get("effect", "") not in ("", taint.get("effect")):
        return False
    if toleration.get("operator", "Equal") == "Exists":
        return toleration.get("key", "") in ("", taint.get("key"))
    return bool(toleration.get("key") == taint.get("key") and toleration.get("value", "") == taint.get("value", ""))


RULES: Final = (
    Rule(id="SR301", what="every NodePool is bounded by limits that Karpenter counts", check=_limits),
    Rule(id="SR302", what="a pool's limits hold at least one replica of what runs on it", check=_room),
    Rule(id="SR303", what="instance types, zones and purchase options of a pool exist", check=_values),
    Rule(id="SR304", what="no pool sets a label that Kubernetes or Karpenter keeps for itself", check=_labels),
    Rule(id="SR305", what="the node class of a pool is part of the stack", check=_classes),
    Rule(id="SR306", what="nodes answer IMDSv2 only, and not to pods", check=_metadata_service),
    Rule(id="SR307", what="volumes of nodes are described and encrypted", check=_disks),
    Rule(id="SR308", what="the image of a node is pinned", check=_images),
    Rule(id="SR309", what="nodes have a role by name and no public address", check=_reach),
    Rule(id="SR310", what="GPU nodes are tainted, and what runs on them tolerates it", check=_taints),
    Rule(id="SR311", what="a pod that asks for GPUs has a pool that offers them", check=_homes),
    Rule(id="SR312", what="an empty GPU node stays until a replica can have started on it", check=_idle),
    Rule(id="SR313", what="a pod that asks for no GPU runs on the stack's own nodes without, where there are some", check=_cpu_homes),
)
