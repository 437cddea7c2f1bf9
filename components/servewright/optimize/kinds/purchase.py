"""
How replicas are bought: each mix of a base and a burst, with what is bought ahead where its price is known.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from servewright.optimize.model import Candidate, Risk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.optimize.model import Case
    from servewright.spec.request import Capacity

_SHARES: Final = (25, 50, 75, 100)
"""
Percent of the busiest hour's replicas that are bought as a base: what is tried, not what is saved (judgement); those that come to the
same replicas are tried once.
"""

_BURSTS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "on-demand": ("on demand", {"purchase": "on-demand"}),
    "spot": ("on spot, on demand behind it", {"purchase": "spot", "fallback": {"purchase": "on-demand", "max_share": "100%"}}),
}
_BASES: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "on-demand": ("on demand", {"purchase": "on-demand"}),
    "reserved": ("reserved for a year", {"purchase": "reserved", "term": "1y", "payment": "no-upfront"}),
}
_THREE_YEARS: Final = {"purchase": "reserved", "term": "3y", "payment": "no-upfront"}
_BOUND: Final = "a commitment is paid to its end; only the spec can be taken back"
_ALL: Final = 100


def candidates(case: Case) -> Iterator[Candidate]:
    """
    Yield every mix that the spec can say. What lies in a reservation of the user's own is left as it is.
    """
    capacity = case.request.capacity
    if capacity.base is not None and capacity.base.reservation is not None:
        return
    for name, (words, burst) in _BURSTS.items():
        yield _candidate(capacity, f"all-{name}", f"all {words}", None, burst)
        for share in _shares(case):
            if share < _ALL:
                yield from _beside(capacity, share, name)
    for name, (words, base) in _bases(capacity).items():
        yield _candidate(capacity, f"fixed-{name}", f"all {words}, a fixed number", {**base, "share": "100%"}, None)
    yield _candidate(capacity, "fixed-reserved-3y", "all reserved for three years, a fixed number", {**_THREE_YEARS, "share": "100%"}, None)
    yield from _without_fallback(case)
    yield from _smaller_fallback(capacity)


def _beside(capacity: Capacity, share: int, burst: str) -> Iterator[Candidate]:
    words, fields = _BURSTS[burst]
    for name, (bought, base) in _bases(capacity).items():
        title = f"{share} % {bought}, the rest {words}"
        yield _candidate(capacity, f"{share}-{name}-rest-{burst}", title, {**base, "share": f"{share}%"}, fields)


def _bases(capacity: Capacity) -> dict[str, tuple[str, dict[str, Any]]]:
    """
    Return the ways to buy a base; a rate that the user has stays.
    """
    base = capacity.base
    if base is None or base.rate is None:
        return {name: (words, dict(fields)) for name, (words, fields) in _BASES.items()}
    return {"on-demand": _BASES["on-demand"], base.purchase: ("as it is bought now", {})}


def _shares(case: Case) -> list[int]:
    """
    Return the shares that come to different numbers of replicas, the largest of those that come to the same.
    """
    found = {tuple(math.ceil(model.replicas.busiest * share / _ALL) for model in case.plan.models): share for share in _SHARES}
    return sorted(found.values())


def _candidate(capacity: Capacity, name: str, title: str, base: dict[str, Any] | None, burst: dict[str, Any] | None) -> Candidate:
    fields = {"capacity": {"base": _base(capacity, base), "burst": _burst(capacity, burst)}}
    ahead = base is not None and base.get("purchase") == "reserved"
    undo = _BOUND if ahead else None
    return Candidate(id=f"purchase-{name}", kind="purchase", title=title, fields=fields, undo=undo)


def _base(capacity: Capacity, base: dict[str, Any] | None) -> dict[str, Any] | None:
    """
    Return the fields of *base*, with what the spec says of another purchase taken away.
    """
    if base is None or "purchase" not in base:
        return base
    now = capacity.base
    said = {} if now is None else {"term": now.term, "payment": now.payment, "rate": now.rate}
    return {**base, **{field: None for field, value in said.items() if value is not None and field not in base}}


def _burst(capacity: Capacity, burst: dict[str, Any] | None) -> dict[str, Any] | None:
    if burst is None or "fallback" in burst or capacity.burst is None or capacity.burst.fallback is None:
        return burst
    return {**burst, "fallback": None}


def _without_fallback(case: Case) -> Iterator[Candidate]:
    """
    Yield spot alone: with an availability target it needs a word of the user, and the target is none any more.
    """
    capacity = case.request.capacity
    promised = [model.slo.availability for model in case.plan.models if model.slo.availability is not None]
    made = _candidate(capacity, "spot-alone", "all on spot, nothing behind it", None, {"purchase": "spot"})
    fields = {"capacity": {**made.fields["capacity"], **({"allow_interruption": True} if promised else {})}}
    yield Candidate(
        id=made.id,
        kind="purchase",
        title=made.title,
        fields=fields,
        group="changes" if promised else "keeps",
        caveats=(f"the availability target of {max(promised):.2%} is given up",) if promised else (),
        risks=(Risk(level="high", why="nothing serves while spot has no capacity"),),
    )


def _smaller_fallback(capacity: Capacity) -> Iterator[Candidate]:
    fallback = None if capacity.burst is None else capacity.burst.fallback
    if fallback is not None and fallback.max_share == 1:
        yield Candidate(
            id="purchase-half-fallback",
            kind="purchase",
            title="half of the burst at most on demand behind spot",
            fields={"capacity": {"burst": {"purchase": "spot", "fallback": {"purchase": "on-demand", "max_share": "50%"}}}},
            risks=(Risk(level="medium", why="with no spot capacity half of the burst is all there is"),),
        )
