"""
Whether what an expression names exists: series that the pinned versions export or that the stack's own rules record, and labels that these
have; and whether rates are of counters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from promql_names import Selected, labels_in, selected
from servewright.resources.monitoring.rule import Alert, Recording

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.catalog.metrics import Metrics
    from servewright.resources.monitoring.rule import Group

TARGET_LABELS: Final = frozenset({"namespace", "pod", "container", "job", "instance", "endpoint", "node"})
"""
What Prometheus puts on every sample that it scrapes by a monitor of the operator.
"""

MOVED_LABELS: Final = frozenset({"exported_namespace", "exported_pod", "exported_container"})
"""
What an exporter says of other pods, where its own target's labels have the plain names.
"""

_ALERTS: Final = "ALERTS"


@dataclass(frozen=True, slots=True)
class Known:
    """
    The *metrics* of the catalogue, and what the stack records: names with the labels that such series may have.
    """

    metrics: Metrics
    recorded: dict[str, frozenset[str]]

    def faults(self, expr: str) -> list[str]:
        """
        Return what *expr* names that does not exist, and which rates are taken over something that is no counter.
        """
        return [fault for each in selected(expr) for fault in self._faults(each)]

    def labels(self, series: str) -> frozenset[str]:
        """
        Return the labels that *series* may have.
        """
        if series in self.recorded:
            return self.recorded[series]
        metric = self.metrics.find(series)
        if metric is None:
            return frozenset()
        own = {"le"} if series.endswith("_bucket") else {"quantile"} if metric.type == "summary" else set()
        return frozenset({*metric.labels, *own}) | TARGET_LABELS | MOVED_LABELS

    def _faults(self, each: Selected) -> list[str]:
        if each.name == _ALERTS:
            return []  # it has the labels of all alerts
        metric = self.metrics.find(each.name)
        if metric is None and each.name not in self.recorded:
            return [f"nobody exports or records {each.name or 'a series without a name'}"]
        faults = [f"{each.name} has no label {label}" for label in each.labels if label not in self.labels(each.name)]
        if each.is_rated and (metric is None or metric.type not in {"counter", "histogram"}):
            faults.append(f"{each.within} over {each.name}, which is no counter")
        return faults


def known(metrics: Metrics, groups: Iterable[Group]) -> Known:
    """
    Return what expressions beside the rules of *groups* may name.

    A recorded series has the labels that its rule sets and at most those that its expression groups by, joins or reads.
    """
    made = Known(metrics, {})
    for rule in (rule for group in groups for rule in group.rules if isinstance(rule, Recording)):
        of_expr = labels_in(rule.expr).union(*(made.labels(each.name) for each in selected(rule.expr)))
        made.recorded[rule.record] = made.recorded.get(rule.record, frozenset()) | of_expr | {label for label, _ in rule.labels}
    return made


def exprs(groups: Iterable[Group]) -> list[tuple[str, str]]:
    """
    Return the expression of every rule of *groups*, with what the rule is called.
    """
    return [(rule.name if isinstance(rule, Alert) else rule.record, rule.expr) for group in groups for rule in group.rules]
