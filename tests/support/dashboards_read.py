"""
Dashboards as Grafana reads them: their panels, their questions to Prometheus, and these with Grafana's variables filled in.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import monitoring_made
from servewright.plan.kv_offload import TRANSFER_FLAG
from servewright.resources.monitoring.dashboards import dashboard_objects

if TYPE_CHECKING:
    from collections.abc import Callable

    from servewright.plan.model import Plan

VARIABLES: Final = {"$__rate_interval": "5m", "$__range": "30d", "$model": ".*"}
"""
Every variable that a question may hold, and a value that it may get.
"""


def without_objectives() -> Plan:
    """
    Return a stack that is watched and has no objective.
    """
    return replace(monitoring_made.plan(), monitoring=replace(monitoring_made.MONITORING, objectives=()))


def reading() -> Plan:
    """
    Return a stack of one model that only reads.
    """
    plan = monitoring_made.without_gateway()
    return replace(
        plan,
        models=tuple(replace(model, task="embed") for model in plan.models),
        monitoring=replace(monitoring_made.MONITORING, objectives=()),
    )


def offloading() -> Plan:
    """
    Return a stack that keeps KV blocks outside of its GPUs.
    """
    plan = monitoring_made.without_gateway()
    model = plan.models[0]
    engine = replace(model.engine, arguments=(*model.engine.arguments, TRANSFER_FLAG + "={}"))
    return replace(plan, models=(replace(model, engine=engine), *plan.models[1:]))


PLANS: Final[dict[str, Callable[[], Plan]]] = {
    made.__name__: made
    for made in (
        monitoring_made.plan,
        monitoring_made.without_gateway,
        monitoring_made.elasticache,
        without_objectives,
        reading,
        offloading,
    )
}
"""
Stacks of every kind that have other panels.
"""


def emitted(plan: Plan) -> dict[str, dict[str, Any]]:
    """
    Return the dashboards in the ConfigMaps of *plan*, by the name of their ConfigMap.
    """
    objects = dashboard_objects(monitoring_made.scope(plan))
    return {each.key: json.loads(text) for each in objects for text in each.manifest["data"].values()}


def boxes(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    """
    Return everything that has a place: rows, panels, and those in folded rows.
    """
    return [each for top in dashboard["panels"] for each in (top, *top.get("panels", ()))]


def panels(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    """
    Return the panels, those in folded rows too.
    """
    return [each for each in boxes(dashboard) if each["type"] != "row"]


def questions(dashboard: dict[str, Any]) -> list[tuple[str, str, str]]:
    """
    Return what stands for each question to Prometheus in its dashboard: where it stands, expression, legend.
    """
    asked = [(panel["title"], target["expr"], target["legendFormat"]) for panel in panels(dashboard) for target in panel["targets"]]
    marks = [(each["name"], each["expr"], each["titleFormat"]) for each in dashboard["annotations"]["list"]]
    picks = [(each["name"], _listed(each["query"]), "") for each in dashboard["templating"]["list"] if each["type"] == "query"]
    return [*asked, *marks, *picks]


def filled(expr: str) -> str:
    """
    Return *expr* as Prometheus gets it.
    """
    for name, value in VARIABLES.items():
        expr = expr.replace(name, value)
    return expr


def _listed(query: str) -> str:
    """
    Return the selector of a question for the values of a label.
    """
    found = re.fullmatch(r"label_values\((.*), (\w+)\)", query)
    assert found is not None
    return found[1]
