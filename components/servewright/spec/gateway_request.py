"""
What the spec asks of the gateway, with every default filled in: who may call, what each may use, where a request goes.

Shares and hit rates are 0..1, times seconds, rates a second in the busiest hour unless the name says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Collection

    from servewright.spec.request import SecretRef

RoutePolicy = Literal["complexity", "tag", "weight"]
TeamPriority = Literal["high", "normal", "low"]
Trigger = Literal["first-token", "waiting", "gpu-share"]
Placement = Literal["prefix", "load", "service"]

TIERS: Final = ("simple", "medium", "complex", "reasoning")
"""
What LiteLLM's rule-based router takes a request for, by rising difficulty (LiteLLM 1.104.0, auto_router/complexity_router).
"""


def tiers_taken(given: Collection[str | None]) -> dict[str, str]:
    """
    Return for each tier which of the *given* ones takes it: itself or the next one below it, and below the lowest of them that one.
    """
    taken = next(tier for tier in TIERS if tier in given)
    found = {}
    for tier in TIERS:
        taken = tier if tier in given else taken
        found[tier] = taken
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicAddress:
    """
    The load balancer that the internet reaches: its *hostname*, the ARN of its *certificate*, and the ranges that it is open to.
    """

    hostname: str
    certificate: str
    allow_from: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """
    A team and what it may use. None: no such limit; no *models*: all of them. *budget* is USD in each *budget_days*.
    """

    name: str
    models: tuple[str, ...]
    requests_per_minute: int | None
    tokens_per_minute: int | None
    parallel_requests: int | None
    budget: Decimal | None
    budget_days: int
    priority: TeamPriority


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLimits:
    """
    What one request may be, and how many one worker holds. None: the engine's own limit is the only one.
    """

    request_bytes: int
    input_tokens: int | None
    output_tokens: int | None
    in_flight: int
    queued: int
    queue_timeout_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """
    *attempts* beyond the first in each pool, the time-outs of an attempt (None: the plan derives it from the model's longest request), and
    when a pool rests: after *failures* within a minute, for *cooldown_s*.
    """

    attempts: int
    timeout_s: int | None
    first_token_timeout_s: int | None
    failures: int
    cooldown_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTarget:
    """
    A model of a route, the *share* of the route's requests that it is expected to get, and *when* it gets them: a tier of TIERS, a tag, or
    nothing where the shares themselves are the rule.
    """

    model: str
    share: Decimal
    when: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """
    One name for several models. *requests_per_second* is what clients send under it in the busiest hour.
    """

    path: str
    name: str
    policy: RoutePolicy
    requests_per_second: Decimal
    targets: tuple[RouteTarget, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batching:
    """
    A rung's larger batches: *max_num_batched_tokens* of the engines of *model*.
    """

    model: str
    max_num_batched_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """
    A rung's move of *share* of what *model* gets to the smaller model *to*.
    """

    model: str
    to: str
    share: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """
    One step of the degradation ladder: when *trigger* is above *above* for *for_s*, and the one thing it changes (the others are None).

    *above* is milliseconds for "first-token", requests before a replica for "waiting", a share of the GPUs for "gpu-share".
    """

    path: str
    name: str
    trigger: Trigger
    above: Decimal
    for_s: int
    batching: Batching | None = None
    cache_ttl_s: int | None = None
    shift: Shift | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """
    The rungs in order, of which the first *level* are in force.
    """

    rungs: tuple[Rung, ...] = ()
    level: int = 0

    @property
    def in_force(self) -> tuple[Rung, ...]:
        """
        The rungs that are in force.
        """
        return self.rungs[: self.level]

    def split(self, model: str) -> tuple[tuple[str, Decimal], ...]:
        """
        Return the models that answer what is asked of *model* and the share of each, which are the whole together: each rung in force
        moves its share of what those before it left and brought, as `demand.demands` reckons.
        """
        parts = {model: Decimal(1)}
        for rung in self.in_force:
            shift = rung.shift
            if shift is None or shift.model not in parts:
                continue
            moved = parts[shift.model] * shift.share
            parts[shift.model] -= moved
            parts[shift.to] = parts.get(shift.to, Decimal(0)) + moved
        return tuple((name, share) for name, share in parts.items() if share > 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayRequest:
    """
    The gateway that is asked for. *keys* is the Secret with the file of clients' keys, *master_key* that of the administrator's;
    *database* the connection string of what needs one (None: nothing does). *fallbacks* are (model, models tried after it). *placement*
    says by what a call finds its replica: its prompt's beginning, the calls in flight, or the Service.
    """

    public: PublicAddress | None
    min_replicas: int
    max_replicas: int | None
    keys: SecretRef
    master_key: SecretRef
    database: SecretRef | None
    teams: tuple[Team, ...]
    limits: RequestLimits
    retries: Retries
    fallbacks: tuple[tuple[str, tuple[str, ...]], ...]
    routes: tuple[Route, ...]
    ladder: Ladder
    placement: Placement = "prefix"

    @property
    def prioritised(self) -> bool:
        """
        True where some team goes before another: the engines then serve by priority.
        """
        return any(team.priority != "normal" for team in self.teams)

    @property
    def limited(self) -> bool:
        """
        True where requests, tokens or money are counted, which all replicas must do together.
        """
        return any((t.requests_per_minute, t.tokens_per_minute, t.parallel_requests, t.budget) != (None,) * 4 for t in self.teams)
