"""
Spend as `aws ce get-cost-and-usage` writes it: results by time, each with groups of keys and metrics.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html. An answer does not say what its keys mean
unless GroupDefinitions stands in it: a key with a colon or a region's prefix is a usage type, another one a service.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from servewright.spend.cells import amount_of, day_of
from servewright.spend.codes import BAD_CELL, DAY_TWICE, NOT_A_SPEND_FILE, OTHER_CURRENCY
from servewright.spend.model import Entry, Spend

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from decimal import Decimal

    from servewright.diagnostics import SourceMap
    from servewright.spend.faults import Faults

METRICS: Final = ("AmortizedCost", "NetAmortizedCost", "UnblendedCost", "NetUnblendedCost", "BlendedCost")
"""
Which of several metrics is taken: amortized first, as the bill spreads a commitment over its hours too.
"""

_USAGE_TYPE: Final = re.compile(r"[A-Z]{2,4}\d?-|[A-Za-z-]+:|.*(?:Usage|Bytes|Requests)\b")
_DIMENSIONS: Final = {"SERVICE": "service", "USAGE_TYPE": "usage_type"}


def is_cost_explorer(value: object) -> bool:
    """
    Tell whether *value* is an answer of Cost Explorer.
    """
    return isinstance(value, dict) and "ResultsByTime" in value


def parse_cost_explorer(file: str, value: Mapping[str, Any], places: SourceMap, faults: Faults) -> Spend:
    """
    Return the spend in *value*; what is wrong goes to *faults*.
    """
    results = value.get("ResultsByTime")
    if not isinstance(results, list):
        faults.add(NOT_A_SPEND_FILE, "ResultsByTime must be a list", path="ResultsByTime")
        return Spend(file=file, format="Cost Explorer", entries=())
    reading = _Reading(faults=faults, places=places, dimensions=_dimensions(value))
    for number, result in enumerate(results):
        reading.period(f"ResultsByTime[{number}]", result)
    reading.days_once()
    remarks = tuple(sorted(reading.remarks))
    if value.get("NextPageToken"):
        remarks = (*remarks, "the answer has a further page (NextPageToken) that is not in the file")
    return Spend(file=file, format="Cost Explorer", entries=tuple(reading.entries), estimated=frozenset(reading.estimated), remarks=remarks)


def _dimensions(value: Mapping[str, Any]) -> tuple[str | None, ...] | None:
    given = value.get("GroupDefinitions")
    if not isinstance(given, list) or not given:
        return None
    return tuple(_DIMENSIONS.get(str(each.get("Key"))) if isinstance(each, dict) else None for each in given)


@dataclass(slots=True)
class _Reading:
    faults: Faults
    places: SourceMap
    dimensions: tuple[str | None, ...] | None
    entries: list[Entry] = field(default_factory=list)
    estimated: set[date] = field(default_factory=set)
    remarks: set[str] = field(default_factory=set)
    starts: Counter[date] = field(default_factory=Counter)

    def period(self, path: str, result: Any) -> None:  # noqa: ANN401 - any JSON
        """
        Take what one result says.
        """
        span = self._span(path, result)
        if span is None:
            return
        start, days = span
        self.starts[start] += 1
        if result.get("Estimated") is True:
            self.estimated.add(start)
        groups = result.get("Groups") or []
        if not groups:
            self._add(f"{path}.Total", result.get("Total"), start, days, {})
        for number, group in enumerate(groups):
            self._group(f"{path}.Groups[{number}]", group, start, days)

    def days_once(self) -> None:
        """
        Refuse a period that stands twice: two pages put together by hand.
        """
        for start, times in self.starts.items():
            if times > 1:
                hint = "ask by day (--granularity DAILY), and put the groups of all pages into one result for each period"
                self.faults.add(DAY_TWICE, f"the period of {start} stands {times} times", path="ResultsByTime", hint=hint)

    def _group(self, path: str, group: Any, start: date, days: int) -> None:  # noqa: ANN401 - any JSON
        keys = group.get("Keys") if isinstance(group, dict) else None
        if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
            self._fault(path, "must have Keys, a list of texts")
            return
        self._add(f"{path}.Metrics", group.get("Metrics"), start, days, dict(self._named(keys)))

    def _named(self, keys: list[str]) -> Iterator[tuple[str, str]]:
        for number, key in enumerate(keys):
            if self.dimensions is not None and number < len(self.dimensions):
                meaning = self.dimensions[number]
            else:
                meaning = "usage_type" if _USAGE_TYPE.match(key) else "service"
            if "$" in key and meaning != "usage_type":
                # A tag is written tag-key$value: the file holds one stack, or the reader was given several.
                self.remarks.add("grouped by a tag: all of its values are counted")
            elif meaning is not None:
                yield meaning, key

    def _add(self, path: str, metrics: Any, start: date, days: int, keys: Mapping[str, str]) -> None:  # noqa: ANN401 - any JSON
        name = next((metric for metric in METRICS if isinstance(metrics, dict) and metric in metrics), None)
        if name is None:
            self._fault(path, f"has none of the metrics {', '.join(METRICS)}")
            return
        amount = self._metric(f"{path}.{name}", metrics[name], currency=True)
        used = metrics.get("UsageQuantity")
        quantity = None if used is None else self._metric(f"{path}.UsageQuantity", used, currency=False)
        self.remarks.add(f"metric: {name}")
        if amount is not None:
            self.entries.append(Entry(start=start, days=days, amount=amount, quantity=quantity, **keys))

    def _metric(self, path: str, value: Any, *, currency: bool) -> Decimal | None:  # noqa: ANN401 - any JSON
        text = value.get("Amount") if isinstance(value, dict) else None
        if currency and isinstance(value, dict) and value.get("Unit", "USD") != "USD":
            self.faults.add(OTHER_CURRENCY, "the amount is in another currency", **self._at(path), value=str(value.get("Unit")))
        try:
            return amount_of(text if isinstance(text, str) else "")
        except ValueError as error:
            self._fault(f"{path}.Amount", f"{error}, as text")
            return None

    def _span(self, path: str, result: Any) -> tuple[date, int] | None:  # noqa: ANN401 - any JSON
        period = result.get("TimePeriod") if isinstance(result, dict) else None
        try:
            start, end = (day_of(str(period[name])) for name in ("Start", "End"))  # type: ignore[index]
        except (TypeError, KeyError, ValueError):
            self._fault(f"{path}.TimePeriod", "must have Start and End, days like 2026-11-03")
            return None
        if end < start:
            self._fault(f"{path}.TimePeriod", "the end lies before the start")
            return None
        return start, max(1, (end - start).days)

    def _fault(self, path: str, message: str) -> None:
        self.faults.add(BAD_CELL, message, **self._at(path))

    def _at(self, path: str) -> dict[str, Any]:
        where = self.places.at(path)
        return {"path": path, "line": where.line, "column": where.column}
