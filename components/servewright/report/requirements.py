"""
What the cluster must have before the stack can work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.report.screen import QUIET, Column, Screen, Span

if TYPE_CHECKING:
    from servewright.report.model import Preview

_COLUMNS = (Column(), Column(), Column(wrap=True, style=QUIET))


def requirements(screen: Screen, preview: Preview) -> None:
    """
    Write each operator with the version it was checked against and its address or namespace.
    """
    rows: list[tuple[Span, Span, Span]] = []
    for operator in preview.plan.operators:
        version = preview.operator_versions.get(operator.name)
        place = operator.address or f"namespace {operator.namespace}"
        labels = ", ".join(f"{key}: {value}" for key, value in operator.labels)
        rows.append((operator.name, version or "any version", f"{place}, labels {labels}" if labels else place))
    if rows:
        screen.heading("The cluster must have", "with the version each was checked against")
        screen.table(_COLUMNS, rows)
