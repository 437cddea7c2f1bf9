"""
What a `blueprint.yaml` says of itself, read leniently: enough to decide whether it is the one that was asked for.

Whatever else is wrong with it is told with the faults of the spec, at its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from servewright.spec.document import document_of, read_values


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """
    The texts of the heading, None where there is none; *readable* is False where the file has faults of syntax, *there* where it has no
    heading.
    """

    name: str | None = None
    version: str | None = None
    tool: str | None = None
    readable: bool = True
    there: bool = True


@lru_cache(maxsize=64)
def heading_of(raw: bytes) -> Heading:
    """
    Return the heading in the bytes of a `blueprint.yaml`; the same bytes are not parsed again.
    """
    reading = read_values("blueprint.yaml", raw)
    if reading.root is None or reading.faults:
        return Heading(readable=False)
    said = document_of(reading.root, "blueprint.yaml").tree.get("blueprint")
    fields = said if isinstance(said, dict) else {}
    return Heading(
        name=_text(fields.get("name")),
        version=_text(fields.get("version")),
        tool=_text(fields.get("tool")),
        there=said is not None,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
