"""
What the engines are told by their environment of a watched stack: which requests are traced, and what is written to the log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servewright.plan.engine_extras import DEFAULT_LOGS

if TYPE_CHECKING:
    from servewright.plan.model import ModelPlan, Plan
    from servewright.resources.naming import Names
    from servewright.spec.monitoring_request import Traces


def watched_environment(plan: Plan, model: ModelPlan, names: Names) -> list[dict[str, Any]]:
    """
    Return the variables of the engines of *model*, none where nothing watches them or asks for more than the default.

    The sampler follows the caller's decision where a request carries one, and else takes its share (OpenTelemetry specification,
    "Environment Variable Specification", read 2026-11).
    """
    if plan.monitoring is None:
        return []
    asked = plan.monitoring.request
    variables = {} if asked.traces is None else _traced(asked.traces, names.workload(model.name))
    if asked.logs != DEFAULT_LOGS:
        variables["VLLM_LOGGING_LEVEL"] = asked.logs.upper()
    return [{"name": name, "value": value} for name, value in variables.items()]


def _traced(traces: Traces, service: str) -> dict[str, str]:
    plain = {"OTEL_EXPORTER_OTLP_TRACES_INSECURE": "true"} if traces.endpoint.startswith("http://") else {}
    return {
        "OTEL_SERVICE_NAME": service,
        "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "grpc",
        "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
        "OTEL_TRACES_SAMPLER_ARG": format(traces.share.normalize(), "f"),
        **plain,
    }
