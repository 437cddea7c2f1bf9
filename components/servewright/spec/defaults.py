"""
The spec with every gap filled: the request, and a record of each default that was taken.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.spec.applied import Applied, percent, written
from servewright.spec.cache_defaults import caches_of
from servewright.spec.default_name import name_from
from servewright.spec.demand import in_force, with_demand
from servewright.spec.environments import ENVIRONMENTS, EnvironmentDefaults
from servewright.spec.extends_fields import API_VERSION
from servewright.spec.gate_defaults import gates_of
from servewright.spec.gateway_defaults import gateway_of
from servewright.spec.model_rules import ENGINE_VERSION
from servewright.spec.monitoring_defaults import monitoring_of
from servewright.spec.platform_defaults import cluster_of, operators_of, zones_of_stack
from servewright.spec.purchase_defaults import budget_of, capacity_of
from servewright.spec.request import (
    ModelRequest,
    PinnedCheckpoint,
    Request,
    SecretRef,
    Slo,
    Stack,
    TokenLength,
    Traffic,
)
from servewright.spec.section_defaults import note_sections
from servewright.spec.served_model import HardwareSpec, ScalingSpec
from servewright.spec.stack_rules import DEFAULT_REGION

if TYPE_CHECKING:
    from collections.abc import Callable

    from servewright.diagnostics import Diagnostic, SourceMap
    from servewright.spec.model import Spec
    from servewright.spec.request import Environment, Task
    from servewright.spec.served_model import ModelSpec
    from servewright.spec.traffic import TokenLengthSpec, TrafficSpec

P95_OVER_MEAN: Final = Decimal(2)
"""
95th percentile over mean of a log-normal length with sigma 0.5: exp(1.645 x 0.5 - 0.5^2 / 2) = 2.0. Judgement: lengths in chats spread
about so much; a spec that knows its own gives {mean, p95}.
"""

P95_OVER_MEAN_READ: Final = Decimal("1.5")
"""
The same for embed and rerank, sigma 0.25: exp(1.645 x 0.25 - 0.25^2 / 2) = 1.46. Judgement: texts are cut into pieces before they are
embedded or ranked, and pieces spread less than chats.
"""


_PRECISION: Final[dict[Task, str]] = {
    "generate": "the native format, or a form of 8 bits or more",
    "embed": "the native format: vectors of an index stay comparable",
    "rerank": "the native format",
}


def complete(spec: Spec, source: SourceMap, warnings: tuple[Diagnostic, ...], zones_of: Callable[[str], tuple[str, ...]]) -> Request:
    """
    Return the request made of a *spec* without faults.
    """
    applied = Applied()
    applied.take("apiVersion", spec.api_version, API_VERSION, "the only version there is")
    default: Environment = "dev"
    environment = applied.take("environment", spec.environment, default, "the cheapest defaults; staging and prod are asked for by name")
    rules = ENVIRONMENTS[environment]
    stack = _stack(spec, environment, applied, zones_of)
    note_sections(spec, environment, applied)
    gateway = gateway_of(spec, environment, applied)
    caches = in_force(caches_of(spec, environment, applied), gateway)
    monitoring = monitoring_of(spec, environment, applied)
    models = tuple(_model(model, f"models[{index}]", environment, rules, applied) for index, model in enumerate(spec.models))
    return Request(
        stack=stack,
        models=with_demand(models, gateway, caches),
        capacity=capacity_of(spec.capacity, environment, applied),
        budget=budget_of(spec.budgets, applied),
        gates=gates_of(spec.gates, spec.budgets, environment, applied),
        operators=operators_of(spec.platform, applied),
        defaults=tuple(applied.entries),
        warnings=warnings,
        source=source,
        gateway=gateway,
        caches=caches,
        monitoring=monitoring,
    )


def _stack(spec: Spec, environment: Environment, applied: Applied, zones_of: Callable[[str], tuple[str, ...]]) -> Stack:
    platform = spec.platform
    name = applied.take("name", spec.name, name_from(spec.models[0].source), "from the first model's source")
    region = applied.take(
        "platform.region", None if platform is None else platform.region, DEFAULT_REGION, "the region with the most prices"
    )
    if platform is None or platform.kind is None:
        applied.note("platform.kind", "eks", "the platform that is built")
    account = None if platform is None else platform.account
    if account is None:
        applied.note("platform.account", "null", "preview puts a placeholder in its place, up refuses")
    given_namespace = None if spec.isolation is None else spec.isolation.namespace
    return Stack(
        name=name,
        environment=environment,
        owner=applied.take("owner", spec.owner, "unowned", "no owner is given"),
        labels=tuple(sorted((spec.labels or {}).items())),
        region=region,
        zones=zones_of_stack(platform, environment, zones_of(region), applied),
        account=account,
        namespace=applied.take(
            "isolation.namespace", given_namespace, f"{name}-{environment}", "stack and environment, so that two stacks never meet"
        ),
        cluster=cluster_of(platform, applied),
        system_nodes=applied.take(
            "platform.system_nodes",
            None if platform is None else platform.system_nodes,
            "pool",
            "pods without a GPU get a priced pool of their own",
        ),
    )


def _model(model: ModelSpec, path: str, environment: Environment, rules: EnvironmentDefaults, applied: Applied) -> ModelRequest:
    hardware, scaling, rule = model.hardware or HardwareSpec(), model.scaling or ScalingSpec(), f"the rule of {environment}"
    checkpoint, token = model.checkpoint, model.token
    name = applied.take(f"{path}.name", model.name, name_from(model.source), "from source")
    default_task: Task = "generate"
    task = applied.take(f"{path}.task", model.task, default_task, "what most models do")
    request = ModelRequest(
        path=path,
        name=name,
        task=task,
        source=model.source,
        revision=model.revision,
        checkpoint=None if checkpoint is None else PinnedCheckpoint(source=checkpoint.source, revision=checkpoint.revision),
        token=None if token is None else SecretRef(secret=token.secret, key=token.key),
        traffic=_traffic(model.traffic, task, f"{path}.traffic", applied),
        slo=_slo(model, f"{path}.slo", environment, rules, applied),
        priority=applied.take(f"{path}.priority", model.priority, "cost", "the cheapest plan that meets the SLO"),
        gpu=hardware.gpu,
        gpus_per_replica=hardware.count,
        instance_types=hardware.instance_types or (),
        precision=applied.take(f"{path}.precision", model.precision, "auto", _PRECISION[task]),
        tensor_parallel=None if model.parallelism is None else model.parallelism.tensor,
        pipeline_parallel=None if model.parallelism is None else model.parallelism.pipeline,
        context_length=model.context_length,
        min_replicas=applied.take(f"{path}.scaling.min", scaling.min, rules.min_replicas, rule),
        max_replicas=scaling.max,
        max_replicas_rule=rules.max_replicas_rule,
        headroom=applied.take(f"{path}.scaling.headroom", scaling.headroom, rules.headroom, rule, shown=percent(rules.headroom)),
    )
    _left_to_the_plan(model, path, environment, rules, applied)
    return request


def _left_to_the_plan(model: ModelSpec, path: str, environment: Environment, rules: EnvironmentDefaults, applied: Applied) -> None:
    if model.scaling is None or model.scaling.max is None:
        words = "the busiest hour + 1" if rules.max_replicas_rule == "+1" else "1.5 times the busiest hour"
        applied.note(f"{path}.scaling.max", "null", f"the rule of {environment}: {words}")
    if model.hardware is None:
        applied.note(f"{path}.hardware", "auto", "the plan searches all hardware of the region")
    if model.engine is None or model.engine.name is None:
        applied.note(f"{path}.engine.name", "vllm", "the engine that is built")
    if model.engine is None or model.engine.version is None:
        applied.note(f"{path}.engine.version", written(ENGINE_VERSION), "the pinned release")


def _slo(model: ModelSpec, path: str, environment: Environment, rules: EnvironmentDefaults, applied: Applied) -> Slo:
    availability = model.slo.availability
    if availability is None and rules.availability is not None:
        availability = rules.availability
        applied.note(f"{path}.availability", percent(availability), f"the rule of {environment}")
    return Slo(
        ttft_p95_ms=model.slo.ttft_p95,
        itl_p95_ms=model.slo.itl_p95,
        availability=availability,
        ttft_p50_ms=model.slo.ttft_p50,
        ttft_p99_ms=model.slo.ttft_p99,
        itl_p50_ms=model.slo.itl_p50,
        itl_p99_ms=model.slo.itl_p99,
    )


def _traffic(traffic: TrafficSpec, task: Task, path: str, applied: Applied) -> Traffic:
    if traffic.output_tokens is None and task == "generate":
        msg = "a spec without output_tokens is refused by the rules"
        raise TypeError(msg)
    steady: str | tuple[Decimal, ...] = "steady"
    made = traffic.output_tokens
    direct = traffic.requests_per_second
    if direct is None:
        applied.note(f"{path}.requests_per_second", "null", "nothing is sent under its own name: what it gets comes through the gateway")
    over_mean = P95_OVER_MEAN if task == "generate" else P95_OVER_MEAN_READ
    return Traffic(
        requests_per_second=direct or Decimal(0),
        input_tokens=_length(traffic.input_tokens, over_mean, f"{path}.input_tokens", applied),
        output_tokens=None if made is None else _length(made, over_mean, f"{path}.output_tokens", applied),
        profile=applied.take(f"{path}.profile", traffic.profile, steady, "the same load in every hour: never too small"),
        timezone=applied.take(f"{path}.timezone", traffic.timezone, "UTC", "no time zone is given"),
        prefix_share=applied.take(
            f"{path}.prefix_share", traffic.prefix_share, Decimal(0), "no part of the prompts is known to repeat", shown="0%"
        ),
        per_call=Decimal(1) if traffic.per_call is None else traffic.per_call,
    )


def _length(length: TokenLengthSpec, over_mean: Decimal, path: str, applied: Applied) -> TokenLength:
    usual = "a usual spread" if over_mean == P95_OVER_MEAN else "a usual spread of texts in pieces"
    p95 = applied.take(f"{path}.p95", length.p95, length.mean * over_mean, f"{over_mean} times the mean: {usual} (judgement)")
    return TokenLength(mean=length.mean, p95=p95)
