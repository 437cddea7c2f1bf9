"""
Scaling: the queries ask for series that exist, and the targets follow from the plan.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

import plans
from servewright.plan.model import SCALE_DOWN_S
from servewright.resources.scaling import kv_target, promql_string, waiting_target

if TYPE_CHECKING:
    from emitted import Emitted


def test_the_queries_name_metrics_that_the_pinned_engine_has(emitted: Emitted) -> None:
    """
    A query over a metric that does not exist never scales and never fails.
    """
    metrics = emitted.catalog.engine_contract().metrics
    for scaler in emitted.of_kind("ScaledObject"):
        for trigger in scaler["spec"]["triggers"]:
            found = re.match(r"sum\((vllm:[a-z_]+)\{", trigger["metadata"]["query"])
            assert found is not None
            assert metrics[found[1]] == "gauge"


def test_the_queries_select_this_model_in_this_namespace(dev: Emitted) -> None:
    """
    The engine labels its series model_name (not model), the monitor adds the namespace.
    """
    queries = [trigger["metadata"]["query"] for trigger in dev.one("ScaledObject")["spec"]["triggers"]]

    assert queries == [
        'sum(vllm:kv_cache_usage_perc{namespace="demo-dev",model_name="chat"})',
        'sum(vllm:num_requests_waiting{namespace="demo-dev",model_name="chat"})',
    ]


def test_the_scaler_owns_the_replicas_between_the_planned_bounds(emitted: Emitted) -> None:
    """
    Minimum, maximum and the fall-back without Prometheus come from the plan, and the Deployment has no replicas of its own.
    """
    replicas = emitted.plan.models[0].replicas
    spec = emitted.one("ScaledObject")["spec"]

    assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (replicas.minimum, replicas.maximum)
    assert spec["fallback"] == {"failureThreshold": 4, "replicas": replicas.busiest, "behavior": "currentReplicasIfHigher"}
    assert spec["scaleTargetRef"]["name"] == emitted.one("Deployment")["metadata"]["name"]
    assert "replicas" not in emitted.one("Deployment")["spec"]


def test_scaling_down_waits_as_long_as_the_plan_reckons(emitted: Emitted) -> None:
    """
    The cool-down is the one that idle time is priced with.
    """
    behaviour = emitted.one("ScaledObject")["spec"]["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]

    assert behaviour["scaleDown"]["stabilizationWindowSeconds"] == SCALE_DOWN_S
    for pool in emitted.of_kind("NodePool"):
        keep = int(pool["spec"]["disruption"]["consolidateAfter"].removesuffix("s"))
        assert pool["metadata"]["annotations"]["servewright.dev/idle-seconds"] == str(SCALE_DOWN_S + keep)


def test_an_empty_series_means_no_load(emitted: Emitted) -> None:
    """
    While the only replica loads there is no series; that must not raise the replicas to the fall-back.
    """
    for trigger in emitted.one("ScaledObject")["spec"]["triggers"]:
        assert trigger["metadata"]["ignoreNullValues"] == "true"
        assert trigger["metricType"] == "AverageValue"


def test_the_kv_target_is_the_usage_near_the_capacity_of_a_replica() -> None:
    """
    12.9 % of the KV cache are in use at 2 / 3 requests a second; the replica can do 0.9, of which 85 % is 1.1475 times that: 14.8 %.
    """
    assert kv_target(plans.model()) == Decimal("0.148")


def test_the_planned_replicas_are_enough_for_the_planned_load() -> None:
    """
    A replica that is planned at its capacity does not ask for another one: the target is never below the planned usage.
    """
    tight = plans.replace(plans.model().predicted, max_requests_per_s=2 / 3)

    assert kv_target(plans.model(predicted=tight)) == Decimal("0.129")


@given(st.floats(min_value=0, max_value=1), st.floats(min_value=0.01, max_value=1e4))
def test_the_kv_target_stays_within_its_bounds(kv_use: float, most: float) -> None:
    """
    Above 80 % the engine preempts, below 1 % one request would count as load.
    """
    model = plans.model(predicted=plans.replace(plans.model().predicted, kv_use=kv_use, max_requests_per_s=most))

    assert Decimal("0.01") <= kv_target(model) <= Decimal("0.8")


def test_the_waiting_target_is_what_arrives_in_half_of_the_budget() -> None:
    """
    3.3 requests a second and a first-token target of 2 s: 3.3 x 1 s, rounded up; without a target half a second's worth.
    """
    fast = plans.replace(plans.model().predicted, max_requests_per_s=3.3)
    free = plans.replace(plans.model().slo, ttft_p95_ms=None)

    assert waiting_target(plans.model(predicted=fast)) == 4
    assert waiting_target(plans.model(predicted=fast, slo=free)) == 2
    assert waiting_target(plans.model()) == 1


@given(st.text(max_size=40))
def test_a_promql_string_ends_where_the_text_ends(text: str) -> None:
    """
    No text closes its own quotes: undoing the escapes gives the text back, and no bare quote or line break is left.
    """
    quoted = promql_string(text)
    inside = quoted[1:-1]

    assert re.fullmatch(r'(?:[^"\\\n]|\\.)*', inside)
    assert re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], inside) == text


def test_the_monitor_is_one_that_the_prometheus_picks_up(emitted: Emitted) -> None:
    """
    It carries the operator's labels, selects the engines and names a port that they declare.
    """
    monitor = emitted.one("PodMonitor")
    template = emitted.one("Deployment")["spec"]["template"]

    assert monitor["metadata"]["labels"]["release"] == "kube-prometheus-stack"
    assert monitor["spec"]["selector"]["matchLabels"].items() <= template["metadata"]["labels"].items()
    assert monitor["spec"]["podMetricsEndpoints"][0]["port"] in {port["name"] for port in template["spec"]["containers"][0]["ports"]}
