"""
Cases of the alerts of the degradation ladder.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import front_doors_made
import monitoring_made
from alert_case import AlertCase
from servewright.spec.gateway_request import Ladder

if TYPE_CHECKING:
    from servewright.plan.model import Plan


def _engine(metric: str, model: str, pod: str, more: str = "") -> str:
    return f'vllm:{metric}{{namespace="demo-dev",pod="{model}-{pod}",model_name="{model}"{more}}}'


def _first_token(within_half: str, within_one: str, all_of_them: str = "0+60x180") -> tuple[tuple[str, str], ...]:
    """
    Return sixty first tokens a minute of one replica, by how many took at most half a second and one.
    """
    classes = (("0.5", within_half), ("1.0", within_one), ("2.5", all_of_them), ("+Inf", all_of_them))
    counted = tuple((_engine("time_to_first_token_seconds_bucket", "small", "a", f',le="{bound}"'), values) for bound, values in classes)
    return (*counted, (_engine("num_requests_running", "small", "a"), "1x180"))


def _replicas(small: int, large: int, waiting: int = 0) -> tuple[tuple[str, str], ...]:
    """
    Return replicas that serve; before each of the model "large" as many requests are *waiting*, before the others none.
    """
    pods = [("small", str(each), 0) for each in range(small)] + [("large", str(each), waiting) for each in range(large)]
    return tuple(
        series
        for model, pod, queue in pods
        for series in (
            (_engine("num_requests_running", model, pod), "1x180"),
            (_engine("num_requests_waiting", model, pod), f"{queue}x180"),
        )
    )


def _at_level(level: int) -> Plan:
    return replace(front_doors_made.front_door(level), monitoring=monitoring_made.MONITORING)


def _at_the_bottom() -> Plan:
    return _at_level(0)


def _two_taken() -> Plan:
    return _at_level(2)


def _when_all_are_taken() -> Plan:
    """
    Return the plan whose one rung waits until every GPU is taken.
    """
    made = monitoring_made.plan()
    assert made.gateway is not None
    rungs = (replace(front_doors_made.RUNGS[2], above=Decimal(1)),)
    return replace(made, gateway=replace(made.gateway, request=replace(made.gateway.request, ladder=Ladder(rungs=rungs))))


CASES = (
    AlertCase(
        alert="RungDue",
        name="first tokens take more than a second, and the rung is not in force",
        plan=_at_the_bottom,
        series=_first_token("0x180", "0+30x180"),
        at="60m",
        firing=({"rung": "larger-batches", "step": "1", "severity": "page"},),
    ),
    AlertCase(
        alert="RungDue",
        name="they do, and the rung is in force",
        plan=monitoring_made.plan,
        series=_first_token("0x180", "0+30x180"),
        at="60m",
    ),
    AlertCase(
        alert="RungDue",
        name="they take less than a second",
        plan=_at_the_bottom,
        series=_first_token("0x180", "0+60x180"),
        at="60m",
    ),
    AlertCase(
        alert="RungDue",
        name="they take more, of thirty requests in half an hour",
        plan=_at_the_bottom,
        series=_first_token("0x180", "0+0.5x180", "0+1x180"),
        at="60m",
    ),
    AlertCase(
        alert="RungDue",
        name="the model where most wait is what counts",
        plan=monitoring_made.plan,
        series=_replicas(1, 1, waiting=21),
        at="60m",
        firing=({"rung": "older-answers", "step": "2", "severity": "page"},),
    ),
    AlertCase(alert="RungDue", name="twenty wait", plan=monitoring_made.plan, series=_replicas(1, 1, waiting=20), at="60m"),
    AlertCase(
        alert="RungDue",
        name="all eight GPUs that the stack may take are taken, where 90 % are the trigger",
        plan=monitoring_made.plan,
        series=_replicas(4, 4),
        at="60m",
        firing=({"rung": "smaller-model", "step": "3", "severity": "page"},),
    ),
    AlertCase(alert="RungDue", name="seven of eight", plan=monitoring_made.plan, series=_replicas(4, 3), at="60m"),
    AlertCase(
        alert="RungDue",
        name="a trigger of 100 % is met by all GPUs",
        plan=_when_all_are_taken,
        series=_replicas(4, 4),
        at="60m",
        firing=({"rung": "smaller-model", "step": "1"},),
    ),
    AlertCase(
        alert="RungNoLongerNeeded",
        name="first tokens have taken less than half a second for an hour",
        plan=monitoring_made.plan,
        series=_first_token("0+60x180", "0+60x180"),
        at="120m",
        firing=({"rung": "larger-batches", "step": "1", "severity": "ticket"},),
    ),
    AlertCase(
        alert="RungNoLongerNeeded",
        name="nobody asks for anything",
        plan=monitoring_made.plan,
        series=_first_token("60x180", "60x180", "60x180"),
        at="120m",
        firing=({"rung": "larger-batches", "step": "1"},),
    ),
    AlertCase(
        alert="RungNoLongerNeeded",
        name="they take less than the trigger, but not well below",
        plan=monitoring_made.plan,
        series=_first_token("0x180", "0+60x180"),
        at="120m",
    ),
    AlertCase(
        alert="RungNoLongerNeeded",
        name="of two in force the last one goes first",
        plan=_two_taken,
        series=(*_first_token("0+60x180", "0+60x180"), *_replicas(0, 1, waiting=2)),
        at="120m",
        firing=({"rung": "older-answers", "step": "2"},),
    ),
    AlertCase(
        alert="RungNoLongerNeeded",
        name="nothing is seen of any engine",
        plan=monitoring_made.plan,
        series=(),
        at="120m",
    ),
)
