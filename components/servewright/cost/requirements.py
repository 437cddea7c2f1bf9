"""
What a NodePool's requirements admit: instance types of the catalogue, capacity types and zones.

A requirement on a well-known label narrows what may launch; a label of the user's own narrows nothing. A well-known label that the
catalogue says nothing about cannot be followed, and neither can a choice that names neither types nor families: EC2 has types that the
catalogue does not list, so what such a pool would launch has no price.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from servewright.cost.properties import UnreadableProperty, dotted, read_list, read_text, required
from servewright.cost.workload import ZONE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from servewright.catalog.model import InstanceType
    from servewright.catalog.query import Catalog
    from servewright.cost.records import ResourceRecord

INSTANCE_TYPE: Final = "node.kubernetes.io/instance-type"
CAPACITY_TYPE: Final = "karpenter.sh/capacity-type"
NODE_POOL_LABEL: Final = "karpenter.sh/nodepool"

_FAMILY: Final = "karpenter.k8s.aws/instance-family"
_OS: Final = "kubernetes.io/os"
_REGION: Final = "topology.kubernetes.io/region"
_PLACE: Final = ("spec", "template", "spec", "requirements")

_MOST_DIGITS: Final = 15
CAPACITY_TYPES: Final = ("reserved", "spot", "on-demand")
"""
In the order in which Karpenter prefers them (karpenter.sh/docs/concepts/nodepools, karpenter.sh/capacity-type, 2026-11).
"""

EVERYWHERE: Final = frozenset({_OS, _REGION, ZONE, "kubernetes.io/arch"})
"""
Labels that nodes of any making carry: a pod that selects nothing else may as well run on existing nodes.
"""

_RENAMED: Final = {
    "beta.kubernetes.io/arch": "kubernetes.io/arch",
    "beta.kubernetes.io/instance-type": INSTANCE_TYPE,
    "beta.kubernetes.io/os": _OS,
    "failure-domain.beta.kubernetes.io/region": _REGION,
    "failure-domain.beta.kubernetes.io/zone": ZONE,
}
"""
Deprecated labels that Karpenter reads as their successors (karpenter.sh/docs/concepts/scheduling, well-known labels, 2026-11).
"""

_SCHEME: Final = re.compile(r"([a-z]+)(?:-[0-9]+tb)?([0-9]+)")
"""
Category and generation in the name of a type, as Karpenter reads them: "c7i-flex.large" is c and 7, "trn1.2xlarge" trn and 1.
"""

_GPU_NAMES: Final = {"a100-40": "a100", "a100-80": "a100", "rtx-pro-6000": "rtx-pro-server-6000"}
"""
What Karpenter calls a GPU where its name is not the catalogue's id (karpenter.sh/docs/reference/instance-types, 2026-08-21).
"""

_LABELS: Final[dict[str, Callable[[InstanceType], str | None]]] = {
    INSTANCE_TYPE: lambda item: item.name,
    _FAMILY: lambda item: item.family,
    "karpenter.k8s.aws/instance-category": lambda item: _scheme(item)[0],
    "karpenter.k8s.aws/instance-generation": lambda item: _scheme(item)[1],
    "karpenter.k8s.aws/instance-size": lambda item: item.name.partition(".")[2],
    "karpenter.k8s.aws/instance-cpu": lambda item: str(item.vcpu),
    "karpenter.k8s.aws/instance-memory": lambda item: str(item.memory_mib),
    "karpenter.k8s.aws/instance-pods": lambda item: None if item.max_pods is None else str(item.max_pods),
    "karpenter.k8s.aws/instance-local-nvme": lambda item: str(item.local_nvme_gb) if item.local_nvme_gb else None,
    "karpenter.k8s.aws/instance-gpu-name": lambda item: None if item.gpu_id is None else _GPU_NAMES.get(item.gpu_id, item.gpu_id),
    "karpenter.k8s.aws/instance-gpu-manufacturer": lambda item: None if item.gpu_id is None else "nvidia",
    "karpenter.k8s.aws/instance-gpu-count": lambda item: None if item.gpu_id is None else str(int(item.gpu_count)),
    # All types of the catalogue are built on Nitro; bare metal has no hypervisor (EC2 User Guide, "Nitro System").
    "karpenter.k8s.aws/instance-hypervisor": lambda item: "" if ".metal" in item.name else "nitro",
    "kubernetes.io/arch": lambda item: item.architecture,
}

_RESERVED_DOMAINS: Final = ("kubernetes.io", "k8s.io", "karpenter.sh", "karpenter.k8s.aws", "eks.amazonaws.com", "k8s.aws")
_FREE_DOMAINS: Final = ("kops.k8s.io", "node-restriction.kubernetes.io")
"""
Domains whose labels mean something to Karpenter, and those among them that it leaves to users (Karpenter 1.x, restricted labels).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """
    One requirement: *index* is its place in the list. *values* are numbers in text for Gt, Lt, Gte and Lte.
    """

    record: ResourceRecord
    index: int
    key: str
    operator: str
    values: tuple[str, ...]

    def admits(self, value: str | None) -> bool:
        """
        Tell whether *value* is admitted; None is a label that the type does not have.
        """
        if self.operator in ("In", "NotIn"):
            return (value in self.values) == (self.operator == "In")
        if self.operator in ("Exists", "DoesNotExist"):
            return (value is None) == (self.operator == "DoesNotExist")
        return value is not None and self._compares(value)

    def _compares(self, value: str) -> bool:
        compare = {"Gt": int.__gt__, "Lt": int.__lt__, "Gte": int.__ge__, "Lte": int.__le__}.get(self.operator)
        bound = self.values[0] if len(self.values) == 1 else ""
        if compare is None or not bound.isdecimal() or max(len(bound), len(value)) > _MOST_DIGITS:
            words = f"cannot be read: {self.operator} {', '.join(self.values)}"
            raise UnreadableProperty(self.record, dotted(*_PLACE, self.index), words)
        return value.isdecimal() and bool(compare(int(value), int(bound)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """
    What may launch. *open_types* is True where the requirements name neither types nor families. *zones* is empty where none are said.
    """

    instance_types: tuple[str, ...]
    open_types: bool
    capacity_types: tuple[str, ...]
    zones: tuple[str, ...]


def read_requirements(record: ResourceRecord) -> tuple[Requirement, ...]:
    """
    Return the requirements of NodePool *record*, deprecated labels under their present names.
    """
    result = []
    for index in range(len(read_list(record, *_PLACE))):
        at = (*_PLACE, index)
        key = required(record, read_text(record, *at, "key"), *at, "key")
        operator = required(record, read_text(record, *at, "operator"), *at, "operator")
        values = tuple(str(value) for value in read_list(record, *at, "values"))
        result.append(Requirement(record=record, index=index, key=_RENAMED.get(key, key), operator=operator, values=values))
    return tuple(result)


def admitted_by(record: ResourceRecord, catalog: Catalog) -> Admitted:
    """
    Return what NodePool *record* admits; raise UnreadableProperty where a requirement cannot be followed.
    """
    requirements = read_requirements(record)
    for each in requirements:
        _followed(each)
    kinds = _capacity_types([each for each in requirements if each.key == CAPACITY_TYPE])
    types = _instance_types(record, [each for each in requirements if each.key in _LABELS], catalog)
    named = any(each.operator == "In" and each.key in (INSTANCE_TYPE, _FAMILY) for each in requirements)
    zones = _zones(record, [each for each in requirements if each.key == ZONE], catalog)
    return Admitted(instance_types=types, open_types=not named, capacity_types=kinds, zones=zones)


def offered_labels(record: ResourceRecord) -> dict[str, str]:
    """
    Return the labels that follow from requirements with one value: a pod that selects them may run here. Requirements that cannot be
    read offer nothing, so that they do not make other pools unreadable.
    """
    try:
        requirements = read_requirements(record)
    except UnreadableProperty:
        return {}
    return {each.key: each.values[0] for each in requirements if each.operator == "In" and len(each.values) == 1}


def _scheme(item: InstanceType) -> tuple[str, str]:
    match = _SCHEME.match(item.name)
    return ("", "") if match is None else (match[1], match[2])


def _followed(requirement: Requirement) -> None:
    """
    Raise UnreadableProperty where the requirement narrows the choice by what is not known here.
    """
    key, record = requirement.key, requirement.record
    if key in _LABELS or key in (CAPACITY_TYPE, ZONE):
        return
    fixed = {_OS: "linux", _REGION: record.region}
    if key in fixed:
        if not requirement.admits(fixed[key]):
            path = dotted(*_PLACE, requirement.index)
            raise UnreadableProperty(record, path, f"leaves out {fixed[key]}, for which the prices are ({key})")
        return
    domain = key.partition("/")[0] if "/" in key else ""
    if _within(domain, _RESERVED_DOMAINS) and not _within(domain, _FREE_DOMAINS):
        path = dotted(*_PLACE, requirement.index)
        raise UnreadableProperty(record, path, f"narrows the choice in a way that is not priced yet ({key})")


def _within(domain: str, parents: Iterable[str]) -> bool:
    return any(domain == parent or domain.endswith(f".{parent}") for parent in parents)


def _instance_types(record: ResourceRecord, requirements: list[Requirement], catalog: Catalog) -> tuple[str, ...]:
    """
    Return the types that all of *requirements* admit. A type that is named but not in the catalogue stays: nothing says it does not fit.
    """
    _known_families(requirements, catalog)
    fits = [item.name for item in catalog.instances if all(each.admits(_LABELS[each.key](item)) for each in requirements)]
    names = [each for each in requirements if each.key == INSTANCE_TYPE]
    named = [set(each.values) for each in names if each.operator == "In"]
    unlisted = {name for name in (set.intersection(*named) if named else ()) if catalog.instance(name) is None}
    kept = [name for name in unlisted if all(each.admits(name) for each in names)]
    if not fits and not kept:
        path = dotted(*_PLACE)
        raise UnreadableProperty(record, path, f"name no {INSTANCE_TYPE} that the catalogue has and all of them admit")
    return tuple(sorted([*fits, *kept]))


def _known_families(requirements: list[Requirement], catalog: Catalog) -> None:
    known = {item.family for item in catalog.instances}
    for each in requirements:
        missing = sorted(set(each.values) - known) if each.key == _FAMILY and each.operator == "In" else []
        if missing:
            path = dotted(*_PLACE, each.index, "values")
            raise UnreadableProperty(each.record, path, f"names families that the catalogue does not have: {', '.join(missing)}")


def _capacity_types(requirements: list[Requirement]) -> tuple[str, ...]:
    """
    Return the capacity types that may launch, the preferred one first; without a requirement Karpenter takes any.
    """
    for each in requirements:
        strange = [value for value in each.values if value not in CAPACITY_TYPES]
        if strange:
            words = f"has no pricer for {', '.join(strange)} yet; {', '.join(CAPACITY_TYPES)} have"
            raise UnreadableProperty(each.record, CAPACITY_TYPE, words)
    return tuple(kind for kind in CAPACITY_TYPES if all(each.admits(kind) for each in requirements))


def _zones(record: ResourceRecord, requirements: list[Requirement], catalog: Catalog) -> tuple[str, ...]:
    """
    Return the zones: those named, else those of the region that remain.
    """
    if not requirements:
        return ()
    named = [each.values for each in requirements if each.operator == "In"]
    candidates = named[0] if named else catalog.zones(record.region or "")
    if not candidates and not named:
        path = dotted(*_PLACE, requirements[0].index)
        raise UnreadableProperty(record, path, f"leaves out zones of a region whose zones are not in the catalogue: {record.region}")
    return tuple(sorted(zone for zone in candidates if all(each.admits(zone) for each in requirements)))
