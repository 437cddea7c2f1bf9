"""
The hours of the week: what the plan says, moved to the clock of who reads it, with the busiest hour named.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

import previews
from servewright.plan.model import PodResources, Replicas, WorkloadPlan
from servewright.plan.traffic import utc_week
from servewright.report.html.preview_week import Week, busiest_words, week_of
from servewright.report.html.week_chart import Layer, week_chart

HOURS = st.lists(st.integers(min_value=0, max_value=40), min_size=168, max_size=168).map(tuple)


def week(*layers: tuple[int, ...]) -> Week:
    """
    Return a week of these layers.
    """
    return Week(layers=tuple(Layer(name=f"layer {number}", by_hour=hours) for number, hours in enumerate(layers)), timezone="UTC")


def hours(*busy: int, most: int = 3) -> tuple[int, ...]:
    """
    Return one GPU in each hour and *most* in those that are *busy*.
    """
    return tuple(most if hour in busy else 1 for hour in range(168))


def test_the_busiest_hour_is_named() -> None:
    """
    The first run of the most GPUs with its day and its end, how many such hours there are, and the quietest.
    """
    words = busiest_words(week(hours(33, 34, 35, 60)))
    assert words == "Busiest: 3 GPUs, first on Tuesday from 09:00 to 12:00 (UTC), 4 hours of the week in all. Quietest: 1 GPU."


def test_the_last_hour_ends_the_week() -> None:
    """
    A run to the end of Sunday ends at midnight.
    """
    assert "on Sunday from 23:00 to 00:00 (UTC), 1 hour of" in busiest_words(week(hours(167)))


def test_a_run_of_days_names_its_last_day() -> None:
    """
    Where more than a day is busy the end has its day.
    """
    assert "on Monday from 01:00 to Wednesday 02:00 (UTC)" in busiest_words(week(hours(*range(1, 50))))


def test_a_flat_week_is_said_flat() -> None:
    """
    No hour is busiest where all are the same.
    """
    assert busiest_words(week((2,) * 168)) == "2 GPUs in every hour of the week."


@given(HOURS, HOURS)
def test_the_area_is_the_week(lower: tuple[int, ...], upper: tuple[int, ...]) -> None:
    """
    Blocks of a layer cover width times height in proportion to its GPU-hours, and no block lies on another.
    """
    if max(map(sum, zip(lower, upper, strict=True))) == 0:
        return
    chart = week_chart(week(lower, upper).layers, "UTC", "")
    blocks = [shape for shape in chart.shapes if shape.mark == "rect"]
    areas = {look: sum(_number(b.width) * _number(b.height) for b in blocks if b.look == look) for look in ("first", "second")}
    whole = sum(lower) + sum(upper)
    area = sum(areas.values())
    assert abs(areas["first"] / area - sum(lower) / whole) < 0.01
    tops = {(b.x, b.look): _number(b.y) for b in blocks}
    assert all(_number(b.y) + _number(b.height) <= 186.2 for b in blocks)
    assert all(top >= 15.9 for top in tops.values())


def _number(text: str) -> float:
    return float(text.rstrip("%"))


def workload(share: str, by_hour: tuple[int, ...]) -> WorkloadPlan:
    """
    Return the replicas of one share.
    """
    replicas = Replicas(minimum=min(by_hour), busiest=max(by_hour), maximum=max(by_hour) + 1, by_hour=by_hour)
    pod = PodResources(cpu_millicores=1000, memory_mib=1024, gpus=1, shm_mib=64)
    return WorkloadPlan(share=share, shape="x", pod=pod, replicas=replicas)  # type: ignore[arg-type]


def test_layers_are_ways_of_buying_the_steady_one_below() -> None:
    """
    Base and burst are told by how their pools are bought, with what stands behind; GPUs are replicas times those of one.
    """
    peak = tuple(max(0, each - 1) for each in hours(9, 10))
    base = previews.model(gpus_per_replica=4, workloads=(workload("burst", peak), workload("base", (1,) * 168)))
    pools = (
        previews.pool(share="base", role="base", purchase="reserved"),
        previews.pool(),
        previews.pool(role="fallback", purchase="on-demand"),
    )
    base = replace(base, traffic=replace(base.traffic, timezone="UTC"))
    found = week_of(previews.plan(models=(base,), pools=pools))
    assert [layer.name for layer in found.layers] == ["reserved", "spot, with on-demand behind it"]
    assert found.whole == tuple(4 * each for each in hours(9, 10))


def test_models_of_one_zone_are_read_on_its_clock() -> None:
    """
    The plan's hours are UTC; where all models have one time zone they are moved to it, else they stay.
    """
    one = previews.model(workloads=(workload("burst", hours(9)),))
    there = replace(one, traffic=replace(one.traffic, timezone="Asia/Kolkata"))
    assert week_of(previews.plan(models=(there,))).whole == utc_week(hours(9), -5)
    assert week_of(previews.plan(models=(there,))).timezone == "Asia/Kolkata"
    both = week_of(previews.plan(models=(there, replace(one, traffic=replace(one.traffic, timezone="UTC")))))
    assert (both.timezone, both.whole[9]) == ("UTC", 6)
