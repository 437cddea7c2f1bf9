"""
servewright models: the catalogue's models, and how a team adds its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from servewright.cli.arguments import AsJson
from servewright.cli.console import messages, output, write
from servewright.cli.failures import answering

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.additions.config.derive import Derived
    from servewright.additions.model_file import OwnModel
    from servewright.catalog.model import ModelMatch
    from servewright.catalog.query import Catalog

models = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Look up models, and add those the catalogue lacks.")

OwnFile = Annotated[Path, typer.Option("--file", metavar="FILE", help="The team's own rows, where there are any.")]
_OWN = Path("servewright.models.json")


@models.callback()
def _group() -> None:
    """
    Look up models, and add those the catalogue lacks.
    """


@models.command("list")
def list_models(
    text: Annotated[str | None, typer.Argument(metavar="TEXT", help="Only ids with this text.", show_default=False)] = None,
    *,
    as_json: AsJson = False,
    file: OwnFile = _OWN,
) -> None:
    """
    List the models that can be planned.

    A star marks the team's own rows. With TEXT also the fine-tunes, quantised checkpoints and other spellings with it in their id, in
    capitals or not. With --json the rows of what is listed, as they stand in servewright.models.json.
    """
    with answering(as_json=as_json):
        from servewright.report.models import show_models  # noqa: PLC0415 - --help stays fast

        known, own = _known(file)
        wanted = _with_text(known, text)
        if not wanted:
            raise typer.BadParameter(_unknown(known, text or ""), param_hint="'TEXT'")
        if as_json:
            write(_as_rows(known, wanted))
        else:
            show_models(output(), wanted, {model.card.hf_id for model in own})


@models.command()
def show(
    model_id: Annotated[str, typer.Argument(metavar="ID", help="The model, as a spec writes it.", show_default=False)],
    *,
    as_json: AsJson = False,
    file: OwnFile = _OWN,
) -> None:
    """
    Show one model, what it takes, and how that is known.

    With --json its row, as it stands in servewright.models.json.
    """
    with answering(as_json=as_json):
        from servewright.report.models import show_model  # noqa: PLC0415

        known, own = _known(file)
        found = known.model(model_id)
        if found is None:
            raise typer.BadParameter(_unknown(known, model_id), param_hint="'ID'")
        if as_json:
            write(_as_rows(known, [found]))
        else:
            show_model(output(), known, found, {model.card.hf_id for model in own})


@models.command()
def add(
    model_id: Annotated[str, typer.Argument(metavar="ID", help="The model's id on the hub: organisation/name.", show_default=False)],
    *,
    config: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="Read this config.json; no network.", show_default=False)
    ] = None,
    revision: Annotated[
        str | None, typer.Option("--revision", metavar="SHA", help="The commit to read. Default: the newest.", show_default=False)
    ] = None,
    hub: Annotated[
        str | None, typer.Option("--hub", metavar="URL", help="The hub. Default: HF_ENDPOINT, else huggingface.co.", show_default=False)
    ] = None,
    like: Annotated[
        str | None, typer.Option("--like", metavar="CLASS", help="Read it as this architecture, on your word.", show_default=False)
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="Set a field that the file lacks.", show_default=False)
    ] = None,
    file: Annotated[
        Path,
        typer.Option("--output", metavar="FILE", help="The file the row goes into; it belongs beside the specs."),
    ] = _OWN,
) -> None:
    """
    Add a model to the team's own catalogue.

    Its config.json is read from the hub at one commit, or from a file. Nothing is guessed: what cannot be read is named. A gated
    model needs a token in HF_TOKEN.
    """
    with answering():
        from servewright.additions.config.derive import derive  # noqa: PLC0415
        from servewright.additions.files import is_there  # noqa: PLC0415
        from servewright.cli.model_source import question_from_file, question_from_hub  # noqa: PLC0415

        before = _own(file) if is_there(file) else ()
        if config is not None:
            question = question_from_file(model_id, config, revision, like, settings or [])
        else:
            question = question_from_hub(model_id, hub, revision, like, settings or [])
        _finish(derive(question), before, file)


def _finish(derived: Derived, before: tuple[OwnModel, ...], file: Path) -> None:
    from servewright.additions.codes import OWN_ROW_WINS  # noqa: PLC0415
    from servewright.additions.files import shown, write_whole  # noqa: PLC0415
    from servewright.additions.load import with_models  # noqa: PLC0415
    from servewright.additions.model_file import write_models  # noqa: PLC0415
    from servewright.catalog.load import load_catalog  # noqa: PLC0415
    from servewright.report.models import show_model, show_notices  # noqa: PLC0415

    added = derived.model.card.hf_id
    rows = (*(model for model in before if model.card.hf_id != added), derived.model)
    extended = with_models(load_catalog(), rows)
    found = extended.catalog.model(added)
    assert found is not None  # noqa: S101 - its row was just added
    write_whole(file, write_models(rows))
    show_model(output(), extended.catalog, found, [added])
    show_notices(messages(), derived.notices)
    if added in extended.replaced:
        messages().print(f"! {OWN_ROW_WINS} this row takes the place of the shipped one wherever {shown(file)} lies beside a spec")
    messages().print(f"{shown(file)}: {len(rows)} own row{'s' if len(rows) > 1 else ''}")


def _own(file: Path) -> tuple[OwnModel, ...]:
    from servewright.additions.files import is_there, read_bytes, shown  # noqa: PLC0415
    from servewright.additions.model_file import read_models  # noqa: PLC0415

    return read_models(shown(file), read_bytes(file)) if is_there(file) or file != _OWN else ()


def _known(file: Path) -> tuple[Catalog, tuple[OwnModel, ...]]:
    from servewright.additions.load import with_models  # noqa: PLC0415
    from servewright.catalog.load import load_catalog  # noqa: PLC0415

    own = _own(file)
    return with_models(load_catalog(), own).catalog, own


def _with_text(known: Catalog, text: str | None) -> list[ModelMatch]:
    """
    Return the models whose id has *text*, and what other ids with it lead to; without a text the models alone.
    """
    ids = [card.hf_id for card in known.models]
    if text is not None:
        every = dict.fromkeys([*ids, *(alias.id for alias in known.aliases)])
        ids = [each for each in every if text.casefold() in each.casefold()]
    return [found for found in map(known.model, ids) if found is not None]


def _as_rows(known: Catalog, found: Iterable[ModelMatch]) -> str:
    from servewright.additions.model_file import OwnModel, write_models  # noqa: PLC0415

    cards = {match.card.hf_id: match.card for match in found}
    return write_models([OwnModel(card=card, revision=known.revision(hf_id)) for hf_id, card in cards.items()])


def _unknown(known: Catalog, text: str) -> str:
    near = known.nearest_models(text)
    nearest = f" Nearest: {', '.join(near)}." if near else ""
    return f"{text!r} is no model we know.{nearest}"
