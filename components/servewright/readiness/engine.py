"""
What the engines are started with, for the engine's own parser where it is installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.readiness.model import Finding
from servewright.readiness.reading import texts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from servewright.readiness.inventory import Inventory, Registered

ENGINE_RULE: Final = "SR701"
ENGINE_WHAT: Final = "the engine's own parser accepts its arguments (where the engine is installed)"

_ENGINE: Final = "vllm"
_SERVE: Final = ("vllm", "serve")


def engine_arguments(inventory: Inventory) -> tuple[tuple[Registered, tuple[str, ...]], ...]:
    """
    Return the workloads that run the engine, each with the arguments of `vllm serve` as the engine sees them.
    """
    found = []
    for pod in inventory.pods:
        for _, container in pod.with_gpus():
            words = (*texts(container, "command"), *texts(container, "args"))
            if words[:2] == _SERVE:
                words = words[2:]
            if _ENGINE in str(container.get("image", "")) and words:
                # Kubernetes turns "$$(" into "$(".
                found.append((pod.owner, tuple(word.replace("$$(", "$(") for word in words)))
    return tuple(found)


def parser_findings(
    engines: Sequence[tuple[Registered, tuple[str, ...]]],
    faults_of: Callable[[Sequence[Sequence[str]]], Sequence[Sequence[str]]],
) -> tuple[Finding, ...]:
    """
    Return what the engine's parser says against the arguments of *engines*; *faults_of* asks it about all of them at once.
    """
    answers = faults_of([words for _, words in engines])
    return tuple(
        Finding(rule=ENGINE_RULE, what=ENGINE_WHAT, urn=each.urn, object=each.label, evidence=fault)
        for (each, _), faults in zip(engines, answers, strict=True)
        for fault in faults
    )
