"""
Series as panels select them: Grafana puts its variables' values wherever a dollar sign stands, in a user's text too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.resources.monitoring.gpu_series import of_gpus
from servewright.resources.monitoring.promql import one_of, string

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.resources.monitoring.scope import Scope

RATE: Final = "$__rate_interval"
"""
A range that holds at least four scrapes at every zoom (https://grafana.com/docs/grafana/latest/datasources/prometheus, 2026-11).
"""

SELECTED: Final = 'model=~"$model"'
SELECTED_ENGINE: Final = 'model_name=~"$model"'
"""
The models that are picked above the panels; Grafana escapes them for RE2.
"""


def constant(text: str) -> str:
    r"""
    Return *text* as a PromQL string in which Grafana finds no variable, neither `$x` nor `[[x]]`.

    >>> constant("a$model")
    '"a\\x24model"'
    """
    return _inert(string(text))


def constants(texts: Iterable[str]) -> str:
    """
    Return a PromQL string for `=~` that matches each of *texts*.
    """
    return _inert(one_of(texts))


def recorded(scope: Scope, name: str, *more: str, **labels: str) -> str:
    """
    Return the series *name* that a rule of the stack records, with *more* matchers as they stand.
    """
    equal = {"namespace": scope.names.namespace, **labels}
    return f"{name}{{{','.join([*(f'{label}={constant(value)}' for label, value in equal.items()), *more])}}}"


def exported(scope: Scope, name: str, *more: str, **labels: str) -> str:
    """
    Return the series *name*, which a process of the stack's namespace exports.
    """
    return recorded(scope, scope.metric(name), *more, **labels)


def gpu(scope: Scope, name: str) -> str:
    """
    Return the series *name* of the stack's GPUs, each with the label *pod*.

    Where the exporter's target keeps its own labels, those of the pod that uses the GPU arrive as exported_namespace and exported_pod.
    """
    return f'label_replace({of_gpus(scope, name)}, "pod", "$1", "exported_pod", "(.+)")'


def quantile(of: str, histogram: str, by: str) -> str:
    """
    Return a quantile of *histogram*, a selector of its buckets, for each value of the label *by*.
    """
    return f"histogram_quantile({of}, sum by (le, {by}) (rate({histogram}[{RATE}])))"


def ratio(part: str, whole: str) -> str:
    """
    Return *part* of *whole*, nothing where there is no whole.
    """
    return f"{part} / ({whole} > 0)"


def _inert(encoded: str) -> str:
    return encoded.replace("$", r"\x24").replace("[[", r"[\x5b")
