"""
servewright prices: the prices that hold, and how far to trust them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from servewright.cli.arguments import AsJson, AsOf, parse_as_of
from servewright.cli.console import messages, output, write
from servewright.cli.failures import answering
from servewright.cli.prices_refresh import refresh
from servewright.cli.prices_spot import spot
from servewright.errors import GateRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from servewright.additions.price_book_file import Priced
    from servewright.catalog.query import Catalog
    from servewright.diagnostics import Diagnostic

prices = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Show, check and refresh the prices that bills are made of.")

Book = Annotated[
    list[Path] | None,
    typer.Option("--book", metavar="FILE", help="A price book; several are laid over each other in this order.", show_default=False),
]


@prices.callback()
def _group() -> None:
    """
    Show, check and refresh the prices that bills are made of.
    """


@prices.command()
def show(
    *,
    region: Annotated[
        str | None, typer.Option("--region", help="The region. Default: that of SPEC, or us-east-1.", show_default=False)
    ] = None,
    types: Annotated[
        str | None, typer.Option("--type", metavar="TYPE", help="Instance types only: a name, or a pattern as 'p5*'.", show_default=False)
    ] = None,
    service: Annotated[str | None, typer.Option("--service", metavar="NAME", help="One service only, as EBS.", show_default=False)] = None,
    spec: Annotated[
        Path | None, typer.Option("--spec", metavar="SPEC", help="Under the price books that SPEC names.", show_default=False)
    ] = None,
    book: Book = None,
    changed: Annotated[bool, typer.Option("--changed", help="Only what a price book sets.")] = False,
    as_json: AsJson = False,
    as_of: AsOf = None,
) -> None:
    """
    List the prices that hold, with source and date.

    With a price book each price that it sets says what it was before. These are the prices that plan and bill use.
    """
    clock = parse_as_of(as_of)
    if spec is not None and book:
        msg = "a spec names its own price books: give --spec or --book"
        raise typer.BadParameter(msg)
    with answering(as_json=as_json):
        from servewright.catalog.load import load_catalog  # noqa: PLC0415 - --help stays fast
        from servewright.report.export import to_json  # noqa: PLC0415
        from servewright.report.price_list import PriceList, chosen, listed_prices, price_list_document  # noqa: PLC0415
        from servewright.report.price_list_screen import show_prices  # noqa: PLC0415

        priced, there = _priced(spec, book or (), clock)
        place = _region(priced.catalog, region or there)
        rows = chosen(listed_prices(priced.catalog, load_catalog(), priced.books), place, types=types, service=service)
        _refuse_nothing(priced.catalog, rows, types, service)
        rows = tuple(row for row in rows if row.changed) if changed else rows
        made = PriceList(region=place, as_of=clock or priced.catalog.build_date, books=priced.books, rows=rows)
        if as_json:
            write(to_json(price_list_document(made)))
        else:
            show_prices(output(), made)
        say_warnings(priced.warnings)


@prices.command()
def check(
    *,
    book: Book = None,
    as_json: AsJson = False,
    as_of: AsOf = None,
) -> None:
    """
    Say how old the prices are, how far they reach, and what looks wrong.

    With a price book only what it sets is judged. Status 3: a price cannot be right, or a price book is older than 180 days.
    """
    clock = parse_as_of(as_of)
    with answering(as_json=as_json):
        from servewright.catalog.load import load_catalog  # noqa: PLC0415 - --help stays fast
        from servewright.report.export import to_json  # noqa: PLC0415
        from servewright.report.price_check import checked_prices, price_check_document  # noqa: PLC0415
        from servewright.report.price_check_screen import show_price_check  # noqa: PLC0415

        priced, _ = _priced(None, book or (), clock)
        made = checked_prices(priced.catalog, load_catalog(), priced.books, clock or priced.catalog.build_date)
        if as_json:
            write(to_json(price_check_document(made)))
        else:
            show_price_check(output(), made)
        say_warnings(priced.warnings)
        wrong = sum(finding.wrong for finding in made.findings)
        if wrong:
            msg = f"{wrong} of what was found {'is' if wrong == 1 else 'are'} wrong"
            raise GateRefusedError(msg)


def say_warnings(warnings: Iterable[Diagnostic]) -> None:
    """
    Say what a price book is warned about.
    """
    for said in warnings:
        hint = "" if said.hint is None else f" ({said.hint})"
        messages().print(f"{said.file}:{said.line}:{said.column}  {said.code}  {said.path}: {said.message}{hint}", soft_wrap=True)


def _priced(spec: Path | None, books: Iterable[Path], clock: date | None) -> tuple[Priced, str]:
    """
    Return the catalogue under the price books, and the region that is meant where none is named.
    """
    from servewright.catalog.coverage import REFERENCE_REGION  # noqa: PLC0415

    if spec is None:
        from servewright.programs import with_books  # noqa: PLC0415

        return with_books(books, clock), REFERENCE_REGION
    from servewright.pipeline import books_of  # noqa: PLC0415

    return books_of(spec, clock)


def _region(catalog: Catalog, region: str) -> str:
    if region not in catalog.regions():
        near = ", ".join(catalog.nearest_regions(region))
        msg = f"{region!r} is no region that prices are known for" + (f"; nearest: {near}" if near else "")
        raise typer.BadParameter(msg, param_hint="'--region'")
    return region


def _refuse_nothing(catalog: Catalog, rows: tuple[object, ...], types: str | None, service: str | None) -> None:
    """
    Raise where a name that was asked for is none: an empty list would say that nothing costs anything.
    """
    if types is not None and not rows and "*" not in types and catalog.instance(types) is None:
        near = ", ".join(catalog.nearest_instances(types))
        msg = f"{types!r} is no instance type we know" + (f"; nearest: {near}" if near else "")
        raise typer.BadParameter(msg, param_hint="'--type'")
    services = sorted({"EC2", *(row.service for row in catalog.unit_prices.rows)})
    if service is not None and service not in services:
        msg = f"{service!r} is no service with prices; all of them: {', '.join(services)}"
        raise typer.BadParameter(msg, param_hint="'--service'")


prices.command()(refresh)
prices.command()(spot)
