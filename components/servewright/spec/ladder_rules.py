"""
Rules of the degradation ladder: each rung has one trigger and does one thing, to something that is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.spec.cached_data import ResponseCacheOff
from servewright.spec.codes import BAD_RUNG
from servewright.spec.finding import Finding
from servewright.spec.gateway_rules import same_names, section_of
from servewright.spec.model_references import Known
from servewright.spec.section_defaults import has_caches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from servewright.spec.finding import Scope
    from servewright.spec.gateway_ladder import RungSpec

_ACTIONS: Final = ("batching", "cache_ttl", "shift")
_TRIGGERS: Final = ("first_token", "waiting", "gpu_share")


def _ladder(scope: Scope) -> Iterator[Finding]:
    section = section_of(scope)
    ladder = None if section is None else section.ladder
    if ladder is None:
        return
    rungs, known = ladder.rungs or (), Known.of(scope.spec)
    if (ladder.level or 0) > len(rungs):
        yield Finding(
            code=BAD_RUNG,
            path="gateway.ladder.level",
            message=f"there are {len(rungs)} rungs, level {ladder.level} would put more of them in force",
            hint=f"0 to {len(rungs)}",
            reads=("gateway.ladder.rungs",),
        )
    yield from same_names((rung.name for rung in rungs), "gateway.ladder.rungs")
    for index, rung in enumerate(rungs):
        path = f"gateway.ladder.rungs[{index}]"
        yield from _one_of(rung, path, _ACTIONS, "a rung changes one thing", "shift: {model: large, to: small, share: 30%}")
        yield from _one_of(rung.when, f"{path}.when", _TRIGGERS, "a rung has one trigger", "when: {waiting: 20, for: 5m}")
        yield from _action(scope, rung, path, known)


def _one_of(part: object, path: str, fields: tuple[str, ...], why: str, example: str) -> Iterator[Finding]:
    """
    Yield a finding where not exactly one of *fields* is given.
    """
    given = [field for field in fields if getattr(part, field) is not None]
    if len(given) != 1:
        has = f"has {' and '.join(given)}" if given else f"has none of {', '.join(fields)}"
        hint = "keep one, and make another rung of the other" if given else example
        reads = tuple(f"{path}.{field}" for field in fields)
        yield Finding(code=BAD_RUNG, path=path, message=f"{why}, this one {has}", hint=hint, reads=reads)


def _action(scope: Scope, rung: RungSpec, path: str, known: Known) -> Iterator[Finding]:
    if rung.batching is not None:
        yield from known.judge(rung.batching.model, f"{path}.batching.model")
    if rung.cache_ttl is not None and not _keeps_answers(scope):
        message = "no answers are kept, so there is no time to change"
        hint = "caches: {responses: {}}, or leave this rung out"
        yield Finding(
            code=BAD_RUNG, path=f"{path}.cache_ttl", message=message, hint=hint, reads=("caches", "environment", *known.task_reads)
        )
    if rung.shift is None:
        return
    shift, where = rung.shift, f"{path}.shift"
    if shift.model == shift.to:
        message = f"{shift.model} is shifted to itself"
        hint = "name the model that takes its requests"
        yield Finding(code=BAD_RUNG, path=f"{where}.to", message=message, hint=hint, reads=(f"{where}.model",))
    for field, name in (("model", shift.model), ("to", shift.to)):
        yield from known.judge(name, f"{where}.{field}", task="generate", why="only requests for answers can be shifted")


def _keeps_answers(scope: Scope) -> bool:
    """
    Return True where the stack has a cache of answers.
    """
    caches = scope.spec.caches
    if not has_caches(scope.spec, scope.environment) or (caches is not None and isinstance(caches.responses, ResponseCacheOff)):
        return False
    return (caches is not None and caches.responses is not None) or "generate" in Known.of(scope.spec).tasks.values()


LADDER_RULES: Final[tuple[Callable[[Scope], Iterator[Finding]], ...]] = (_ladder,)
