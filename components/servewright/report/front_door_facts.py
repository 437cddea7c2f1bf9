"""
What a plan decided of gateway, routes and caches, as short texts under stable names: the form in which two plans are compared.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from servewright.report.figures import count, dollars, percent, period, plural, rate
from servewright.report.plan_facts import Fact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from servewright.report.plan_facts import Facts, Value

Things = dict[str, "Value"]


def front_door(plan: Value, stack: str) -> dict[str, tuple[Things, Callable[[Value], Facts], Callable[[Value], str]]]:
    """
    Return by what a thing is called ("gateway", "route" …): those of *plan* by name, what was decided for one, and one in a few words.
    The gateway has the name of the *stack*.
    """
    caches: Value = plan.get("caches") or {}
    gateway = {stack: plan["gateway"]} if plan.get("gateway") else {}
    teams = plan["gateway"]["teams"] if gateway else ()
    return {
        "gateway": (gateway, gateway_facts, _gateway),
        "team": ({each["name"]: each for each in teams}, team_facts, _team),
        "route": ({each["name"]: each for each in plan.get("routes", ())}, route_facts, _route),
        "cache": ({each["class"]: each for each in caches.get("classes", ())}, class_facts, _class),
        "store": ({each["name"]: each for each in caches.get("tiers", ())}, tier_facts, _tier),
    }


def gateway_facts(gateway: Value) -> Facts:
    """
    Return what was decided for the gateway.
    """
    limits, retries, public = gateway["limits"], gateway["retries"], gateway["public"]
    said = {
        "address": gateway["address"],
        "open to": "the cluster" if public is None else ", ".join(public["allow_from"]),
        "certificate": None if public is None else public["certificate"],
        "traffic": f"{rate(gateway['requests_per_second'])} req/s",
        "replicas": str(gateway["replicas_busiest_hour"]),
        "replica limits": f"{gateway['replicas']['min']} to {gateway['replicas']['max']}",
        "request": f"{count(limits['request_bytes'])} bytes",
        "tokens": f"{_or_none(limits['input_tokens'])} in, {_or_none(limits['output_tokens'])} out",
        "queue": f"{count(limits['in_flight'])} at once, {count(limits['queued'])} waiting {period(limits['queue_seconds'])}",
        "time-outs": ", ".join(f"{each['model']} {period(each['seconds'])}" for each in gateway["timeouts"]),
        "retries": f"{retries['attempts']}, rest of {period(retries['cooldown_seconds'])} after {retries['failures']} failures",
        "fallbacks": "; ".join(f"{each['model']} to {', '.join(each['to'])}" for each in gateway["fallbacks"]),
        "database": "yes" if gateway["database"] else None,
        "ladder": _ladder(gateway["ladder"]),
    }
    return {name: Fact(text=text) for name, text in said.items() if text}


def team_facts(team: Value) -> Facts:
    """
    Return what a team may use.
    """
    said = {
        "models": ", ".join(team["models"]) or "all",
        "requests a minute": _or_none(team["requests_per_minute"]),
        "tokens a minute": _or_none(team["tokens_per_minute"]),
        "requests at once": _or_none(team["parallel_requests"]),
        "budget": "none" if team["budget"] is None else f"{dollars(Decimal(team['budget']))} in {team['budget_days']} days",
        "priority": team["priority"],
    }
    return {name: Fact(text=text) for name, text in said.items()}


def route_facts(route: Value) -> Facts:
    """
    Return what was decided for a route.
    """
    shares = (" ".join(filter(None, (each["model"], percent(each["share"]), each["when"]))) for each in route["targets"])
    said = {"policy": route["policy"], "traffic": f"{rate(route['requests_per_second'])} req/s", "shares": ", ".join(shares)}
    return {name: Fact(text=text) for name, text in said.items()}


def class_facts(found: Value) -> Facts:
    """
    Return what was decided for a class of data.
    """
    lasts, share, hits = found["seconds"], found["deterministic_share"], found["hit_rate"]
    said = {
        "models": ", ".join(found["models"]),
        "kept for": None if lasts is None else period(lasts),
        "deterministic share": None if share is None else percent(share),
        "threshold": None if found["threshold"] is None else str(found["threshold"]),
        "hit rate": None if hits is None else "not stated" if not hits["stated"] else _interval(hits),
    }
    return {name: Fact(text=text) for name, text in said.items() if text}


def tier_facts(tier: Value) -> Facts:
    """
    Return what was decided for a store.
    """
    reason = tier["reasons"][0] if tier["reasons"] else None
    return {
        "runs on": Fact(text=_nodes(tier), reason=reason),
        "memory": Fact(text=f"{count(tier['maxmemory_mib'])} MiB", reason=reason),
        "eviction": Fact(text=tier["eviction"]),
        "kept": Fact(text=f"{tier['disk_gib']} GiB volume" if tier["disk_gib"] else "yes" if tier["persistent"] else "no"),
    }


def _ladder(ladder: Value) -> str:
    names = ", ".join(rung["name"] for rung in ladder["rungs"])
    return f"level {ladder['level']} of {names}" if names else ""


def _interval(hits: Value) -> str:
    return ", ".join(dict.fromkeys(percent(hits[name]) for name in ("low", "expected", "high")))


def _nodes(tier: Value) -> str:
    return f"{tier['nodes']} x {tier['node_type'] or 'pod'}"


def _or_none(number: int | None) -> str:
    return "none" if number is None else count(number)


def _gateway(gateway: Value) -> str:
    return f"LiteLLM, {plural(gateway['replicas_busiest_hour'], 'replica')}, {gateway['address']}"


def _team(team: Value) -> str:
    return ", ".join(_words(team_facts(team), ("models", "budget")))


def _route(route: Value) -> str:
    return ", ".join(_words(route_facts(route), ("policy", "shares")))


def _class(found: Value) -> str:
    return ", ".join(_words(class_facts(found), ("models", "kept for", "hit rate")))


def _tier(tier: Value) -> str:
    return f"{_nodes(tier)}, {count(tier['maxmemory_mib'])} MiB"


def _words(facts: Facts, names: tuple[str, ...]) -> Iterator[str]:
    return (f"{name} {facts[name].text}" for name in names if name in facts)
