"""
Recording rules and alerts as values, before they become PrometheusRule objects or rule files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from servewright.resources.monitoring.promql import duration

if TYPE_CHECKING:
    from servewright.spec.monitoring_request import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """
    A series *record* that Prometheus computes of *expr*; *labels* are set on it.
    """

    record: str
    expr: str
    labels: tuple[tuple[str, str], ...] = ()

    def as_rule(self) -> dict[str, Any]:
        """
        Return the rule as Prometheus reads it.
        """
        labels = {"labels": dict(self.labels)} if self.labels else {}
        return {"record": self.record, "expr": self.expr, **labels}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """
    An alert called *name*: *expr* has had a value for *for_s* seconds.

    *summary* says in one line what is the case, *description* what it means and what to do first; both are templates of Prometheus, so
    that text of a user's goes into *labels*, never into them. Values of *labels* are no templates: they are written so that they stay as
    they are.
    """

    name: str
    expr: str
    for_s: int
    severity: Severity
    summary: str
    description: str
    labels: tuple[tuple[str, str], ...] = ()

    def as_rule(self, common: dict[str, str], runbooks: str | None) -> dict[str, Any]:
        """
        Return the rule as Prometheus reads it, with the labels *common* to all alerts of a stack and the address of its runbook.
        """
        link = {} if runbooks is None else {"runbook_url": f"{runbooks.rstrip('/')}/{self.name}"}
        return {
            "alert": self.name,
            "expr": self.expr,
            **({"for": duration(self.for_s)} if self.for_s else {}),
            "labels": {key: no_template(value) for key, value in {**common, "severity": self.severity, **dict(self.labels)}.items()},
            "annotations": {"summary": self.summary, "description": self.description, **link},
        }


def no_template(text: str) -> str:
    """
    Return *text* so that a template of Prometheus gives it as it is: the values of an alert's labels are templates too.

    >>> no_template("{{ .Value }}")
    '{{"{{"}} .Value }}'
    """
    return text.replace("{{", '{{"{{"}}')


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """
    Rules that are evaluated one after the other, so that one may use what another before it records.
    """

    name: str
    rules: tuple[Recording | Alert, ...]
