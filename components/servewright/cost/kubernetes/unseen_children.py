"""
Components whose children only the engine makes: a recorder that shows the component alone shows nothing of what it costs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.model import Unknown
from servewright.cost.registry import Priced

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servewright.cost.records import ResourceRecord

_TYPES: Final = (
    "kubernetes:helm.sh/v3:Chart",
    "kubernetes:helm.sh/v4:Chart",
    "kubernetes:kustomize/v2:Directory",
    "kubernetes:kustomize:Directory",
    "kubernetes:yaml/v2:ConfigFile",
    "kubernetes:yaml/v2:ConfigGroup",
    "kubernetes:yaml:ConfigFile",
    "kubernetes:yaml:ConfigGroup",
)
_PACKAGES: Final = ("awsx:", "eks:")
"""
Components of other languages (pulumi-awsx, pulumi-eks): their children are registered in a process of their own.
"""


def unseen_children(records: Sequence[ResourceRecord]) -> Priced:
    """
    Return an Unknown for each component of these types without a child among *records*.
    """
    parents = {record.parent for record in records}
    blind = (record for record in records if _makes_children(record) and record.urn not in parents)
    return Priced(unknown=tuple(_unknown(record) for record in sorted(blind, key=lambda record: record.urn)))


def _makes_children(record: ResourceRecord) -> bool:
    return not record.custom and (record.type in _TYPES or record.type.startswith(_PACKAGES))


def _unknown(record: ResourceRecord) -> Unknown:
    why = f"{record.type} makes resources that are not among those recorded: price it from `pulumi preview --json --show-sames`"
    return Unknown(id=record.urn, resource=record.urn, what=f"resources of {record.name}", why=why)
