"""
servewright plan: the decision alone.
"""

from __future__ import annotations

from typing import Annotated

import typer

from servewright.cli.arguments import AsJson, Spec
from servewright.cli.console import output, write
from servewright.cli.failures import answering


def plan(
    spec: Spec,
    *,
    explain: Annotated[bool, typer.Option("--explain", help="Show the arithmetic and every alternative.")] = False,
    as_json: AsJson = False,
) -> None:
    """
    Show what is decided for SPEC, and why.

    Hardware, precision, parallelism, replicas and engine arguments; with --explain every figure that led to them.
    """
    with answering(as_json=as_json):
        from servewright.pipeline import plan_file  # noqa: PLC0415 - --help stays fast
        from servewright.report.explain import show_explanation  # noqa: PLC0415
        from servewright.report.export import plan_document, to_json  # noqa: PLC0415
        from servewright.report.text import show_plan  # noqa: PLC0415

        made = plan_file(spec)
        if as_json:
            write(to_json(plan_document(made)))
        elif explain:
            show_explanation(output(), made, spec=str(spec))
        else:
            show_plan(output(), made, spec=str(spec))
