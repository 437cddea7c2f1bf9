"""
The container images of the registered pods and of the operators that are installed, and which of them are fixed by a digest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from servewright.plan import pod_requests

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from servewright.cost.records import ResourceRecord

_CONTAINERS = frozenset({"containers", "initContainers", "ephemeralContainers"})


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedImage:
    """
    An image by *name* and tag; *digest* None: it is not fixed, *waiver* says why (None: no reason is recorded).
    """

    name: str
    digest: str | None
    waiver: str | None


def images_used(records: Iterable[ResourceRecord], waivers: Mapping[str, str]) -> tuple[UsedImage, ...]:
    """
    Return the images of every pod in *records*, by name, each once.
    """
    references = sorted({image for record in records for image in (*_images(record.inputs), *_of_operator(record))})
    return tuple(_used(reference, waivers) for reference in references)


def _used(reference: str, waivers: Mapping[str, str]) -> UsedImage:
    name, _, digest = reference.partition("@")
    return UsedImage(name=name, digest=digest or None, waiver=None if digest else waivers.get(name))


def _of_operator(record: ResourceRecord) -> tuple[str, ...]:
    """
    Return the images that an installed operator says: its release shows them in parts only.
    """
    if record.type != pod_requests.COMPONENT:
        return ()
    said = record.inputs.get(pod_requests.IMAGES)
    return tuple(image for image in said if isinstance(image, str)) if isinstance(said, list) else ()


def _images(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in _CONTAINERS and isinstance(inner, list):
                yield from (c["image"] for c in inner if isinstance(c, dict) and isinstance(c.get("image"), str))
            yield from _images(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _images(inner)
