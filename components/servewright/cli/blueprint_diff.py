"""
servewright blueprints diff: what another version of a blueprint does to a team.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from servewright.cli.arguments import AsJson, AsOf, parse_as_of
from servewright.cli.console import output, write
from servewright.cli.failures import answering
from servewright.errors import GateRefusedError, InvalidInputError

_SIDE = "a reference, or a blueprint's folder"


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help=f"What is compared with: {_SIDE}.", show_default=False)],
    new: Annotated[str, typer.Argument(metavar="NEW", help=f"What is looked at: {_SIDE}.", show_default=False)],
    *,
    spec: Annotated[
        Path | None,
        typer.Option("--spec", metavar="FILE", help="A team's spec that extends OLD. Default: the minimal example.", show_default=False),
    ] = None,
    as_json: AsJson = False,
    as_of: AsOf = None,
) -> None:
    """
    Show what changes from OLD to NEW for a team, and what it costs.

    Parameters, locks and migration notes; then plan and bill of the same spec with both, parameters renamed as the migration says. Both
    are planned afresh, without a lock. Ends with 2 where the spec is faulty with NEW, with 3 where a gate denies.
    """
    clock = parse_as_of(as_of)
    with answering(as_json=as_json):
        from servewright.blueprints.newest import look_up  # noqa: PLC0415 - --help stays fast
        from servewright.report.blueprint_diff import blueprint_diff_value, show_blueprint_diff  # noqa: PLC0415
        from servewright.report.export import to_json  # noqa: PLC0415
        from servewright.sides.blueprint import compare_blueprints  # noqa: PLC0415

        made = compare_blueprints(look_up(_reference(old), Path()), look_up(_reference(new), Path()), spec, clock)
        if as_json:
            write(to_json(blueprint_diff_value(made)))
        else:
            show_blueprint_diff(output(), made)
    if made.diff.faulty:
        raise typer.Exit(InvalidInputError.exit_code)
    if made.diff.gates("denied"):
        raise typer.Exit(GateRefusedError.exit_code)


def _reference(side: str) -> str:
    """
    Return the reference that *side* means: a folder that is there is the newest version in it, or the version that it is called after.
    """
    from servewright.blueprints.copies import is_blueprint_folder  # noqa: PLC0415
    from servewright.blueprints.version import version_of  # noqa: PLC0415

    path = Path(side)
    if side.startswith("blueprint:") or not is_blueprint_folder(path):
        return side
    folder = path.resolve()
    version = version_of(folder.name)
    where = os.path.relpath(folder if version is None else folder.parent).replace(os.sep, "/")
    return f"blueprint:{where if where.startswith(os.pardir) else f'./{where}'}{'' if version is None else f'@{version}'}"
