"""
servewright render: the objects and inputs of a spec as files, for review and GitOps.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from servewright.cli.arguments import AsOf, Spec, parse_as_of
from servewright.cli.console import messages, write
from servewright.cli.failures import answering

_STREAM: Final = "-"


def render(
    spec: Spec,
    *,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="DIR", help="The folder to write; - streams the Kubernetes objects as YAML.")
    ],
    as_of: AsOf = None,
) -> None:
    """
    Write what SPEC would deploy as files.

    Kubernetes objects as YAML with a kustomization, Helm releases as values, AWS resources as JSON. A folder that this command wrote is
    replaced whole; any other must be empty.
    """
    clock = parse_as_of(as_of)
    target = None if output == _STREAM else Path(output)
    with answering():
        from servewright.cli.output_folder import refusal, replace_folder  # noqa: PLC0415 - --help stays fast
        from servewright.pipeline import preview_file  # noqa: PLC0415
        from servewright.report.render import MANIFEST, VERSION, folder, rendered, stream  # noqa: PLC0415
        from servewright.report.render_notes import show_folder, show_stream  # noqa: PLC0415

        refused = None if target is None else refusal(target, marker=MANIFEST, version=VERSION)
        if refused is not None:
            raise typer.BadParameter(refused, param_hint="'--output'")
        preview = preview_file(spec, clock)
        made = rendered(preview.records)
        if target is None:
            write(stream(made))
            show_stream(messages(), preview, made)
        else:
            replace_folder(target, folder(made, preview.plan.stack))
            show_folder(messages(), preview, made, output)
