"""
What the operators that a stack installs run: read from the component above each helm Release, which shows only values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from servewright.cost.pool import node_labels
from servewright.cost.properties import UnreadableProperty, dotted, read, read_count, read_list, read_map, read_text, required
from servewright.cost.quantity import gibibytes, mebibytes, millicores
from servewright.plan import pod_requests

if TYPE_CHECKING:
    from collections.abc import Callable

    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedVolume:
    """
    What each pod claims: *size_gib* of the storage class *storage_class* (None: the cluster's default).
    """

    name: str
    size_gib: int
    storage_class: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorPods:
    """
    The pods of one workload: *replicas* of them (None: one on every node), on nodes that have the labels of *node_selector*, with the
    *volumes* that each of them claims.
    """

    name: str
    replicas: int | None
    apart: bool
    cpu_millicores: int
    memory_mib: int
    node_selector: Mapping[str, Any]
    volumes: tuple[ClaimedVolume, ...] = ()

    def run_on(self, pool: ResourceRecord) -> bool:
        """
        Tell whether the nodes of NodePool *pool* are selected; pods without a selector stay on existing nodes.
        """
        labels = node_labels(pool)
        return bool(self.node_selector) and all(labels.get(key) == value for key, value in self.node_selector.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledOperator:
    """
    One release: *operator* is the spec's word for what it belongs to.
    """

    record: ResourceRecord
    operator: str
    pods: tuple[OperatorPods, ...]


def installed_operators(context: Context) -> tuple[InstalledOperator, ...]:
    """
    Return what the registered components say; raise UnreadableProperty where one cannot be read.
    """
    return tuple(map(_read, context.of_type(pod_requests.COMPONENT)))


def operator_above(release: ResourceRecord, context: Context) -> InstalledOperator | None:
    """
    Return the operator that *release* belongs to, None where nothing says what it runs.
    """
    return next((_read(each) for each in context.of_type(pod_requests.COMPONENT) if each.urn == release.parent), None)


def installed_names(context: Context) -> frozenset[str]:
    """
    Return the operators that are installed, by the spec's words for them.
    """
    said = (record.inputs.get(pod_requests.OPERATOR) for record in context.of_type(pod_requests.COMPONENT))
    return frozenset(name for name in said if isinstance(name, str))


def _read(record: ResourceRecord) -> InstalledOperator:
    required(record, read(record, pod_requests.POD_REQUESTS), pod_requests.POD_REQUESTS)
    count = len(read_list(record, pod_requests.POD_REQUESTS))
    return InstalledOperator(
        record=record,
        operator=required(record, read_text(record, pod_requests.OPERATOR), pod_requests.OPERATOR),
        pods=tuple(_pods(record, index) for index in range(count)),
    )


def _pods(record: ResourceRecord, index: int) -> OperatorPods:
    at = (pod_requests.POD_REQUESTS, index)

    def asked(key: str, unit: Callable[[str], int]) -> int:
        text = required(record, read_text(record, *at, key), *at, key)
        try:
            return unit(text)
        except ValueError as fault:
            raise UnreadableProperty(record, dotted(*at, key), str(fault)) from fault

    daemonset = bool(read(record, *at, pod_requests.DAEMONSET))
    replicas = None if daemonset else read_count(record, *at, pod_requests.REPLICAS)
    return OperatorPods(
        name=required(record, read_text(record, *at, pod_requests.NAME), *at, pod_requests.NAME),
        replicas=replicas if daemonset else required(record, replicas, *at, pod_requests.REPLICAS),
        apart=bool(read(record, *at, pod_requests.APART)),
        cpu_millicores=asked(pod_requests.CPU, millicores),
        memory_mib=asked(pod_requests.MEMORY, mebibytes),
        node_selector=read_map(record, *at, pod_requests.NODE_SELECTOR),
        volumes=tuple(
            _volume(record, (*at, pod_requests.VOLUMES, place)) for place in range(len(read_list(record, *at, pod_requests.VOLUMES)))
        ),
    )


def _volume(record: ResourceRecord, at: tuple[str | int, ...]) -> ClaimedVolume:
    size = required(record, read_text(record, *at, pod_requests.SIZE), *at, pod_requests.SIZE)
    try:
        size_gib = gibibytes(size)
    except ValueError as fault:
        raise UnreadableProperty(record, dotted(*at, pod_requests.SIZE), str(fault)) from fault
    return ClaimedVolume(
        name=required(record, read_text(record, *at, pod_requests.NAME), *at, pod_requests.NAME),
        size_gib=size_gib,
        storage_class=read_text(record, *at, pod_requests.STORAGE_CLASS),
    )
