"""
servewright.models.json: the rows of models that a team added, as text and as values.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from servewright.additions.codes import INCONSISTENT
from servewright.additions.files import parse_bytes
from servewright.additions.model_fields import BY_NAME, FIELDS, contradictions, refusal
from servewright.additions.shape import Document, faults_of
from servewright.catalog.model import ModelCard
from servewright.errors import InvalidInputError
from servewright.spec.codes import DUPLICATE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.diagnostics import Diagnostic, Position

MODELS_FILE: Final = "servewright.models.json"
MODELS_VERSION: Final = "servewright.dev/models/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnModel:
    """
    One row: the *card*, the *revision* it was read from (None: not known), and where the row stands in its file.
    """

    card: ModelCard
    revision: str | None
    position: Position | None = None


def read_models(file: str, raw: bytes) -> tuple[OwnModel, ...]:
    """
    Return the rows in *raw*, named *file*; raises InvalidInputError with all faults.
    """
    document = Document(parse_bytes(file, raw))
    rows = document.rows("models", MODELS_VERSION)
    found: list[OwnModel] = []
    for path, row in rows:
        given = document.fields(path, row, BY_NAME, required=[field.name for field in FIELDS if field.required], check=refusal)
        if given is None:
            continue
        whole = {field.name: field.default for field in FIELDS} | given
        wrong = tuple(contradictions(whole))
        for name, message in wrong:
            document.fault(INCONSISTENT, f"{path}.{name}", message, value=whole[name])
        if any(model.card.hf_id == whole["hf_id"] for model in found):
            document.fault(DUPLICATE, f"{path}.hf_id", "this model has a row above", value=whole["hf_id"])
        if not wrong:
            found.append(_model(whole, document.source.at(path)))
    return tuple(found) if not document.faults else _refuse(document.faults)


def write_models(models: Iterable[OwnModel]) -> str:
    """
    Return the text of the file with *models*, sorted by id: the same rows give the same bytes.
    """
    rows = [row_of(model) for model in sorted(models, key=lambda model: (model.card.hf_id.casefold(), model.card.hf_id))]
    return json.dumps({"apiVersion": MODELS_VERSION, "models": rows}, indent=2, ensure_ascii=False) + "\n"


def row_of(model: OwnModel) -> dict[str, Any]:
    """
    Return the row of *model* as it stands in the file.
    """
    values = {field.name: getattr(model.card, field.name) for field in fields(ModelCard)} | {"revision": model.revision}
    return {field.name: values[field.name] for field in FIELDS}


def own_model(whole: dict[str, Any]) -> OwnModel:
    """
    Return the model of a row with all of its fields.
    """
    return _model(whole, None)


def _model(whole: dict[str, Any], position: Position | None) -> OwnModel:
    card = {name: value for name, value in whole.items() if name != "revision"}
    return OwnModel(card=ModelCard(**card), revision=whole["revision"], position=position)


def _refuse(found: list[Diagnostic]) -> tuple[OwnModel, ...]:
    raise InvalidInputError(faults_of(found))
