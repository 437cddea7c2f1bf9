"""
Bills that were worked out by hand: from the registered resources with their annotations, docs/billing.md and the price tables, without
the code that is tested here.

Each folder of hand_bills/ holds the resources as they were registered (records.jsonl), the user's usage.yaml where there is one, the
bill that follows from them (expected.csv) and how it was worked out (working.md). The resources stand still, so that a change of the
planner does not touch them; a change of the price tables does, and then the bill is to be worked out again.
"""

from __future__ import annotations

import csv
import json
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import pytest

from servewright.catalog.load import load_catalog
from servewright.cost.bill import price_records
from servewright.cost.model import Bill, Line
from servewright.cost.records import ResourceRecord
from servewright.programs import usage_from
from servewright.ranges import Range

FOLDER = Path(__file__).parent / "hand_bills"
STACKS = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
MEMBERS = ("min", "expected", "max")
CENT = Decimal("0.01")
MICRO = Decimal("0.000001")

stacks = pytest.mark.parametrize("stack", STACKS)

Row = tuple[str, ...]


def bill(stack: str) -> Bill:
    """
    Return what the code makes of the resources of *stack*.
    """
    lines = (FOLDER / stack / "records.jsonl").read_text(encoding="utf-8").splitlines()
    records = [ResourceRecord(**json.loads(line)) for line in lines]
    file = FOLDER / stack / "usage.yaml"
    usage = usage_from(file if file.exists() else None, records, load_catalog())
    return price_records(records, load_catalog(), usage=usage)


def by_hand(stack: str) -> list[dict[str, str]]:
    """
    Return the rows that were worked out for *stack*.
    """
    with (FOLDER / stack / "expected.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_there_are_a_dozen() -> None:
    """
    Twelve stacks at least, of different kinds.
    """
    assert len(STACKS) >= 12


@stacks
def test_every_line_is_the_one_worked_out_by_hand(stack: str) -> None:
    """
    The same lines with the same quantities to a millionth and the same amounts to the cent.
    """
    found = sorted(_of_line(line) for line in bill(stack).lines if _counts(_members(line.monthly)))

    assert found == sorted(_of_row(row) for row in by_hand(stack) if _counts(_amounts(row)))


@stacks
def test_what_is_unknown_is_what_no_hand_could_work_out(stack: str) -> None:
    """
    The same resources have something unknown, be it a line without an amount or no line at all; none of these lines is 0.
    """
    found = {unknown.resource.rpartition("::")[2] for unknown in bill(stack).unknown}

    rows = [row for row in by_hand(stack) if None in _amounts(row)]
    nothing = {(_of_line(line)[:2]) for line in bill(stack).lines if set(_members(line.monthly)) == {Decimal(0)}}
    assert found == {row["resource"] for row in rows}
    assert nothing.isdisjoint((row["resource"], _plain(row["line"])) for row in rows)


@stacks
def test_the_total_is_the_sum_of_the_lines_worked_out_by_hand(stack: str) -> None:
    """
    To the cent, for min, expected and max; the known part where something is unknown.
    """
    rows = by_hand(stack)
    sums = tuple(_cents(sum((Decimal(row[f"monthly_{member}"] or 0) for row in rows), Decimal(0))) for member in MEMBERS)

    assert tuple(_cents(amount) for amount in _members(bill(stack).monthly)) == sums


def _counts(amounts: tuple[Decimal | None, ...]) -> bool:
    """
    Tell whether a line is more than unknowns and zeros, which a hand may leave out.
    """
    return any(amounts)


def _of_line(line: Line) -> Row:
    quantities = (_text(amount, MICRO) for amount in _members(line.quantity))
    amounts = (_text(amount, CENT) for amount in _members(line.monthly))
    return (line.resource.rpartition("::")[2], _plain(line.name), *quantities, *amounts)


def _of_row(row: dict[str, str]) -> Row:
    quantities = (_text(_number(row[f"quantity_{member}"]), MICRO) for member in MEMBERS)
    amounts = (_text(amount, CENT) for amount in _amounts(row))
    return (row["resource"], _plain(row["line"]), *quantities, *amounts)


def _plain(name: str) -> str:
    """
    Return the name of a line without what only tells it from others of its kind: brackets, the tier, reading from writing.
    """
    return name.split(" (", 1)[0].split(" beyond ", 1)[0].split(",", 1)[0]


def _amounts(row: dict[str, str]) -> tuple[Decimal | None, ...]:
    return tuple(_number(row[f"monthly_{member}"]) for member in MEMBERS)


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _text(amount: Decimal | None, places: Decimal) -> str:
    return "" if amount is None else f"{amount.quantize(places, ROUND_HALF_EVEN):f}"


def _cents(amount: Decimal | None) -> Decimal:
    return Decimal(0) if amount is None else amount.quantize(CENT, ROUND_HALF_EVEN)


def _members(amount: Range) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    return amount.min, amount.expected, amount.max
