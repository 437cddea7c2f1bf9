"""
A registered Karpenter NodePool as what it may launch: types, purchase, zones, limits and its part of the replicas.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, cast

from servewright.catalog.model import Commitment
from servewright.cost.properties import (
    UnreadableProperty,
    dotted,
    read_count,
    read_list,
    read_map,
    read_number,
    read_text,
    required,
)
from servewright.cost.quantity import amount, mebibytes, millicores
from servewright.cost.workload import GPU_RESOURCE, ZONE
from servewright.plan import annotation_keys
from servewright.units import HOURS_PER_WEEK, SECONDS_PER_HOUR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servewright.catalog.model import InstanceType, Payment, Purchase, Term
    from servewright.cost.records import ResourceRecord

NODE_POOL: Final = "kubernetes:karpenter.sh/v1:NodePool"
INSTANCE_TYPE: Final = "node.kubernetes.io/instance-type"
CAPACITY_TYPE: Final = "karpenter.sh/capacity-type"

_WITHOUT_EFFECT: Final = frozenset({"kubernetes.io/arch", "kubernetes.io/os"})
"""
Requirements that follow from the instance types and leave the price as it is (Linux only is priced).
"""

_ANNOTATIONS: Final = ("metadata", "annotations")

_BOUGHT_AS: Final[dict[tuple[str, ...], dict[str | None, Purchase]]] = {
    ("on-demand",): {None: "on-demand", "on-demand": "on-demand", "reserved": "reserved"},
    ("spot",): {None: "spot", "spot": "spot"},
    ("reserved",): {
        None: "capacity-reservation",
        "capacity-reservation": "capacity-reservation",
        "capacity-block": "capacity-block",
    },
}
"""
By Karpenter's capacity type and what the annotation says: a reservation of which nothing is said is billed on demand.
"""

_SECONDS: Final = {"h": 3600, "m": 60, "s": 1}
_FOREVER: Final = HOURS_PER_WEEK * SECONDS_PER_HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """
    What Karpenter may launch for one NodePool. *limits* are those that Karpenter knows; empty means unbounded.
    *expected_share* is None where the resource does not say. *commitment* holds the terms of what is bought ahead, and *committed_nodes*
    how many nodes are paid whether used or not.
    """

    record: ResourceRecord
    node_class: str
    instance_types: tuple[str, ...]
    purchase: Purchase
    zones: tuple[str, ...]
    limits: Mapping[str, Any]
    expected_share: Decimal | None
    max_share: Decimal
    idle_seconds: int
    commitment: Commitment | None
    committed_nodes: int


def read_pool(record: ResourceRecord) -> Pool:
    """
    Return what *record* may launch; raise UnreadableProperty where that cannot be said.
    """
    values = _requirements(record)
    share = _annotated(record, annotation_keys.MAX_SHARE)
    purchase = _purchase(record, values)
    return Pool(
        record=record,
        node_class=required(
            record,
            read_text(record, "spec", "template", "spec", "nodeClassRef", "name"),
            "spec",
            "template",
            "spec",
            "nodeClassRef",
            "name",
        ),
        instance_types=tuple(sorted(_values(record, values, INSTANCE_TYPE))),
        purchase=purchase,
        zones=tuple(sorted(values.get(ZONE, ()))),
        limits={key: value for key, value in read_map(record, "spec", "limits").items() if key in _CAPACITY},
        expected_share=_annotated(record, annotation_keys.EXPECTED_SHARE),
        max_share=Decimal(1) if share is None else share,
        idle_seconds=_idle_seconds(record),
        commitment=_commitment(record, purchase),
        committed_nodes=read_count(record, *_ANNOTATIONS, annotation_keys.COMMITTED_NODES) or 0,
    )


def node_labels(record: ResourceRecord) -> Mapping[str, Any]:
    """
    Return the labels that the nodes of NodePool *record* carry.
    """
    return read_map(record, "spec", "template", "metadata", "labels")


def node_limit(pool: Pool, instance: InstanceType) -> int | None:
    """
    Return how many nodes of *instance* the limits of *pool* allow, None where nothing bounds them.
    """
    allowed = []
    for key, limit in pool.limits.items():
        have = _CAPACITY[key][1](instance)
        try:
            most = _CAPACITY[key][0](limit)
        except ValueError as fault:
            raise UnreadableProperty(pool.record, dotted("spec", "limits", key), str(fault)) from fault
        if have > 0:
            allowed.append(int(most // have))
    return min(allowed, default=None)


# What Karpenter counts against spec.limits: how the limit is read, and what one node takes of it (capacity, not allocatable).
_CAPACITY: Final[dict[str, tuple[Any, Any]]] = {
    "cpu": (millicores, lambda instance: instance.vcpu * 1000),
    "memory": (mebibytes, lambda instance: instance.memory_mib),
    GPU_RESOURCE: (amount, lambda instance: int(instance.gpu_count)),
    "nodes": (amount, lambda _instance: 1),
}


def _requirements(record: ResourceRecord) -> dict[str, tuple[str, ...]]:
    """
    Return the values by key; only `In` says what may be launched, and a key given twice means what both allow.
    """
    place = ("spec", "template", "spec", "requirements")
    result: dict[str, tuple[str, ...]] = {}
    for index in range(len(read_list(record, *place))):
        key = required(record, read_text(record, *place, index, "key"), *place, index, "key")
        if key in _WITHOUT_EFFECT:
            continue
        if key not in (INSTANCE_TYPE, CAPACITY_TYPE, ZONE) or read_text(record, *place, index, "operator") != "In":
            raise UnreadableProperty(record, dotted(*place, index), f"narrows the choice in a way that is not priced yet ({key})")
        values = tuple(cast("list[str]", read_list(record, *place, index, "values")))
        result[key] = tuple(v for v in result.get(key, values) if v in values)
    return result


def _values(record: ResourceRecord, values: Mapping[str, tuple[str, ...]], key: str) -> tuple[str, ...]:
    found = values.get(key, ())
    if not found:
        raise UnreadableProperty(record, dotted("spec", "template", "spec", "requirements"), f"name no {key}")
    return found


def _purchase(record: ResourceRecord, values: Mapping[str, tuple[str, ...]]) -> Purchase:
    """
    Return how the pool's nodes are bought. Capacity bought ahead says so in an annotation: to Karpenter a billing commitment is on-demand
    capacity, and a reservation does not tell whether it is a block.
    """
    kinds = _values(record, values, CAPACITY_TYPE)
    said = read_text(record, *_ANNOTATIONS, annotation_keys.PURCHASE)
    known = _BOUGHT_AS.get(kinds, {})
    if not known:
        raise UnreadableProperty(
            record, CAPACITY_TYPE, f"has no pricer for {', '.join(kinds)} yet; one of on-demand, spot and reserved alone has"
        )
    purchase = known.get(said)
    if purchase is None:
        path = dotted(*_ANNOTATIONS, annotation_keys.PURCHASE)
        raise UnreadableProperty(record, path, f"says {said}, which is not capacity of the type {kinds[0]}")
    return purchase


def _commitment(record: ResourceRecord, purchase: Purchase) -> Commitment | None:
    if purchase in ("on-demand", "spot"):
        return None
    term, payment = (read_text(record, *_ANNOTATIONS, key) for key in (annotation_keys.TERM, annotation_keys.PAYMENT))
    return Commitment(
        term=cast("Term | None", term),
        payment=cast("Payment | None", payment),
        rate=read_number(record, *_ANNOTATIONS, annotation_keys.RATE),
    )


def _annotated(record: ResourceRecord, name: str) -> Decimal | None:
    share = read_number(record, "metadata", "annotations", name)
    if share is not None and share > 1:
        raise UnreadableProperty(record, dotted("metadata", "annotations", name), f"is a share of 0 to 1, not {share}")
    return share


def _idle_seconds(record: ResourceRecord) -> int:
    """
    Return how long an unneeded node stays: the plan's figure, else what consolidateAfter says (Karpenter's default: 0s).
    """
    said = read_count(record, "metadata", "annotations", annotation_keys.IDLE_SECONDS)
    if said is not None:
        return said
    text = read_text(record, "spec", "disruption", "consolidateAfter") or "0s"
    if text == "Never":
        return _FOREVER
    if re.fullmatch(r"(?:[0-9]+[hms])+", text) is None:
        raise UnreadableProperty(record, dotted("spec", "disruption", "consolidateAfter"), f"is not a duration: {text}")
    return sum(int(number) * _SECONDS[unit] for number, unit in re.findall(r"([0-9]+)([hms])", text))
