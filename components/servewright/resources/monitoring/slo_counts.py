"""
What an objective counts: all requests, and the bad ones among them.

Latencies are counted by the engines. vLLM counts a request into classes by time; those of the class that ends at the judged bound, and of
all below it, are good. So an answer from the gateway's cache is in no latency: no engine saw it.

Availability with a gateway is what its clients see: a request is bad that was answered with 5xx or 429, after all retries and fallbacks;
other 4xx are the client's own. A request belongs to a model
    - whose name it asked for, also where the gateway refused it before any engine heard of it,
    - or whose replicas LiteLLM chose last, under whatever name it was asked for (a route, a model that falls back on this one),
    - or to which a route leads, where it was asked for by the route's name and no replica was chosen.
What never reaches the gateway (no address, no replica of it, a network that fails) is counted nowhere; alerts
of missing metrics are for that.

Availability without a gateway is what the engines say of requests that they took: of the reasons that vLLM 0.31.0 gives for the end of one
(vllm/v1/engine/__init__.py: stop, length, abort, error, repetition) "error" is bad, always a 500 by its comment, and "abort" counts neither
way: the client went away. It does not see requests that were refused before they were queued (4xx, a queue that is full), those that an
engine took with it when it died, nor those that found no engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from servewright.resources.gateway.config_models import api_base, model_list
from servewright.resources.monitoring.promql import duration, one_of, selector, string

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from servewright.plan.model import ModelPlan
    from servewright.plan.monitoring_plan import Objective
    from servewright.resources.monitoring.scope import Scope

FIRST_TOKEN: Final = "vllm:time_to_first_token_seconds"  # noqa: S105 - the name of a metric
TOKEN_TIME: Final = "vllm:request_time_per_output_token_seconds"  # noqa: S105

_LATENCIES: Final = {"first-token": FIRST_TOKEN, "token-time": TOKEN_TIME}
_ENDED: Final = "vllm:request_success_total"
_ASKED: Final = "litellm_proxy_total_requests_metric_total"

_BAD_STATUS: Final = 'status_code=~"5..|429"'
_NOT_CHOSEN: Final = ("", "None")
"""
What LiteLLM writes as model_id of a request for which it chose no deployment: nothing, or Python's None (litellm 1.104.0,
integrations/prometheus.py).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """
    Selectors of counters: of *all* requests, and either of the *good* or of the *bad* ones. A series that several of a tuple select counts
    once.
    """

    all: tuple[str, ...]
    good: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()

    def requests(self, window_s: int) -> str:
        """
        Return the requests per second over a window, nothing where there is no counter.
        """
        return _rate(self.all, window_s)

    def number(self, window_s: int) -> str:
        """
        Return how many requests there were in a window.
        """
        return _rate(self.all, window_s, function="increase")

    def bad_number(self, window_s: int) -> str:
        """
        Return how many bad requests there were in a window, nothing where nobody has had one yet.
        """
        if self.good:
            return f"{self.number(window_s)} - {_rate(self.good, window_s, function='increase')}"
        return _rate(self.bad, window_s, function="increase")

    def bad_requests(self, window_s: int) -> str:
        """
        Return the bad requests per second over a window.
        """
        if self.good:
            return f"clamp_min({self.requests(window_s)} - {_rate(self.good, window_s)}, 0)"
        # A status that nobody has had yet has no series.
        return f"({_rate(self.bad, window_s)} or vector(0))"

    def bad_ratio(self, window_s: int) -> str:
        """
        Return the share of the requests that is bad over a window, nothing where there were none.
        """
        some = f"({self.requests(window_s)} > 0)"
        return f"1 - {_rate(self.good, window_s)} / {some}" if self.good else f"{self.bad_requests(window_s)} / {some}"


def counts(scope: Scope, model: ModelPlan, objective: Objective) -> Counts | None:
    """
    Return what *objective* of *model* counts; None for a latency whose bound is below all classes.
    """
    if objective.indicator != "availability":
        return _latency(scope, model, _LATENCIES[objective.indicator], objective.judged_ms)
    if scope.plan.gateway is not None:
        return _of_clients(scope, model)
    return Counts(
        all=(scope.of_model(_ENDED, model, 'finished_reason!="abort"'),), bad=(scope.of_model(_ENDED, model, 'finished_reason="error"'),)
    )


def at_most(seconds: Decimal) -> str:
    r"""
    Return the matcher of the class that ends at *seconds*. Prometheus 3 writes whole numbers with ".0", earlier ones as they are exported.

    >>> at_most(Decimal("0.75")), at_most(Decimal(1))
    ('le="0.75"', 'le=~"1|1\\\\.0"')
    """
    text = f"{seconds.normalize():f}"
    return f"le={string(text)}" if "." in text else f"le=~{one_of((text, f'{text}.0'))}"


def _latency(scope: Scope, model: ModelPlan, histogram: str, judged_ms: Decimal | None) -> Counts | None:
    if judged_ms is None:
        return None
    good = scope.of_model(f"{histogram}_bucket", model, at_most(judged_ms / 1000))
    return Counts(all=(scope.of_model(f"{histogram}_count", model),), good=(good,))


def _of_clients(scope: Scope, model: ModelPlan) -> Counts:
    asked, every = scope.metric(_ASKED), {"namespace": scope.names.namespace}
    deployments = model_list(scope.plan, scope.names)
    routes = [planned.route.name for planned in scope.plan.routes if any(each.model == model.name for each in planned.route.targets)]
    parts: list[tuple[str, ...]] = [(f"requested_model={string(model.name)}",), (_behind(scope, model, deployments),)]
    if routes:
        # A router is a deployment too, with no engine behind it.
        routers = [_identifier(each) for each in deployments if each["model_name"] in routes and _address(each) is None]
        parts.append((f"requested_model=~{one_of(routes)}", f"model_id=~{one_of((*_NOT_CHOSEN, *routers))}"))
    return Counts(
        all=tuple(selector(asked, every, *part) for part in parts),
        bad=tuple(selector(asked, every, *part, _BAD_STATUS) for part in parts),
    )


def _behind(scope: Scope, model: ModelPlan, deployments: Iterable[Mapping[str, Any]]) -> str:
    """
    Return the matcher of those of LiteLLM's *deployments*, of any name, behind which replicas of *model* are.
    """
    addresses = {api_base(scope.names.workload(model.name, each.share), scope.names) for each in model.workloads}
    return f"model_id=~{one_of(_identifier(each) for each in deployments if _address(each) in addresses)}"


def _identifier(deployment: Mapping[str, Any]) -> str:
    return str(deployment["model_info"]["id"])


def _address(deployment: Mapping[str, Any]) -> str | None:
    address: str | None = deployment["litellm_params"].get("api_base")
    return address


def _rate(selectors: tuple[str, ...], window_s: int, function: str = "rate") -> str:
    window = duration(window_s)
    return f"sum({' or '.join(f'{function}({each}[{window}])' for each in selectors)})"
