"""
What a stack registers, as rules look at it: Kubernetes objects by kind, the pods they make, and who selects whom.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from servewright.readiness.reading import dig, listed, mapped, maps, text

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.cost.records import ResourceRecord

GPU: Final = "nvidia.com/gpu"

_KUBERNETES: Final = "kubernetes:"
_RELEASE: Final = "Release"
_CONTAINERS: Final = ("initContainers", "containers", "ephemeralContainers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """
    What a rule may know besides the resources: *instance_types* that exist, images by name and tag that are *waived* from a digest, and
    the engine's *metrics* by name with their types.
    """

    instance_types: frozenset[str]
    waived: frozenset[str]
    metrics: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """
    A resource: *kind* is the manifest's for a Kubernetes object, the type token for anything else; *name* and *namespace* likewise.
    *parent* is a URN.
    """

    urn: str
    type: str
    kind: str
    name: str
    namespace: str | None
    inputs: Mapping[str, Any]
    parent: str | None = None

    @property
    def label(self) -> str:
        """
        The resource in words: "Deployment demo-dev/chat".
        """
        return f"{self.kind} {f'{self.namespace}/' if self.namespace else ''}{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """
    A pod template: its *owner*, its *path* within the owner's manifest, and what its pods carry.
    """

    owner: Registered
    path: str
    metadata: Mapping[str, Any]
    spec: Mapping[str, Any]

    @property
    def labels(self) -> Mapping[str, Any]:
        """
        The labels of its pods.
        """
        return mapped(self.metadata, "labels")

    def containers(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """
        Yield every container with its name in words: "container engine".
        """
        for field in _CONTAINERS:
            for index, container in enumerate(maps(self.spec, field)):
                yield f"container {container.get('name', f'{field}[{index}]')}", container

    def with_gpus(self) -> list[tuple[str, Mapping[str, Any]]]:
        """
        Return the containers that ask for GPUs.
        """
        return [
            (where, c)
            for where, c in self.containers()
            if GPU in {**mapped(c, "resources", "requests"), **mapped(c, "resources", "limits")}
        ]


def facts_of(catalog: Catalog) -> Facts:
    """
    Return the facts that the catalogue has.
    """
    return Facts(
        instance_types=frozenset(item.name for item in catalog.instances),
        waived=frozenset(f"{image.name}:{image.tag}" for image in catalog.versions.images.values() if image.waiver),
        metrics=catalog.engine_contract().metrics,
    )


class Inventory:
    """
    The resources of one stack; structure (stack, providers, components) is kept apart.
    """

    def __init__(self, records: Iterable[ResourceRecord], facts: Facts) -> None:
        self.facts = facts
        made = [(record.structural, _registered(record)) for record in sorted(records, key=lambda r: r.urn)]
        self.resources = tuple(each for structural, each in made if not structural)
        self.structure = tuple(each for structural, each in made if structural)

    @cached_property
    def objects(self) -> tuple[Registered, ...]:
        """
        The Kubernetes objects; Helm releases are none.
        """
        return tuple(r for r in self.resources if r.type.startswith(_KUBERNETES) and dig(r.inputs, "kind") is not None)

    @cached_property
    def pods(self) -> tuple[Pod, ...]:
        """
        Every pod template of every object, however deep it lies.
        """
        return tuple(pod for each in self.objects for pod in _pods(each, each.inputs, ""))

    @cached_property
    def releases(self) -> tuple[Registered, ...]:
        """
        The Helm releases.
        """
        return tuple(r for r in self.resources if r.type.endswith(f":{_RELEASE}"))

    @cached_property
    def opaque_namespaces(self) -> frozenset[str]:
        """
        Namespaces whose pods are not all registered here: a Helm release makes some.
        """
        return frozenset(str(r.inputs.get("namespace", "default")) for r in self.releases)

    @cached_property
    def namespaces_of_charts(self) -> tuple[Registered, ...]:
        """
        The namespaces of the stack in which nothing but Helm releases makes pods.
        """
        used = {pod.owner.namespace for pod in self.pods}
        return tuple(r for r in self.of("Namespace") if r.name in self.opaque_namespaces and r.name not in used)

    def of(self, *kinds: str) -> list[Registered]:
        """
        Return the resources whose kind (Kubernetes) or type token (all others) is one of *kinds*.
        """
        return [each for each in self.resources if each.kind in kinds]

    def selected(self, selector: Mapping[str, Any], namespace: str | None) -> list[Pod]:
        """
        Return the pods in *namespace* that the label selector *selector* selects; an empty one selects all.
        """
        return [pod for pod in self.pods if pod.owner.namespace == namespace and matches(selector, pod.labels)]

    def pools_of(self, pod: Pod) -> list[Registered]:
        """
        Return the NodePools whose nodes have every label that *pod* asks for; none where it asks for none.
        """
        wanted = mapped(pod.spec, "nodeSelector")
        return [pool for pool in self.of("NodePool") if wanted and matches({"matchLabels": wanted}, node_labels(pool))]

    def scaler_of(self, workload: Registered) -> Registered | None:
        """
        Return the ScaledObject or HorizontalPodAutoscaler that owns the replicas of *workload*.
        """
        return next((each for each in self.of("ScaledObject", "HorizontalPodAutoscaler") if self.target_of(each) is workload), None)

    def target_of(self, scaler: Registered) -> Registered | None:
        """
        Return what *scaler* scales, None where the stack has no such thing.
        """
        target = mapped(scaler.inputs, "spec", "scaleTargetRef")
        kind, name = target.get("kind", "Deployment"), target.get("name")
        return next((each for each in self.objects if (each.kind, each.name, each.namespace) == (kind, name, scaler.namespace)), None)


def matches(selector: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    """
    Tell whether a label selector (matchLabels and matchExpressions) selects *labels*.
    """
    if any(labels.get(key) != value for key, value in mapped(selector, "matchLabels").items()):
        return False
    return all(_holds(expression, labels) for expression in maps(selector, "matchExpressions"))


def node_labels(pool: Registered) -> Mapping[str, Any]:
    """
    Return the labels that the nodes of *pool* carry.
    """
    return mapped(pool.inputs, "spec", "template", "metadata", "labels")


def requirement(pool: Registered, key: str) -> list[str]:
    """
    Return the values that *pool* admits for *key*, none where it does not restrict it.
    """
    found = maps(pool.inputs, "spec", "template", "spec", "requirements")
    return [
        v for each in found if each.get("key") == key and each.get("operator") == "In" for v in listed(each, "values") if isinstance(v, str)
    ]


def _holds(expression: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    value, values = labels.get(text(expression, "key") or ""), listed(expression, "values")
    truth = {"In": value in values, "NotIn": value not in values, "Exists": value is not None, "DoesNotExist": value is None}
    return truth.get(str(expression.get("operator")), False)


def _registered(record: ResourceRecord) -> Registered:
    inputs, metadata = record.inputs, mapped(record.inputs, "metadata")
    kubernetes = record.type.startswith(_KUBERNETES) and "kind" in inputs
    namespace = metadata.get("namespace")
    return Registered(
        urn=record.urn,
        type=record.type,
        kind=str(inputs["kind"]) if kubernetes else record.type,
        name=str(metadata.get("name", record.name)) if kubernetes else record.name,
        namespace=str(namespace) if kubernetes and namespace is not None else None,
        inputs=inputs,
        parent=record.parent,
    )


def _pods(owner: Registered, value: object, path: str) -> Iterator[Pod]:
    if isinstance(value, Mapping):
        if isinstance(dig(value, "spec", "containers"), list | tuple):
            yield Pod(owner=owner, path=path, metadata=mapped(value, "metadata"), spec=mapped(value, "spec"))
            return
        for key, each in value.items():
            yield from _pods(owner, each, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        for index, each in enumerate(value):
            yield from _pods(owner, each, f"{path}[{index}]")
