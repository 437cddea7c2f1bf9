"""
servewright preview: what a spec would build, why, and what it would cost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from servewright.cli.arguments import AsJson, AsOf, Spec, parse_as_of
from servewright.cli.console import output, write
from servewright.cli.failures import answering
from servewright.cli.gates import refuse_denied
from servewright.cli.html_file import HtmlFile, check_html, write_html
from servewright.errors import GateRefusedError

if TYPE_CHECKING:
    from servewright.report.model import Preview


def preview(
    spec: Spec,
    *,
    as_json: AsJson = False,
    tree: Annotated[bool, typer.Option("--tree", help="Show every resource under its parent.")] = False,
    bill: Annotated[bool, typer.Option("--bill", help="Show every line of the bill with its source.")] = False,
    html: HtmlFile = None,
    as_of: AsOf = None,
    require_prices: Annotated[
        bool, typer.Option("--require-prices", help="End with status 3 when a price is unknown or a resource unsupported.")
    ] = False,
) -> None:
    """
    Show what SPEC would build, why, and for how much.

    Needs no cloud account, no cluster and no Pulumi CLI.
    """
    clock = parse_as_of(as_of)
    check_html(html, json=as_json, tree=tree, bill=bill)
    with answering(as_json=as_json):
        from servewright.pipeline import preview_file, priced_file  # noqa: PLC0415 - --help stays fast
        from servewright.report.export import preview_value, to_json  # noqa: PLC0415
        from servewright.report.text import show_preview  # noqa: PLC0415

        made = preview_file(spec, clock) if as_json else priced_file(spec, clock)
        if as_json:
            write(to_json(preview_value(made)))
        elif html is not None:
            from servewright.report.html.preview_page import page_of_preview  # noqa: PLC0415 - who wants no page needs no templates

            write_html(html, page_of_preview(made, str(spec)))
        else:
            show_preview(output(), made, spec=str(spec), bill=bill, tree=tree)
        if require_prices:
            _refuse_incomplete(made)
        refuse_denied(made)


def _refuse_incomplete(made: Preview) -> None:
    if not made.bill.complete:
        msg = f"--require-prices: {len(made.bill.unknown)} unknown, {len(made.bill.unsupported)} unsupported"
        raise GateRefusedError(msg)
