"""
One panel of a dashboard: what it asks of Prometheus and how it shows the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

Kind = Literal["stat", "timeseries", "table"]

Unit = Literal[
    "none", "short", "percentunit", "s", "reqps", "suffix: tok/s", "suffix: /s", "currencyUSD", "celsius", "watt", "mbytes", "megahertz"
]
"""
Units by Grafana's identifiers (grafana-data/src/valueFormats/categories.ts, 11.6); "mbytes" are MiB. Behind "suffix:" stands any text.
"""

HEIGHTS: Final[dict[Kind, int]] = {"stat": 4, "timeseries": 8, "table": 8}
"""
Lines of the grid, 30 pixels each; judgement: with them a screen of 1080 pixels holds a line of figures and two of graphs.
"""

DATASOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}

GREEN: Final = "green"
ORANGE: Final = "orange"
RED: Final = "red"

_SOFT_MAXIMUM: Final = Decimal("1.2")
"""
An axis reaches this far above the highest line, so that the line shows while the values are low; judgement.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """
    One question to Prometheus. *legend* names the answers by their labels ("{{model}}"); it holds no text of a user's, who could write
    a variable into it.
    """

    expr: str
    legend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """
    From *value* upwards a figure has *color*; in a graph a dashed line stands there.
    """

    value: Decimal
    color: str = RED


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """
    A panel. *description* says what the panel answers, in plain text for the question mark beside its title.

    *first* is the colour below all *steps*. *stacked* adds the series up. *share* fixes the axis to 0..1. *columns* are the labels that a
    table shows, each with its heading, and last "Value" with that of the figure. *relative* replaces the dashboard's range ("now/M": since
    the first of the month).
    """

    kind: Kind
    title: str
    unit: Unit
    description: str
    targets: tuple[Target, ...]
    steps: tuple[Step, ...] = ()
    first: str = GREEN
    stacked: bool = False
    share: bool = False
    decimals: int | None = None
    no_value: str = "no data"
    columns: tuple[tuple[str, str], ...] = ()
    relative: str | None = None

    def as_dict(self, number: int, place: dict[str, int], interval: str) -> dict[str, Any]:
        """
        Return the panel as Grafana reads it: the *number*-th, at its *place* on the grid, over samples *interval* apart.
        """
        asked = [self._target(chr(ord("A") + at), target, interval) for at, target in enumerate(self.targets)]
        return {
            "id": number,
            "type": self.kind,
            "title": self.title,
            "description": self.description,
            "datasource": DATASOURCE,
            "gridPos": place,
            "fieldConfig": {"defaults": self._defaults(), "overrides": []},
            "options": _OPTIONS[self.kind],
            "targets": asked,
            **({"timeFrom": self.relative} if self.relative else {}),
            **({"transformations": self._transformations()} if self.kind == "table" else {}),
        }

    def _target(self, letter: str, target: Target, interval: str) -> dict[str, Any]:
        now = self.kind != "timeseries"
        return {
            "refId": letter,
            "datasource": DATASOURCE,
            "expr": target.expr,
            "legendFormat": target.legend,
            "interval": interval,
            "editorMode": "code",
            "range": not now,
            "instant": now,
            **({"format": "table"} if self.kind == "table" else {}),
        }

    def _defaults(self) -> dict[str, Any]:
        ascending = sorted(self.steps, key=lambda step: step.value)
        colors = [{"color": self.first, "value": None}, *({"color": step.color, "value": float(step.value)} for step in ascending)]
        bounds = {"min": 0, "max": 1} if self.share else {}
        return {
            "unit": self.unit,
            "noValue": self.no_value,
            "thresholds": {"mode": "absolute", "steps": colors},
            "color": {"mode": "palette-classic" if self.kind == "timeseries" else "thresholds"},
            **({} if self.decimals is None else {"decimals": self.decimals}),
            **bounds,
            **({"custom": self._custom()} if self.kind == "timeseries" else {}),
        }

    def _custom(self) -> dict[str, Any]:
        """
        Return how a graph is drawn.
        """
        highest = max((step.value for step in self.steps), default=None)
        return {
            "drawStyle": "line",
            "lineWidth": 1,
            "fillOpacity": 40 if self.stacked else 5,
            "showPoints": "never",
            "spanNulls": False,
            "axisSoftMin": 0,
            "stacking": {"mode": "normal" if self.stacked else "none", "group": "A"},
            **({} if highest is None else {"axisSoftMax": float(highest * _SOFT_MAXIMUM)}),
            "thresholdsStyle": {"mode": "off" if highest is None else "dashed"},
        }

    def _transformations(self) -> list[dict[str, Any]]:
        """
        Return what leaves *columns* of a table.
        """
        names = [name for name, _ in self.columns]
        order = {name: at for at, name in enumerate(names)}
        return [
            {"id": "filterFieldsByName", "options": {"include": {"names": names}}},
            {"id": "organize", "options": {"indexByName": order, "renameByName": dict(self.columns)}},
        ]


_OPTIONS: Final[dict[Kind, dict[str, Any]]] = {
    "stat": {
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "colorMode": "value",
        "graphMode": "none",
        "justifyMode": "auto",
        "orientation": "auto",
        "textMode": "auto",
    },
    "timeseries": {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
        "tooltip": {"mode": "multi", "sort": "desc"},
    },
    "table": {"showHeader": True, "cellHeight": "sm"},
}
