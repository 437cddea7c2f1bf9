"""
servewright waterfall: specs as steps of one change, and what each step does to the bill.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from servewright.cli.arguments import AsJson, AsOf, parse_as_of
from servewright.cli.console import output, write
from servewright.cli.failures import answering
from servewright.cli.html_file import HtmlFile, check_html, write_html

if TYPE_CHECKING:
    from collections.abc import Sequence

_LEAST = 2


def waterfall(
    steps: Annotated[
        list[str],
        typer.Argument(metavar="STEP...", help="Specs in order, as FILE or NAME=FILE; the first is the start.", show_default=False),
    ],
    *,
    title: Annotated[str | None, typer.Option("--title", metavar="TEXT", help="What it is called.", show_default=False)] = None,
    as_json: AsJson = False,
    html: HtmlFile = None,
    as_of: AsOf = None,
) -> None:
    """
    Show what each of several steps changes on the bill, from the first spec to the last.

    Each spec is planned and priced as preview does; a step is its month less that of the one before. The steps add up exactly; where a
    part of a month has no price, what begins or ends there is not known.
    """
    clock = parse_as_of(as_of)
    check_html(html, json=as_json)
    named = _named(steps)
    with answering(as_json=as_json):
        from servewright.pipeline import priced_file  # noqa: PLC0415 - --help stays fast
        from servewright.report.export import to_json  # noqa: PLC0415
        from servewright.report.step_costs import Step, waterfall_document, waterfall_of  # noqa: PLC0415
        from servewright.report.waterfall_screen import show_waterfall  # noqa: PLC0415

        made = [Step(label=label, preview=priced_file(path, clock)) for label, path in named]
        head = title or f"From {made[0].label} to {made[-1].label}"
        if as_json:
            write(to_json(waterfall_document(made, head)))
        elif html is not None:
            from servewright.report.html.waterfall_page import page_of_waterfall  # noqa: PLC0415 - who wants no page needs no templates

            write_html(html, page_of_waterfall(waterfall_of(made, head)))
        else:
            show_waterfall(output(), waterfall_of(made, head), made)


def _named(steps: Sequence[str]) -> list[tuple[str, Path]]:
    """
    Return label and file of each step.
    """
    from servewright.report.step_costs import label_of  # noqa: PLC0415 - --help stays fast

    if len(steps) < _LEAST:
        msg = "a waterfall has at least two steps: the start and what it becomes"
        raise typer.BadParameter(msg, param_hint="'STEP...'")
    found = []
    for step in steps:
        name, sign, file = step.partition("=")
        labelled = bool(sign and name.strip() and file) and not Path(step).exists()
        path = Path(file if labelled else step)
        found.append((name.strip() if labelled else label_of(path), path))
    return found
