"""
Rules of metrics that are missing: an alert of a series that nobody exports never fires, so that silence must not pass for health.

A model that may scale to nothing has no series at night and no alert here. What is told elsewhere is not told again: NoReplicaServes pages
where a model has no replica (EngineMetricsMissing then says that replicas are there and only their metrics are not), and StoreDown takes a
store without metrics for one that is down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.resources.monitoring.gpu_series import of_gpus
from servewright.resources.monitoring.node_series import known_pools, nodes
from servewright.resources.monitoring.promql import one_of, string
from servewright.resources.monitoring.rule import Alert, Group
from servewright.resources.naming import GATEWAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.plan.model import ModelPlan
    from servewright.resources.monitoring.scope import Scope

_RUNNING: Final = "vllm:num_requests_running"

_SOON_S: Final = 600
_LATER_S: Final = 1800
"""
A page waits for the restart of a pod, a ticket for that of an exporter or an operator on a new node; judgement.
"""

_SERVED_WINDOW: Final = "5m"
"""
Shorter than an alert waits, so that requests before a deployment do not fire it.
"""


def groups(scope: Scope) -> tuple[Group, ...]:
    """
    Return the groups of rules of metrics that are missing.
    """
    return (Group(name="missing", rules=tuple(_alerts(scope))),)


def _alerts(scope: Scope) -> Iterator[Alert]:
    yield from (_engines(scope, model) for model in scope.plan.models)
    if scope.plan.gateway is not None:
        yield from _gateway(scope)
    yield _gpus(scope)
    yield _nodes(scope)
    if scope.plan.gateway is not None or any(model.replicas.minimum for model in scope.plan.models):
        yield _pods(scope)
    if any(work.scaled for model in scope.plan.models for work in model.workloads):
        yield _scaler(scope)


def _engines_scraped(scope: Scope) -> str:
    return f"count({scope.of_stack(_RUNNING)}) > 0"


def _engines(scope: Scope, model: ModelPlan) -> Alert:
    deployments = one_of(scope.names.workload(model.name, work.share) for work in model.workloads)
    ready = scope.of_stack("kube_deployment_status_replicas_available", f"deployment=~{deployments}")
    return Alert(
        name="EngineMetricsMissing",
        expr=f"{scope.recorded('model:replicas_serving', model=model.name)} == 0 and on () sum({ready}) > 0",
        for_s=_SOON_S,
        severity="ticket",
        summary="Replicas of {{ $labels.model }} are ready and none of them is scraped",
        description=(
            "The replicas answer their probes, and Prometheus has no metrics of them: their objectives are not judged, and they are not "
            "scaled. See the targets of the PodMonitor engines, the NetworkPolicy, and whether the engine's version exports other names."
        ),
        labels=(("model", model.name),),
    )


def _gateway(scope: Scope) -> tuple[Alert, ...]:
    """
    Tell of a gateway that nobody reads, and of one that serves and counts nothing: with a wrong configuration of its metrics LiteLLM stays
    healthy and exports none of its own (measured). It exports the state of a deployment from the first request on, so engines must have
    finished some, and since it started: what they finished before counts for a shorter time than the alert waits.
    """
    up = scope.of_stack("up", f"job={string(f'{scope.names.namespace}/{GATEWAY}')}")
    served = f"sum(increase({scope.of_stack('vllm:request_success_total')}[{_SERVED_WINDOW}])) > 0"
    uncounted = f"absent(sum({scope.of_stack('litellm_deployment_state')}))"
    return (
        Alert(
            name="GatewayMetricsMissing",
            expr=f"absent(sum({up} == 1))",
            for_s=_SOON_S,
            severity="page",
            summary="No pod of the gateway answers Prometheus",
            description=(
                "Clients are probably without an answer too; availability is not judged, and the gateway is not scaled. See whether its "
                "pods are ready, then their log at start."
            ),
        ),
        Alert(
            name="GatewayMetricsMissing",
            expr=f"{uncounted} and on () sum({up}) > 0 and on () {served}",
            for_s=_SOON_S,
            severity="ticket",
            summary="The gateway serves and counts nothing",
            description=(
                "Engines finish requests, and the gateway exports no metrics of its own: availability is not judged, and the gateway is "
                "not scaled. See its log at start."
            ),
        ),
    )


def _gpus(scope: Scope) -> Alert:
    return Alert(
        name="GpuMetricsMissing",
        expr=f"absent(sum({of_gpus(scope, 'DCGM_FI_DEV_GPU_TEMP')})) and on () {_engines_scraped(scope)}",
        for_s=_LATER_S,
        severity="ticket",
        summary="There are no metrics of the GPUs",
        description=(
            "Engines run, and the DCGM exporter says nothing of their GPUs: errors, heat and use are not seen. See whether the exporter "
            "runs on the GPU nodes, is scraped, and names pods (it needs the kubelet's socket of pod resources)."
        ),
    )


def _nodes(scope: Scope) -> Alert:
    pools = scope.plan.pools
    uncounted = f"absent({nodes(scope, pools, 'nodepool')}) and on () {_engines_scraped(scope)}"
    return Alert(
        name="NodeMetricsMissing",
        expr=f"absent({known_pools(scope, pools)}) or {uncounted}",
        for_s=_LATER_S,
        severity="ticket",
        summary="There are no metrics of the stack's nodes",
        description=(
            "Prometheus has no metrics of Karpenter for the pools of this stack: nodes are not counted, and what they cost is not known. "
            "See whether Karpenter runs and is scraped (its chart's serviceMonitor.enabled)."
        ),
    )


def _pods(scope: Scope) -> Alert:
    return Alert(
        name="PodMetricsMissing",
        expr=f"absent(sum({scope.of_stack('kube_pod_status_phase')}))",
        for_s=_LATER_S,
        severity="ticket",
        summary="There are no metrics of the stack's pods",
        description=(
            "kube-state-metrics says nothing of this namespace: pods that are pending or restart are not seen. See whether it runs, is "
            "scraped, and is not limited to other namespaces."
        ),
    )


def _scaler(scope: Scope) -> Alert:
    return Alert(
        name="ScalerMetricsMissing",
        expr=f"absent(sum({scope.of_stack('keda_scaler_active')}))",
        for_s=_LATER_S,
        severity="ticket",
        summary="There are no metrics of the autoscaler",
        description=(
            "KEDA says nothing of this namespace: that it cannot read what models are scaled by is not seen. See whether its operator runs "
            "and is scraped (its chart's prometheus.operator.enabled and serviceMonitor.enabled)."
        ),
    )
