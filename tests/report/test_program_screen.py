"""
The screen of a program's bill: who it is, what is counted, and nothing missing in silence.
"""

from __future__ import annotations

from datetime import date
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from recorded import program
from servewright.catalog.load import load_catalog
from servewright.cost.bill import price_records
from servewright.cost.model import Bill, Unknown, Unsupported
from servewright.cost.records import ResourceRecord
from servewright.report.program import ProgramBill, program_bill
from servewright.report.program_screen import show_program
from servewright.sources.program import Note, Program

if TYPE_CHECKING:
    from servewright.sources.program import Side, Source

EMPTY = Bill(lines=(), unknown=(), unsupported=(), free=(), not_priced=(), assumptions=())


def record(name: str, kind: str = "aws:x/y:Y", region: str | None = "us-east-1") -> ResourceRecord:
    """
    Return a resource.
    """
    urn = f"urn:pulumi:dev::shop::{kind}::{name}"
    return ResourceRecord(urn=urn, type=kind, name=name, parent=None, custom=True, region=region, inputs={})


def made(
    priced: Bill, *records: ResourceRecord, source: Source = "preview", side: Side = "after", notes: tuple[Note, ...] = ()
) -> ProgramBill:
    """
    Return a program's bill.
    """
    shop = Program(file="p.json", project="shop", stack="dev", source=source, before=records, after=records, notes=notes)
    return program_bill(shop, side, priced, load_catalog(), date(2026, 11, 21))


def shown(value: ProgramBill, width: int = 100) -> str:
    """
    Return the screen as a pipe gets it.
    """
    file = StringIO()
    show_program(Console(file=file, width=width), value)
    return file.getvalue()


@pytest.mark.parametrize(
    ("source", "side", "words"),
    [
        ("preview", "after", "as the program leaves it"),
        ("preview", "before", "as deployed before the change"),
        ("export", "after", "as deployed"),
    ],
)
def test_the_first_line_says_which_state_is_billed(source: Source, side: Side, words: str) -> None:
    """
    Project, stack and side.
    """
    assert shown(made(EMPTY, source=source, side=side)).splitlines()[0].split("  ")[0] == f"shop · stack dev · {words}"


def test_an_empty_bill_is_zero_and_complete() -> None:
    """
    A program of structure alone costs nothing, and says so without warnings.
    """
    text = shown(made(EMPTY))
    assert "0 resources: 0 priced, 0 free, 0 unknown, 0 unsupported" in text
    assert "at least" not in text
    assert "Not in the total" not in text


def test_unsupported_types_are_counted_and_named() -> None:
    """
    One paragraph for each type, with the first five names and how many more.
    """
    records = [record(f"r{number}") for number in range(7)]
    text = shown(made(Bill(**_fields(EMPTY, unsupported=tuple(Unsupported(resource=r.urn, type=r.type) for r in records))), *records))
    assert "unsupported: 7 × aws:x/y:Y (r0, r1, r2, r3, r4 and 2 more): nothing of it is on the bill" in text
    assert "at least $0 + 7 unsupported a month" in text


def _fields(base: Bill, **changed: object) -> dict[str, object]:
    names = ("lines", "unknown", "unsupported", "free", "not_priced", "assumptions")
    return {name: getattr(base, name) for name in names} | changed


def test_a_lost_region_has_its_way_out() -> None:
    """
    Where something is unknown because its region is, the flag that says it stands there; else not.
    """
    lost, other = record("web", "kubernetes:core/v1:Service", None), record("b")
    unknown = tuple(Unknown(id=r.urn, resource=r.urn, what="hours", why="the region is not known") for r in (lost, other))
    assert "the region of 1 resource is not known from the program: --region says it" in shown(
        made(Bill(**_fields(EMPTY, unknown=unknown)), lost, other)
    )
    assert "--region" not in shown(made(Bill(**_fields(EMPTY, unknown=unknown[1:])), lost, other))


def test_notes_are_shown_for_their_side_alone() -> None:
    """
    What is retained is said after the change and not before it.
    """
    note = Note(resource="u", text="data is retained", sides=("after",))
    assert "! data is retained" in shown(made(EMPTY, notes=(note,)))
    assert "retained" not in shown(made(EMPTY, notes=(note,), side="before"))


def test_names_cannot_act_on_the_terminal() -> None:
    """
    Control characters in a name of somebody else's program are shown, not sent.
    """
    bad = record("a\x1b[31m")
    text = shown(made(Bill(**_fields(EMPTY, unsupported=(Unsupported(resource=bad.urn, type=bad.type),))), bad))
    assert "\x1b" not in text
    assert "a\\x1b[31m" in text


def test_prices_have_the_dates_of_the_lines() -> None:
    """
    The header bounds the dates of what is on the bill; with no line, of the catalogue.
    """
    priced = price_records(program("node_groups").after, load_catalog())
    dated = [line.as_of_from for line in priced.lines if line.as_of_from is not None]
    value = made(priced)
    assert (value.prices_oldest, value.prices_newest) == (min(dated), max(dated))
    assert len(set(dated)) > 1
    assert (made(EMPTY).prices_oldest, made(EMPTY).prices_newest) == load_catalog().prices_between()


@pytest.mark.parametrize("name", ["karpenter", "node_groups", "updates", "updates-pending-export"])
@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_real_programs_fit_the_screen(name: str, width: int) -> None:
    """
    No line is wider than the screen or than 120 columns.
    """
    found = program(name)
    value = program_bill(found, "after", price_records(found.after, load_catalog()), load_catalog())
    assert max(map(len, shown(value, width).splitlines())) <= min(width, 120)
