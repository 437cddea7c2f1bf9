"""
servewright blueprints: what teams can build upon, and how a platform team makes, tests and compares it.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from servewright.cli.arguments import AsJson
from servewright.cli.blueprint_checks import check
from servewright.cli.blueprint_diff import diff
from servewright.cli.blueprint_new import new
from servewright.cli.console import messages, output, write
from servewright.cli.failures import answering

if TYPE_CHECKING:
    from servewright.blueprints.offer import Offer
    from servewright.blueprints.shelf import Shelf
    from servewright.report.blueprint import Shown, Traced
    from servewright.report.blueprints import ShelfListed

blueprints = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Find, make, test and compare blueprints.")


@blueprints.callback()
def _group() -> None:
    """
    Find, make, test and compare blueprints.
    """


@blueprints.command("list")
def list_blueprints(
    *,
    shelf: Annotated[
        Path | None, typer.Option("--shelf", metavar="DIR", help="Only the blueprints in this folder.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """
    List the blueprints on all shelves.

    Shelves are that of servewright and those of installed packages. What a month costs is what was recorded with the blueprint's
    example, on the day beside it; it is not computed anew.
    """
    with answering(as_json=as_json):
        from servewright.blueprints.shelf import Shelf, shelves  # noqa: PLC0415 - --help stays fast
        from servewright.report.blueprints import blueprints_value, show_blueprints  # noqa: PLC0415
        from servewright.report.export import to_json  # noqa: PLC0415

        if shelf is not None and not shelf.is_dir():
            msg = f"{shelf} is no folder"
            raise typer.BadParameter(msg, param_hint="'--shelf'")
        known = shelves() if shelf is None else (Shelf(name=str(shelf), folder=shelf),)
        found = tuple(_listed(each, shelf) for each in known)
        if as_json:
            write(to_json(blueprints_value(found)))
        else:
            show_blueprints(output(), found)


@blueprints.command()
def show(
    reference: Annotated[
        str,
        typer.Argument(metavar="REFERENCE", help="blueprint:NAME@VERSION, or a path: blueprint:./DIR/NAME@1.", show_default=False),
    ],
    *,
    trace: Annotated[bool, typer.Option("--trace", help="Show which file and line sets each value of its minimal example.")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="Write the JSON Schema of its parameters, and nothing else.")] = False,
    as_json: AsJson = False,
) -> None:
    """
    Show one blueprint: parameters, locks, and a spec to paste.

    REFERENCE is what a spec extends; without @VERSION it is the newest one.
    """
    with answering(as_json=as_json or schema):
        from servewright.blueprints.newest import look_up, passed_over  # noqa: PLC0415 - --help stays fast
        from servewright.report.blueprint import blueprint_value, show_blueprint  # noqa: PLC0415
        from servewright.report.export import to_json  # noqa: PLC0415

        offer = look_up(reference, Path())
        if schema:
            write(to_json(offer.parameters_schema()))
        elif as_json:
            write(to_json(blueprint_value(_shown(offer, traced=trace))))
        else:
            show_blueprint(output(), _shown(offer, traced=trace))
        if "@" not in reference:
            for said in passed_over(offer):
                messages().print(said, soft_wrap=True, markup=False)


blueprints.command()(new)
blueprints.command("test")(check)
blueprints.command()(diff)


def _listed(shelf: Shelf, place: Path | None = None) -> ShelfListed:
    from servewright.acceptance.examples import recorded  # noqa: PLC0415
    from servewright.blueprints.find import faults_on, offers  # noqa: PLC0415
    from servewright.report.blueprints import Listed, Month, ShelfListed  # noqa: PLC0415

    versions: dict[str, list[Offer]] = {}
    for offer in offers(shelf):
        versions.setdefault(offer.name, []).append(offer if place is None else _by_path(offer, place))
    listed = []
    for found in versions.values():
        document = recorded(found[0].home.folder)
        month = None if document is None else Month.of(document)
        listed.append(Listed(newest=found[0], versions=tuple(str(each.version) for each in found), month=month))
    return ShelfListed(name=shelf.name, blueprints=tuple(listed), problem=shelf.problem, faults=faults_on(shelf))


def _by_path(offer: Offer, place: Path) -> Offer:
    """
    Return *offer*, which lies in the folder *place*, with the reference that finds it from here.
    """
    path = os.path.relpath(place).replace(os.sep, "/")
    where = path if path.startswith(os.pardir) else "." if path == os.curdir else f"./{path}"
    return replace(offer, reference=f"blueprint:{where}/{offer.name}@{offer.version}")


def _shown(offer: Offer, *, traced: bool) -> Shown:
    from servewright.acceptance.examples import recorded  # noqa: PLC0415
    from servewright.acceptance.minimal import parents_of, trace_of_minimal, values_of_minimal  # noqa: PLC0415
    from servewright.blueprints.scaffold import example_text  # noqa: PLC0415
    from servewright.report.blueprint import Shown  # noqa: PLC0415
    from servewright.report.blueprints import Month  # noqa: PLC0415

    document = None if offer.home.tagged is not None else recorded(offer.home.folder)
    reference = f"{offer.reference.rpartition('@')[0]}@{offer.version.major}"
    trace: tuple[Traced, ...] | None = trace_of_minimal(offer) if traced else None
    return Shown(
        offer=offer,
        extends=parents_of(offer),
        month=None if document is None else Month.of(document),
        use=example_text(reference, "my-stack", values_of_minimal(offer)),
        trace=trace,
    )
