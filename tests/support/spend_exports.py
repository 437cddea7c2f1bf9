"""
Exports of spend as their tools write them, made by hand from the published forms; none was downloaded from an account.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FIRST = date(2026, 10, 5)


def days(count: int, first: date = FIRST) -> list[date]:
    """
    Return *count* days from *first* on.
    """
    return [first + timedelta(days=number) for number in range(count)]


def csv_of(rows: Iterable[tuple[object, ...]], header: str = "date,service,usage_type,amount") -> bytes:
    """
    Return a CSV of *rows* under *header*.
    """
    return "\n".join([header, *(",".join(str(cell) for cell in row) for row in rows)]).encode()


def metric(amount: object, unit: str = "USD") -> dict[str, Any]:
    """
    Return one metric as Cost Explorer writes it: its amount is text.
    """
    return {"Amount": str(amount), "Unit": unit}


def cost_explorer(periods: Mapping[date, Mapping[tuple[str, ...], object]], *, by: tuple[str, ...] = ()) -> bytes:
    """
    Return an answer of Cost Explorer by day: for each the amounts by their keys; *by* are the dimensions that it says it is grouped by.
    """
    results = [
        {
            "TimePeriod": {"Start": str(day), "End": str(day + timedelta(days=1))},
            "Total": {},
            "Groups": [{"Keys": list(keys), "Metrics": {"UnblendedCost": metric(amount)}} for keys, amount in groups.items()],
            "Estimated": False,
        }
        for day, groups in periods.items()
    ]
    definitions = [{"Type": "DIMENSION", "Key": key} for key in by]
    return json.dumps({**({"GroupDefinitions": definitions} if by else {}), "ResultsByTime": results}).encode()


def open_cost(names: Mapping[str, Mapping[str, float]], day: date = FIRST) -> bytes:
    """
    Return an answer of OpenCost's allocation API for one day.
    """
    window = {"start": f"{day}T00:00:00Z", "end": f"{day + timedelta(days=1)}T00:00:00Z"}
    return json.dumps({"code": 200, "data": [{name: {"name": name, "window": window, **costs} for name, costs in names.items()}]}).encode()
