"""
A registered Deployment or StatefulSet as the replicas it asks nodes for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from servewright.cost.properties import (
    UnreadableProperty,
    dotted,
    read,
    read_count,
    read_list,
    read_map,
    read_text,
    required,
)
from servewright.cost.quantity import gibibytes, mebibytes, millicores, whole
from servewright.plan import annotation_keys
from servewright.plan.hours import decode_hours
from servewright.plan.model import PodResources
from servewright.units import HOURS_PER_WEEK

if TYPE_CHECKING:
    from collections.abc import Callable

    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

DEPLOYMENT: Final = "kubernetes:apps/v1:Deployment"
STATEFUL_SET: Final = "kubernetes:apps/v1:StatefulSet"
SCALED_OBJECT: Final = "kubernetes:keda.sh/v1alpha1:ScaledObject"
GPU_RESOURCE: Final = "nvidia.com/gpu"
ZONE: Final = "topology.kubernetes.io/zone"
HOST: Final = "kubernetes.io/hostname"

_KEDA_MINIMUM: Final = 0
_KEDA_MAXIMUM: Final = 100
"""
What KEDA 2.x takes where a ScaledObject does not say (its specification of minReplicaCount and maxReplicaCount).
"""

_POD = ("spec", "template", "spec")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """
    The pods of one Deployment or StatefulSet: how many over the week, and what one requests. *disk_gib* is its ephemeral storage.

    *by_hour* lies within *minimum* and *maximum*.
    *spread* is True where the pods are spread over zones. *start_seconds* is None where the resource does not say.
    *answer_bytes* is set where the answers are not made of tokens.
    *expected_is_minimum* is True where it carries no replicas by hour, so that the minimum stands for them. *apart*: each pod has a node of
    its own.
    """

    record: ResourceRecord
    model: str | None
    pod: PodResources
    disk_gib: int
    spread: bool
    by_hour: tuple[int, ...]
    minimum: int
    maximum: int
    start_seconds: int | None
    input_tokens: int
    output_tokens: int
    answer_bytes: int | None
    expected_is_minimum: bool
    apart: bool = False

    def answers(self, bytes_per_token: Decimal) -> Decimal:
        """
        Return the bytes of a month's answers.
        """
        return self.output_tokens * bytes_per_token if self.answer_bytes is None else Decimal(self.answer_bytes)

    def calls(self, bytes_per_token: Decimal) -> Decimal:
        """
        Return the bytes of a month's prompts and answers.
        """
        return self.input_tokens * bytes_per_token + self.answers(bytes_per_token)


def read_workload(record: ResourceRecord, context: Context) -> Workload:
    """
    Return what *record* asks for; raise UnreadableProperty where something that the bill needs cannot be read.
    """
    minimum, maximum = _bounds(record, context)
    text = read_text(record, "metadata", "annotations", annotation_keys.REPLICAS_BY_HOUR)
    hours = (minimum,) * HOURS_PER_WEEK if text is None else _hours(record, text)
    return Workload(
        record=record,
        model=read_text(record, "metadata", "annotations", annotation_keys.MODEL),
        pod=_pod(record),
        disk_gib=sum(_requests(record, "containers", i)[3] for i in range(len(read_list(record, *_POD, "containers")))),
        spread=_spreads_over_zones(record),
        by_hour=tuple(min(max(replicas, minimum), maximum) for replicas in hours),
        minimum=minimum,
        maximum=maximum,
        start_seconds=_annotated_count(record, annotation_keys.START_SECONDS),
        input_tokens=_annotated_count(record, annotation_keys.INPUT_TOKENS) or 0,
        output_tokens=_annotated_count(record, annotation_keys.OUTPUT_TOKENS) or 0,
        answer_bytes=_annotated_count(record, annotation_keys.ANSWER_BYTES),
        expected_is_minimum=text is None,
        apart=_stands_apart(record),
    )


def node_selector(record: ResourceRecord) -> Mapping[str, Any]:
    """
    Return the labels that the nodes of Deployment or StatefulSet *record* must have.
    """
    return read_map(record, *_POD, "nodeSelector")


def _hours(record: ResourceRecord, text: str) -> tuple[int, ...]:
    try:
        return decode_hours(text)
    except ValueError as fault:
        raise UnreadableProperty(
            record, dotted("metadata", "annotations", annotation_keys.REPLICAS_BY_HOUR), f"cannot be read: {fault}"
        ) from fault


def _annotated_count(record: ResourceRecord, name: str) -> int | None:
    return read_count(record, "metadata", "annotations", name)


def _bounds(record: ResourceRecord, context: Context) -> tuple[int, int]:
    """
    Return the minimum and maximum replicas: those of the ScaledObject that targets the workload, else its own number.
    """
    kind = record.type.rpartition(":")[2]
    name = required(record, read_text(record, "metadata", "name"), "metadata", "name")
    for scaler in context.of_type(SCALED_OBJECT):
        target = read_text(scaler, "spec", "scaleTargetRef", "name")
        if target == name and _namespace(scaler) == _namespace(record) and _target_kind(scaler) == kind:
            low = read_count(scaler, "spec", "minReplicaCount")
            high = read_count(scaler, "spec", "maxReplicaCount")
            low = _KEDA_MINIMUM if low is None else low
            return low, max(low, _KEDA_MAXIMUM if high is None else high)
    replicas = read_count(record, "spec", "replicas")
    # Kubernetes takes 1 where a workload does not say.
    replicas = 1 if replicas is None else replicas
    return replicas, replicas


def _target_kind(scaler: ResourceRecord) -> str:
    """
    Return the kind of what *scaler* scales; KEDA takes a Deployment where it does not say.
    """
    return read_text(scaler, "spec", "scaleTargetRef", "kind") or "Deployment"


def _namespace(record: ResourceRecord) -> str | None:
    return read_text(record, "metadata", "namespace")


def _spreads_over_zones(record: ResourceRecord) -> bool:
    """
    Tell whether a rule spreads the pods over zones.

    A preference (ScheduleAnyway) counts as well: Karpenter launches nodes for pending pods as if it were a rule while it can be met.
    """
    place = (*_POD, "topologySpreadConstraints")
    return any(read_text(record, *place, index, "topologyKey") == ZONE for index in range(len(read_list(record, *place))))


def _stands_apart(record: ResourceRecord) -> bool:
    """
    Tell whether a rule keeps any two of the pods from sharing a node.
    """
    labels = read_map(record, "spec", "template", "metadata", "labels")
    place = (*_POD, "affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    for index in range(len(read_list(record, *place))):
        selected = read_map(record, *place, index, "labelSelector", "matchLabels")
        own = bool(selected) and all(labels.get(key) == value for key, value in selected.items())
        if own and read_text(record, *place, index, "topologyKey") == HOST:
            return True
    return False


def _pod(record: ResourceRecord) -> PodResources:
    """
    Return what the scheduler reserves for one pod: the sum of its containers, or its largest init container where that is more.
    """
    running = [_requests(record, "containers", i) for i in range(len(read_list(record, *_POD, "containers")))]
    first = [_requests(record, "initContainers", i) for i in range(len(read_list(record, *_POD, "initContainers")))]
    cpu, memory, gpus = (max([sum(row[i] for row in running), *(row[i] for row in first)]) for i in range(3))
    return PodResources(cpu_millicores=cpu, memory_mib=memory, gpus=gpus, shm_mib=0)


def _requests(record: ResourceRecord, kind: str, index: int) -> tuple[int, int, int, int]:
    """
    Return CPU millicores, memory MiB, GPUs and disk GiB that a container requests; a limit without a request is the request.
    """

    def asked(resource: str, unit: Callable[[str], int]) -> int:
        base = (*_POD, kind, index, "resources")
        for place in ("requests", "limits"):
            value = read(record, *base, place, resource)
            if value is not None:
                try:
                    return unit(value)
                except ValueError as fault:
                    raise UnreadableProperty(record, dotted(*base, place, resource), str(fault)) from fault
        return 0

    return asked("cpu", millicores), asked("memory", mebibytes), asked(GPU_RESOURCE, whole), asked("ephemeral-storage", gibibytes)
