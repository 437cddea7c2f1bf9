"""
The hours of a week: how many GPUs are expected to run in each, by how they are bought.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from servewright.plan.traffic import utc_week
from servewright.report.figures import plural
from servewright.report.html.cells import label
from servewright.report.html.parts import Cell, Fold, Heading, Section, Table, Text
from servewright.report.html.week_chart import Layer, week_chart
from servewright.spec.time_zones import hours_east

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from servewright.plan.model import ModelPlan, Plan
    from servewright.report.model import Preview

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOURS: Final = 24
_UTC: Final = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """
    GPUs by hour, Monday 00:00 of *timezone* first, in layers by purchase.
    """

    layers: tuple[Layer, ...]
    timezone: str

    @property
    def whole(self) -> tuple[int, ...]:
        """
        All layers together.
        """
        return tuple(map(sum, zip(*(layer.by_hour for layer in self.layers), strict=True)))


def week_section(preview: Preview) -> Iterator[Section]:
    """
    Yield the section of the week; none where a plan has no hours.
    """
    if not all(model.replicas.by_hour for model in preview.plan.models):
        return
    week = week_of(preview.plan)
    yield Section(
        id="week",
        title="Capacity by hour of the week",
        short="Week",
        lead="GPUs of the replicas that the traffic is expected to need in each hour; nodes start a little before and stop a little after.",
        blocks=(
            Text(text=busiest_words(week)),
            week_chart(week.layers, week.timezone, busiest_words(week)),
            _by_model(preview.plan.models, week.timezone),
            Fold(title="GPUs in each of the 168 hours", blocks=(_hours(week),)),
        ),
    )


def week_of(plan: Plan) -> Week:
    """
    Return the GPUs by hour in the time zone of the models where they have one and the same, else in UTC.
    """
    zones = {model.traffic.timezone for model in plan.models}
    timezone = zones.pop() if len(zones) == 1 else _UTC
    found: dict[str, list[tuple[int, ...]]] = {}
    for model in plan.models:
        for work in model.workloads:
            gpus = tuple(replicas * model.gpus_per_replica for replicas in work.replicas.by_hour)
            found.setdefault(_bought(plan, model, work.share), []).append(utc_week(gpus, -hours_east(timezone)))
    layers = (Layer(name=name, by_hour=tuple(map(sum, zip(*weeks, strict=True)))) for name, weeks in found.items())
    return Week(layers=tuple(sorted(layers, key=lambda layer: -min(layer.by_hour))), timezone=timezone)


def busiest_words(week: Week) -> str:
    """
    Return when the most GPUs run, and how many: "Busiest: 24 GPUs, Monday 09:00 to 18:00 (Europe/Berlin), 45 hours a week".
    """
    whole = week.whole
    most, hours = max(whole), len(whole)
    if min(whole) == most:
        return f"{plural(most, 'GPU')} in every hour of the week."
    first = whole.index(most)
    length = next((n for n in range(1, hours - first) if whole[first + n] != most), hours - first)
    end = first + length
    until = f"{end % HOURS:02}:00" if length < HOURS else f"{DAYS[end // HOURS % 7]} {end % HOURS:02}:00"
    count = whole.count(most)
    return (
        f"Busiest: {plural(most, 'GPU')}, first on {DAYS[first // HOURS]} from {first % HOURS:02}:00 to {until} ({week.timezone}), "
        f"{plural(count, 'hour')} of the week in all. Quietest: {plural(min(whole), 'GPU')}."
    )


def _bought(plan: Plan, model: ModelPlan, share: str) -> str:
    pools = [p for p in plan.pools if p.share == share and p.purpose == "gpu" and model.name in p.serves]
    first = [p.purchase for p in pools if p.role != "fallback"] or [p.purchase for p in pools]
    behind = [p.purchase for p in pools if p.role == "fallback"]
    said = " and ".join(dict.fromkeys(first)) or share
    return f"{said}, with {' and '.join(dict.fromkeys(behind))} behind it" if behind else said


def _by_model(models: Sequence[ModelPlan], timezone: str) -> Table:
    rows = tuple(_model(model, timezone) for model in models)
    headings = ("model", "fewest", "busiest hour", "autoscaler's maximum", "GPUs each")
    return Table(
        id="week-models",
        caption="Replicas by model",
        headings=(*(Heading(text=text, number=place > 0) for place, text in enumerate(headings)), Heading(text="first busy hour")),
        rows=rows,
        sortable=len(rows) > 1,
    )


def _model(model: ModelPlan, timezone: str) -> tuple[Cell, ...]:
    hours = utc_week(model.replicas.by_hour, -hours_east(timezone))
    first = hours.index(max(hours))
    steady = min(hours) == max(hours)
    figures = (min(hours), model.replicas.busiest, model.replicas.maximum, model.gpus_per_replica)
    when = "every hour" if steady else f"{DAYS[first // HOURS]} {first % HOURS:02}:00"
    return (label(model.name), *(Cell(text=f"{figure:,}", value=str(figure), number=True) for figure in figures), label(when))


def _hours(week: Week) -> Table:
    """
    Return a row for each run of equal days.
    """
    whole = week.whole
    days = [(name, whole[place * HOURS : (place + 1) * HOURS]) for place, name in enumerate(DAYS)]
    rows: list[tuple[Cell, ...]] = []
    for hours, group in groupby(days, key=lambda day: day[1]):
        names = [name for name, _ in group]
        title = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
        rows.append((label(title), *(Cell(text=str(gpus), value=str(gpus), number=True) for gpus in hours)))
    headings = (Heading(text="day"), *(Heading(text=f"{hour:02}", number=True) for hour in range(HOURS)))
    return Table(id="week-hours", caption=f"GPUs from this hour on, {week.timezone}", headings=headings, rows=tuple(rows), look="hours")
