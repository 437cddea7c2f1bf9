"""
A registered resource as every recorder delivers it: in-process, inside a real preview, or from `pulumi preview --json`.

One shape for all, and no Pulumi: inputs are plain JSON values in which a value that is not known yet is UNKNOWN and a
secret is SECRET.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""
Pulumi's wire form of an unknown string, also what `preview --json` prints.
"""

SECRET: Final = "[secret]"  # noqa: S105 - the placeholder, not a secret
"""
What stands in place of a secret; the recorders never keep the value.
"""

STACK_TYPE: Final = "pulumi:pulumi:Stack"
PROVIDER_PREFIX: Final = "pulumi:providers:"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRecord:
    """
    One registration: *type* is the Pulumi type token, *parent* the parent's URN, *custom* False for components.

    *inputs* are as registered, keys sorted at every level, with Pulumi's names (camelCase for AWS, manifest names for Kubernetes).
    *region* is that of the resource's AWS provider; for Kubernetes resources that of the stack (None: unknown).
    *references* are the URNs of the resources that an input is made from, by its name at the top level: they say which launch template is
    meant while its id is unknown.
    """

    urn: str
    type: str
    name: str
    parent: str | None
    custom: bool
    region: str | None
    inputs: Mapping[str, Any]
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def structural(self) -> bool:
        """
        True for what only gives structure: the stack, providers, components. They are never billed and never "free".
        """
        return not self.custom or self.type == STACK_TYPE or self.type.startswith(PROVIDER_PREFIX)
