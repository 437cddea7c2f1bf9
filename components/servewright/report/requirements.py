"""
The operators: what the cluster must have before the stack can work, and what the stack brings itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.plan.monitoring_needs import monitoring_needs
from servewright.report.screen import QUIET, Column, Screen, Span

if TYPE_CHECKING:
    from servewright.report.model import Preview
    from servewright.spec.request import Operator

_COLUMNS = (Column(), Column(), Column(wrap=True, style=QUIET))
_NEEDS = (Column(), Column(wrap=True))


def requirements(screen: Screen, preview: Preview) -> None:
    """
    Write each operator with its version and its address or namespace: those that must be there, then those that are installed, and
    what monitoring relies on.
    """
    for mode, heading, note in (
        ("existing", "The cluster must have", "with the version each was checked against"),
        ("install", "This stack installs", "for the whole cluster: in no other stack of it; remove this stack last"),
    ):
        rows = [_row(preview, operator) for operator in preview.plan.operators if operator.mode == mode]
        if rows:
            screen.heading(heading, note)
            screen.table(_COLUMNS, rows)
    needs = monitoring_needs(preview.plan)
    if needs:
        screen.heading("Monitoring relies on", "to be seen to in the cluster: nothing of it can be set from here")
        screen.table(_NEEDS, [(need.operator, need.what) for need in needs])


def _row(preview: Preview, operator: Operator) -> tuple[Span, Span, Span]:
    version = preview.operator_versions.get(operator.name)
    place = operator.address or f"namespace {operator.namespace}"
    labels = ", ".join(f"{key}: {value}" for key, value in operator.labels)
    return operator.name, version or "any version", f"{place}, labels {labels}" if labels else place
