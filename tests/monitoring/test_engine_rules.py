"""
Which rules of engines, gateway, stores and ladder a stack gets, and what they are made from.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

import gateways_made
import monitoring_made
from servewright.resources.monitoring import gateway_rules, ladder_rules, saturation_rules, store_rules
from servewright.resources.monitoring.rule import Alert, Recording

if TYPE_CHECKING:
    from servewright.plan.model import Plan

_PARTS = (saturation_rules, gateway_rules, store_rules, ladder_rules)


def _rules(plan: Plan | None = None) -> list[Recording | Alert]:
    scope = monitoring_made.scope(plan)
    return [rule for part in _PARTS for group in part.groups(scope) for rule in group.rules]


def _alerts(plan: Plan | None = None) -> list[Alert]:
    return [rule for rule in _rules(plan) if isinstance(rule, Alert)]


def _with_model(**changes: Any) -> Plan:
    made = monitoring_made.without_gateway()
    return replace(made, models=(replace(made.models[0], **changes),))


@pytest.mark.parametrize("plan", [monitoring_made.plan, monitoring_made.without_gateway, monitoring_made.elasticache])
def test_every_series_is_of_the_stack(plan: Any) -> None:
    """
    Whatever a rule reads is selected by the stack's namespace.
    """
    names = r"(?:vllm|model|gateway|store|ladder):[\w:]+|(?:litellm|redis)_\w+|\bup\b"
    for rule in _rules(plan()):
        read = re.findall(rf"(?:{names})(\{{[^}}]*\}})?", re.sub(r'"[^"]*"', lambda text: text.group().replace(":", ""), rule.expr))
        assert read, rule
        assert all('namespace="demo-dev"' in selected for selected in read), rule


def test_pages_are_what_somebody_has_to_act_on_now() -> None:
    """
    With objectives somebody is called for an outage, a store that replicas were planned with, and a rung that nothing takes by itself.
    """
    pages = {(alert.name, dict(alert.labels).get("tier")) for alert in _alerts() if alert.severity == "page"}
    assert pages == {("NoReplicaServes", None), ("StoreDown", "cache-responses"), ("RungDue", None)}


def test_without_a_gateway_only_engines_are_watched() -> None:
    """
    A stack that clients call directly has no rules of gateway, stores and ladder.
    """
    scope = monitoring_made.scope(monitoring_made.without_gateway())
    assert [part.groups(scope) for part in (gateway_rules, store_rules, ladder_rules)] == [()] * 3
    assert saturation_rules.groups(scope)


def test_stores_at_elasticache_have_no_exporter() -> None:
    """
    Nothing is read of a store that nobody exports.
    """
    assert not [rule for rule in _rules(monitoring_made.elasticache()) if "redis_" in rule.expr or "store:" in rule.expr]


def test_a_model_that_only_reads_has_no_alerts_of_its_kv_cache() -> None:
    """
    Embedding keeps nothing between steps: no alert judges its KV cache, preemptions or prefix cache.
    """
    traffic = replace(monitoring_made.without_gateway().models[0].traffic, prefix_share=Decimal("0.5"))
    of_kv_cache = {"KVCacheSaturated", "RequestsPreempted", "PrefixCacheBelowPlan"}
    assert of_kv_cache <= {alert.name for alert in _alerts(_with_model(traffic=traffic))}
    assert not of_kv_cache & {alert.name for alert in _alerts(_with_model(traffic=traffic, task="embed"))}


def test_a_model_whose_replicas_are_fixed_has_no_maximum_to_reach() -> None:
    """
    Where no autoscaler adds replicas, serving as many as planned is no news.
    """
    (alone,) = monitoring_made.without_gateway().models[0].workloads
    assert "ScalingAtMaximum" in {alert.name for alert in _alerts(monitoring_made.without_gateway())}
    assert "ScalingAtMaximum" not in {alert.name for alert in _alerts(_with_model(workloads=(replace(alone, share="base"),)))}


def test_a_model_that_may_have_no_replica_is_not_missed() -> None:
    """
    With a minimum of 0 no replica is a normal night.
    """
    bounds = replace(monitoring_made.without_gateway().models[0].replicas, minimum=0)
    assert not {"NoReplicaServes", "ReplicasBelowMinimum"} & {alert.name for alert in _alerts(_with_model(replicas=bounds))}


def test_a_replica_gets_the_time_that_its_start_takes() -> None:
    """
    Somebody is called when a new replica would have started and five minutes have passed, not before.
    """
    slow = replace(monitoring_made.without_gateway().models[0].start, weights_load_s=1200)
    (alert,) = (alert for alert in _alerts(_with_model(start=slow)) if alert.name == "NoReplicaServes")
    assert slow.total_s + 300 <= alert.for_s < slow.total_s + 360


@pytest.mark.parametrize(
    ("changes", "name", "limit"),
    [
        ({"kv_usage": Decimal("0.8")}, "KVCacheSaturated", "> 0.8 and"),
        ({"load": Decimal("1.2")}, "LoadAbovePlan", "> 2.4"),
        ({"waiting": Decimal(100)}, "QueueLong", "> 100"),
        ({"cache_hits": Decimal("0.25")}, "CacheHitsBelowPlan", "< 0.015 and"),
    ],
)
def test_thresholds_of_the_spec_are_those_of_the_alerts(changes: dict[str, Any], name: str, limit: str) -> None:
    """
    What the spec says is what is compared with.
    """
    thresholds = replace(monitoring_made.REQUEST.thresholds, **changes)
    plan = monitoring_made.plan(monitoring=monitoring_made.monitoring(thresholds=thresholds))
    found = [alert for alert in _alerts(plan) if alert.name == name]
    assert found
    assert all(f"{alert.expr} ".find(f"{limit} ") >= 0 for alert in found)


def test_no_alert_of_hits_where_it_is_off() -> None:
    """
    A threshold that is off makes no alert.
    """
    thresholds = replace(monitoring_made.REQUEST.thresholds, cache_hits=None)
    plan = monitoring_made.plan(monitoring=monitoring_made.monitoring(thresholds=thresholds))
    assert "CacheHitsBelowPlan" not in {alert.name for alert in _alerts(plan)}


def test_each_rung_is_either_due_or_the_one_to_give_back() -> None:
    """
    Rungs that are not in force may become due; of those in force the last one may be given back.
    """
    due = [dict(alert.labels)["step"] for alert in _alerts() if alert.name == "RungDue"]
    back = [dict(alert.labels)["step"] for alert in _alerts() if alert.name == "RungNoLongerNeeded"]
    assert (due, back) == (["2", "3"], ["1"])


def test_a_store_that_evicts_is_not_judged_by_its_memory() -> None:
    """
    A cache is full when it is well used; a store that evicts nothing must not be.
    """
    judged = {(alert.name, dict(alert.labels)["tier"]) for alert in _alerts() if alert.name in {"StoreMemoryHigh", "StoreEvicting"}}
    assert judged == {("StoreMemoryHigh", "cache-counters"), ("StoreEvicting", "cache-responses")}


def test_no_ladder_no_rules() -> None:
    """
    A gateway without rungs has no rules of a ladder.
    """
    plan = replace(gateways_made.plan(), monitoring=monitoring_made.MONITORING)
    assert ladder_rules.groups(monitoring_made.scope(plan)) == ()


def test_nothing_is_alerted_on_that_was_not_asked_for() -> None:
    """
    Without fallbacks, an autoscaler of the gateway, hits that the plan counts on and a volume there is nothing to watch of them.
    """
    fixed = replace(gateways_made.GATEWAY.replicas, minimum=4)
    gateway = gateways_made.gateway(request=replace(gateways_made.REQUEST, fallbacks=()), replicas=fixed)
    plan = monitoring_made.plan(gateway=gateway, effects=(), tiers=(gateways_made.tier("responses"),))
    gone = {alert.name for alert in _alerts()} - {alert.name for alert in _alerts(plan)}
    assert gone == {
        "GatewayFallbacksInUse",
        "GatewayFallbacksFail",
        "GatewayAtMaximum",
        "CacheHitsBelowPlan",
        "StoreMemoryHigh",
        "StoreNotSaved",
        "RungDue",
        "RungNoLongerNeeded",
    }
