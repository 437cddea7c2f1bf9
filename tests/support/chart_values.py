"""
Find the values that each pinned helm chart knows, and hold ours against them: a path that a chart does not know has no effect.

The tables are looked for in ../shared/facts/charts beside the repository, then in the folder that $SERVEWRIGHT_CHARTS names. What they
leave out lies in tests/support/charts: the chart of the Prometheus operator's CRDs, the subcharts kube-state-metrics and grafana, and the
objects of kube-prometheus-stack that the shared table cuts. A table of another chart version than the pinned one is refused.
"""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

REPOSITORY = Path(__file__).resolve().parents[2]
OWN = Path(__file__).parent / "charts"
VARIABLE = "SERVEWRIGHT_CHARTS"
SHARED: Final = ("keda", "kube-prometheus-stack", "nvidia-device-plugin", "dcgm-exporter")

_SUBCHARTS: Final = {"kube-prometheus-stack": ("kube-state-metrics", "grafana")}
_KINDS: Final[dict[str, tuple[type, ...]]] = {
    "bool": (bool,),
    "int": (int,),
    "string": (str,),
    "list": (list, tuple),
    "object": (dict,),
    "null": (object,),
}
_CUT: Final = re.compile(r"<\d+ keys: (.*)>")

PASSED_ON: Final = {"keda": ("podSecurityContext.operator", "podSecurityContext.metricServer", "podSecurityContext.webhooks")}
"""
Objects that a chart hands on whole (toYaml in its templates), though its own default has some keys.
"""

Row = tuple[str, Any]
"""
Type and default of a key.
"""


def find_folder() -> Path | None:
    """
    Return the first folder that holds the shared table of every chart, or None.
    """
    named = os.environ.get(VARIABLE)
    candidates = [REPOSITORY.parent / "shared" / "facts" / "charts", *([Path(named)] if named else [])]
    return next((f for f in candidates if all((f / f"{chart}.values.json").is_file() for chart in SHARED)), None)


@functools.cache
def known_values(chart: str, version: str) -> Mapping[str, Row]:
    """
    Return the keys of *chart* with type and default, those of its subcharts below their names; LookupError where there is no table.
    """
    rows = dict(_rows(_table(chart), chart, version))
    cut = OWN / f"{chart}.cut.values.json"
    if cut.is_file():
        rows |= _rows(cut, chart, version)
    for subchart in _SUBCHARTS.get(chart, ()):
        # What the parent sets of a subchart is what helm takes.
        rows = {f"{subchart}.{key}": row for key, row in _rows(OWN / f"{subchart}.values.json", subchart, None)} | rows
    return rows


def value_faults(chart: str, version: str, values: Mapping[str, Any]) -> tuple[str, ...]:
    """
    Return the paths of *values* that *chart* does not know or knows with another type.
    """
    known = known_values(chart, version)
    return tuple(fault for path, value in _leaves(values, "") for fault in _faults(path, value, known, PASSED_ON.get(chart, ())))


def _faults(path: str, value: Any, known: Mapping[str, Row], passed_on: tuple[str, ...]) -> Iterator[str]:
    if path in known:
        kind = known[path][0]
        if not isinstance(value, _KINDS[kind]) or (kind == "int" and isinstance(value, bool)):
            yield f"{path}: is {type(value).__name__}, the chart has {kind}"
    elif not any(path.startswith(f"{whole}.") for whole in passed_on) and not _below_an_object(path, known):
        yield f"{path}: the chart has no such value"


def _below_an_object(path: str, known: Mapping[str, Row]) -> bool:
    """
    Tell whether *path* lies below a key that takes any object, or is one of the keys of an object that the table cuts.
    """
    parts = path.split(".")
    for depth in range(1, len(parts)):
        kind, default = known.get(".".join(parts[:depth]), ("", None))
        cut = _CUT.fullmatch(default) if isinstance(default, str) else None
        if cut is not None and depth == len(parts) - 1:
            return parts[depth] in cut[1].split(", ")
        if kind == "object" and default == {}:
            return True
    return False


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}".lstrip("."))
    else:
        yield path, dict(value) if isinstance(value, Mapping) else value


def _table(chart: str) -> Path:
    own = OWN / f"{chart}.values.json"
    if own.is_file():
        return own
    folder = find_folder()
    if folder is None:
        msg = f"no folder with the charts' values: set {VARIABLE}"
        raise LookupError(msg)
    return folder / f"{chart}.values.json"


def _rows(file: Path, chart: str, version: str | None) -> Iterator[tuple[str, Row]]:
    table = json.loads(file.read_text(encoding="utf-8"))
    if table["chart"] != chart or (version is not None and table["chart_version"] != version):
        msg = f"{file.name} is of {table['chart']} {table['chart_version']}, not of {chart} {version}"
        raise LookupError(msg)
    yield from ((key, (kind, default)) for key, kind, default in table["values"])
