"""
servewright diff: what a change of stacks does to plan and bill.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from servewright.cli.arguments import AsJson, AsOf, parse_as_of
from servewright.cli.console import messages, output, write
from servewright.cli.failures import answering
from servewright.cli.gates import GatesFile, InEnvironment, parse_held
from servewright.cli.html_file import HtmlFile, check_html, write_html
from servewright.errors import GateRefusedError, InvalidInputError

if TYPE_CHECKING:
    from datetime import date

    from servewright.cli.gates import Held
    from servewright.report.diff import Diff

_SIDE = "a spec, a folder of stacks, a preview in JSON, a git ref or REF:PATH"


def diff(
    base: Annotated[str | None, typer.Argument(metavar="BASE", help=f"What is compared with: {_SIDE}.", show_default=False)] = None,
    head: Annotated[
        str | None, typer.Argument(metavar="HEAD", help="What is looked at, as BASE. Default: what is here.", show_default=False)
    ] = None,
    *,
    preview_json: Annotated[
        Path | None,
        typer.Option(
            "--preview-json",
            metavar="FILE",
            help="Before and after of any Pulumi program: what pulumi preview --json --show-sames wrote.",
            show_default=False,
        ),
    ] = None,
    region: Annotated[
        str | None,
        typer.Option("--region", metavar="REGION", help="With --preview-json: of resources that do not tell theirs.", show_default=False),
    ] = None,
    gates: GatesFile = None,
    environment: InEnvironment = None,
    path: Annotated[Path, typer.Option("--path", metavar="FOLDER", help="The folder of stacks of a git ref.")] = Path("stacks"),
    as_json: AsJson = False,
    html: HtmlFile = None,
    as_of: AsOf = None,
) -> None:
    """
    Show what changes from BASE to HEAD, and what it costs.

    Plan and bill of every stack, line by line, with the cause. Both sides are priced with this release's prices, a preview with its own.
    Git refs are read and never checked out. Ends with 2 where a stack of HEAD is faulty, with 3 where a gate denies one.
    """
    clock = parse_as_of(as_of)
    _check(base, head, preview_json, region)
    check_html(html, json=as_json)
    held = parse_held(gates, environment, program=preview_json is not None)
    with answering(as_json=as_json):
        from servewright.report.diff_document import DiffDocument  # noqa: PLC0415 - --help stays fast
        from servewright.report.diff_screen import show_diff  # noqa: PLC0415
        from servewright.report.export import to_json  # noqa: PLC0415
        from servewright.report.export_diff import diff_value  # noqa: PLC0415

        made = _compared(base or "", head, path, clock) if preview_json is None else _changed(preview_json, region, clock, held)
        value = diff_value(made)
        if as_json:
            write(to_json(value))
        elif html is not None:
            from servewright.report.html.diff_page import page_of_diff  # noqa: PLC0415 - who wants no page needs no templates

            write_html(html, page_of_diff(value))
        else:
            show_diff(output(), DiffDocument.model_validate(value))
    _end(made)


def _check(base: str | None, head: str | None, preview: Path | None, region: str | None) -> None:
    if (base is None) == (preview is None) or (preview is not None and head is not None):
        msg = "give BASE, or --preview-json FILE"
        raise typer.BadParameter(msg)
    if region is not None and preview is None:
        msg = "a spec has its region in platform.region"
        raise typer.BadParameter(msg, param_hint="'--region'")


def _compared(base: str, head: str | None, path: Path, clock: date | None) -> Diff:
    from servewright.sides.load import Asked, compare  # noqa: PLC0415 - --help stays fast

    return compare(Asked(base=base, head=head, stacks=path), clock, _say)


def _changed(preview: Path, region: str | None, clock: date | None, held: Held | None) -> Diff:
    from servewright.cost.gates import NO_GATES  # noqa: PLC0415 - --help stays fast
    from servewright.sides.program import compare_program  # noqa: PLC0415

    return compare_program(preview, region, clock, _say, gates=NO_GATES if held is None else held.gates())


def _say(text: str) -> None:
    messages().print(text, soft_wrap=True)


def _end(made: Diff) -> None:
    """
    End with the status of what was found; it is all written already.
    """
    if made.faulty:
        raise typer.Exit(InvalidInputError.exit_code)
    if made.gates("denied"):
        raise typer.Exit(GateRefusedError.exit_code)
