"""
servewright cost: the bill alone, of a spec or of any Pulumi program.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from servewright.cli.arguments import AsJson, AsOf, parse_as_of
from servewright.cli.console import output, write
from servewright.cli.failures import answering
from servewright.cli.gates import GatesFile, InEnvironment, parse_held, refuse_broken, refuse_denied
from servewright.cli.hosted import Hosted, parse_hosted
from servewright.cli.prices import say_warnings
from servewright.errors import GateRefusedError

if TYPE_CHECKING:
    from datetime import date

    from servewright.cli.gates import Held
    from servewright.cost.model import Bill
    from servewright.report.hosted import HostedPrice
    from servewright.sources.program import Side, Source


def cost(
    spec: Annotated[Path | None, typer.Argument(metavar="SPEC", help="The spec, a YAML file.", show_default=False)] = None,
    *,
    preview_json: Annotated[
        Path | None,
        typer.Option(
            "--preview-json",
            metavar="FILE",
            help="Bill any Pulumi program: what pulumi preview --json --show-sames wrote.",
            show_default=False,
        ),
    ] = None,
    stack_export: Annotated[
        Path | None,
        typer.Option("--stack-export", metavar="FILE", help="Bill a deployed stack: what pulumi stack export wrote.", show_default=False),
    ] = None,
    usage: Annotated[
        Path | None,
        typer.Option("--usage", metavar="FILE", help="What resources cannot tell: gigabytes, requests, hours.", show_default=False),
    ] = None,
    prices: Annotated[
        Path | None,
        typer.Option("--prices", metavar="FILE", help="A private price book for a program; a spec names its own.", show_default=False),
    ] = None,
    region: Annotated[
        str | None,
        typer.Option(
            "--region", metavar="REGION", help="The region of resources of a program that do not tell theirs.", show_default=False
        ),
    ] = None,
    gates: GatesFile = None,
    environment: InEnvironment = None,
    before: Annotated[bool, typer.Option("--before", help="Bill what is deployed before the change that the preview shows.")] = False,
    hosted: Hosted = None,
    other_choices: Annotated[
        bool, typer.Option("--what-if", help="Add what other GPUs, formats, purchases and regions would cost.")
    ] = False,
    as_json: AsJson = False,
    as_of: AsOf = None,
    require_prices: Annotated[
        bool, typer.Option("--require-prices", help="End with status 3 when a price is unknown or a resource unsupported.")
    ] = False,
) -> None:
    """
    Show the bill of SPEC, or of any Pulumi program, line by line.

    What the resources would cost a month as min, expected and max, with the source and the date of each price. Nothing is sent anywhere.
    """
    clock = parse_as_of(as_of)
    asked = _asked(spec, preview_json, stack_export, region=region, before=before)
    if prices is not None and isinstance(asked, Path):
        msg = "a spec names its price book itself: prices: {book: FILE}"
        raise typer.BadParameter(msg, param_hint="'--prices'")
    held = parse_held(gates, environment, program=isinstance(asked, _Asked))
    beside = _Beside(hosted=parse_hosted(hosted), other_choices=other_choices)
    if beside.wanted and not isinstance(asked, Path):
        msg = "only a spec says what is served: --hosted and --what-if go with SPEC"
        raise typer.BadParameter(msg)
    with answering(as_json=as_json):
        if isinstance(asked, Path):
            _spec_bill(asked, usage, clock, beside, as_json=as_json, require_prices=require_prices)
        else:
            files = _Files(usage=usage, prices=prices)
            _program_bill(asked, files, clock, held, as_json=as_json, require_prices=require_prices)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Beside:
    """
    What stands beside the bill of a spec, where it is asked for.
    """

    hosted: HostedPrice | None
    other_choices: bool

    @property
    def wanted(self) -> bool:
        """
        Whether there is anything.
        """
        return self.hosted is not None or self.other_choices


@dataclass(frozen=True, slots=True, kw_only=True)
class _Files:
    """
    What a user says of a program beside it.
    """

    usage: Path | None
    prices: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """
    Which program is billed.
    """

    path: Path
    source: Source
    region: str | None
    side: Side


def _asked(spec: Path | None, preview: Path | None, export: Path | None, *, region: str | None, before: bool) -> Path | _Asked:
    if sum(each is not None for each in (spec, preview, export)) != 1:
        msg = "give one of SPEC, --preview-json FILE and --stack-export FILE"
        raise typer.BadParameter(msg)
    if before and preview is None:
        msg = "only a preview shows what was there before: --preview-json"
        raise typer.BadParameter(msg, param_hint="'--before'")
    if spec is not None:
        if region is not None:
            msg = "a spec has its region in platform.region"
            raise typer.BadParameter(msg, param_hint="'--region'")
        return spec
    side: Side = "before" if before else "after"
    region = None if region is None else _known(region)
    if preview is not None:
        return _Asked(path=preview, source="preview", region=region, side=side)
    return _Asked(path=cast("Path", export), source="export", region=region, side=side)


def _known(region: str) -> str:
    """
    Return *region* where the catalogue has it.
    """
    from servewright.catalog.load import load_catalog  # noqa: PLC0415 - --help stays fast

    catalog = load_catalog()
    if region not in catalog.regions():
        near = ", ".join(catalog.nearest_regions(region))
        msg = f"{region!r} is no region that prices are known for" + (f"; nearest: {near}" if near else "")
        raise typer.BadParameter(msg, param_hint="'--region'")
    return region


def _spec_bill(spec: Path, usage: Path | None, clock: date | None, beside: _Beside, *, as_json: bool, require_prices: bool) -> None:
    from servewright.pipeline import priced_file, what_if  # noqa: PLC0415 - --help stays fast
    from servewright.report.export import bill_document, to_json  # noqa: PLC0415
    from servewright.report.text import show_cost  # noqa: PLC0415

    made = priced_file(spec, clock, usage=usage)
    other = what_if(spec, made, clock) if beside.other_choices else None
    if as_json:
        write(to_json(bill_document(made, hosted=beside.hosted, other=other)))
    else:
        show_cost(output(), made, spec=str(spec), hosted=beside.hosted, other=other)
    if require_prices:
        refuse_incomplete(made.bill)
    refuse_denied(made)


def _program_bill(asked: _Asked, files: _Files, clock: date | None, held: Held | None, *, as_json: bool, require_prices: bool) -> None:
    from servewright.cost.gates import NO_GATES  # noqa: PLC0415 - --help stays fast
    from servewright.programs import bill_of_program, read_program, with_books  # noqa: PLC0415
    from servewright.report.export import to_json  # noqa: PLC0415
    from servewright.report.program import program_document  # noqa: PLC0415
    from servewright.report.program_screen import show_program  # noqa: PLC0415

    gates = NO_GATES if held is None else held.gates()
    program = read_program(asked.path, asked.source, region=asked.region)
    priced = with_books([] if files.prices is None else [files.prices], clock)
    made = bill_of_program(program, side=asked.side, usage=files.usage, as_of=clock, gates=gates, catalog=priced.catalog)
    if as_json:
        write(to_json(program_document(made)))
    else:
        show_program(output(), made)
    say_warnings(priced.warnings)
    if require_prices:
        refuse_incomplete(made.bill)
    refuse_broken(made.outcomes)


def refuse_incomplete(bill: Bill) -> None:
    """
    Raise GateRefusedError where *bill* has anything unknown or unsupported.
    """
    if not bill.complete:
        msg = f"--require-prices: {len(bill.unknown)} unknown, {len(bill.unsupported)} unsupported"
        raise GateRefusedError(msg)
