"""
The gateway: where clients call, who may, how large it is, what a request may be, and what happens when an engine fails.
"""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from servewright.report.figures import count, dollars, duration, plural, rate, span
from servewright.report.screen import QUIET, STRONG, Column, Screen, Span
from servewright.resources import labels
from servewright.resources.connections import connections
from servewright.resources.gateway.endpoints import gateway_url
from servewright.resources.naming import Names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from servewright.plan.gateway_plan import GatewayPlan
    from servewright.plan.model import Plan
    from servewright.spec.gateway_request import GatewayRequest, Placement, RequestLimits, Team

TEAM_COLUMNS: Final = ("team", "models", "requests/min", "tokens/min", "at once", "budget", "priority")

_ROWS: Final = (Column(style=QUIET), Column(wrap=True))
_TEAMS: Final = (Column(), Column(wrap=True), *(Column(side="right"),) * 3, Column(), Column())
_TEAMS_BESIDE_FROM: Final = 100
"""
Columns from which seven figures of a team fit beside each other; below it a team has a line of words (judgement).
"""

_BESIDE: Final = frozenset({"DNS", "the internet", "pod identity agent"})
"""
Targets whose connections carry neither what clients ask nor what they are answered; `plan --explain` has every connection.
"""

_KIB: Final = 1024
_CORE: Final = 1000
_NO_LIMIT: Final = "–"


def gateway(screen: Screen, plan: Plan, *, whole: bool = False) -> None:
    """
    Write the gateway and its teams, as a *whole* or what everybody must know; nothing where clients call the engines themselves.
    """
    if plan.gateway is None:
        return
    screen.heading("Gateway", headline(plan.gateway))
    screen.table(_ROWS, gateway_rows(plan, plan.gateway, whole=whole))
    _teams(screen, plan.gateway.request)


def headline(planned: GatewayPlan) -> str:
    """
    Return the gateway in one line: what it is, and for how much.
    """
    where = "inside the cluster" if planned.request.public is None else "public"
    return f"LiteLLM, {where}, {rate(planned.rate)} req/s at the busiest hour"


def gateway_rows(plan: Plan, planned: GatewayPlan, *, whole: bool) -> list[tuple[str, str]]:
    """
    Return what is to be known of the gateway, as names and words.
    """
    asked = planned.request
    rows = [
        ("address", gateway_url(plan, Names.of(plan.stack))),
        ("open to", _open_to(asked)),
        ("keys", _keys(asked)),
        ("replicas", _replicas(planned)),
        ("placement", _PLACED[asked.placement]),
        ("a request", _request(asked.limits)),
    ]
    if asked.fallbacks:
        after = "; ".join(f"{model}, then {', then '.join(to)}" for model, to in asked.fallbacks)
        rows.append(("fallbacks", f"{after}; no replicas are planned for what falls back"))
    if asked.prioritised:
        rows.append(("priority", "the engines serve a team of high priority first, one of low last"))
    return [*rows, *(_operation(planned) if whole else ()), ("TLS", _tls(plan))]


def _operation(planned: GatewayPlan) -> list[tuple[str, str]]:
    return [
        ("each worker", _worker(planned.request.limits)),
        ("time-outs", _timeouts(planned)),
        ("retries", _retries(planned)),
        ("drain", f"a pod that ends takes nothing new and has {duration(planned.grace_s)} for what it holds"),
        ("database", _database(planned.request)),
    ]


_PLACED: Final[Mapping[Placement, str]] = MappingProxyType(
    {
        "prefix": "an engine that has read the same beginning, unless it has over 1.25 times its part of the calls; one that fails rests",
        "load": "the engine with the fewest calls in flight; one that fails rests",
        "service": "as the Service spreads connections",
    }
)


def team_rows(asked: GatewayRequest) -> list[tuple[str, ...]]:
    """
    Return what each team may use, under TEAM_COLUMNS.
    """
    return [
        (
            team.name,
            ", ".join(team.models) or "all",
            _limit(team.requests_per_minute),
            _limit(team.tokens_per_minute),
            _limit(team.parallel_requests),
            _budget(team) or _NO_LIMIT,
            team.priority,
        )
        for team in asked.teams
    ]


def _teams(screen: Screen, asked: GatewayRequest) -> None:
    if not asked.teams:
        return
    screen.blank()
    if screen.width >= _TEAMS_BESIDE_FROM:
        heading: list[Span] = [(name, QUIET) for name in TEAM_COLUMNS]
        screen.table(_TEAMS, [heading, *team_rows(asked)])
        return
    rows: list[tuple[Span, Span]] = [((team.name, STRONG), "; ".join(_team(team))) for team in asked.teams]
    screen.table((Column(), Column(wrap=True)), rows)


def _team(team: Team) -> Iterator[str]:
    yield f"models {', '.join(team.models)}" if team.models else "every model"
    limits = (
        (team.requests_per_minute, "requests a minute"),
        (team.tokens_per_minute, "tokens a minute"),
        (team.parallel_requests, "at once"),
    )
    said = [f"{count(number)} {what}" for number, what in limits if number is not None]
    said += [budget] if (budget := _budget(team)) else []
    yield ", ".join(said) if said else "no limit"
    if team.priority != "normal":
        yield f"{team.priority} priority"


def _budget(team: Team) -> str:
    return "" if team.budget is None else f"{dollars(team.budget)} in {plural(team.budget_days, 'day')}"


def _limit(number: int | None) -> str:
    return _NO_LIMIT if number is None else count(number)


def _open_to(asked: GatewayRequest) -> str:
    if asked.public is None:
        return f"pods in namespaces labelled {labels.CLIENT}=true; the engines take calls from the gateway alone"
    ranges = ", ".join(asked.public.allow_from)
    return (
        f"{ranges}, by a load balancer with TLS (certificate {asked.public.certificate}), and pods in namespaces labelled "
        f"{labels.CLIENT}=true; the engines take calls from the gateway alone"
    )


def _keys(asked: GatewayRequest) -> str:
    where = f"secret {asked.keys.secret}, {asked.keys.key}" if asked.database is None else "the database"
    first = f"a call without a key of {where} is answered 401"
    if not asked.teams:
        return f"{first}; each key may use every model, without limits"
    return f"{first}; {plural(len(asked.teams), 'team')} below, keys of others have no limits"


def _replicas(planned: GatewayPlan) -> str:
    replicas, size = planned.replicas, planned.container
    bounds = span(Decimal(replicas.minimum), Decimal(replicas.maximum))
    each = f"{count(Decimal(size.cpu_millicores) / _CORE)} CPU and {count(Decimal(size.memory_mib) / _KIB)} GiB each"
    return f"{replicas.busiest} at the busiest hour, autoscaled {bounds}; one takes {rate(planned.requests_per_replica)} req/s; {each}"


def _request(limits: RequestLimits) -> str:
    tokens = [
        f"{count(number)} tokens {where}"
        for number, where in ((limits.input_tokens, "in"), (limits.output_tokens, "out"))
        if number is not None
    ]
    return f"at most {', '.join([_bytes(limits.request_bytes), *tokens])}" + ("" if tokens else "; tokens by the engine's own limit")


def _bytes(number: int) -> str:
    whole = Decimal(number) / _KIB
    return f"{count(whole / _KIB)} MiB" if whole >= _KIB else f"{count(whole)} KiB"


def _worker(limits: RequestLimits) -> str:
    return (
        f"holds {count(limits.in_flight)} requests and {count(limits.queued)} more in its queue for at most "
        f"{duration(limits.queue_timeout_s)}; beyond that 503"
    )


def _timeouts(planned: GatewayPlan) -> str:
    first = dict(planned.first_token_timeout_s)
    return ", ".join(
        f"{model} {duration(whole)}" + (f" ({duration(first[model])} to the first token)" if model in first else "")
        for model, whole in planned.timeout_s
    )


def _retries(planned: GatewayPlan) -> str:
    retries = planned.request.retries
    more = f"{retries.attempts} more in each pool" if retries.attempts else "none"
    rest = f"a pool rests {duration(retries.cooldown_s)} after {plural(retries.failures, 'failure')} within a minute"
    return f"{more}: first all replicas of a model, then its base alone; {rest}; an answer that has begun is not tried again"


def hop_rows(plan: Plan) -> list[tuple[str, str, str]]:
    """
    Return each connection of the stack: from where to where, whether it is encrypted, and why it is open.
    """
    found = connections(plan, Names.of(plan.stack))
    return [(f"{c.source.name} to {c.target.name}, port {c.port}", "TLS" if c.encrypted else "no", c.why) for c in found]


def _tls(plan: Plan) -> str:
    """
    Return which hops of a request and its answer are encrypted, and which are not.
    """
    public = plan.gateway is not None and plan.gateway.request.public is not None
    hops = [c for c in connections(plan, Names.of(plan.stack)) if c.source.name != "Prometheus" and c.target.name not in _BESIDE]
    found = {f"{c.source.name} to {c.target.name}": c.encrypted for c in hops}
    safe = [*(["the internet to the load balancer"] if public else ()), *(name for name, encrypted in found.items() if encrypted)]
    plain = [name for name, encrypted in found.items() if not encrypted]
    return f"{', '.join(safe) or 'no hop'}; without it, inside the cluster and its VPC: {', '.join(plain)}"


def _database(asked: GatewayRequest) -> str:
    if asked.database is None:
        return "none: virtual keys, the admin pages and the history of spend need one (gateway.database)"
    return f"secret {asked.database.secret}, key {asked.database.key}"
