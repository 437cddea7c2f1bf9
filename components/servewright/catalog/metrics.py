"""
The metrics that the pinned versions export, and the bounds of the classes of their histograms.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

from servewright.errors import InternalError

if TYPE_CHECKING:
    from collections.abc import Mapping

MetricType = Literal["counter", "gauge", "histogram", "summary"]

_OF_A_HISTOGRAM: Final = ("_bucket", "_count", "_sum")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """
    One metric of *component*, with the *labels* that it has besides those of its target. The *name* of a histogram is its base.
    """

    component: str
    name: str
    type: MetricType
    labels: tuple[str, ...]
    unit: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Metrics:
    """
    All metrics by name, and the upper *bounds* of histograms' classes in seconds, ascending.
    """

    by_name: Mapping[str, Metric]
    bounds: Mapping[str, tuple[Decimal, ...]]

    def find(self, series: str) -> Metric | None:
        """
        Return the metric that *series* belongs to: itself, or for `…_bucket`, `…_count` and `…_sum` the histogram. None: nobody exports it.
        """
        for ending in _OF_A_HISTOGRAM:
            base = self.by_name.get(series.removesuffix(ending)) if series.endswith(ending) else None
            if base is not None and base.type == "histogram":
                return base
        found = self.by_name.get(series)
        return None if found is not None and found.type == "histogram" else found

    def series(self, name: str) -> str:
        """
        Return *name*, a series that somebody exports; that we name no other is our own invariant.
        """
        if self.find(name) is None:
            msg = f"the catalogue has no metric of the name {name!r}"
            raise InternalError(msg)
        return name

    def bound_below(self, histogram: str, seconds: Decimal) -> Decimal | None:
        """
        Return the highest bound of *histogram* that is not above *seconds*, None where all are.
        """
        return max((each for each in self.bounds[histogram] if each <= seconds), default=None)


NO_METRICS: Final = Metrics(by_name={}, bounds={})
