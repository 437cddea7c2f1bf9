"""
Rules of the caches' times: nothing lives longer than the answer that it is of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.spec.cache_defaults import RESPONSE_TTL_S
from servewright.spec.cache_request import lasting
from servewright.spec.cached_data import ResponseCacheOff, ResponseCacheSpec
from servewright.spec.caches import CachesOff
from servewright.spec.codes import CONTRADICTION
from servewright.spec.finding import Finding
from servewright.spec.spans import span_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.spec.finding import Scope


def cache_times(scope: Scope) -> Iterator[Finding]:
    """
    Yield a copy that would live longer than what the volatility leaves of the answer's time, and near questions that would be served
    longer than the answer's time itself: theirs is cut to what is left of it.
    """
    section = scope.spec.caches
    if section is None or isinstance(section, CachesOff) or isinstance(section.responses, ResponseCacheOff):
        return
    responses = section.responses or ResponseCacheSpec()
    ttl = RESPONSE_TTL_S if responses.ttl is None else responses.ttl
    served = ttl if responses.volatility is None else lasting(ttl, responses.volatility)
    reads = ("caches.responses.ttl", "caches.responses.volatility")
    if responses.memory_ttl is not None:
        yield from _within("caches.responses.memory_ttl", responses.memory_ttl, "a copy in a process", served, reads)
    if section.semantic is not None and section.semantic.ttl is not None:
        yield from _within("caches.semantic.ttl", section.semantic.ttl, "a question that serves others", ttl, reads[:1])


def _within(path: str, lasts: int, what: str, most: int, reads: tuple[str, ...]) -> Iterator[Finding]:
    if lasts > most:
        message = f"{what} would live longer than the answer, {span_text(most)}"
        yield Finding(code=CONTRADICTION, path=path, message=message, hint=f"at most {span_text(most)}", reads=reads)
