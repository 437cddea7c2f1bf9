"""
servewright.models.json: what is written comes back, and what is wrong in it is said with its place.
"""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servewright.additions.model_fields import FIELDS
from servewright.additions.model_file import MODELS_VERSION, OwnModel, read_models, write_models
from servewright.catalog.load import load_catalog
from servewright.catalog.model import ModelCard
from servewright.diagnostics import Diagnostic
from servewright.errors import InvalidInputError

SHIPPED = [card for card in load_catalog().models if "/" in card.hf_id and len(card.notes) <= 400]
ROW: dict[str, Any] = {
    "hf_id": "acme/chat-8b",
    "kind": "generate",
    "total_params": 8030000000,
    "active_params": 8030000000,
    "layers": 32,
    "hidden": 4096,
    "attention_heads": 32,
    "kv_heads": 8,
    "head_dim": 128,
    "attention": "GQA",
    "kv_layers": 32,
    "intermediate": 14336,
    "vocab": 128256,
    "max_context": 131072,
    "native_format": "bf16",
}


def text_of(*rows: Any, **top: Any) -> bytes:
    """
    Return a file with *rows*.
    """
    return json.dumps({"apiVersion": MODELS_VERSION, "models": list(rows)} | top, indent=2).encode()


def faults(raw: bytes) -> list[Diagnostic]:
    """
    Return what is wrong with *raw*.
    """
    with pytest.raises(InvalidInputError) as caught:
        read_models("servewright.models.json", raw)
    return list(caught.value.diagnostics)


def test_a_row_has_the_fields_of_a_card_and_its_revision() -> None:
    """
    A field that is added to the card is missed here until the file has it too.
    """
    assert {field.name for field in FIELDS} == {field.name for field in fields(ModelCard)} | {"revision"}


@given(cards=st.lists(st.sampled_from(SHIPPED), unique_by=lambda card: card.hf_id, max_size=5), pinned=st.booleans())
@settings(deadline=None)
def test_what_is_written_comes_back(cards: list[ModelCard], pinned: bool) -> None:  # noqa: FBT001
    """
    Rows survive the file to the last field, and their order in memory changes no byte.
    """
    own = tuple(OwnModel(card=card, revision="a" * 40 if pinned else None) for card in cards)
    text = write_models(own)
    found = read_models("a.json", text.encode())

    assert {model.card for model in found} == set(cards)
    assert {model.revision for model in found} <= {"a" * 40 if pinned else None}
    assert write_models(reversed(own)) == text
    assert write_models(found) == text


def test_a_short_row_is_enough() -> None:
    """
    Written by hand, a row leaves out what is 0, no or unknown.
    """
    (model,) = read_models("a.json", text_of(ROW))

    assert (model.card.experts, model.card.tied_embeddings, model.card.license, model.revision) == (0, False, "unknown", None)
    assert model.position is not None
    assert (model.position.line, model.position.column) == (4, 5)


@pytest.mark.parametrize(
    ("change", "code", "path", "said"),
    [
        ({"layers": "32"}, "SW116", "models[0].layers", "must be a whole number, this is text"),
        ({"layers": 32.5}, "SW116", "models[0].layers", "must be a whole number, this is 32.5"),
        ({"layers": True}, "SW116", "models[0].layers", "must be a whole number"),
        ({"layers": -1}, "SW118", "models[0].layers", "from 0 to 10000"),
        ({"total_params": 0}, "SW118", "models[0].total_params", "from 1 to"),
        ({"tied_embeddings": "yes"}, "SW116", "models[0].tied_embeddings", "must be true or false"),
        ({"kind": "chat"}, "SW202", "models[0].kind", "not a value of this field"),
        ({"native_format": "gguf"}, "SW202", "models[0].native_format", "not a value of this field"),
        ({"hf_id": "no-organisation"}, "SW203", "models[0].hf_id", "organisation/name"),
        ({"revision": "main"}, "SW203", "models[0].revision", "a commit id"),
        ({"license": "a\nb"}, "SW203", "models[0].license", "on one line"),
        ({"leyers": 32}, "SW201", "models[0].leyers", "there is no such field"),
        ({"active_params": 9030000000}, "SW253", "models[0].active_params", "more active parameters than there are"),
        ({"kv_heads": 7}, "SW253", "models[0].kv_heads", "cannot share"),
        ({"window_layers": 8, "sliding_window": 100}, "SW253", "models[0].kv_layers", "there are 32 layers"),
        ({"kv_layers": 24, "window_layers": 8}, "SW253", "models[0].window_layers", "need its length"),
        ({"dense_layers": 40}, "SW253", "models[0].dense_layers", "40 dense layers"),
        ({"experts_per_token": 2}, "SW253", "models[0].experts_per_token", "2 experts a token"),
        ({"attention": "MLA"}, "SW253", "models[0].mla_kv_lora", "latent"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_a_wrong_field_is_said_with_its_place(change: dict[str, Any], code: str, path: str, said: str) -> None:
    """
    Kind, bound, name or contradiction: one fault with code, path, value and the line in the file.
    """
    raw = text_of(ROW | change)
    (fault,) = faults(raw)

    assert (fault.code, fault.path, fault.severity, fault.phase) == (code, path, "error", "fields")
    assert said in fault.message
    name = path.rsplit(".", 1)[-1]
    if f'"{name}"' in raw.decode():
        assert f'"{name}"' in raw.decode().splitlines()[fault.line - 1]


def test_all_faults_of_a_file_come_at_once() -> None:
    """
    Three rows with a fault each give three faults in the order of the file.
    """
    found = faults(text_of(ROW | {"layers": -1}, ROW | {"hf_id": "b/b", "kind": "x"}, {"hf_id": "c/c"}))

    assert [fault.path.split(".")[0] for fault in found[:2]] == ["models[0]", "models[1]"]
    assert {fault.message for fault in found[2:]} == {
        f"the field {name} is missing" for name in ("kind", "total_params", "active_params", "native_format")
    }


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "SW121"),
        (b'{"apiVersion": "servewright.dev/models/v1", "models": [', "SW121"),
        (b"\xff\xfe", "SW103"),
        (b" " * (1024 * 1024 + 1), "SW102"),
        (b"[]", "SW109"),
        (b'{"models": []}', "SW250"),
        (b'{"apiVersion": "servewright.dev/models/v2", "models": []}', "SW250"),
        (text_of(extra=1), "SW201"),
        (text_of("a row"), "SW116"),
        (text_of(models={}), "SW116"),
        (text_of(ROW, ROW), "SW209"),
        (b'{"apiVersion": 1, "apiVersion": 2}', "SW110"),
    ],
)
def test_a_bad_file_ends_in_diagnostics(raw: bytes, code: str) -> None:
    """
    Whatever stands in the file, it ends in a fault with a code.
    """
    assert code in [fault.code for fault in faults(raw)]


@given(
    raw=st.binary(max_size=60),
    row=st.dictionaries(st.sampled_from([f.name for f in FIELDS]), st.none() | st.integers() | st.text(max_size=3)),
)
@settings(deadline=None)
def test_any_content_is_read_or_refused(raw: bytes, row: dict[str, Any]) -> None:
    """
    No content of file or row escapes as another exception.
    """
    assert all(outcome(content) for content in (raw, text_of(ROW | row)))


def outcome(raw: bytes) -> tuple[object, ...]:
    """
    Return the rows in *raw*, or its faults.
    """
    try:
        return read_models("a.json", raw)
    except InvalidInputError as refused:
        return refused.diagnostics


def test_the_notes_of_a_row_are_kept() -> None:
    """
    What was said when the row was made is still there after the next row is added.
    """
    card = replace(read_models("a.json", text_of(ROW))[0].card, notes="set by hand: layers", source="https://hub/x")
    (found,) = read_models("a.json", write_models([OwnModel(card=card, revision=None)]).encode())

    assert (found.card.notes, found.card.source) == ("set by hand: layers", "https://hub/x")
