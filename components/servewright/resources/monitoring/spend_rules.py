"""
Rules of what is spent: dollars an hour by pool and stack, dollars a request and a million tokens, and alerts against limits and plan.

The prices are those that made the plan (`prices`), as constants; the nodes are those that Karpenter counts. So with the planned nodes
stack:usd_per_hour is what the plan expects. It is a lower bound, as the bill is, while NodeWithoutPrice fires: a pool of nodes without
price has no series, and never the value 0. Volumes, load balancers, stores and traffic are not in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.resources.gateway.scaling import REQUESTS
from servewright.resources.monitoring.node_series import nodes, recorded_nodes
from servewright.resources.monitoring.prices import bought_ahead, node_prices, plain_pools, planned, planned_dearest_day
from servewright.resources.monitoring.promql import number
from servewright.resources.monitoring.rule import Group, Recording
from servewright.resources.monitoring.spend_alerts import BY_PRICE, SAME_NODE, mean, spend_alerts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from servewright.resources.monitoring.prices import BoughtAhead
    from servewright.resources.monitoring.scope import Scope


def groups(scope: Scope) -> tuple[Group, ...]:
    """
    Return the groups of rules of what is spent.
    """
    recordings = (*_prices(scope), *_pools(scope), *_stack(scope), *_plan(scope), *_units(scope))
    return (Group(name="spend", rules=(*recordings, *spend_alerts(scope))),)


def _prices(scope: Scope) -> Iterator[Recording]:
    for (instance_type, capacity_type), price in sorted(node_prices(scope).items()):
        labels = scope.labels(instance_type=instance_type, capacity_type=capacity_type)
        yield Recording(record="price:node_usd_per_hour", expr=f"vector({number(price)})", labels=labels)


def _pools(scope: Scope) -> Iterator[Recording]:
    """
    Yield what each pool costs, as one series of one rule: those of which nothing is bought ahead, and each of which something is.
    """
    exprs = []
    plain = plain_pools(scope)
    if plain:
        paid = f"{nodes(scope, plain, *BY_PRICE)} * {SAME_NODE} group_left () {scope.recorded('price:node_usd_per_hour')}"
        exprs += [f"sum by (nodepool) ({paid})", f"sum by (nodepool) ({recorded_nodes(scope, plain)} == 0)"]
    exprs += [_paid_ahead(scope, bought, bought.rate) for bought in bought_ahead(scope) if bought.rate is not None]
    if exprs:
        yield Recording(record="pool:usd_per_hour", expr=" or ".join(exprs), labels=scope.labels())


def _paid_ahead(scope: Scope, bought: BoughtAhead, rate: Decimal) -> str:
    """
    Return what a pool costs of which nodes are bought ahead: all of those, and what runs beyond.
    """
    running = f"sum by (nodepool) ({recorded_nodes(scope, (bought.pool,))})"
    always = number(bought.nodes * rate)
    if bought.beyond is None:
        return f"0 * {running} + {always}"
    return f"clamp_min({running} - {bought.nodes}, 0) * {number(bought.beyond)} + {always}"


def _stack(scope: Scope) -> Iterator[Recording]:
    cost = f"sum({scope.recorded('pool:usd_per_hour')})"
    yield Recording(record="stack:usd_per_hour", expr=cost, labels=scope.labels())
    answered = scope.of_stack("vllm:request_success_total")
    if scope.plan.gateway is not None:
        answered = scope.of_stack(REQUESTS, 'status_code=~"2.."')
    counted = {
        "stack:input_tokens:increase1h": scope.of_stack("vllm:prompt_tokens_total"),
        "stack:output_tokens:increase1h": scope.of_stack("vllm:generation_tokens_total"),
        "stack:requests:increase1h": answered,
    }
    for record, counter in counted.items():
        # Scaled to nothing there is no counter: an hour without tokens, and one that counts in the mean of a week.
        expr = f"sum(increase({counter}[1h])) or 0 * sum({scope.recorded('stack:usd_per_hour')})"
        yield Recording(record=record, expr=expr, labels=scope.labels())


def _plan(scope: Scope) -> Iterator[Recording]:
    """
    Yield what the plan expects to be spent on nodes; nothing where a price of it is not known.
    """
    for record, amount in (("plan:usd_per_hour", planned(scope)), ("plan:usd_per_hour:dearest_day", planned_dearest_day(scope))):
        if amount is not None:
            yield Recording(record=record, expr=f"vector({number(amount)})", labels=scope.labels())


def _units(scope: Scope) -> Iterator[Recording]:
    cost = mean(scope, "stack:usd_per_hour", "1h")
    tokens_in, tokens_out, requests = (scope.recorded(f"stack:{what}:increase1h") for what in ("input_tokens", "output_tokens", "requests"))
    exprs = {
        "stack:usd_per_million_tokens:1h": f"{cost} / ({tokens_in} + {tokens_out} > 0) * 1e6",
        "stack:usd_per_million_output_tokens:1h": f"{cost} / ({tokens_out} > 0) * 1e6",
        "stack:usd_per_request:1h": f"{cost} / ({requests} > 0)",
    }
    for record, expr in exprs.items():
        yield Recording(record=record, expr=expr, labels=scope.labels())
