"""
The KEDA ScaledObject: replicas follow what the engines hold and what waits before them.

    KV usage    sum over replicas of used KV cache (0..1)      target per replica: the usage at 85 % of the rate that meets the SLO
    waiting     sum over replicas of waiting requests          target per replica: rate x half of the first-token budget (Little's law)

The queue is empty below saturation, so KV usage does the early scaling; the queue catches what the plan did not foresee.

A model that only reads has neither: requests come and go within a step, and the engine sets its gauges between steps, where they are 0
under any load (vLLM 0.31.0 with a BERT, observed 2026-11). So counters stand in their place, as rates:
    tokens      sum over replicas of prompt tokens a second    target per replica: 85 % of those at the rate that meets the SLO
    waiting     sum over replicas of seconds waited a second   the same target: by Little's law that is how many wait
The tokens read never exceed what the replicas can do; where they can do less than predicted, the wait tells.

Beside a base only the burst is scaled. Requests go to all replicas alike, so the sums are over both, less what the base is there for: its
replicas times the target of one.
"""

from __future__ import annotations

from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from servewright.plan.model import SCALE_DOWN_S
from servewright.resources import labels
from servewright.resources.engine_pod import served_name
from servewright.resources.monitor import SCRAPE_SECONDS, prometheus_address, rate_window_seconds
from servewright.resources.naming import label_value

if TYPE_CHECKING:
    from servewright.plan.model import ModelPlan, Plan, WorkloadPlan
    from servewright.resources.naming import Names

WAITING: Final = "vllm:num_requests_waiting"
KV_USAGE: Final = "vllm:kv_cache_usage_perc"
PROMPT_TOKENS: Final = "vllm:prompt_tokens_total"
WAITED: Final = "vllm:request_queue_time_seconds_sum"

_FILL: Final = Decimal("0.85")
"""
The part of a replica's capacity that is used before another one is wanted: a new one takes minutes to start. Judgement.
"""

_MOST_KV: Final = Decimal("0.8")
_LEAST_KV: Final = Decimal("0.01")
"""
Above 80 % the engine soon preempts requests; below 1 % a single request would count as load. Judgement.
"""

_SELECTED: Final = "SELECTED"
"""
Stands in a query where the labels of a model's engines go.
"""

_DEFAULT_WAIT_S: Final = Decimal(1)
"""
Without a first-token target a request may wait one second; judgement.
"""


def scaled_object(plan: Plan, model: ModelPlan, workload: WorkloadPlan, names: Names) -> dict[str, Any]:
    """
    Return the scaling of the *workload* of *model* between its planned minimum and maximum.
    """
    base = sum(each.replicas.busiest for each in model.workloads if not each.scaled)
    address = prometheus_address(plan)
    waiting = Decimal(waiting_target(model))
    targets = {"kv-usage": (_gauge(KV_USAGE), kv_target(model)), "waiting": (_gauge(WAITING), waiting)}
    if model.reads_only:
        targets = {"tokens": (_per_second(PROMPT_TOKENS, plan), tokens_target(model)), "waiting": (_per_second(WAITED, plan), waiting)}
    name = names.workload(model.name)
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {
            "name": name,
            "namespace": names.namespace,
            "labels": {**labels.object_labels(plan, names), labels.MODEL: label_value(model.name)},
        },
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
            "minReplicaCount": workload.replicas.minimum,
            "maxReplicaCount": workload.replicas.maximum,
            "pollingInterval": SCRAPE_SECONDS,
            # From the last replica to none KEDA counts by itself: as long as the autoscaler waits.
            **({"cooldownPeriod": SCALE_DOWN_S} if workload.replicas.minimum == 0 else {}),
            # Prometheus away: the busiest hour's replicas serve, and none that runs is taken away.
            "fallback": {"failureThreshold": 4, "replicas": max(1, workload.replicas.busiest), "behavior": "currentReplicasIfHigher"},
            "advanced": {"horizontalPodAutoscalerConfig": {"behavior": behaviour()}},
            "triggers": [
                trigger(key, address, _query(model, names, series, base * target), target) for key, (series, target) in targets.items()
            ],
        },
    }


def kv_target(model: ModelPlan) -> Decimal:
    """
    Return the KV usage of a replica at the load where another one is wanted.

        target = predicted usage at the busiest hour x the larger of 1 and 85 % of the highest rate / the rate of the busiest hour

    Running requests grow faster than the rate, so the linear step from one rate to the other scales early rather than late.
    """
    predicted = model.predicted
    usage = Decimal(repr(predicted.kv_use))
    rate = model.engine_rate / max(1, model.replicas.busiest)
    room = _FILL * Decimal(repr(predicted.max_requests_per_s)) / rate if rate else Decimal(1)
    return min(_MOST_KV, max(_LEAST_KV, usage * max(Decimal(1), room))).quantize(Decimal("0.001"))


def tokens_target(model: ModelPlan) -> Decimal:
    """
    Return the prompt tokens per second of a replica where another one is wanted, at least those of the planned busiest hour.
    """
    traffic = model.traffic
    planned = model.engine_rate / max(1, model.replicas.busiest)
    rate = max(planned, _FILL * Decimal(repr(model.predicted.max_requests_per_s)))
    return Decimal(max(1, ceil(rate * traffic.input_tokens.mean)))


def waiting_target(model: ModelPlan) -> int:
    """
    Return how many requests may wait before a replica: those that arrive in half of the first-token budget, at least one.
    """
    budget = _DEFAULT_WAIT_S if model.slo.ttft_p95_ms is None else model.slo.ttft_p95_ms / 1000
    return max(1, ceil(Decimal(repr(model.predicted.max_requests_per_s)) * budget / 2))


def behaviour() -> dict[str, Any]:
    """
    Return how fast replicas come and go: up at once, at most double or two more a minute; down one a minute, after demand has stayed low
    for as long as the plan reckons.
    """
    double_or_two = [{"type": "Percent", "value": 100, "periodSeconds": 60}, {"type": "Pods", "value": 2, "periodSeconds": 60}]
    return {
        "scaleUp": {"stabilizationWindowSeconds": 0, "selectPolicy": "Max", "policies": double_or_two},
        "scaleDown": {
            "stabilizationWindowSeconds": SCALE_DOWN_S,
            "selectPolicy": "Max",
            "policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}],
        },
    }


def _gauge(metric: str) -> str:
    return f"{metric}{{{_SELECTED}}}"


def _per_second(metric: str, plan: Plan) -> str:
    return f"rate({metric}{{{_SELECTED}}}[{rate_window_seconds(plan)}s])"


def _query(model: ModelPlan, names: Names, series: str, base: Decimal) -> str:
    """
    Return the sum of *series* over the engines of *model*, less what the *base* serves.
    """
    selected = f"namespace={promql_string(names.namespace)},model_name={promql_string(served_name(model))}"
    whole = f"sum({series.replace(_SELECTED, selected)})"
    return whole if not base else f"clamp_min({whole} - {base}, 0)"


def trigger(name: str, address: str, query: str, target: Decimal) -> dict[str, Any]:
    """
    Return the trigger *name*: the answer to *query*, shared by the replicas, is held at *target* for each.
    """
    return {
        "type": "prometheus",
        "name": name,
        "metricType": "AverageValue",
        "metadata": {
            "serverAddress": address,
            "query": query,
            "threshold": str(target),
            # While the only replica loads there is no series: that is no load, not an error.
            "ignoreNullValues": "true",
        },
    }


def promql_string(text: str) -> str:
    r"""
    Return *text* as a PromQL string.

    >>> promql_string('a"b')
    '"a\\"b"'
    """
    encoded = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{encoded}"'
