"""
The plan of monitoring: which objectives are judged and at which bound, and how much Prometheus has to hold.

A histogram counts requests in classes. A latency that lies between two bounds is judged at the lower one: whoever is at or below that
surely meets the target. What the plan predicts between the two would alert at planned load, which is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.errors import InvalidInputError
from servewright.plan.monitoring_plan import Indicator, MonitoringPlan, Objective
from servewright.plan.monitoring_size import size_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.catalog.query import Catalog
    from servewright.diagnostics import Diagnostic, SourceMap
    from servewright.plan.front_door import FrontDoor
    from servewright.plan.model import ModelPlan, PoolPlan
    from servewright.plan.monitoring_size import Size
    from servewright.plan.replica_figures import Estimate
    from servewright.spec.request import Request

_MS_PER_S: Final = 1000
_PLANNED: Final = Decimal("0.95")

HISTOGRAMS: Final[dict[Indicator, str]] = {
    "first-token": "vllm:time_to_first_token_seconds",
    "token-time": "vllm:request_time_per_output_token_seconds",
}
"""
What the engine counts each latency in. Of a request that is only read, the first is the time until it is done: the engine takes it at the
first output, which there is the only one (vLLM 0.31.0, v1/metrics/stats.py).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitored:
    """
    The *plan* of monitoring (None: nothing watches the stack), with the *warnings* that go with it.
    """

    plan: MonitoringPlan | None
    warnings: tuple[Diagnostic, ...]


def plan_monitoring(
    request: Request, models: tuple[ModelPlan, ...], pools: tuple[PoolPlan, ...], front: FrontDoor, catalog: Catalog
) -> Monitored:
    """
    Return the plan of monitoring for *models* on their GPU *pools*, with *front* before them.

    Raises InvalidInputError where a target is below everything that the engine tells apart.
    """
    asked = request.monitoring
    if asked is None:
        return Monitored(plan=None, warnings=())
    objectives = tuple(objective for model in models for objective in objectives_of(model, catalog))
    faults = tuple(_cannot_be_judged(request.source, each, catalog) for each in objectives if each.bound_ms and each.judged_ms is None)
    if faults:
        raise InvalidInputError(faults)
    size = size_of(request, models, pools, front, catalog)
    return Monitored(
        plan=MonitoringPlan(
            request=asked,
            objectives=objectives,
            series=size.series,
            storage_gib=size.storage_gib,
            memory_mib=size.memory_mib,
            reasons=(*_judged(objectives), *size.reasons),
        ),
        warnings=(*_alerting(request.source, models, objectives), *_too_small(request, size)),
    )


def objectives_of(model: ModelPlan, catalog: Catalog) -> Iterator[Objective]:
    """
    Yield the objectives of *model*, latencies first, each judged at a bound of its histogram.
    """
    slo = model.slo
    latencies: tuple[tuple[Indicator, str, tuple[Decimal | None, ...]], ...] = (
        ("first-token", "ttft", (slo.ttft_p50_ms, slo.ttft_p95_ms, slo.ttft_p99_ms)),
        ("token-time", "itl", (None, None, None) if model.reads_only else (slo.itl_p50_ms, slo.itl_p95_ms, slo.itl_p99_ms)),
    )
    for indicator, field, bounds in latencies:
        for percentile, bound in zip((50, 95, 99), bounds, strict=True):
            if bound is not None:
                yield Objective(
                    path=f"{model.path}.slo.{field}_p{percentile}",
                    model=model.name,
                    indicator=indicator,
                    share=Decimal(percentile) / 100,
                    bound_ms=bound,
                    judged_ms=_bound_below(indicator, bound, catalog),
                )
    if slo.availability is not None:
        yield Objective(path=f"{model.path}.slo.availability", model=model.name, indicator="availability", share=slo.availability)


def _bound_below(indicator: Indicator, milliseconds: Decimal, catalog: Catalog) -> Decimal | None:
    seconds = catalog.metrics.bound_below(HISTOGRAMS[indicator], milliseconds / _MS_PER_S)
    return None if seconds is None else Decimal(_text(seconds * _MS_PER_S))


def _judged(objectives: tuple[Objective, ...]) -> Iterator[str]:
    for each in objectives:
        if each.bound_ms is not None and each.judged_ms is not None and each.judged_ms != each.bound_ms:
            field = each.path.rpartition(".")[2]
            yield f"{each.model}: {field} {_text(each.bound_ms)} ms is judged at {_text(each.judged_ms)} ms: the engine counts in classes"


def _cannot_be_judged(source: SourceMap, objective: Objective, catalog: Catalog) -> Diagnostic:
    lowest = _text(min(catalog.metrics.bounds[HISTOGRAMS[objective.indicator]]) * _MS_PER_S)
    field = objective.path.rpartition(".")[2]
    return source.diagnostic(
        "SW323",
        objective.path,
        f"the engine counts latencies in classes, and the first ends at {lowest} ms: below that nothing can be judged",
        value=f"{_text(objective.bound_ms or Decimal(0))}ms",
        hint=f"{field}: {lowest}ms or more, or monitoring: off",
    )


def _alerting(source: SourceMap, models: tuple[ModelPlan, ...], objectives: tuple[Objective, ...]) -> Iterator[Diagnostic]:
    """
    Yield a warning for each target that the plan meets and that would yet be judged as missed at planned load.
    """
    by_name = {model.name: model for model in models}
    for each in objectives:
        predicted = _predicted(by_name[each.model], each)
        if predicted is None or each.bound_ms is None or each.judged_ms is None:
            continue
        value = Decimal(str(predicted.value))
        if each.judged_ms < value <= each.bound_ms:
            field = each.path.rpartition(".")[2]
            judged = _text(each.judged_ms)
            yield source.diagnostic(
                "SW449",
                each.path,
                f"predicted {value:,.1f} ms is within {_text(each.bound_ms)} ms, but the engine counts in classes and the target is judged "
                f"at {judged} ms: its alerts would fire at planned load",
                severity="warning",
                hint=f"{field}: {judged}ms plans for what is judged",
            )


def _predicted(model: ModelPlan, objective: Objective) -> Estimate | None:
    """
    Return what the plan predicts of the latency that *objective* is about; None of those that the plan does not follow.
    """
    if objective.share != _PLANNED:
        return None
    return {"first-token": model.predicted.ttft_p95_ms, "token-time": model.predicted.itl_p95_ms}.get(objective.indicator)


def _too_small(request: Request, size: Size) -> Iterator[Diagnostic]:
    given = None if request.monitoring is None else request.monitoring.prometheus.storage_gib
    if given is not None and given < size.storage_gib:
        yield request.source.diagnostic(
            "SW450",
            "monitoring.prometheus.storage",
            f"{given} GiB fill before the retention is over, and Prometheus then drops the oldest: samples need {size.storage_gib} GiB",
            severity="warning",
            value=f"{given}GiB",
            hint=f"{size.reasons[-1]}\nstorage: {size.storage_gib}GiB, a shorter retention, or leave storage out",
        )


def _text(number: Decimal) -> str:
    return f"{number.normalize():f}"
