"""
servewright migrate: a spec in the present form, with the newest versions of its blueprints.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from servewright.cli.arguments import AsOf, Spec, parse_as_of
from servewright.cli.console import messages, write
from servewright.cli.failures import answering
from servewright.errors import InvalidInputError

if TYPE_CHECKING:
    from datetime import date

    from servewright.sides.migration import Migration


def migrate(
    spec: Spec,
    *,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="REFERENCE", help="Go to this version. Default: the newest of each blueprint.", show_default=False),
    ] = None,
    write_it: Annotated[bool, typer.Option("--write", help="Write SPEC, whole or not at all.")] = False,
    as_of: AsOf = None,
) -> None:
    """
    Bring SPEC to the newest versions of its blueprints.

    Writes the change as a unified diff, with what the migration says and what the bill changes by. References and parameters that have
    another name are changed where they stand; comments and layout stay. Where SPEC would have faults then, nothing is written and
    the status is 2. servewright.dev/v1 is the first form of the spec: nothing is to do for it.
    """
    clock = parse_as_of(as_of)
    with answering():
        from servewright.sides.migration import migrate_spec  # noqa: PLC0415 - --help stays fast

        made = migrate_spec(spec, to)
        write(_unified(spec, made))
        for note in made.notes:
            _say(f"to know: {note}")
        for left in made.left:
            _say(f"to do: {left}")
        if not made.changed:
            _say("nothing to change" if not made.left else "nothing that can be changed here")
            return
        _price(spec, made, clock)
        if write_it:
            _write(spec, made)
        else:
            _say("nothing written: --write writes it")


def _price(spec: Path, made: Migration, clock: date | None) -> None:
    """
    Say what the bill changes by; raises InvalidInputError with the faults that the spec would have.
    """
    from servewright.additions.files import is_there  # noqa: PLC0415
    from servewright.pipeline import lock_path  # noqa: PLC0415
    from servewright.report.diff_document import DiffDocument  # noqa: PLC0415
    from servewright.report.diff_screen import show_diff  # noqa: PLC0415
    from servewright.report.export_diff import diff_value  # noqa: PLC0415
    from servewright.sides.migration import new_faults, priced_migration  # noqa: PLC0415

    found = priced_migration(spec, made, clock)
    new = new_faults(found)
    if new:
        _say("nothing written: SPEC would have faults with the change above, which are these")
        raise InvalidInputError(new)
    if found.faulty:
        _say(f"not priced, it is no stack by itself: {found.faulty[0].faults[0].message}")
        return
    show_diff(messages(), DiffDocument.model_validate(diff_value(found)))
    if is_there(lock_path(spec)):
        _say(f"{lock_path(spec).name} was left aside on both sides: plan {spec} --replan shows what it holds against the new plan")


def _unified(spec: Path, made: Migration) -> str:
    name = spec.as_posix()
    before, after = (text.splitlines(keepends=True) for text in (made.before, made.after))
    lines = difflib.unified_diff(before, after, f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _write(spec: Path, made: Migration) -> None:
    from servewright.additions.files import shown, write_whole  # noqa: PLC0415

    write_whole(spec, made.after)
    _say(f"{shown(spec)} written")


def _say(text: str) -> None:
    from servewright.report.screen import Screen  # noqa: PLC0415

    # notes are the words of a blueprint's author: no control character of theirs reaches the terminal
    Screen(messages()).verbatim(text)
