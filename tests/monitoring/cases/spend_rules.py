"""
Cases of the alerts of `spend_alerts`: nodes of known and of unknown price, over hours and days.

The nodes of the plans cost 0.8048 USD an hour (g6.xlarge on demand) and 55.04 (p5.48xlarge on demand) in the shipped tables; the limits are
those of `monitoring_made` but where a plan has its own.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import monitoring_made
import plans
from alert_case import AlertCase
from servewright.catalog.model import Commitment

if TYPE_CHECKING:
    from servewright.plan.model import Plan

_BASE: Final = "demo-dev-g6-xlarge-x1-base"
_BURST: Final = "demo-dev-g6-xlarge-x1-burst"
_AHEAD: Final = "demo-prod-p5-48xlarge-x4-base"
_REQUEST: Final = monitoring_made.REQUEST


def _hourly_limit_of_two_dollars() -> Plan:
    return monitoring_made.plan(monitoring=monitoring_made.monitoring(spend=replace(_REQUEST.spend, hourly=Decimal(2))))


def _kept_for_a_day() -> Plan:
    """
    Return the plan of a Prometheus that keeps a day, over which costs are then judged: a week takes promtool minutes.
    """
    return monitoring_made.plan(monitoring=monitoring_made.monitoring(prometheus=replace(_REQUEST.prometheus, retention_days=1)))


def _rate_unknown() -> Plan:
    """
    Return the plan with two p5.48xlarge bought ahead at terms that the tables have no row for.
    """
    return replace(plans.large(), monitoring=monitoring_made.MONITORING)


def _rate_given() -> Plan:
    """
    Return the plan with two p5.48xlarge bought ahead for 30 USD an hour.
    """
    made = _rate_unknown()
    base, *others = made.pools
    return replace(made, pools=(replace(base, commitment=Commitment(term="1y", payment="no-upfront", rate=Decimal(30))), *others))


def _sold_as_a_block() -> Plan:
    """
    Return the plan with nodes of which the tables know neither a rate ahead nor an on-demand price, at a rate of the spec's own.
    """
    made = _rate_given()
    base, *others = made.pools
    return replace(made, pools=(replace(base, instance_types=("p5e.48xlarge",)), *others))


def _node(pool: str, name: str, values: str, **labels: str) -> tuple[str, str]:
    found = {"instance_type": "g6.xlarge", "capacity_type": "on-demand", **labels, "nodepool": pool, "node_name": name}
    said = ",".join(f'{label}="{value}"' for label, value in found.items())
    return f'karpenter_nodes_allocatable{{{said},resource_type="cpu"}}', values


def _nodes(count: int, values: str, pool: str = _BASE, **labels: str) -> tuple[tuple[str, str], ...]:
    return tuple(_node(pool, f"node-{number}", values, **labels) for number in range(count))


def _tokens(values: str) -> tuple[str, str]:
    return 'vllm:prompt_tokens_total{namespace="demo-dev",model_name="small",pod="small-1"}', values


def _requests(values: str, status: str = "200") -> tuple[str, str]:
    labels = f'namespace="demo-dev",requested_model="small",status_code="{status}",pod="gateway-1"'
    return f"litellm_proxy_total_requests_metric_total{{{labels}}}", values


def _days(busy: int, quiet: int) -> str:
    """
    Return a counter over a day, at intervals of five minutes, that grows by *busy* in one half and by *quiet* in the other.
    """
    half, parts, value = 12 * 12, [], 0
    for step in (busy, quiet):
        parts.append(f"{value}+{step}x{half - 1}")
        value += step * half
    return " ".join(parts)


def _case(alert: str, name: str, *series: tuple[str, str], **more: Any) -> AlertCase:
    return AlertCase(**{"alert": alert, "name": name, "plan": monitoring_made.plan, "series": series, **more})


_TICKET: Final = ({"severity": "ticket"},)
_P5: Final = {"instance_type": "p5.48xlarge"}
_UNPRICED: Final = {"nodepool": _BURST, "instance_type": "g7.xlarge", "capacity_type": "spot"}

CASES: Final = (
    _case(
        "HourlyCostAboveLimit",
        "three nodes for an hour",
        *_nodes(3, "4x90"),
        plan=_hourly_limit_of_two_dollars,
        at="75m",
        firing=_TICKET,
    ),
    _case("HourlyCostAboveLimit", "two nodes", *_nodes(2, "4x90"), plan=_hourly_limit_of_two_dollars, at="60m"),
    _case(
        "HourlyCostAboveLimit",
        "three nodes, each reported twice, for the time of a roll-out",
        *(_node(_BASE, f"node-{number}", "4x50 stale", pod=pod) for number in range(3) for pod in ("karpenter-a", "karpenter-b")),
        plan=_hourly_limit_of_two_dollars,
        at="49m",
    ),
    _case(
        "HourlyCostAboveLimit",
        "a neighbour's nodes",
        *_nodes(9, "4x90", "other-dev-base"),
        *_nodes(1, "4x90"),
        plan=_hourly_limit_of_two_dollars,
        at="60m",
    ),
    _case("HourlyCostAbovePlan", "four on-demand nodes all day", *_nodes(4, "4x330"), interval="5m", at="26h", firing=_TICKET),
    _case(
        "HourlyCostAbovePlan",
        "four on-demand nodes in the busy hours",
        *_nodes(1, "4x330"),
        *(_node(_BASE, f"busy-{number}", "_x120 4x120 stale") for number in range(3)),
        interval="5m",
        at="25h",
    ),
    _case("HourlyCostAbovePlan", "the first hours of a stack", *_nodes(4, "4x330"), interval="5m", at="20h"),
    _case(
        "RequestCostAboveLimit",
        "sixty requests an hour, of which half fail",
        *_nodes(1, "4x320"),
        _requests("0+2.5x320"),
        _requests("0+2.5x320", "503"),
        plan=_kept_for_a_day,
        interval="5m",
        at="25h",
        firing=_TICKET,
    ),
    _case(
        "RequestCostAboveLimit",
        "sixty requests an hour",
        *_nodes(1, "4x320"),
        _requests("0+5x320"),
        plan=_kept_for_a_day,
        interval="5m",
        at="25h",
    ),
    _case(
        "RequestCostAboveLimit",
        "fewer than fifty requests in a day",
        *_nodes(1, "4x320"),
        _requests("0+0.1x320"),
        plan=_kept_for_a_day,
        interval="5m",
        at="25h",
    ),
    _case(
        "RequestCostAboveLimit",
        "the first day",
        *_nodes(1, "4x300"),
        _requests("0+2.5x300"),
        plan=_kept_for_a_day,
        interval="5m",
        at="20h",
    ),
    _case(
        "TokenCostAboveLimit",
        "a hundred thousand tokens an hour for a node",
        *_nodes(1, "4x320"),
        _tokens("0+8333x320"),
        _requests("0+5x320"),
        plan=_kept_for_a_day,
        interval="5m",
        at="25h",
        firing=_TICKET,
    ),
    _case(
        "TokenCostAboveLimit",
        "four hundred thousand by day and two thousand at night, in the night",
        *_nodes(1, "4x320"),
        _tokens(_days(33333, 166)),
        _requests(_days(10, 1)),
        plan=_kept_for_a_day,
        interval="5m",
        at="1430m",
    ),
    _case(
        "TokenCostAboveLimit",
        "the first day",
        *_nodes(1, "4x300"),
        _tokens("0+8333x300"),
        _requests("0+5x300"),
        plan=_kept_for_a_day,
        interval="5m",
        at="20h",
    ),
    _case(
        "NodeWithoutPrice",
        "a type that the pool did not admit when it was planned",
        *_nodes(2, "4x60", _BURST, instance_type="g7.xlarge", capacity_type="spot"),
        *_nodes(1, "4x60"),
        at="30m",
        firing=(_UNPRICED,),
    ),
    _case("NodeWithoutPrice", "types that were planned", *_nodes(2, "4x60"), *_nodes(1, "4x60", _BURST, capacity_type="spot"), at="30m"),
    _case(
        "NodeWithoutPrice",
        "bought ahead at a rate that nobody knows, though the on-demand price is known",
        *_nodes(1, "192x60", _AHEAD, **_P5),
        plan=_rate_unknown,
        at="30m",
        firing=({"nodepool": _AHEAD, "instance_type": "p5.48xlarge", "capacity_type": "on-demand"},),
    ),
    _case("NodeWithoutPrice", "bought ahead at a known rate", *_nodes(3, "192x60", _AHEAD, **_P5), plan=_rate_given, at="30m"),
    _case(
        "NodeWithoutPrice",
        "one more than was bought ahead, without an on-demand price",
        *_nodes(3, "192x60", _AHEAD, instance_type="p5e.48xlarge"),
        plan=_sold_as_a_block,
        at="30m",
        firing=({"nodepool": _AHEAD, "instance_type": "p5e.48xlarge", "capacity_type": "on-demand"},),
    ),
    _case(
        "NodeWithoutPrice",
        "as many as were bought ahead, without an on-demand price",
        *_nodes(2, "192x60", _AHEAD, instance_type="p5e.48xlarge"),
        plan=_sold_as_a_block,
        at="30m",
    ),
)
