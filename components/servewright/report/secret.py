"""
Secrets that must exist: named by the spec, never read and never shown.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servewright.plan.model import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class NeededSecret:
    """
    A Kubernetes Secret that the models in *used_by* read *keys* of.
    """

    name: str
    namespace: str
    keys: tuple[str, ...]
    used_by: tuple[str, ...]

    @property
    def create_with(self) -> tuple[str, ...]:
        """
        The words of a command that creates it; the value comes from standard input, several values from one file per key.
        """
        only = len(self.keys) == 1
        sources = (f"--from-file={key}=/dev/stdin" if only else f"--from-file={key}" for key in self.keys)
        words = ("kubectl", "--namespace", self.namespace, "create", "secret", "generic", self.name, *sources)
        return tuple(shlex.quote(word) for word in words)


def secrets_needed(plan: Plan) -> tuple[NeededSecret, ...]:
    """
    Return the secrets of *plan* by name.
    """
    keys: dict[str, dict[str, None]] = {}
    used_by: dict[str, list[str]] = {}
    for model in plan.models:
        if model.token is not None:
            keys.setdefault(model.token.secret, {})[model.token.key] = None
            used_by.setdefault(model.token.secret, []).append(model.name)
    return tuple(
        NeededSecret(name=name, namespace=plan.stack.namespace, keys=tuple(sorted(keys[name])), used_by=tuple(used_by[name]))
        for name in sorted(keys)
    )
