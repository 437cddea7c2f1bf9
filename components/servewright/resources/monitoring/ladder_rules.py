"""
Rules of the degradation ladder: which rung is due, and which one can be given back.

Nothing takes a rung by itself, so that a rung that is due calls somebody. A rung's trigger is one of three figures over the stack:

    first-token   95th percentile of the time to the first token, over the requests of all models in 5 minutes
    waiting       requests that wait before a replica, of the model where most do
    gpu-share     GPUs of the replicas that serve, by those of all models' replicas at their maxima

The last one says how much of what the stack may take is taken. How busy a GPU is says little here: with any load at all an engine keeps
some kernel running.

Rungs are given back from the last: only that one is watched, and it has to stay well below its trigger, since it is the rung that holds the
figure down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.resources.monitoring.promql import number
from servewright.resources.monitoring.rule import Alert, Group, Recording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.resources.monitoring.scope import Scope
    from servewright.spec.gateway_request import Ladder, Rung, Trigger

_FIRST_TOKEN: Final = "vllm:time_to_first_token_seconds_bucket"  # noqa: S105 - a metric

_EVERY_CLASS: Final = 'le="+Inf"'

_RECORDED: Final[dict[Trigger, str]] = {
    "first-token": "ladder:first_token_seconds:p95_5m",
    "waiting": "ladder:waiting_per_replica:max",
    "gpu-share": "ladder:gpu_share",
}

_SHOWN: Final[dict[Trigger, str]] = {
    "first-token": "the first token takes {{ $value | humanizeDuration }} (95th percentile)",
    "waiting": "{{ $value | humanize }} requests wait before a replica",
    "gpu-share": "{{ $value | humanizePercentage }} of the GPUs that the stack may take are taken",
}

_WELL_BELOW: Final = 2
_FOR_S: Final = 3600
"""
A rung is given back when its figure has been below half of its trigger for an hour. Judgement.
"""

_JUDGED_OVER: Final = "30m"
"""
In so long there must have been `monitoring.slo.minimum_requests`: the first token of a few requests is no load. Judgement.
"""

_MS: Final = 1000


def groups(scope: Scope) -> tuple[Group, ...]:
    """
    Return the group of rules of the ladder, none where there are no rungs.
    """
    gateway = scope.plan.gateway
    if gateway is None or not gateway.request.ladder.rungs:
        return ()
    ladder = gateway.request.ladder
    return (Group(name="ladder", rules=(*_recordings(scope, ladder), *_alerts(scope, ladder))),)


def _recordings(scope: Scope, ladder: Ladder) -> Iterator[Recording]:
    expressions: dict[Trigger, str] = {
        "first-token": f"histogram_quantile(0.95, sum by (le) (rate({scope.of_stack(_FIRST_TOKEN)}[5m])))",
        "waiting": f"max({scope.recorded('model:waiting_per_replica')})",
        "gpu-share": _gpu_share(scope),
    }
    watched = {rung.trigger for rung in ladder.rungs}
    for trigger, expr in expressions.items():
        if trigger in watched:
            yield Recording(record=_RECORDED[trigger], expr=expr, labels=scope.labels())


def _gpu_share(scope: Scope) -> str:
    """
    Return the GPUs of the replicas that serve by those of all replicas that there may be.
    """
    models = scope.plan.models
    taken = (f"{model.gpus_per_replica} * sum({scope.recorded('model:replicas_serving', model=model.name)})" for model in models)
    most = sum(model.gpus_per_replica * model.replicas.maximum for model in models)
    return f"({' + '.join(taken)}) / {most}"


def _alerts(scope: Scope, ladder: Ladder) -> Iterator[Alert]:
    for step, rung in enumerate(ladder.rungs, 1):
        if step > ladder.level:
            yield _due(scope, rung, step)
    if ladder.level:
        yield _no_longer_needed(scope, ladder.rungs[ladder.level - 1], ladder.level)


def _due(scope: Scope, rung: Rung, step: int) -> Alert:
    # A share of all GPUs is reached and never passed.
    above = ">=" if rung.trigger == "gpu-share" and rung.above >= 1 else ">"
    return Alert(
        name="RungDue",
        expr=f"{scope.recorded(_RECORDED[rung.trigger])} {above} {_limit(rung, 1)}{_asked(scope, rung)}",
        for_s=rung.for_s,
        severity="page",
        summary=f"Rung {step} of the degradation ladder is due: {_SHOWN[rung.trigger]}",
        description=(
            f"Nothing takes it by itself: set gateway.ladder.level to {step}, look at the preview and deploy. That takes the rungs before "
            "it too, where they are not in force."
        ),
        labels=_labels(rung, step),
    )


def _asked(scope: Scope, rung: Rung) -> str:
    """
    Return what else must hold: a percentile of requests needs requests, the other figures are of what stands there.
    """
    if rung.trigger != "first-token":
        return ""
    requests = f"sum by (namespace) (increase({scope.of_stack(_FIRST_TOKEN, _EVERY_CLASS)}[{_JUDGED_OVER}]))"
    return f" and on (namespace) {requests} >= {scope.monitoring.request.minimum_requests}"


def _no_longer_needed(scope: Scope, rung: Rung, step: int) -> Alert:
    figure = scope.recorded(_RECORDED[rung.trigger])
    # Without requests there is no time to the first token, and nothing that the rung is needed for either; without engines nobody knows.
    serving = f"sum by (namespace) ({scope.recorded('model:replicas_serving')}) > 0"
    return Alert(
        name="RungNoLongerNeeded",
        expr=f"{serving} unless on (namespace) {figure} >= {_limit(rung, _WELL_BELOW)}",
        for_s=_FOR_S,
        severity="ticket",
        summary=f"Rung {step} of the degradation ladder is in force and no longer needed",
        description=(
            f"What it waits for has been below half of its trigger for an hour. Set gateway.ladder.level to {step - 1}, look at the "
            "preview and deploy."
        ),
        labels=_labels(rung, step),
    )


def _limit(rung: Rung, part: int) -> str:
    """
    Return one *part*th of what *rung* waits for, in the unit of what is recorded.
    """
    above = rung.above / _MS if rung.trigger == "first-token" else rung.above
    return number(above / part)


def _labels(rung: Rung, step: int) -> tuple[tuple[str, str], ...]:
    return (("rung", rung.name), ("step", str(step)))
