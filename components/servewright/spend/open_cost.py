"""
Spend as OpenCost's allocation API answers: a list of sets by name, each with its window and its costs.

https://opencost.io/docs/integrations/api. Its costs are list prices of what pods asked for, and not a bill; the share of nodes that no pod
asked for is the allocation `__idle__`, where the query included it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from servewright.spend.cells import amount_of, day_of
from servewright.spend.codes import BAD_CELL, NOT_A_SPEND_FILE
from servewright.spend.model import Entry, Spend

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from servewright.diagnostics import SourceMap
    from servewright.spend.faults import Faults

IDLE: Final = "__idle__"
NODES: Final = "nodes"

COMPONENTS: Final[Mapping[str, tuple[str, ...]]] = {
    NODES: ("cpuCost", "gpuCost", "ramCost", "cpuCostAdjustment", "gpuCostAdjustment", "ramCostAdjustment"),
    "storage": ("pvCost", "pvCostAdjustment"),
    "network": ("networkCost", "networkCostAdjustment", "loadBalancerCost", "loadBalancerCostAdjustment"),
    "other": ("sharedCost", "externalCost"),
}
"""
The components of the bill that the costs of an allocation belong to. What a pod asks for is a share of its node, with or without a GPU.
"""


def is_open_cost(value: object) -> bool:
    """
    Tell whether *value* is an answer of the allocation API.
    """
    return isinstance(value, dict) and "data" in value and "ResultsByTime" not in value


def parse_open_cost(file: str, value: Mapping[str, Any], places: SourceMap, faults: Faults) -> Spend:
    """
    Return the spend in *value*; what is wrong goes to *faults*.
    """
    sets = value.get("data")
    if not isinstance(sets, list) or not all(isinstance(each, dict) or each is None for each in sets):
        faults.add(NOT_A_SPEND_FILE, "data must be a list of allocations by name", path="data")
        sets = []
    entries: list[Entry] = []
    idle = False
    for number, found in enumerate(sets):
        for name, allocation in (found or {}).items():
            idle = idle or name == IDLE
            where = places.at(f"data[{number}].{name}")
            try:
                entries += _entries(allocation)
            except ValueError as error:
                faults.add(BAD_CELL, str(error), path=f"data[{number}].{name}", line=where.line, column=where.column)
    remarks = ["list prices of what pods asked for, not what was charged"]
    if not idle:
        remarks.append(f"without {IDLE}: what no pod asked for on the nodes is not in it (includeIdle=true adds it)")
    return Spend(file=file, format="OpenCost", entries=tuple(entries), remarks=tuple(remarks))


def _entries(allocation: object) -> Iterator[Entry]:
    if not isinstance(allocation, dict):
        msg = "must be an allocation with window and costs"
        raise ValueError(msg)  # noqa: TRY004 - a fault of the file, which the caller places
    start, days = _window(allocation)
    for component, fields in COMPONENTS.items():
        amount = sum((_cost(allocation, each) for each in fields), Decimal(0))
        # A day at 0 is a day that is there: nodes stand in for all that is not.
        if amount or component == NODES:
            yield Entry(start=start, days=days, amount=amount, component=component)


def _window(allocation: Mapping[str, Any]) -> tuple[date, int]:
    window = allocation.get("window")
    if not isinstance(window, dict) or not isinstance(window.get("start"), str) or not isinstance(window.get("end"), str):
        msg = "its window must have start and end, times like 2026-11-03T00:00:00Z"
        raise ValueError(msg)  # noqa: TRY004 - as above
    start, end = day_of(window["start"]), day_of(window["end"])
    return start, max(1, (end - start).days)


def _cost(allocation: Mapping[str, Any], name: str) -> Decimal:
    value = allocation.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int | float):
        msg = f"{name} must be a number"
        raise ValueError(msg)  # noqa: TRY004 - as above
    return amount_of(repr(value))
