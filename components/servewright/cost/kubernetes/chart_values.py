"""
What the values of a release turn on that no adapter of its chart prices: a load balancer, an ingress, a volume. It is said and unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from servewright.cost.aws.partial import unknown_part
from servewright.cost.kubernetes.ingress import class_in, made_by_aws
from servewright.cost.properties import dotted, read_map, read_text
from servewright.cost.records import SECRET, UNKNOWN
from servewright.cost.registry import Priced, joined

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

Path = tuple[str | int, ...]

_BALANCER: Final = "LoadBalancer"
_CLAIM: Final = "volumeclaimtemplate"
_KINDS: Final = ("PersistentVolumeClaim", "Ingress", "Gateway")
_HOLDERS: Final = frozenset(
    {
        *("alertmanager", "alertmanagerSpec", "controller", "grafana", "ingress", "internal", "persistence", "prometheus"),
        *("prometheusSpec", "service", "storage", "storageSpec", "thanosRuler", "thanosRulerSpec", "values"),
    }
)
"""
Keys of values that hold what is looked for: what is not known there may be anything.
"""


def beyond_the_table(record: ResourceRecord, context: Context, handled: tuple[Path, ...]) -> Priced:
    """
    Return what the values turn on but for what stands at or below *handled*.
    """
    found: dict[Path, None] = {}
    for path, value in _leaves(record.inputs.get("values"), ("values",)):
        place = _turned_on(path, value)
        if place is not None and not any(place[: len(each)] == each for each in handled) and not _in_cluster(record, place, context):
            found[place] = None
    return joined(unknown_part(record, dotted(*path), "the values turn on what no adapter prices") for path in found)


def turned_on(value: object) -> bool:
    """
    Tell whether *value* turns something on in a template, where any text but the empty one does.
    """
    return value not in (None, False, 0, "", "false")


def _turned_on(path: Path, value: object) -> Path | None:
    """
    Return where *value*, which stands at *path*, turns something on, None where it does not.
    """
    claim = next((depth for depth, key in enumerate(path) if str(key).lower().startswith(_CLAIM)), None)
    if claim is not None:
        return path[: claim + 1]
    key, above = _end_of(path)
    if value in (UNKNOWN, SECRET):
        return path if key in _HOLDERS or (key == "type" and above == "service") or _enables(key, above) else None
    if _enables(key, above) and turned_on(value):
        return path
    return path if value == _BALANCER or (key == "kind" and value in _KINDS) or _is_template(value) else None


def _end_of(path: Path) -> tuple[str, str]:
    """
    Return the last key of *path*, and that above it in small letters.
    """
    return str(path[-1]), str(path[-2]).lower() if len(path) > 1 else ""


def _enables(key: str, above: str) -> bool:
    return key == "enabled" and (above == "persistence" or above.endswith("ingress") or above == "ingressperreplica")


def _is_template(value: object) -> bool:
    """
    Tell whether *value* is the text of objects that make something.
    """
    return isinstance(value, str) and "\n" in value and any(word in value for word in (_BALANCER, *(f"kind: {kind}" for kind in _KINDS)))


def _in_cluster(record: ResourceRecord, path: Path, context: Context) -> bool:
    """
    Tell whether *path* turns on an ingress that a controller in the cluster is known to serve.
    """
    key, above = _end_of(path)
    if not _enables(key, above) or above == "persistence":
        return False
    annotations = read_map(record, *path[:-1], "annotations")
    name = read_text(record, *path[:-1], "ingressClassName") or class_in(annotations)
    return name is not None and made_by_aws(name, annotations, context) is False


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, object]]:  # noqa: ANN401 - a JSON value
    """
    Yield each value of the tree that holds no others, with its path.
    """
    if isinstance(value, Mapping):
        for key in value:
            yield from _leaves(value[key], (*path, key))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index))
    else:
        yield path, value
