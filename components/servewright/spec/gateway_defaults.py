"""
Defaults of the gateway: what a spec does not say of keys, limits and retries, with the reason.

The limits of a process, the retries and the rest of a pool are the settings that were measured with LiteLLM 1.105.0 over two engines.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.spec.environments import ENVIRONMENTS
from servewright.spec.gateway import GatewayReplicasSpec, GatewaySpec, RetriesSpec
from servewright.spec.gateway_ladder import LadderSpec
from servewright.spec.gateway_limits import LimitsSpec
from servewright.spec.gateway_request import (
    Batching,
    GatewayRequest,
    Ladder,
    PublicAddress,
    RequestLimits,
    Retries,
    Route,
    RouteTarget,
    Rung,
    Shift,
    Team,
)
from servewright.spec.request import SecretRef
from servewright.spec.section_defaults import has_gateway
from servewright.spec.spans import size_text, span_text

if TYPE_CHECKING:
    from servewright.spec.applied import Applied
    from servewright.spec.gateway_ladder import RungSpec, TriggerSpec
    from servewright.spec.gateway_limits import TeamSpec
    from servewright.spec.gateway_request import Placement, TeamPriority, Trigger
    from servewright.spec.gateway_routes import RouteSpec
    from servewright.spec.model import Spec
    from servewright.spec.request import Environment
    from servewright.spec.served_model import SecretRefSpec

KEYS_SECRET: Final = "gateway-keys"  # noqa: S105 - the name of a Secret
_KEYS: Final = SecretRef(secret=KEYS_SECRET, key="keys.json")
_MASTER_KEY: Final = SecretRef(secret=KEYS_SECRET, key="master-key")

_REQUEST_BYTES: Final = 2**20
"""
A prompt of 128 000 tokens is about 0.5 MiB of text (4 characters a token, judgement), and JSON puts something on top.
"""

_IN_FLIGHT: Final = 400
_QUEUED: Final = 200
_QUEUE_TIMEOUT_S: Final = 5
_ATTEMPTS: Final = 1
_FAILURES: Final = 2
_COOLDOWN_S: Final = 15

_BUDGET_DAYS: Final = 30
_FOR_S: Final = 300
"""
Judgement: a burst of requests is over after some minutes, and a new replica needs about as long to start.
"""


def gateway_of(spec: Spec, environment: Environment, applied: Applied) -> GatewayRequest | None:
    """
    Return the gateway of *spec*, None where the stack has none.
    """
    if not has_gateway(spec, environment):
        return None
    given = spec.gateway or GatewaySpec()
    rule = f"the rule of {environment}"
    by_prefix: Placement = "prefix"
    seen = "seen from inside the cluster only"
    applied.take("gateway.service", given.service, "internal", seen if spec.gateway is not None else f"{rule} has a gateway, {seen}")
    replicas = given.replicas or GatewayReplicasSpec()
    low = applied.take("gateway.replicas.min", replicas.min, ENVIRONMENTS[environment].gateway_replicas, rule)
    if replicas.max is None:
        applied.note("gateway.replicas.max", "null", "the plan: twice what the busiest hour needs")
    if given.database is None:
        applied.note("gateway.database", "null", "nothing that is asked for needs one")
    if given.teams is None:
        applied.note("gateway.teams", "[]", "no team is named: every key may use every model, without limits")
    return GatewayRequest(
        public=_public(given),
        min_replicas=low,
        max_replicas=replicas.max,
        keys=_secret("gateway.keys", given.keys, _KEYS, applied),
        master_key=_secret("gateway.master_key", given.master_key, _MASTER_KEY, applied),
        database=None if given.database is None else SecretRef(secret=given.database.secret, key=given.database.key),
        teams=tuple(_team(team, f"gateway.teams[{index}]", applied) for index, team in enumerate(given.teams or ())),
        limits=_limits(given.limits or LimitsSpec(), applied),
        retries=_retries(given.retries or RetriesSpec(), applied),
        fallbacks=tuple((fallback.model, fallback.to) for fallback in given.fallbacks or ()),
        routes=tuple(_route(route, f"gateway.routes[{index}]") for index, route in enumerate(given.routes or ())),
        ladder=_ladder(given.ladder, applied),
        placement=applied.take(
            "gateway.placement", given.placement, by_prefix, "what begins alike is read once, and no replica is overrun"
        ),
    )


def _public(given: GatewaySpec) -> PublicAddress | None:
    public = given.public
    if public is None:
        return None
    return PublicAddress(hostname=public.hostname, certificate=public.certificate, allow_from=public.allow_from)


def _secret(path: str, given: SecretRefSpec | None, default: SecretRef, applied: Applied) -> SecretRef:
    if given is not None:
        return SecretRef(secret=given.secret, key=given.key)
    applied.note(path, f"{{secret: {default.secret}, key: {default.key}}}", "the Secret that you make beside the stack")
    return default


def _team(team: TeamSpec, path: str, applied: Applied) -> Team:
    normal: TeamPriority = "normal"
    days = _BUDGET_DAYS
    if team.budget is not None:
        days = applied.take(f"{path}.budget_days", team.budget_days, _BUDGET_DAYS, "about a month")
    return Team(
        name=team.name,
        models=team.models or (),
        requests_per_minute=team.requests_per_minute,
        tokens_per_minute=team.tokens_per_minute,
        parallel_requests=team.parallel_requests,
        budget=team.budget,
        budget_days=days,
        priority=applied.take(f"{path}.priority", team.priority, normal, "no team goes before another unless it is said"),
    )


def _limits(given: LimitsSpec, applied: Applied) -> RequestLimits:
    where = "gateway.limits"
    held = "the measured setting: a process holds no more than it can answer"
    for name, value in (("input_tokens", given.input_tokens), ("output_tokens", given.output_tokens)):
        if value is None:
            applied.note(f"{where}.{name}", "null", "the engine's own limit is the only one")
    return RequestLimits(
        request_bytes=applied.take(
            f"{where}.request_size", given.request_size, _REQUEST_BYTES, "room for the longest prompts", shown=size_text(_REQUEST_BYTES)
        ),
        input_tokens=given.input_tokens,
        output_tokens=given.output_tokens,
        in_flight=applied.take(f"{where}.in_flight", given.in_flight, _IN_FLIGHT, held),
        queued=applied.take(f"{where}.queued", given.queued, _QUEUED, held),
        queue_timeout_s=applied.take(
            f"{where}.queue_timeout",
            given.queue_timeout,
            _QUEUE_TIMEOUT_S,
            "the measured setting: who waits longer asks again",
            shown=span_text(_QUEUE_TIMEOUT_S),
        ),
    )


def _retries(given: RetriesSpec, applied: Applied) -> Retries:
    where = "gateway.retries"
    if given.timeout is None:
        applied.note(f"{where}.timeout", "null", "the plan: what the longest request of each model takes")
    if given.first_token_timeout is None:
        applied.note(f"{where}.first_token_timeout", "null", "the plan: by the latency target of each model")
    return Retries(
        attempts=applied.take(f"{where}.attempts", given.attempts, _ATTEMPTS, "the longest wait is then two time-outs in each pool"),
        timeout_s=given.timeout,
        first_token_timeout_s=given.first_token_timeout,
        failures=applied.take(f"{where}.failures", given.failures, _FAILURES, "the measured setting: a dead pool costs a few calls"),
        cooldown_s=applied.take(
            f"{where}.cooldown",
            given.cooldown,
            _COOLDOWN_S,
            "the measured setting: a pool that is back is used again soon",
            shown=span_text(_COOLDOWN_S),
        ),
    )


def _route(route: RouteSpec, path: str) -> Route:
    return Route(
        path=path,
        name=route.name,
        policy=route.policy,
        requests_per_second=route.requests_per_second,
        targets=tuple(RouteTarget(model=target.model, share=target.share, when=target.tier or target.tag) for target in route.to),
    )


def _ladder(ladder: LadderSpec | None, applied: Applied) -> Ladder:
    given = ladder or LadderSpec()
    rungs = given.rungs or ()
    made = tuple(_rung(rung, f"gateway.ladder.rungs[{index}]", applied) for index, rung in enumerate(rungs))
    if not rungs:
        return Ladder()
    return Ladder(rungs=made, level=applied.take("gateway.ladder.level", given.level, 0, "nothing is given up before it is asked for"))


def _rung(rung: RungSpec, path: str, applied: Applied) -> Rung:
    trigger, above = _trigger(rung.when)
    batching, shift = rung.batching, rung.shift
    return Rung(
        path=path,
        name=rung.name,
        trigger=trigger,
        above=above,
        for_s=applied.take(f"{path}.when.for", rung.when.for_, _FOR_S, "longer than a burst (judgement)", shown=span_text(_FOR_S)),
        batching=None if batching is None else Batching(model=batching.model, max_num_batched_tokens=batching.max_num_batched_tokens),
        cache_ttl_s=rung.cache_ttl,
        shift=None if shift is None else Shift(model=shift.model, to=shift.to, share=shift.share),
    )


def _trigger(when: TriggerSpec) -> tuple[Trigger, Decimal]:
    named: tuple[tuple[Trigger, Decimal | None], ...] = (
        ("first-token", when.first_token),
        ("waiting", when.waiting),
        ("gpu-share", when.gpu_share),
    )
    for trigger, above in named:
        if above is not None:
            return trigger, above
    msg = "a rung without a trigger is refused by the rules"
    raise TypeError(msg)
