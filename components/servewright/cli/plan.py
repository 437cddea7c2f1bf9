"""
servewright plan: the decision alone, and the lock that keeps it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from servewright.cli.arguments import AsJson, AsOf, Spec, parse_as_of
from servewright.cli.console import messages, output, write
from servewright.cli.failures import answering
from servewright.errors import GateRefusedError

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from servewright.plan.model import Plan


def plan(
    spec: Spec,
    *,
    explain: Annotated[bool, typer.Option("--explain", help="Show the arithmetic and every alternative.")] = False,
    write_lock: Annotated[bool, typer.Option("--write-lock", help="Write the plan to SPEC's lock, which later plans keep to.")] = False,
    replan: Annotated[bool, typer.Option("--replan", help="Plan afresh; show what differs from the lock, priced.")] = False,
    as_json: AsJson = False,
    as_of: AsOf = None,
) -> None:
    """
    Show what is decided for SPEC, and why.

    Hardware, precision, parallelism, replicas and engine arguments; with --explain every figure that led to them. Where a lock stands
    beside SPEC (prod.lock.json beside prod.yaml), it decides. --write-lock alone makes a lock or adds to one; only with --replan is one
    replaced.
    """
    clock = parse_as_of(as_of)
    with answering(as_json=as_json):
        from servewright.additions.files import is_there  # noqa: PLC0415 - --help stays fast
        from servewright.pipeline import lock_path, plan_file  # noqa: PLC0415
        from servewright.report.explain import show_explanation  # noqa: PLC0415
        from servewright.report.export import plan_document, to_json  # noqa: PLC0415
        from servewright.report.lock import show_lock_difference  # noqa: PLC0415
        from servewright.report.text import show_plan  # noqa: PLC0415

        made = plan_file(spec, clock, replan=replan)
        if replan:
            _tell_unreadable(spec)
        if as_json:
            write(to_json(plan_document(made)))
        elif explain:
            show_explanation(output(), made, spec=str(spec))
        elif replan and is_there(lock_path(spec)):
            show_lock_difference(output(), _as_locked(spec, clock), made, spec=str(spec))
        else:
            show_plan(output(), made, spec=str(spec))
        if write_lock:
            _write_lock(spec, made, clock, replan=replan)


def _as_locked(spec: Path, clock: date | None) -> Plan | None:
    """
    Return the plan that the lock makes, None where it holds none of it, no longer serves or cannot be read.
    """
    from servewright.errors import InvalidInputError  # noqa: PLC0415
    from servewright.pipeline import plan_file  # noqa: PLC0415

    try:
        held = plan_file(spec, clock)
    except InvalidInputError:
        return None
    return held if held.lock.held else None


def _tell_unreadable(spec: Path) -> None:
    """
    Say in one line that the lock of *spec* cannot be read, so that a new plan stands alone; nothing where it can or there is none.
    """
    from servewright.additions.files import shown  # noqa: PLC0415
    from servewright.errors import InvalidInputError  # noqa: PLC0415
    from servewright.pipeline import lock_beside, lock_path  # noqa: PLC0415
    from servewright.report.screen import Screen  # noqa: PLC0415

    try:
        lock_beside(spec)
    except InvalidInputError as unread:
        fault = unread.diagnostics[0]
        where = f" at {fault.path}" if fault.path else ""
        Screen(messages()).verbatim(f"{shown(lock_path(spec))} no longer fits, it cannot be read: {fault.code}{where}: {fault.message}")


def _write_lock(spec: Path, made: Plan, clock: date | None, *, replan: bool) -> None:
    """
    Write the lock of *made*; a lock that is there is added to, and replaced only with *replan*.
    """
    from servewright.additions.files import is_there, shown, write_whole  # noqa: PLC0415
    from servewright.additions.lock_file import lock_text  # noqa: PLC0415
    from servewright.pipeline import lock_beside, lock_made, lock_path  # noqa: PLC0415

    path = lock_path(spec)
    before = None
    if is_there(path) and not replan:
        if made.lock.state == "locked":
            messages().print(f"{shown(path)} is in force: nothing written (--replan takes a new plan)")
            return
        if not made.lock.grows:
            msg = f"{shown(path)} does not fit the spec any more: --replan --write-lock takes a new plan"
            raise GateRefusedError(msg)
        before = lock_beside(spec)
    write_whole(path, lock_text(lock_made(made, spec, clock, before=before)))
    kept = "" if before is None else f", {', '.join(made.lock.held)} as held before"
    messages().print(f"{shown(path)} written{kept}: commit it beside the spec")
