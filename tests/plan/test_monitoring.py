"""
What is watched of a plan, at which bound it is judged, and how much Prometheus has to hold.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from front_specs import asked, front
from monitoring_made import REQUEST
from requests_made import model_request, reading_request, request
from servewright.catalog.load import load_catalog
from servewright.errors import InvalidInputError
from servewright.plan.monitoring import HISTOGRAMS, objectives_of
from servewright.plan.monitoring_size import FILL_PERCENT, LEAST_MEMORY_MIB, LEAST_STORAGE_GIB, storage
from servewright.plan.planner import plan_stack
from servewright.spec.request import Operator, Slo

if TYPE_CHECKING:
    from servewright.plan.model import ModelPlan, Plan
    from servewright.plan.monitoring_plan import MonitoringPlan
    from servewright.spec.request import ModelRequest

CATALOG = load_catalog()
LLAMA = "meta-llama/Llama-3.1-8B-Instruct"
PROMETHEUS = Operator(name="prometheus", mode="install", address="http://p.monitoring:9090", namespace="monitoring", labels=())
DAY = 86_400


def planned(model: ModelRequest, *, installed: bool = True, **store: Any) -> Plan:
    """
    Return the plan of a stack of *model* that is watched, with *store* other than the defaults of Prometheus.
    """
    monitoring = replace(REQUEST, prometheus=replace(REQUEST.prometheus, **store))
    operators = (PROMETHEUS,) if installed else ()
    return plan_stack(replace(request(model), monitoring=monitoring, operators=operators), CATALOG)


def watched(plan: Plan) -> MonitoringPlan:
    """
    Return what is watched of *plan*.
    """
    assert plan.monitoring is not None
    return plan.monitoring


def codes(plan: Plan) -> dict[str, str]:
    """
    Return the places of those warnings of *plan* that are about monitoring.
    """
    return {found.code: found.path for found in plan.warnings if found.code in {"SW449", "SW450"}}


@cache
def chat() -> ModelPlan:
    """
    Return the plan of a model that generates.
    """
    return planned(model_request(LLAMA)).models[0]


@cache
def vectors() -> ModelPlan:
    """
    Return the plan of a model that embeds.
    """
    return planned(reading_request("BAAI/bge-m3")).models[0]


def test_nothing_is_watched_that_is_not_asked_for() -> None:
    """
    Without the section a plan is what it was before there was one.
    """
    plan = plan_stack(request(model_request(LLAMA)), CATALOG)
    assert (plan.monitoring, codes(plan)) == (None, {})


def test_each_target_is_an_objective_at_its_percentile() -> None:
    """
    Latencies by percentile, then availability, each at the field of the spec that it comes from.
    """
    numbers = [Decimal(each) for each in (300, 800, 2000, 20, 50, 90)]
    ttft_p50, ttft_p95, ttft_p99, itl_p50, itl_p95, itl_p99 = numbers
    slo = Slo(
        ttft_p95_ms=ttft_p95,
        itl_p95_ms=itl_p95,
        availability=Decimal("0.999"),
        ttft_p50_ms=ttft_p50,
        ttft_p99_ms=ttft_p99,
        itl_p50_ms=itl_p50,
        itl_p99_ms=itl_p99,
    )
    found = list(objectives_of(replace(chat(), slo=slo), CATALOG))
    fields = ["ttft_p50", "ttft_p95", "ttft_p99", "itl_p50", "itl_p95", "itl_p99", "availability"]
    assert [each.path for each in found] == [f"models[0].slo.{field}" for field in fields]
    assert [each.share for each in found] == [Decimal(each) for each in ("0.5", "0.95", "0.99", "0.5", "0.95", "0.99", "0.999")]
    assert [each.bound_ms for each in found] == [*numbers, None]
    assert [each.judged_ms for each in found] == [*(Decimal(each) for each in (250, 750, 1000, 10, 50, 75)), None]


def test_a_model_that_only_reads_is_judged_by_its_whole_request() -> None:
    """
    The engine takes the time to the first output, which is the only one of a vector; there is no time per token.
    """
    (objective,) = objectives_of(vectors(), CATALOG)
    assert (objective.path, objective.indicator, objective.judged_ms) == ("models[0].slo.ttft_p95", "first-token", Decimal(500))


@given(indicator=st.sampled_from(sorted(HISTOGRAMS)), milliseconds=st.decimals(1, 600_000, places=1))
@settings(max_examples=200, deadline=None)
def test_a_target_is_judged_at_the_highest_bound_that_is_not_above_it(indicator: Any, milliseconds: Decimal) -> None:
    """
    Who meets what is judged meets the target, and no other bound lies between; where there is none, nothing is judged.
    """
    field = {"first-token": "ttft_p95_ms", "token-time": "itl_p95_ms"}[indicator]
    slo = replace(Slo(ttft_p95_ms=None, itl_p95_ms=None, availability=None), **{field: milliseconds})
    (objective,) = objectives_of(replace(chat(), slo=slo), CATALOG)
    bounds = [bound * 1000 for bound in CATALOG.metrics.bounds[HISTOGRAMS[indicator]]]
    if objective.judged_ms is None:
        assert milliseconds < min(bounds)
        return
    assert objective.judged_ms in bounds
    assert objective.judged_ms <= milliseconds
    assert not [bound for bound in bounds if objective.judged_ms < bound <= milliseconds]
    assert f"{objective.judged_ms}" == f"{objective.judged_ms.normalize():f}"


def test_what_latencies_are_judged_by_is_a_histogram_of_the_engine() -> None:
    """
    The pinned engine exports both, and the bounds of their classes are known, ascending.
    """
    for histogram in HISTOGRAMS.values():
        metric = CATALOG.metrics.by_name[histogram]
        bounds = CATALOG.metrics.bounds[histogram]
        assert (metric.component, metric.type) == ("vllm", "histogram")
        assert list(bounds) == sorted(set(bounds))


def test_where_it_is_judged_is_said() -> None:
    """
    A target between two bounds has its reason, one that is a bound has none.
    """
    said = watched(planned(model_request(LLAMA, ttft="800", itl="50"))).reasons
    assert [line for line in said if "is judged" in line] == ["chat: ttft_p95 800 ms is judged at 750 ms: the engine counts in classes"]


@pytest.mark.parametrize(("field", "value", "lowest"), [("ttft_p50_ms", "0.9", "1ms"), ("itl_p50_ms", "9.9", "10ms")])
def test_a_target_below_the_first_class_is_refused(field: str, value: str, lowest: str) -> None:
    """
    Whatever happened, nobody could tell: the place, the value and the least that can be judged are said.
    """
    model = model_request(LLAMA)
    slo = replace(model.slo, **{field: Decimal(value)})
    with pytest.raises(InvalidInputError) as caught:
        planned(replace(model, slo=slo))
    (fault,) = caught.value.diagnostics
    assert (fault.code, fault.path, fault.value) == ("SW323", f"models[0].slo.{field.removesuffix('_ms')}", f"{value}ms")
    assert f"{field.removesuffix('_ms')}: {lowest} or more" in (fault.hint or "")
    assert plan_stack(request(replace(model, slo=slo)), CATALOG).monitoring is None


def test_a_target_that_would_alert_at_planned_load_is_said() -> None:
    """
    Exactly what is predicted above the bound at which it is judged, and within the target, is warned of, with both.
    """
    predicted = Decimal(str(chat().predicted.ttft_p95_ms.value))
    bounds = [bound * 1000 for bound in CATALOG.metrics.bounds[HISTOGRAMS["first-token"]]]
    below = max(bound for bound in bounds if bound < predicted)
    above = min(bound for bound in bounds if bound >= predicted)
    for target, expected in (((predicted + above) / 2, {"SW449"}), (above, set())):
        plan = planned(model_request(LLAMA, ttft=f"{target:.3f}"))
        found = [warning for warning in plan.warnings if warning.code == "SW449" and warning.path.endswith("ttft_p95")]
        value = Decimal(str(plan.models[0].predicted.ttft_p95_ms.value))
        if not below < value <= target:
            pytest.skip("another plan was chosen for this target")
        assert {warning.code for warning in found} == expected
        assert all(f"judged at {below.normalize():f} ms" in warning.message and f"{value:,.1f} ms" in warning.message for warning in found)


def test_a_percentile_that_is_only_watched_does_not_change_the_plan() -> None:
    """
    The plan is made for the 95th percentile alone, and warns of no other.
    """
    model = model_request(LLAMA)
    more = replace(model, slo=replace(model.slo, ttft_p50_ms=Decimal(2), ttft_p99_ms=Decimal(801)))
    one, other = planned(model), planned(more)
    assert replace(other.models[0], slo=one.models[0].slo) == one.models[0]
    assert codes(one) == codes(other)


def test_only_a_prometheus_of_the_stack_is_sized() -> None:
    """
    Of one that the cluster has the series are told, and neither volume nor memory.
    """
    existing, ours = watched(planned(model_request(LLAMA), installed=False)), watched(planned(model_request(LLAMA)))
    assert (existing.storage_gib, existing.memory_mib) == (0, 0)
    assert 0 < existing.series < ours.series
    assert ours.storage_gib >= LEAST_STORAGE_GIB
    assert ours.memory_mib >= LEAST_MEMORY_MIB
    amazon = watched(planned(model_request(LLAMA), provider="amazon", retention_days=400))
    assert (amazon.storage_gib, amazon.series) == (LEAST_STORAGE_GIB, ours.series)


def test_the_series_are_the_sum_that_is_said() -> None:
    """
    Each part is how many of what, times what one of them brings.
    """
    stack = asked(front("{teams: [{name: a}, {name: b, models: [small]}]}", more="monitoring: {}\n"))
    monitoring = watched(plan_stack(stack, CATALOG))
    (said,) = [line for line in monitoring.reasons if line.startswith("series at the most: ")]
    parts, _, whole = said.removeprefix("series at the most: ").rpartition(": ")
    pairs = [part.rsplit(" ", 3)[1::2] for part in parts.split(", ")]
    assert sum(int(count) * int(each.replace(",", "")) for count, each in pairs) == int(whole.replace(",", "")) == monitoring.series
    callers = 3 + 1  # one team may ask for three models, the other for one
    gateway = CATALOG.assumed("series_per_gateway_pod") + callers * CATALOG.assumed("series_per_caller")
    assert f"gateway pods {len(parts) and pairs[1][0]} x {gateway}" in said


@given(
    series=st.integers(0, 5_000_000),
    scrape=st.integers(5, 60),
    days=st.integers(1, 400),
    more=st.integers(1, 1_000_000),
    longer=st.integers(1, 30),
)
@settings(max_examples=200, deadline=None)
def test_a_volume_holds_its_samples_and_grows_with_them(series: int, scrape: int, days: int, more: int, longer: int) -> None:
    """
    Two bytes for each sample of the retention and a fifth on top are within the 85 % of the volume that samples may take; more series, more
    often, or longer is never less.
    """
    found, words = storage(series, scrape, days, CATALOG)
    held = Fraction(series * 2 * days * DAY * 12, 10 * scrape * 2**30)
    assert found >= LEAST_STORAGE_GIB
    assert found * FILL_PERCENT >= held * 100
    assert found == LEAST_STORAGE_GIB or (found - 1) * FILL_PERCENT < held * 100
    assert f"{series:,} series / {scrape} s x 2 bytes x {days} d x 1.2 / 0.85 =" in words
    assert storage(series + more, scrape, days, CATALOG)[0] >= found
    assert storage(series, scrape, days + longer, CATALOG)[0] >= found
    assert storage(series, scrape + longer, days, CATALOG)[0] <= found


def test_a_volume_that_fills_is_said() -> None:
    """
    A volume below what the samples need is warned of with the arithmetic; as much as they need is silent.
    """
    needed = watched(planned(model_request(LLAMA), retention_days=365)).storage_gib
    assert needed > LEAST_STORAGE_GIB
    for given_gib, expected in ((needed - 1, {"SW450": "monitoring.prometheus.storage"}), (needed, {}), (None, {})):
        plan = planned(model_request(LLAMA), retention_days=365, storage_gib=given_gib)
        assert {code: path for code, path in codes(plan).items() if code == "SW450"} == expected
        assert all(
            f"drops the oldest: samples need {needed} GiB" in found.message and "365 d" in (found.hint or "")
            for found in plan.warnings
            if found.code == "SW450"
        )
