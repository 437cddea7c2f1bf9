"""
A registered Karpenter NodePool as what it may launch: types, purchase, zones, limits and its part of the replicas.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, cast

from servewright.catalog.model import Commitment
from servewright.cost.properties import (
    UnreadableProperty,
    dotted,
    read,
    read_count,
    read_map,
    read_number,
    read_text,
    required,
)
from servewright.cost.quantity import amount, mebibytes, millicores
from servewright.cost.requirements import CAPACITY_TYPE, admitted_by
from servewright.cost.workload import GPU_RESOURCE
from servewright.plan import annotation_keys
from servewright.units import HOURS_PER_WEEK, SECONDS_PER_HOUR

if TYPE_CHECKING:
    from servewright.catalog.model import InstanceType, Payment, Purchase, Term
    from servewright.catalog.query import Catalog
    from servewright.cost.records import ResourceRecord

NODE_POOL: Final = "kubernetes:karpenter.sh/v1:NodePool"
_AUTO_MODE: Final = "eks.amazonaws.com"
_ANNOTATIONS: Final = ("metadata", "annotations")

_BOUGHT_AS: Final[dict[str, dict[str | None, Purchase]]] = {
    "on-demand": {None: "on-demand", "on-demand": "on-demand", "reserved": "reserved"},
    "spot": {None: "spot", "spot": "spot"},
    "reserved": {
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
    What Karpenter may launch for one NodePool. *open_types* is True where it names neither types nor families, *fallback* where it takes
    on-demand nodes when there are no spot ones. *limits* are those that Karpenter knows; empty means unbounded.
    *expected_share* is None where the resource does not say. *commitment* holds the terms of what is bought ahead, and *committed_nodes*
    how many nodes are paid whether used or not.
    """

    record: ResourceRecord
    node_class: str
    instance_types: tuple[str, ...]
    open_types: bool
    purchase: Purchase
    fallback: bool
    zones: tuple[str, ...]
    limits: Mapping[str, Any]
    expected_share: Decimal | None
    max_share: Decimal
    idle_seconds: int
    commitment: Commitment | None
    committed_nodes: int


def read_pool(record: ResourceRecord, catalog: Catalog) -> Pool:
    """
    Return what *record* may launch; raise UnreadableProperty where that cannot be said.
    """
    _refuse_auto_mode(record)
    admitted = admitted_by(record, catalog)
    share = _annotated(record, annotation_keys.MAX_SHARE)
    purchase = _purchase(record, admitted.capacity_types)
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
        instance_types=admitted.instance_types,
        open_types=admitted.open_types,
        purchase=purchase,
        fallback=purchase == "spot" and "on-demand" in admitted.capacity_types,
        zones=admitted.zones,
        limits={key: value for key, value in read_map(record, "spec", "limits").items() if key in _CAPACITY},
        expected_share=_annotated(record, annotation_keys.EXPECTED_SHARE),
        max_share=Decimal(1) if share is None else share,
        idle_seconds=_idle_seconds(record),
        commitment=_commitment(record, purchase),
        committed_nodes=read_count(record, *_ANNOTATIONS, annotation_keys.COMMITTED_NODES) or 0,
    )


def is_foreign(record: ResourceRecord) -> bool:
    """
    Tell whether NodePool *record* is not one that this package emits: nothing on it bears our prefix.
    """
    marked = (read(record, "metadata", "annotations"), read(record, "metadata", "labels"), node_labels(record))
    return not any(str(key).startswith(annotation_keys.PREFIX) for keys in marked if isinstance(keys, Mapping) for key in keys)


def static_nodes(record: ResourceRecord) -> int | None:
    """
    Return how many nodes a static pool keeps, None where its nodes follow the pods.
    """
    return read_count(record, "spec", "replicas")


def node_labels(record: ResourceRecord) -> Mapping[str, Any]:
    """
    Return the labels that the nodes of NodePool *record* carry.
    """
    return read_map(record, "spec", "template", "metadata", "labels")


def node_limit(pool: Pool, instance: InstanceType) -> int | None:
    """
    Return how many nodes of *instance* the limits of *pool* allow, None where nothing bounds them.
    """
    return min((int(nodes) for nodes in nodes_by_limit(pool, instance).values()), default=None)


def nodes_by_limit(pool: Pool, instance: InstanceType) -> dict[str, Fraction]:
    """
    Return how many nodes of *instance* each limit of *pool* allows, before rounding; what the type has nothing of bounds it not.
    """
    allowed = {}
    for key, limit in pool.limits.items():
        have = _CAPACITY[key][1](instance)
        try:
            most = _CAPACITY[key][0](limit)
        except ValueError as fault:
            raise UnreadableProperty(pool.record, dotted("spec", "limits", key), str(fault)) from fault
        if have > 0:
            allowed[key] = Fraction(most) / have
    return allowed


def _refuse_auto_mode(record: ResourceRecord) -> None:
    at = ("spec", "template", "spec", "nodeClassRef", "group")
    if read_text(record, *at) == _AUTO_MODE:
        raise UnreadableProperty(record, dotted(*at), "is EKS Auto Mode's: it adds a fee to each node, which is not in our tables")


# What Karpenter counts against spec.limits: how the limit is read, and what one node takes of it (capacity, not allocatable).
_CAPACITY: Final[dict[str, tuple[Any, Any]]] = {
    "cpu": (millicores, lambda instance: instance.vcpu * 1000),
    "memory": (mebibytes, lambda instance: instance.memory_mib),
    GPU_RESOURCE: (amount, lambda instance: int(instance.gpu_count)),
    "nodes": (amount, lambda _instance: 1),
}


def _purchase(record: ResourceRecord, kinds: tuple[str, ...]) -> Purchase:
    """
    Return how the pool's nodes are bought. Capacity bought ahead says so in an annotation: to Karpenter a billing commitment is on-demand
    capacity, and a reservation does not tell whether it is a block.
    """
    if not kinds:
        raise UnreadableProperty(record, CAPACITY_TYPE, "leaves no capacity type")
    # A reservation needs an EC2NodeClass that selects it, and is billed by itself: beside other types only those are the pool's.
    first = next((kind for kind in kinds if kind != "reserved"), "reserved")
    said = read_text(record, *_ANNOTATIONS, annotation_keys.PURCHASE)
    purchase = _BOUGHT_AS[first].get(said)
    if purchase is None:
        path = dotted(*_ANNOTATIONS, annotation_keys.PURCHASE)
        raise UnreadableProperty(record, path, f"says {said}, which is not capacity of the type {first}")
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
