"""
Cases of the alerts of error budgets. A budget of 5 % burns at factor 14.4 where 72 % are bad, at 6, 3 and 1 where 30 %, 15 % and 5 % are;
one of 0.1 % where 1.44 %, 0.6 %, 0.3 % and 0.1 % are.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import monitoring_made
from alert_case import AlertCase

if TYPE_CHECKING:
    from servewright.plan.model import Plan

Series = tuple[tuple[str, str], ...]

FIRST: Final = "vllm:time_to_first_token_seconds"
TOKEN: Final = "vllm:request_time_per_output_token_seconds"  # noqa: S105 - the name of a metric
ASKED: Final = "litellm_proxy_total_requests_metric_total"
ENDED: Final = "vllm:request_success_total"

EVERY: Final = "5m"

ALL: Final = (("1h", "page"), ("6h", "page"), ("1d", "ticket"), ("3d", "ticket"))


def at_one_second() -> Plan:
    """
    Return the plan with first tokens that are judged at a whole number of seconds.
    """
    made = monitoring_made.plan()
    objectives = tuple(replace(each, judged_ms=Decimal(1000)) for each in monitoring_made.OBJECTIVES if each.indicator == "first-token")
    return replace(made, monitoring=replace(monitoring_made.MONITORING, objectives=objectives))


def burns(model: str, objective: str, windows: tuple[tuple[str, str], ...] = ALL) -> tuple[dict[str, str], ...]:
    """
    Return the alerts of one objective that burns over *windows*.
    """
    return tuple({"model": model, "objective": objective, "window": window, "severity": severity} for window, severity in windows)


def latency(histogram: str, model: str, le: str, good: str, every: str) -> Series:
    """
    Return the counters of two engines' class *le* and of all their requests.
    """
    own = f'namespace="demo-dev",model_name="{model}"'
    return tuple(
        series
        for pod in ("a", "b")
        for series in (
            (f'{histogram}_bucket{{{own},pod="{pod}",le="{le}"}}', good),
            (f'{histogram}_count{{{own},pod="{pod}"}}', every),
        )
    )


def asked(name: str, identifier: str, status: str, values: str) -> Series:
    """
    Return the counter of requests for *name* that the deployment *identifier* was chosen for and that were answered with *status*.
    """
    labels = f'namespace="demo-dev",requested_model="{name}",model_id="{identifier}",status_code="{status}",pod="gateway-a"'
    return ((f"{ASKED}{{{labels}}}", values),)


def ended(reason: str, values: str) -> Series:
    """
    Return the counter of requests that ended for *reason*.
    """
    return ((f'{ENDED}{{namespace="demo-dev",model_name="chat",finished_reason="{reason}",pod="a"}}', values),)


WELL: Final = asked("small", "small:small", "200", "0+100x60")

CASES: Final = (
    AlertCase(
        alert="FirstTokenBudgetBurn",
        name="four of five first tokens of one model are late",
        evaluated=EVERY,
        plan=monitoring_made.plan,
        series=(*latency(FIRST, "small", "0.75", "0+20x60", "0+100x60"), *latency(FIRST, "large", "0.75", "0+100x60", "0+100x60")),
        at="45m",
        firing=burns("small", "95%"),
    ),
    AlertCase(
        alert="FirstTokenBudgetBurn",
        name="one in five is late: no page, for the pages' factors are higher",
        evaluated=EVERY,
        plan=monitoring_made.plan,
        series=latency(FIRST, "small", "0.75", "0+80x60", "0+100x60"),
        at="45m",
        firing=burns("small", "95%", ALL[2:]),
    ),
    AlertCase(
        alert="FirstTokenBudgetBurn",
        name="inside the objective",
        evaluated=EVERY,
        plan=monitoring_made.plan,
        series=latency(FIRST, "small", "0.75", "0+96x60", "0+100x60"),
        at="45m",
    ),
    AlertCase(
        alert="FirstTokenBudgetBurn",
        name="an hour of nothing but late answers still burns",
        evaluated=EVERY,
        plan=monitoring_made.plan,
        series=latency(FIRST, "small", "0.75", "0+100x239 23900+0x60 24000+100x60", "0+100x360"),
        at="300m",
        firing=burns("small", "95%", (ALL[0], *ALL[2:])),
    ),
    AlertCase(
        alert="FirstTokenBudgetBurn",
        name="the same hour, ten minutes after its end: the short window is clean and the page over, the tickets are not",
        evaluated=EVERY,
        plan=monitoring_made.plan,
        series=latency(FIRST, "small", "0.75", "0+100x239 23900+0x60 24000+100x60", "0+100x360"),
        at="310m",
        firing=burns("small", "95%", ALL[2:]),
    ),
    AlertCase(
        alert="FirstTokenBudgetBurn",
        name="too few requests to tell",
        evaluated=EVERY,
        plan=monitoring_made.plan,
        series=latency(FIRST, "small", "0.75", "0x60", "0+0.25x60"),
        at="45m",
    ),
    AlertCase(
        alert="FirstTokenBudgetBurn",
        name="another stack's engines are not counted",
        evaluated=EVERY,
        plan=monitoring_made.plan,
        series=tuple(
            (series.replace("demo-dev", "demo-prod"), values) for series, values in latency(FIRST, "small", "0.75", "0x60", "0+100x60")
        ),
        at="45m",
    ),
    *(
        AlertCase(
            alert="FirstTokenBudgetBurn",
            name=f"a whole number of seconds, written {le}",
            evaluated=EVERY,
            plan=at_one_second,
            series=(*latency(FIRST, "small", le, "0+20x60", "0+100x60"), *latency(FIRST, "large", le, "0+96x60", "0+100x60")),
            at="45m",
            firing=burns("small", "95%"),
        )
        for le in ("1", "1.0")
    ),
    AlertCase(
        alert="TokenTimeBudgetBurn",
        name="a third of the requests has slow tokens",
        evaluated=EVERY,
        plan=monitoring_made.plan,
        series=(*latency(TOKEN, "large", "0.05", "0+66x60", "0+100x60"), *latency(TOKEN, "small", "0.05", "0+99x60", "0+100x60")),
        at="45m",
        firing=burns("large", "95%", ALL[1:]),
    ),
    AlertCase(
        alert="TokenTimeBudgetBurn",
        name="inside the objective",
        evaluated=EVERY,
        plan=monitoring_made.plan,
        series=latency(TOKEN, "large", "0.05", "0+96x60", "0+100x60"),
        at="45m",
    ),
    AlertCase(
        alert="AvailabilityBudgetBurn",
        name="five in a hundred fail for one model and not for the other",
        evaluated=EVERY,
        plan=monitoring_made.plan,
        series=(*WELL, *asked("small", "small:small", "503", "0+5x60"), *asked("large", "large:large", "200", "0+100x60")),
        at="45m",
        firing=burns("small", "99.9%"),
    ),
    AlertCase(
        alert="AvailabilityBudgetBurn",
        name="the gateway refuses before it chooses a deployment",
        evaluated=EVERY,
        plan=monitoring_made.plan,
        series=(*WELL, *asked("small", "None", "429", "0+5x60")),
        at="45m",
        firing=burns("small", "99.9%"),
    ),
    AlertCase(
        alert="AvailabilityBudgetBurn",
        name="asked for by a route's name, failed by one of its models",
        evaluated=EVERY,
        plan=monitoring_made.plan,
        series=(*WELL, *asked("auto", "large:large-base", "500", "0+5x60"), *asked("auto", "large:large", "200", "0+95x60")),
        at="45m",
        firing=burns("large", "99.9%"),
    ),
    *(
        AlertCase(
            alert="AvailabilityBudgetBurn",
            name=f"a route that gets no further ({identifier or 'empty'}) is bad for all of its models",
            evaluated=EVERY,
            plan=monitoring_made.plan,
            series=(*WELL, *asked("large", "large:large", "200", "0+100x60"), *asked("auto", identifier, "503", "0+5x60")),
            at="45m",
            firing=(*burns("small", "99.9%"), *burns("large", "99.9%")),
        )
        for identifier in ("None", "", "auto:router")
    ),
    AlertCase(
        alert="AvailabilityBudgetBurn",
        name="clients ask what does not exist",
        evaluated=EVERY,
        plan=monitoring_made.plan,
        series=(*WELL, *asked("small", "None", "404", "0+50x60"), *asked("small", "None", "401", "0+50x60")),
        at="45m",
    ),
    AlertCase(
        alert="AvailabilityBudgetBurn",
        name="no request has failed yet",
        evaluated=EVERY,
        plan=monitoring_made.plan,
        series=WELL,
        at="45m",
    ),
    AlertCase(
        alert="AvailabilityBudgetBurn",
        name="one of 61 requests an hour fails, of a status that was there before",
        evaluated="1m",
        plan=monitoring_made.plan,
        series=(*asked("small", "small:small", "200", "0+1x120"), *asked("small", "small:small", "503", "7x90 8x30")),
        at="94m",
    ),
    AlertCase(
        alert="AvailabilityBudgetBurn",
        name="four of 64 requests an hour fail: more than three call for a ticket, and only five page",
        evaluated="1m",
        plan=monitoring_made.plan,
        series=(*asked("small", "small:small", "200", "0+1x120"), *asked("small", "small:small", "503", "7x86 8 9 10 11x30")),
        at="110m",
        firing=burns("small", "99.9%", ALL[2:]),
    ),
    AlertCase(
        alert="AvailabilityBudgetBurn",
        name="one of an hour's requests fails at an engine",
        evaluated=EVERY,
        plan=monitoring_made.without_gateway,
        series=(*ended("stop", "0+1x120"), *ended("error", "0x90 1x30")),
        at="110m",
    ),
    AlertCase(
        alert="AvailabilityBudgetBurn",
        name="engines fail two in a hundred",
        evaluated=EVERY,
        plan=monitoring_made.without_gateway,
        series=(*ended("stop", "0+98x60"), *ended("error", "0+2x60")),
        at="45m",
        firing=burns("chat", "99.9%"),
    ),
    AlertCase(
        alert="AvailabilityBudgetBurn",
        name="clients go away",
        evaluated=EVERY,
        plan=monitoring_made.without_gateway,
        series=(*ended("stop", "0+50x60"), *ended("abort", "0+50x60"), *ended("error", "0x60")),
        at="45m",
    ),
    AlertCase(
        alert="ErrorBudgetSpent",
        name="more were late than the objective allows",
        evaluated=EVERY,
        plan=monitoring_made.plan,
        series=(*latency(FIRST, "small", "0.75", "0+93x60", "0+100x60"), *latency(TOKEN, "small", "0.05", "0+97x60", "0+100x60")),
        at="45m",
        firing=({"model": "small", "objective": "95%", "indicator": "first-token", "severity": "ticket"},),
    ),
    AlertCase(
        alert="ErrorBudgetSpent",
        name="spent in a bad hour that is long over",
        evaluated=EVERY,
        plan=monitoring_made.plan,
        series=(*asked("small", "small:small", "200", "0+100x240"), *asked("small", "small:small", "500", "0x60 0+50x60 3000+0x120")),
        at="240m",
        firing=({"model": "small", "objective": "99.9%", "indicator": "availability", "severity": "ticket"},),
    ),
    AlertCase(
        alert="ErrorBudgetSpent",
        name="a budget of which something is left",
        evaluated=EVERY,
        plan=monitoring_made.plan,
        series=latency(FIRST, "small", "0.75", "0+96x60", "0+100x60"),
        at="45m",
    ),
    AlertCase(
        alert="ErrorBudgetSpent",
        name="too few requests to tell",
        evaluated=EVERY,
        plan=monitoring_made.plan,
        series=latency(FIRST, "small", "0.75", "0x60", "0+0.2x60"),
        at="45m",
    ),
    AlertCase(
        alert="ErrorBudgetSpent",
        name="one of 61 requests failed",
        evaluated="30s",
        plan=monitoring_made.plan,
        series=(*asked("small", "small:small", "200", "0+1x120"), *asked("small", "small:small", "503", "7x70 8x50")),
        at="110m",
    ),
    AlertCase(
        alert="ErrorBudgetSpent",
        name="four did",
        evaluated="30s",
        plan=monitoring_made.plan,
        series=(*asked("small", "small:small", "200", "0+1x120"), *asked("small", "small:small", "503", "7x70 8 9 10 11x50")),
        at="110m",
        firing=({"model": "small", "objective": "99.9%", "indicator": "availability", "severity": "ticket"},),
    ),
)
