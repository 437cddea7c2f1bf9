"""
servewright blueprints test: whether blueprints keep what they promise.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from servewright.cli.arguments import AsJson, AsOf, parse_as_of
from servewright.cli.console import output, write
from servewright.cli.failures import answering
from servewright.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from servewright.blueprints.outcome import Tested

_SHELF = "blueprints"


def check(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TARGET",
            help="blueprint:NAME@VERSION, a blueprint's folder, or a folder of blueprints. Default: blueprints.",
            show_default=False,
        ),
    ] = None,
    *,
    update: Annotated[bool, typer.Option("--update", help="Write what the examples cost now as their expected bills.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Show every check, those that hold too.")] = False,
    as_json: AsJson = False,
    as_of: AsOf = None,
) -> None:
    """
    Test what blueprints promise: their bills, bounds and locks.

    Every example plans, has a price and costs what examples/NAME.bill.json says; the minimum and maximum of each parameter plan or are
    refused by planning; another value at a locked path is refused; README.md names every parameter. Ends with 2 where something
    does not hold.
    """
    clock = parse_as_of(as_of)
    with answering(as_json=as_json):
        from servewright.report.blueprint_checks import checks_value, show_checks  # noqa: PLC0415 - --help stays fast
        from servewright.report.export import to_json  # noqa: PLC0415

        found = [outcome for target in targets or [_SHELF] for outcome in _outcomes(target, clock, update=update)]
        if as_json:
            write(to_json(checks_value(found)))
        else:
            show_checks(output(), found, every=every)
    if not all(outcome.holds for outcome in found):
        raise typer.Exit(InvalidInputError.exit_code)


def _outcomes(target: str, clock: date | None, *, update: bool) -> Iterator[Tested]:
    from servewright.acceptance.blueprint import blueprints_in, outcome_of, outcomes  # noqa: PLC0415
    from servewright.blueprints.newest import look_up  # noqa: PLC0415
    from servewright.spec.extends_path import is_blueprint  # noqa: PLC0415

    if is_blueprint(target) or ("@" in target and not Path(target).exists()):
        yield outcome_of(look_up(target, Path()), clock, update=update)
        return
    folders = blueprints_in(Path(target))
    if not folders:
        msg = f"{target} is no blueprint and has none in it: give blueprint:NAME@VERSION, or a folder"
        raise typer.BadParameter(msg, param_hint="'TARGET'")
    for folder in folders:
        yield from outcomes(folder, clock, update=update)
