"""
The composition root for programs that are not ours: a preview or an export of any Pulumi program to its bill.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from servewright.additions.files import read_bytes, shown
from servewright.additions.gates_file import read_gates
from servewright.additions.price_book_file import with_price_books
from servewright.additions.usage_file import read_usage
from servewright.catalog.load import load_catalog
from servewright.catalog.usage import NO_USAGE
from servewright.cost.bill import price_records
from servewright.cost.gates import NO_GATES, Gates
from servewright.report.program import ProgramBill, program_bill
from servewright.sources.export import parse_export
from servewright.sources.json_file import read_source
from servewright.sources.preview import parse_preview
from servewright.spec.source_file import SourceFile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

    from servewright.additions.price_book_file import Priced
    from servewright.catalog.query import Catalog
    from servewright.catalog.usage import Usage
    from servewright.cost.records import ResourceRecord
    from servewright.sources.program import Program, Side, Source
    from servewright.spec.request import Environment


def read_program(path: Path, source: Source, *, region: str | None = None) -> Program:
    """
    Return the program in *path*, which `pulumi preview --json --show-sames` or `pulumi stack export` wrote.

    *region* is that of resources that do not tell theirs. Nothing is sent anywhere. Raises InvalidInputError.
    """
    name = shown(path)
    parse = parse_preview if source == "preview" else parse_export
    return parse(name, read_source(path, name), region=region)


def bill_of_program(
    program: Program,
    *,
    side: Side = "after",
    usage: Path | None = None,
    as_of: date | None = None,
    gates: Gates = NO_GATES,
    catalog: Catalog | None = None,
) -> ProgramBill:
    """
    Return the bill of one *side* of *program*, with what the file *usage* says; *as_of* is the clock for dated tables.

    *gates* judge it beside the bill of what is deployed, where a preview shows that. *catalog* has the prices (default: those that ship).
    """
    catalog = load_catalog() if catalog is None else catalog
    records = program.records(side)
    used = usage_from(usage, records, catalog)
    made = program_bill(program, side, price_records(records, catalog, usage=used, as_of=as_of), catalog, as_of)
    deployed = program.records("before") if program.source == "preview" and side == "after" and gates.rules else ()
    # Of a program that is new there is nothing to compare with, as in a diff; a bill of $0 would make every increase infinite.
    before = price_records(deployed, catalog, usage=used, as_of=as_of) if deployed else None
    return replace(made, gates=gates, before=before)


def with_books(paths: Iterable[Path], as_of: date | None = None) -> Priced:
    """
    Return the shipped catalogue under the price books in *paths*, each laid over those before it; raises InvalidInputError.
    """
    return with_price_books(load_catalog(), [SourceFile(key=str(path), shown=shown(path), raw=read_bytes(path)) for path in paths], as_of)


def gates_from(path: Path, environment: Environment = "prod") -> Gates:
    """
    Return the gates in the file *path* as they hold in *environment*; raises InvalidInputError with all faults.
    """
    return read_gates(shown(path), read_bytes(path)).of(environment)


def usage_from(path: Path | None, records: Iterable[ResourceRecord], catalog: Catalog) -> Usage:
    """
    Return the usage in the file *path*, each entry of which must fit one of *records*; without a file that of nobody.
    """
    if path is None:
        return NO_USAGE
    billed = [record for record in records if not record.structural]
    return read_usage(shown(path), read_bytes(path)).fitted(billed, catalog.usage_defaults)
