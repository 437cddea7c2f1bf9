"""
servewright catalog: what is known about hardware.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from servewright.cli.console import output
from servewright.cli.failures import answering

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servewright.catalog.model import Gpu
    from servewright.catalog.query import Catalog

catalog = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Look up what can be planned with.")


@catalog.callback()
def _group() -> None:
    """
    Look up what can be planned with.
    """


@catalog.command()
def gpus(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="One GPU, as a spec writes it.", show_default=False)] = None,
    *,
    region: Annotated[str, typer.Option("--region", help="The region whose prices are shown.")] = "us-east-1",
) -> None:
    """
    List the GPUs, or with NAME the types that carry one.

    Memory is what a plan can use; a price is the lowest that a GPU of the kind costs an hour in the region.
    """
    with answering():
        from servewright.catalog.load import load_catalog  # noqa: PLC0415 - --help stays fast
        from servewright.report.catalog import show_gpu, show_gpus  # noqa: PLC0415

        known = load_catalog()
        if region not in known.regions():
            raise typer.BadParameter(_unknown("region", region, known.nearest_regions(region)), param_hint="'--region'")
        if name is None:
            show_gpus(output(), known, region)
        else:
            show_gpu(output(), known, _gpu(known, name), region)


def _gpu(known: Catalog, name: str) -> Gpu:
    found = known.gpu(name)
    if found is None:
        raise typer.BadParameter(_unknown("GPU", name, known.nearest_gpus(name)), param_hint="'NAME'")
    return found


def _unknown(what: str, text: str, nearest: Sequence[str]) -> str:
    near = f" Nearest: {', '.join(nearest)}." if nearest else ""
    return f"{text!r} is no {what} we know.{near}"
