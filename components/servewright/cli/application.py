"""
All commands under one name.
"""

from __future__ import annotations

from typing import Annotated

import typer

from servewright import __version__
from servewright.cli.blueprints import blueprints
from servewright.cli.catalog import catalog
from servewright.cli.check import check
from servewright.cli.comment import comment
from servewright.cli.cost import cost
from servewright.cli.diff import diff
from servewright.cli.images import images
from servewright.cli.migrate import migrate
from servewright.cli.models import models
from servewright.cli.optimize import optimize
from servewright.cli.plan import plan
from servewright.cli.policy_path import policy_path
from servewright.cli.preview import preview
from servewright.cli.prices import prices
from servewright.cli.provider_path import provider_path
from servewright.cli.render import render
from servewright.cli.waterfall import waterfall

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(preview)
app.command()(plan)
app.command()(cost)
app.command()(optimize)
app.command()(diff)
app.command()(waterfall)
app.command()(comment)
app.command()(render)
app.command()(check)
app.command()(migrate)
app.command()(policy_path)
app.command()(provider_path)
app.add_typer(catalog, name="catalog")
app.add_typer(models, name="models")
app.add_typer(blueprints, name="blueprints")
app.add_typer(images, name="images")
app.add_typer(prices, name="prices")


@app.callback()
def servewright(
    *,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=lambda wanted: _show_version(wanted=wanted), help="Show the version.")
    ] = False,
) -> None:
    """
    One short spec to a whole LLM-serving platform, planned and priced before it exists.
    """


def _show_version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"servewright {__version__}")
        raise typer.Exit
