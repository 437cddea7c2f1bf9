"""
A whole dashboard as Grafana reads it: variables, what is marked in every graph, links to the others, and its panels.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from servewright.resources.monitoring.dashboards.layout import placed
from servewright.resources.monitoring.dashboards.panel import DATASOURCE
from servewright.resources.monitoring.dashboards.series import constants, exported, recorded
from servewright.resources.naming import join

if TYPE_CHECKING:
    from servewright.resources.monitoring.dashboards.layout import Section
    from servewright.resources.monitoring.scope import Scope

SCHEMA_VERSION: Final = 41
"""
That of Grafana 11.6 (grafana-foundation-sdk v11.6.x, dashboard.jsonschema.json); later ones read it.
"""

_UID_LIMIT: Final = 40
"""
Characters of a dashboard's uid (https://grafana.com/docs/grafana/latest/developers/http_api/dashboard, 2026-11).
"""

_INTERRUPTED: Final = 'reason="spot_interrupted"'
"""
Karpenter's word for a node that the spot market takes back (karpenter-provider-aws 1.14.0, controllers/interruption/messages).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """
    The dashboard *key* ("service"), which is titled *title* and answers *question*, with *sections* of panels.
    """

    key: str
    title: str
    question: str
    sections: tuple[Section, ...]
    by_model: bool = True
    range: str = "now-6h"

    def as_dict(self, scope: Scope) -> dict[str, Any]:
        """
        Return what Grafana reads.
        """
        prometheus = scope.monitoring.request.prometheus
        return {
            "uid": uid(scope, self.key),
            "title": f"{scope.names.stack}: {self.title}",
            "description": self.question,
            "tags": _tags(scope),
            "schemaVersion": SCHEMA_VERSION,
            "editable": False,
            "graphTooltip": 1,
            "timezone": "browser",
            "time": {"from": self.range, "to": "now"},
            "refresh": "1m",
            "links": [_links(scope)],
            "templating": {"list": [_DATASOURCES, *([_models(scope)] if self.by_model else [])]},
            "annotations": {"list": _annotations(scope)},
            "panels": placed(self.sections, f"{prometheus.scrape_s}s"),
        }

    def as_json(self, scope: Scope) -> str:
        """
        Return the dashboard's text, without the spaces that only people need: a ConfigMap must stay small.
        """
        return json.dumps(self.as_dict(scope), separators=(",", ":"), sort_keys=True, allow_nan=False)


def uid(scope: Scope, key: str) -> str:
    """
    Return the uid of the dashboard *key*, which is another in each stack.
    """
    return join(*scope.names.identity, key, limit=_UID_LIMIT)


def interruptions(scope: Scope) -> str | None:
    """
    Return the counter of the stack's nodes that the spot market took back; None where it buys there nothing.
    """
    pools = [scope.names.pool(pool.name) for pool in scope.plan.pools if pool.purchase == "spot"]
    if not pools:
        return None
    return f"{scope.metric('karpenter_nodeclaims_disrupted_total')}{{nodepool=~{constants(pools)},{_INTERRUPTED}}}"


_DATASOURCES: Final = {"type": "datasource", "name": "datasource", "label": "Data source", "query": "prometheus", "refresh": 1, "hide": 0}


def _tags(scope: Scope) -> list[str]:
    return ["servewright", scope.names.stack]


def _links(scope: Scope) -> dict[str, Any]:
    """
    Return the links to the stack's other dashboards, which keep range and models.
    """
    return {
        "type": "dashboards",
        "title": "Other dashboards of this stack",
        "icon": "external link",
        "tooltip": "",
        "tags": _tags(scope),
        "asDropdown": False,
        "targetBlank": False,
        "includeVars": True,
        "keepTime": True,
    }


def _models(scope: Scope) -> dict[str, Any]:
    """
    Return the variable that picks models among those that Prometheus has seen.
    """
    asked = f"label_values({recorded(scope, 'model:requests:rate5m')}, model)"
    return {
        "type": "query",
        "name": "model",
        "label": "Model",
        "datasource": DATASOURCE,
        "query": asked,
        "definition": asked,
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
    }


def _annotations(scope: Scope) -> list[dict[str, Any]]:
    """
    Return what is marked in every graph: new revisions of what runs in the namespace, and nodes that the spot market took back.

    A counter that was not there a minute ago stood at 0: its first sample is an interruption as well.
    """
    rollouts = _annotation(
        "Rollouts",
        "blue",
        f"{exported(scope, 'kube_replicaset_created')} * 1000",
        titleFormat="New revision: {{replicaset}}",
        useValueForTime=True,
    )
    counter = interruptions(scope)
    if counter is None:
        return [rollouts]
    taken = f"sum by (nodepool) ({counter})"
    before = f"(sum by (nodepool) ({counter} offset 1m) or 0 * {taken})"
    return [rollouts, _annotation("Spot interruptions", "orange", f"{taken} > {before}", titleFormat="Spot node taken back: {{nodepool}}")]


def _annotation(name: str, color: str, expr: str, **more: str | bool) -> dict[str, Any]:
    return {"name": name, "datasource": DATASOURCE, "enable": True, "iconColor": color, "expr": expr, "step": "60s", **more}
