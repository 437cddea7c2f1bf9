"""
How the series of a stack's GPUs are selected.

The exporter runs once on each node and names the pod that has a GPU by the labels namespace and pod. A Prometheus that does not honour
them keeps them as exported_namespace and exported_pod beside those of the exporter's own pod, so a stack's GPUs are found by either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.resources.monitoring.promql import selector

if TYPE_CHECKING:
    from servewright.resources.monitoring.scope import Scope

GPU_LABELS: Final = "UUID, gpu, instance"
"""
What tells one GPU from another: by the host's name none, since its label is called otherwise in the next release (Hostname, hostname).
"""


def of_gpus(scope: Scope, metric: str, form: str = "{}") -> str:
    """
    Return the series *metric* of the GPUs that the stack's pods have, each put into *form* ("changes({}[10m])").
    """
    name = scope.metric(metric)
    either = (selector(name, {label: scope.names.namespace}) for label in ("namespace", "exported_namespace"))
    return f"({' or '.join(form.format(series) for series in either)})"
