"""
Alerts of what is spent, each over a window that the traffic's own ups and downs do not reach.

    limit of an hour      as it stands; the user's number
    plan                  mean of a day against the dearest 24 hours of the plan: every day has a busy and a quiet half, and the plan's mean
                          over the week is exceeded on any working day
    request, tokens       mean of a week: a night's few tokens cost a hundred times those of noon, and nothing is wrong

These are tickets: no request is hurt, and the pools' limits bound what can be spent until somebody looks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.resources.monitoring.node_series import nodes, recorded_nodes
from servewright.resources.monitoring.prices import bought_ahead, plain_pools, planned_dearest_day
from servewright.resources.monitoring.promql import duration, number
from servewright.resources.monitoring.rule import Alert
from servewright.units import SECONDS_PER_HOUR

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from servewright.resources.monitoring.scope import Scope

BY_PRICE: Final = ("nodepool", "instance_type", "capacity_type")
SAME_NODE: Final = "on (instance_type, capacity_type)"
"""
By which labels nodes are counted that are to be priced, and by which a node finds its price.
"""

_LIMIT_S: Final = SECONDS_PER_HOUR
"""
A roll-out may hold a surge node for as long, with its start, the pull of the image and the load of the weights; judgement.
"""

_PRICE_S: Final = 900
"""
A pool that is changed by hand is often changed back at once; judgement.
"""

_DAY_S: Final = 24 * SECONDS_PER_HOUR
_WEEK_DAYS: Final = 7


def spend_alerts(scope: Scope) -> Iterator[Alert]:
    """
    Yield the alerts against limits and plan.
    """
    spend = scope.monitoring.request.spend
    if spend.hourly is not None:
        yield _above_limit(scope, spend.hourly)
    if planned_dearest_day(scope) is not None:
        yield _above_plan(scope, spend.over_plan)
    if spend.per_request is not None:
        yield _request_cost(scope, spend.per_request)
    if spend.per_million_tokens is not None:
        yield _token_cost(scope, spend.per_million_tokens)
    yield _without_price(scope)


def mean(scope: Scope, record: str, window: str) -> str:
    """
    Return the mean over *window* of what a rule records.
    """
    return f"avg_over_time({scope.recorded(record)}[{window}])"


def _above_limit(scope: Scope, limit: Decimal) -> Alert:
    return Alert(
        name="HourlyCostAboveLimit",
        expr=f"{scope.recorded('stack:usd_per_hour')} > {number(limit)}",
        for_s=_LIMIT_S,
        severity="ticket",
        summary='The nodes cost {{ $value | printf "%.2f" }} USD an hour',
        description=(
            f"The stack's nodes have cost more than {number(limit)} USD an hour for {duration(_LIMIT_S)}. See which pool has grown and "
            "whether traffic has: the dashboard of costs shows both beside the plan."
        ),
    )


def _above_plan(scope: Scope, over: Decimal) -> Alert:
    return Alert(
        name="HourlyCostAbovePlan",
        expr=(
            f"{mean(scope, 'stack:usd_per_hour', '1d')} > {number(1 + over)} * {scope.recorded('plan:usd_per_hour:dearest_day')}"
            f" and {_known_since(scope, _DAY_S)}"
        ),
        for_s=0,
        severity="ticket",
        summary='The nodes have cost {{ $value | printf "%.2f" }} USD an hour over a day, above the plan',
        description=(
            f"Over 24 hours the stack's nodes have cost over {over:%} more than the plan expects of the dearest day of a week. Either "
            "traffic has grown, or nodes stay that nobody needs, or the fallback has taken the place of spot."
        ),
    )


def _request_cost(scope: Scope, limit: Decimal) -> Alert:
    window_s = _week_s(scope)
    window = duration(window_s)
    each = f"{mean(scope, 'stack:usd_per_hour', window)} / ({mean(scope, 'stack:requests:increase1h', window)} > 0)"
    return Alert(
        name="RequestCostAboveLimit",
        expr=f"{each} > {number(limit)} and {_judged(scope, window_s)}",
        for_s=0,
        severity="ticket",
        summary='A request costs {{ $value | printf "%.4f" }} USD',
        description=(
            f"Over {window} the stack's nodes cost more than {number(limit)} USD for each request that was answered. There are fewer "
            "requests than nodes for them, or the requests have grown: compare both with the plan."
        ),
    )


def _token_cost(scope: Scope, limit: Decimal) -> Alert:
    window_s = _week_s(scope)
    window = duration(window_s)
    tokens = " + ".join(mean(scope, f"stack:{which}_tokens:increase1h", window) for which in ("input", "output"))
    return Alert(
        name="TokenCostAboveLimit",
        expr=f"{mean(scope, 'stack:usd_per_hour', window)} / ({tokens} > 0) * 1e6 > {number(limit)} and {_judged(scope, window_s)}",
        for_s=0,
        severity="ticket",
        summary='A million tokens cost {{ $value | printf "%.2f" }} USD',
        description=(
            f"Over {window} the stack's nodes cost more than {number(limit)} USD for each million tokens read and written. There are fewer "
            "tokens than nodes for them: lower the minimum or the base, or let models share nodes."
        ),
    )


def _week_s(scope: Scope) -> int:
    """
    Return a week, or as much of it as Prometheus keeps besides the day that is being written; at least a day.
    """
    return min(_WEEK_DAYS, max(1, scope.monitoring.request.prometheus.retention_days - 1)) * _DAY_S


def _judged(scope: Scope, window_s: int) -> str:
    """
    Return what must hold for a mean over the window to say anything: there are samples of all of it, and requests enough.
    """
    requests = mean(scope, "stack:requests:increase1h", duration(window_s))
    enough = f"{requests} * {window_s // SECONDS_PER_HOUR} >= {scope.monitoring.request.minimum_requests}"
    return f"{enough} and {_known_since(scope, window_s)}"


def _known_since(scope: Scope, window_s: int) -> str:
    """
    Return what is there where costs were recorded an hour after the window's begin: the first hours of a stack are no mean of a day.
    """
    return f"{scope.recorded('stack:usd_per_hour')} offset {duration(window_s - SECONDS_PER_HOUR)}"


def _without_price(scope: Scope) -> Alert:
    return Alert(
        name="NodeWithoutPrice",
        expr=" or ".join(_unpriced(scope)),
        for_s=_PRICE_S,
        severity="ticket",
        summary="No price is known of {{ $labels.instance_type }} ({{ $labels.capacity_type }}) in {{ $labels.nodepool }}",
        description=(
            "{{ $value }} nodes of {{ $labels.nodepool }} cost what the price book does not say: all figures of costs are too low. Add a "
            "price book with the rate, or give it in the spec, and deploy again."
        ),
    )


def _unpriced(scope: Scope) -> Iterator[str]:
    """
    Yield the nodes whose price is not known. Those that a commitment pays for need none of their own, if its rate is known.
    """
    bought = bought_ahead(scope)
    priced = (*plain_pools(scope), *(each.pool for each in bought if each.rate is not None and each.beyond is not None))
    if priced:
        yield f"{nodes(scope, priced, *BY_PRICE)} unless {SAME_NODE} {scope.recorded('price:node_usd_per_hour')}"
    unknown = tuple(each.pool for each in bought if each.rate is None)
    if unknown:
        yield nodes(scope, unknown, *BY_PRICE)
    for each in bought:
        if each.rate is not None and each.beyond is None:
            more = f"sum by (nodepool) ({recorded_nodes(scope, (each.pool,))}) > {each.nodes}"
            yield f"{nodes(scope, (each.pool,), *BY_PRICE)} and on (nodepool) {more}"
