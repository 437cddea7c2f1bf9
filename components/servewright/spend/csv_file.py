"""
Spend in a CSV: a line an amount, with the day it is for. A cost and usage report and a FOCUS export have their own names for the columns.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from servewright.spec.faults import nearest
from servewright.spend.cells import amount_of, day_of
from servewright.spend.codes import BAD_CELL, NOT_A_SPEND_FILE, OTHER_CURRENCY
from servewright.spend.model import Entry, Spend

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from servewright.spend.faults import Faults

_Value = TypeVar("_Value")

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "date": ("date", "day", "start", "chargeperiodstart", "lineitem/usagestartdate", "line_item_usage_start_date"),
    "end": ("end", "chargeperiodend", "lineitem/usageenddate", "line_item_usage_end_date"),
    "amount": ("amount", "cost", "usd", "effectivecost", "billedcost", "lineitem/unblendedcost", "line_item_unblended_cost"),
    "currency": ("currency", "billingcurrency", "lineitem/currencycode", "line_item_currency_code"),
    "service": ("service", "servicename", "product/productname", "line_item_product_code"),
    "usage_type": ("usage_type", "usagetype", "x_usagetype", "lineitem/usagetype", "line_item_usage_type"),
    "quantity": ("quantity", "consumedquantity", "lineitem/usageamount", "line_item_usage_amount"),
    "component": ("component",),
}
"""
What a column means, and the names it has: our own; FOCUS 1.0 (https://focus.finops.org); cost and usage reports, legacy and 2.0
(https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2.html). Read without regard to case.
"""

EXAMPLE: Final = "date,service,usage_type,amount"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """
    One line of the file: its cells by what they mean.
    """

    number: int
    cells: Mapping[str, str]

    def get(self, name: str) -> str | None:
        """
        Return what stands in the column *name*; None where there is no such column, or nothing in it.
        """
        return self.cells.get(name, "").strip() or None


def parse_csv(file: str, text: str, faults: Faults) -> Spend:
    """
    Return the spend in *text*; what is wrong goes to *faults*.
    """
    lines = csv.reader(io.StringIO(text, newline=""))
    entries: list[Entry] = []
    foreign: list[_Row] = []
    header: list[str] = []
    try:
        header = next(lines, [])
        columns = _columns(header, faults)
        for cells in lines:
            if columns and any(cell.strip() for cell in cells):
                row = _row(cells, columns, len(header), lines.line_num, faults)
                foreign += [] if row is None or _in_dollars(row) else [row]
                entry = None if row is None else _entry(row, faults)
                entries += [] if entry is None else [entry]
    except csv.Error as error:
        faults.add(NOT_A_SPEND_FILE, f"is no CSV: {error}", line=lines.line_num)
    _told_apart(entries, faults)
    _converted(foreign, faults)
    return Spend(file=file, format="CSV", entries=tuple(entries), remarks=_remarks(header))


def _in_dollars(row: _Row) -> bool:
    return (row.get("currency") or "USD").upper() == "USD"


def _converted(rows: Sequence[_Row], faults: Faults) -> None:
    """
    Refuse lines in another currency: once, at the first of them.
    """
    if rows:
        hint = "amounts are in USD: export them in it, or convert them"
        message = f"{len(rows)} amounts are in another currency" if len(rows) > 1 else "the amount is in another currency"
        faults.add(OTHER_CURRENCY, message, line=rows[0].number, path="currency", value=rows[0].get("currency"), hint=hint)


def _remarks(header: Sequence[str]) -> tuple[str, ...]:
    names = [name.strip().lower() for name in header]
    taken = next((name for name in COLUMNS["amount"] if name in names), None)
    if taken in _AS_CHARGED:
        column = header[names.index(taken)].strip()
        return (f"column {column}: as charged on the day, so a reservation's fee is not spread over its hours",)
    return ()


_AS_CHARGED: Final = ("billedcost", "lineitem/unblendedcost", "line_item_unblended_cost")


def _told_apart(entries: Sequence[Entry], faults: Faults) -> None:
    """
    Refuse months that look like days: all of them firsts of a month.
    """
    starts = {entry.start for entry in entries}
    if len(starts) > 1 and all(start.day == 1 for start in starts) and all(entry.days == 1 for entry in entries):
        faults.add(
            BAD_CELL, "every day is the first of a month: are these months?", line=1, path="date", hint="add a column end: date,end,amount"
        )


def _row(cells: Sequence[str], columns: Mapping[str, int], width: int, line: int, faults: Faults) -> _Row | None:
    if len(cells) != width:
        hint = "a text with a comma in it stands in double quotes"
        faults.add(BAD_CELL, f"the line has {len(cells)} cells, the first line has {width}", line=line, hint=hint)
        return None
    return _Row(number=line, cells={name: cells[at] for name, at in columns.items()})


def _columns(header: Sequence[str], faults: Faults) -> dict[str, int]:
    """
    Return where each column stands; none where one that is needed is not there.
    """
    names = [name.strip().removeprefix("\ufeff").lower() for name in header]
    found: dict[str, int] = {}
    for meaning, known in COLUMNS.items():
        places = [(names.index(name), name) for name in known if name in names]
        if places:
            found[meaning] = places[0][0]
    absent = [meaning for meaning in ("date", "amount") if meaning not in found]
    for meaning in absent:
        near = nearest(meaning, names)
        hint = f"the first line names the columns: {EXAMPLE}" + ("" if near is None else f"; nearest: {near}")
        faults.add(NOT_A_SPEND_FILE, f"no column is called {meaning}", line=1, hint=hint)
    return {} if absent else found


def _entry(row: _Row, faults: Faults) -> Entry | None:
    start, amount = _day(row, "date", faults), _amount(row, "amount", faults)
    if start is None or amount is None:
        return None
    return Entry(
        start=start,
        days=_days(row, start, faults),
        amount=amount,
        service=row.get("service"),
        usage_type=row.get("usage_type"),
        component=row.get("component"),
        quantity=_amount(row, "quantity", faults) if row.get("quantity") else None,
    )


def _days(row: _Row, start: date, faults: Faults) -> int:
    """
    Return the days of a line: one, unless it says an end, which is not within. Hours of one day are a day.
    """
    end = _day(row, "end", faults) if row.get("end") else None
    if end is None:
        return 1
    if end < start:
        faults.add(BAD_CELL, "the end lies before the start", line=row.number, path="end", value=str(end))
    return max(1, (end - start).days)


def _day(row: _Row, name: str, faults: Faults) -> date | None:
    return _cell(row, name, day_of, faults)


def _amount(row: _Row, name: str, faults: Faults) -> Decimal | None:
    return _cell(row, name, amount_of, faults)


def _cell(row: _Row, name: str, parse: Callable[[str], _Value], faults: Faults) -> _Value | None:
    text = row.get(name) or ""
    try:
        return parse(text)
    except ValueError as error:
        faults.add(BAD_CELL, str(error), line=row.number, path=name, value=text)
        return None
