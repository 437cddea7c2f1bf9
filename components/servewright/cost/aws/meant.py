"""
Which registered resources another one means: ids are given by AWS, so that only the references of an input tell, never a likeness.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context


def meant(record: ResourceRecord, context: Context, key: str, *type_tokens: str) -> tuple[ResourceRecord, ...]:
    """
    Return the resources of *type_tokens* that the input *key* of *record* is made from; none where the recording does not say.
    """
    urns = record.references.get(key, ())
    return tuple(each for token in type_tokens for each in context.of_type(token) if each.urn in urns)


def means(record: ResourceRecord, key: str, other: ResourceRecord) -> bool:
    """
    Tell whether the input *key* of *record* is made from *other*.
    """
    return other.urn in record.references.get(key, ())
