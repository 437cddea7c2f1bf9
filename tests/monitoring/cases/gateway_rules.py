"""
Cases of the alerts of the gateway.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import monitoring_made
from alert_case import AlertCase

if TYPE_CHECKING:
    from servewright.plan.model import Plan

_POD = 'namespace="demo-dev",job="demo-dev/gateway",pod="gateway-a"'
_FELL_BACK = 'requested_model="small",fallback_model="large",exception_status="503"'


def _asked(name: str, status: int, values: str) -> tuple[str, str]:
    return f'litellm_proxy_total_requests_metric_total{{{_POD},requested_model="{name}",status_code="{status}"}}', values


def _series(metric: str, labels: str, values: str) -> tuple[tuple[str, str], ...]:
    return ((f"litellm_{metric}{{{_POD},{labels}}}", values),)


def _overhead(at_most: str) -> tuple[tuple[str, str], ...]:
    """
    Return sixty calls a minute that took at most 0.25 s or 0.5 s, *at_most* of them the former.
    """
    metric, labels = "overhead_latency_metric_bucket", 'model_id="small:small"'
    classes = (("0.25", at_most), ("0.5", "0+60x120"), ("+Inf", "0+60x120"))
    return tuple(each for bound, values in classes for each in _series(metric, f'{labels},le="{bound}"', values))


def _replicas(number: int) -> tuple[tuple[str, str], ...]:
    return tuple((f'up{{namespace="demo-dev",job="demo-dev/gateway",pod="gateway-{each}"}}', "1x120") for each in range(number))


def _nobody_judges() -> Plan:
    return monitoring_made.plan(monitoring=replace(monitoring_made.MONITORING, objectives=()))


CASES = (
    AlertCase(
        alert="GatewayErrors",
        name="a tenth of one model's requests fail, its neighbour is well",
        plan=monitoring_made.plan,
        series=(_asked("small", 200, "0+54x120"), _asked("small", 503, "0+6x120"), _asked("large", 200, "0+60x120")),
        at="60m",
        firing=({"model": "small", "severity": "ticket"},),
    ),
    AlertCase(
        alert="GatewayErrors",
        name="a route that is limited, and nobody is called by an objective",
        plan=_nobody_judges,
        series=(_asked("auto", 200, "0+54x120"), _asked("auto", 429, "0+6x120")),
        at="60m",
        firing=({"model": "auto", "severity": "page"},),
    ),
    AlertCase(
        alert="GatewayErrors",
        name="the clients' own errors, few failures, one failure of a few requests, and a name that nobody has",
        plan=monitoring_made.plan,
        series=(
            _asked("small", 200, "0+58x120"),
            _asked("small", 400, "0+30x120"),
            _asked("small", 503, "0+2x120"),
            _asked("large", 503, "0+1x120"),
            _asked("no-such-model", 503, "0+60x120"),
        ),
        at="60m",
    ),
    AlertCase(
        alert="GatewayFallbacksInUse",
        name="another model answers",
        plan=monitoring_made.plan,
        series=_series("deployment_successful_fallbacks_total", _FELL_BACK, "0+1x120"),
        at="60m",
        firing=({"requested_model": "small", "fallback_model": "large", "severity": "ticket"},),
    ),
    AlertCase(
        alert="GatewayFallbacksInUse",
        name="another model answered twice: the counter begins with the first time",
        plan=monitoring_made.plan,
        series=_series("deployment_successful_fallbacks_total", _FELL_BACK, "_x30 1x8 2x80"),
        at="43m",
        firing=({"requested_model": "small", "fallback_model": "large", "severity": "ticket"},),
    ),
    AlertCase(
        alert="GatewayFallbacksInUse",
        name="it did, and does so no more",
        plan=monitoring_made.plan,
        series=_series("deployment_successful_fallbacks_total", _FELL_BACK, "0+1x20 20x100"),
        at="60m",
    ),
    AlertCase(
        alert="GatewayFallbacksFail",
        name="the other model fails too",
        plan=monitoring_made.plan,
        series=_series("deployment_failed_fallbacks_total", _FELL_BACK, "0+1x120"),
        at="60m",
        firing=({"requested_model": "small", "fallback_model": "large", "severity": "ticket"},),
    ),
    AlertCase(
        alert="GatewayFallbacksFail",
        name="it failed once, for the first time",
        plan=monitoring_made.plan,
        series=_series("deployment_failed_fallbacks_total", _FELL_BACK, "_x30 1x90"),
        at="37m",
        firing=({"requested_model": "small", "fallback_model": "large", "severity": "ticket"},),
    ),
    AlertCase(
        alert="GatewayFallbacksFail",
        name="it answers",
        plan=monitoring_made.plan,
        series=(
            *_series("deployment_successful_fallbacks_total", _FELL_BACK, "0+1x120"),
            *_series("deployment_failed_fallbacks_total", _FELL_BACK, "3x120"),
        ),
        at="60m",
    ),
    AlertCase(
        alert="DeploymentResting",
        name="rests every other minute",
        plan=monitoring_made.plan,
        series=_series("deployment_cooled_down_total", 'model_id="large:large"', "0+0.5x120"),
        at="60m",
        firing=({"model_id": "large:large", "severity": "ticket"},),
    ),
    AlertCase(
        alert="DeploymentResting",
        name="rested three times: the counter begins with the first",
        plan=monitoring_made.plan,
        series=_series("deployment_cooled_down_total", 'model_id="large:large"', "_x30 1 2 3x80"),
        at="40m",
        firing=({"model_id": "large:large", "severity": "ticket"},),
    ),
    AlertCase(
        alert="DeploymentResting",
        name="nobody was there to count for a while, of a counter that stands at nine",
        plan=monitoring_made.plan,
        series=_series("deployment_cooled_down_total", 'model_id="large:large"', "9x20 _x20 9x60"),
        at="50m",
    ),
    AlertCase(
        alert="DeploymentResting",
        name="rested once, and its state stays as it was",
        plan=monitoring_made.plan,
        series=(
            *_series("deployment_cooled_down_total", 'model_id="large:large"', "0x40 1x80"),
            *_series("deployment_state", 'model_id="large:large"', "0x40 2x80"),
        ),
        at="50m",
    ),
    AlertCase(
        alert="GatewayOverheadHigh",
        name="a tenth of the calls spends more than 0.25 s in the gateway",
        plan=monitoring_made.plan,
        series=_overhead("0+54x120"),
        at="60m",
        firing=({"severity": "ticket"},),
    ),
    AlertCase(
        alert="GatewayOverheadHigh",
        name="one in sixty does",
        plan=monitoring_made.plan,
        series=_overhead("0+59x120"),
        at="60m",
    ),
    AlertCase(
        alert="GatewayAtMaximum",
        name="four replicas, planned for 200 requests a second together, get 220",
        plan=monitoring_made.plan,
        series=(*_replicas(4), _asked("small", 200, "0+13200x120")),
        at="60m",
        firing=({"severity": "ticket"},),
    ),
    AlertCase(
        alert="GatewayAtMaximum",
        name="they get 180",
        plan=monitoring_made.plan,
        series=(*_replicas(4), _asked("small", 200, "0+10800x120")),
        at="60m",
    ),
    AlertCase(
        alert="GatewayAtMaximum",
        name="another replica may still come",
        plan=monitoring_made.plan,
        series=(*_replicas(3), _asked("small", 200, "0+13200x120")),
        at="60m",
    ),
)
