"""
servewright plan: the decision alone, and the lock that keeps it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from servewright.cli.arguments import AsJson, Spec
from servewright.cli.console import messages, output, write
from servewright.cli.failures import answering
from servewright.errors import GateRefusedError

if TYPE_CHECKING:
    from pathlib import Path

    from servewright.plan.model import Plan


def plan(
    spec: Spec,
    *,
    explain: Annotated[bool, typer.Option("--explain", help="Show the arithmetic and every alternative.")] = False,
    write_lock: Annotated[bool, typer.Option("--write-lock", help="Write the plan to SPEC's lock, which later plans keep to.")] = False,
    replan: Annotated[bool, typer.Option("--replan", help="Plan afresh; show what differs from the lock, priced.")] = False,
    as_json: AsJson = False,
) -> None:
    """
    Show what is decided for SPEC, and why.

    Hardware, precision, parallelism, replicas and engine arguments; with --explain every figure that led to them. Where a lock stands
    beside SPEC (prod.lock.json beside prod.yaml), it decides.
    """
    with answering(as_json=as_json):
        from servewright.pipeline import lock_beside, plan_file  # noqa: PLC0415 - --help stays fast
        from servewright.report.explain import show_explanation  # noqa: PLC0415
        from servewright.report.export import plan_document, to_json  # noqa: PLC0415
        from servewright.report.lock import show_lock_difference  # noqa: PLC0415
        from servewright.report.text import show_plan  # noqa: PLC0415

        made = plan_file(spec, replan=replan)
        if as_json:
            write(to_json(plan_document(made)))
        elif explain:
            show_explanation(output(), made, spec=str(spec))
        elif replan and lock_beside(spec) is not None:
            show_lock_difference(output(), _as_locked(spec), made, spec=str(spec))
        else:
            show_plan(output(), made, spec=str(spec))
        if write_lock:
            _write_lock(spec, made, replan=replan)


def _as_locked(spec: Path) -> Plan | None:
    """
    Return the plan that the lock holds, None where it no longer fits or serves.
    """
    from servewright.errors import InvalidInputError  # noqa: PLC0415
    from servewright.pipeline import plan_file  # noqa: PLC0415

    try:
        held = plan_file(spec)
    except InvalidInputError:
        return None
    return held if held.lock.state == "locked" else None


def _write_lock(spec: Path, made: Plan, *, replan: bool) -> None:
    """
    Write the lock of *made*; a lock that is there is replaced only with *replan*.
    """
    from servewright.additions.files import is_there, shown, write_whole  # noqa: PLC0415
    from servewright.additions.lock_file import lock_text  # noqa: PLC0415
    from servewright.pipeline import lock_made, lock_path  # noqa: PLC0415

    path = lock_path(spec)
    if is_there(path) and not replan:
        if made.lock.state == "locked":
            messages().print(f"{shown(path)} is in force: nothing written (--replan takes a new plan)")
            return
        msg = f"{shown(path)} does not fit the spec any more: --replan --write-lock takes the new plan"
        raise GateRefusedError(msg)
    write_whole(path, lock_text(lock_made(made, spec)))
    messages().print(f"{shown(path)} written: commit it beside the spec")
