"""
Scaling: the queries ask for series that exist, and the targets follow from the plan.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

import plans
from servewright.plan.model import SCALE_DOWN_S
from servewright.resources.engine_pod import served_name
from servewright.resources.naming import Names
from servewright.resources.scaling import kv_target, promql_string, scaled_object, tokens_target, waiting_target

if TYPE_CHECKING:
    from emitted import Emitted
    from servewright.plan.model import ModelPlan, WorkloadPlan


SERIES = r'(?P<metric>vllm:[a-z_]+)\{namespace=(?P<namespace>"(?:[^"\\\n]|\\.)*"),model_name=(?P<model>"(?:[^"\\\n]|\\.)*")\}'
SUM = rf"sum\((?P<rate>rate\()?{SERIES}(?(rate)\[60s\]\))\)"
BASE_SUM = SUM.replace("?P<", "?P<base_").replace("(?(rate)", "(?(base_rate)")
QUERY = re.compile(rf"(?:{SUM}|clamp_min\({BASE_SUM} - (?P<less>[0-9]+(?:\.[0-9]+)?), 0\))")
"""
The two forms of PromQL that are asked: the sum over all engines of a model, of a gauge or of a rate; and that less what the base is
there for.
"""


def asked(scaler: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, str]]]:
    """
    Return each trigger of *scaler* with the parts of its query: metric, namespace, model, and what is subtracted.
    """
    found = []
    for trigger in scaler["spec"]["triggers"]:
        match = QUERY.fullmatch(trigger["metadata"]["query"])
        assert match is not None, trigger["metadata"]["query"]
        parts = {key.removeprefix("base_"): value for key, value in match.groupdict().items() if value is not None}
        found.append((trigger, parts))
    return found


def scalers(emitted: Emitted) -> list[tuple[ModelPlan, WorkloadPlan, dict[str, Any], dict[str, Any]]]:
    """
    Return each scaled share with its ScaledObject and its Deployment.
    """
    targets = {each["spec"]["scaleTargetRef"]["name"]: each for each in emitted.of_kind("ScaledObject")}
    return [(m, w, targets[d["metadata"]["name"]], d) for m, w, d in emitted.engines() if w.scaled]


def test_the_queries_name_metrics_that_the_pinned_engine_has(emitted: Emitted) -> None:
    """
    A query over a metric that does not exist never scales and never fails.
    """
    metrics = emitted.catalog.engine_contract().metrics
    for scaler in emitted.of_kind("ScaledObject"):
        for _, parts in asked(scaler):
            # a sum of a histogram is listed under the histogram's name
            name = parts["metric"] if parts["metric"] in metrics else parts["metric"].removesuffix("_sum")
            assert (metrics[name] == "gauge") != ("rate" in parts), parts


def test_the_queries_select_this_model_in_this_namespace(dev: Emitted) -> None:
    """
    The engine labels its series model_name (not model), the monitor adds the namespace.
    """
    queries = [trigger["metadata"]["query"] for trigger in dev.one("ScaledObject")["spec"]["triggers"]]

    assert queries == [
        'sum(vllm:kv_cache_usage_perc{namespace="demo-dev",model_name="chat"})',
        'sum(vllm:num_requests_waiting{namespace="demo-dev",model_name="chat"})',
    ]


def test_beside_a_base_only_what_exceeds_it_scales(large: Emitted) -> None:
    """
    Two base replicas at a target of 19.7 % and of 1 waiting: the sum over base and burst less 2 x 0.197 and 2 x 1, never below 0.
    """
    queries = [trigger["metadata"]["query"] for trigger in large.one("ScaledObject")["spec"]["triggers"]]

    assert queries == [
        'clamp_min(sum(vllm:kv_cache_usage_perc{namespace="demo-prod",model_name="chat"}) - 0.394, 0)',
        'clamp_min(sum(vllm:num_requests_waiting{namespace="demo-prod",model_name="chat"}) - 2, 0)',
    ]


def test_what_is_subtracted_is_what_the_base_is_there_for(emitted: Emitted) -> None:
    """
    Each query is one of the two forms, and takes off the target of one replica for each replica of the base: at the planned load of the
    base alone the autoscaler asks for none.
    """
    for model, _, scaler, _ in scalers(emitted):
        base = sum(each.replicas.busiest for each in model.workloads if not each.scaled)
        for trigger, parts in asked(scaler):
            assert Decimal(parts.get("less", 0)) == base * Decimal(trigger["metadata"]["threshold"])
            assert parts["namespace"] == promql_string(emitted.names.namespace)
            assert parts["model"] == promql_string(served_name(model))


def test_every_burst_is_scaled_and_no_base_is(emitted: Emitted) -> None:
    """
    A base has its replicas and no ScaledObject; a burst has one ScaledObject and no replicas of its own, so that nobody fights over them.
    """
    targets = [each["spec"]["scaleTargetRef"]["name"] for each in emitted.of_kind("ScaledObject")]
    for _, workload, deployment in emitted.engines():
        if workload.share == "base":
            assert deployment["spec"]["replicas"] == workload.replicas.busiest == workload.replicas.maximum
            assert deployment["metadata"]["name"] not in targets
        else:
            assert "replicas" not in deployment["spec"]
            assert targets.count(deployment["metadata"]["name"]) == 1
    assert len(targets) == len(scalers(emitted))


def test_the_scaler_moves_between_the_planned_bounds(emitted: Emitted) -> None:
    """
    Minimum and maximum are those of the share, and without Prometheus the busiest hour's replicas run, at least one.
    """
    for _, workload, scaler, deployment in scalers(emitted):
        spec, replicas = scaler["spec"], workload.replicas
        assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (replicas.minimum, replicas.maximum)
        wanted = max(1, replicas.busiest)
        assert wanted <= replicas.maximum
        assert spec["fallback"] == {"failureThreshold": 4, "replicas": wanted, "behavior": "currentReplicasIfHigher"}
        assert spec["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": deployment["metadata"]["name"]}


def test_the_last_burst_replica_leaves_no_sooner_than_the_others(emitted: Emitted) -> None:
    """
    From one to none KEDA counts by itself: where the minimum is 0 its cool-down is the autoscaler's, elsewhere it has no meaning.
    """
    for _, workload, scaler, _ in scalers(emitted):
        assert scaler["spec"].get("cooldownPeriod") == (SCALE_DOWN_S if workload.replicas.minimum == 0 else None)


def test_scaling_down_waits_as_long_as_the_plan_reckons(emitted: Emitted) -> None:
    """
    The cool-down is the one that idle time is priced with.
    """
    for scaler in emitted.of_kind("ScaledObject"):
        behaviour = scaler["spec"]["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
        assert behaviour["scaleDown"]["stabilizationWindowSeconds"] == SCALE_DOWN_S
    for pool in emitted.of_kind("NodePool"):
        keep = int(pool["spec"]["disruption"]["consolidateAfter"].removesuffix("s"))
        assert pool["metadata"]["annotations"]["servewright.dev/idle-seconds"] == str(SCALE_DOWN_S + keep)


def test_an_empty_series_means_no_load(emitted: Emitted) -> None:
    """
    While the only replica loads there is no series; that must not raise the replicas to the fall-back.
    """
    for scaler in emitted.of_kind("ScaledObject"):
        for trigger in scaler["spec"]["triggers"]:
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


def test_a_model_that_only_reads_scales_by_counters() -> None:
    """
    Its gauges are 0 under any load: the tokens read and the seconds waited are taken as rates over four scrapes.
    """
    made = plans.embedder()
    scaler = scaled_object(made, made.models[0], made.models[0].workloads[0], Names.of(made.stack))
    queries = [trigger["metadata"]["query"] for trigger in scaler["spec"]["triggers"]]

    assert queries == [
        'sum(rate(vllm:prompt_tokens_total{namespace="demo-dev",model_name="vectors"}[60s]))',
        'sum(rate(vllm:request_queue_time_seconds_sum{namespace="demo-dev",model_name="vectors"}[60s]))',
    ]


def test_the_tokens_target_is_what_a_replica_reads_near_its_capacity() -> None:
    """
    85 % of 130 requests of 1,000 tokens; never less than the planned 300 over three replicas, which ask for no fourth.
    """
    served = plans.embedder().models[0]
    tight = plans.replace(served.predicted, max_requests_per_s=101.0)

    assert tokens_target(served) == 110_500
    assert tokens_target(plans.replace(served, predicted=tight)) == 100_000


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

    assert monitor["metadata"]["labels"]["release"] == "kube-prometheus-stack"
    for _, _, deployment in emitted.engines():
        template = deployment["spec"]["template"]
        assert monitor["spec"]["selector"]["matchLabels"].items() <= template["metadata"]["labels"].items()
        assert monitor["spec"]["podMetricsEndpoints"][0]["port"] in {port["name"] for port in template["spec"]["containers"][0]["ports"]}
