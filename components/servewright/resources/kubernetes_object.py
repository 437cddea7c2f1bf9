"""
One Kubernetes object as a plain value, with what it waits for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMESPACE: Final = "namespace"
"""
The key of the stack's Namespace, which everything in it needs.
"""

Part = Literal["stack", "engines", "gateway", "caches", "monitoring"]
"""
What an object is a part of: one of the things that are made of it, or what they all stand in.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KubernetesObject:
    """
    One object: *key* is its name within the stack, unique per kind.

    *needs* are (kind, key) of what must be there first. *create_s* and *delete_s* bound the wait for it; None: the provider's default.
    *holds_state*: what it keeps cannot be made again, so that its removal is refused unless the stack allows it. *part* says what it is of.
    """

    key: str
    manifest: Mapping[str, Any]
    needs: tuple[tuple[str, str], ...] = ()
    create_s: int | None = None
    delete_s: int | None = None
    holds_state: bool = False
    part: Part = "stack"

    @property
    def kind(self) -> str:
        """
        The kind, for look-ups and for *needs*.
        """
        return str(self.manifest["kind"])
