"""
The catalogue with what lies beside a spec: rows of models, digests, waivers.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from servewright.additions.image_file import IMAGES_FILE, IMAGES_VERSION, read_images
from servewright.additions.load import with_additions, with_models
from servewright.additions.model_file import MODELS_FILE, MODELS_VERSION, OwnModel, read_models, write_models
from servewright.catalog.load import load_catalog
from servewright.catalog.model import ModelAlias, ModelCard
from servewright.cli.application import app
from servewright.errors import InvalidInputError
from servewright.pipeline import catalog_beside, plan_file, preview_file
from servewright.plan.weights import missing_fields
from servewright.report.export import preview_value

CATALOG = load_catalog()
LLAMA = CATALOG.architectures.cards[[card.hf_id for card in CATALOG.models].index("meta-llama/Meta-Llama-3.1-8B")]
DIGEST = "sha256:" + "5" * 64
VLLM = CATALOG.image("vllm")
SHA = "a" * 40
SPEC = """\
models:
  - name: chat
    source: {source}
    traffic: {{requests_per_second: 1, input_tokens: 500, output_tokens: 100}}
    slo: {{ttft_p95: 2s}}
"""


def own(hf_id: str, **fields: Any) -> OwnModel:
    """
    Return a row like that of Llama-3.1-8B.
    """
    return OwnModel(card=replace(LLAMA, hf_id=hf_id, **fields), revision=SHA)


def write_own(folder: Path, *models: OwnModel) -> None:
    """
    Put rows beside a spec.
    """
    (folder / MODELS_FILE).write_text(write_models(models), encoding="utf-8")


def write_locks(folder: Path, images: list[dict[str, Any]], waivers: list[dict[str, Any]] | None = None) -> None:
    """
    Put digests and waivers beside a spec.
    """
    value = {"apiVersion": IMAGES_VERSION, "images": images, "waivers": waivers or []}
    (folder / IMAGES_FILE).write_text(json.dumps(value, indent=2), encoding="utf-8")


def spec_in(folder: Path, source: str) -> Path:
    """
    Return a small spec for *source* in *folder*.
    """
    path = folder / "spec.yaml"
    path.write_text(SPEC.format(source=source), encoding="utf-8")
    return path


def test_without_files_the_catalogue_is_the_shipped_one(tmp_path: Path) -> None:
    """
    Nothing beside the spec changes nothing, not even the object.
    """
    assert with_additions(CATALOG, tmp_path).catalog is CATALOG
    assert catalog_beside(spec_in(tmp_path, "meta-llama/Llama-3.2-1B-Instruct")) is CATALOG


def test_an_own_row_is_found_with_its_pin(tmp_path: Path) -> None:
    """
    The id leads to the row, its commit is known, the other models stay.
    """
    write_own(tmp_path, own("acme/chat-8b"))
    found = with_additions(CATALOG, tmp_path)
    match = found.catalog.model("acme/chat-8b")

    assert match is not None
    assert (match.card.layers, match.alias) == (32, None)
    assert found.catalog.revision("acme/chat-8b") == SHA
    assert found.replaced == frozenset()
    assert CATALOG.model("acme/chat-8b") is None
    assert found.catalog.model("openai/gpt-oss-120b") == CATALOG.model("openai/gpt-oss-120b")


@given(card=st.sampled_from(CATALOG.models), alias=st.sampled_from(CATALOG.aliases))
@settings(max_examples=25, deadline=None)
def test_an_own_row_wins_over_row_and_alias(card: ModelCard, alias: ModelAlias) -> None:
    """
    Whatever the shipped tables say of the id, the own row answers, once, and that it does is known.
    """
    found = with_models(CATALOG, (own(card.hf_id, notes="ours"), own(alias.id, notes="ours")))

    for model_id in (card.hf_id, alias.id):
        match = found.catalog.model(model_id)
        assert match is not None
        assert (match.card.notes, match.alias) == ("ours", None)
        assert found.catalog.revision(model_id) == SHA
    assert found.replaced == {card.hf_id, alias.id}
    ids = [c.hf_id for c in found.catalog.models] + [a.id for a in found.catalog.aliases]
    assert len(ids) == len(set(ids)) == len(CATALOG.models) + len(CATALOG.aliases)


def test_a_spec_is_planned_with_an_own_row(tmp_path: Path) -> None:
    """
    Models add, then preview: the model that the catalogue does not have is planned and priced.
    """
    spec = spec_in(tmp_path, "acme/chat-8b")
    with pytest.raises(InvalidInputError) as caught:
        plan_file(spec)
    assert "servewright models add acme/chat-8b" in (caught.value.diagnostics[0].hint or "")

    write_own(tmp_path, own("acme/chat-8b"))
    made = preview_file(spec)

    assert made.plan.models[0].source == "acme/chat-8b"
    assert "SW460" not in [warning.code for warning in made.plan.warnings]


def test_a_plan_says_that_an_own_row_took_a_shipped_ones_place(tmp_path: Path) -> None:
    """
    The warning stands at the model's source in the spec; another model of the file says nothing here.
    """
    model_id = "meta-llama/Llama-3.1-8B-Instruct"
    write_own(tmp_path, own(model_id), own("openai/gpt-oss-120b"))
    (warning,) = [w for w in plan_file(spec_in(tmp_path, model_id)).warnings if w.code == "SW460"]

    assert (warning.path, warning.line, warning.severity) == ("models[0].source", 3, "warning")
    assert str(tmp_path) not in warning.message


def test_a_bad_file_beside_the_spec_is_said_with_its_place(tmp_path: Path) -> None:
    """
    A fault in either file ends the plan with file, line and column.
    """
    spec = spec_in(tmp_path, "openai/gpt-oss-120b")
    for name, version in ((MODELS_FILE, MODELS_VERSION), (IMAGES_FILE, IMAGES_VERSION)):
        path = tmp_path / name
        path.write_text(f'{{"apiVersion": "{version}",\n "{name.split(".")[1]}": [3]}}', encoding="utf-8")
        with pytest.raises(InvalidInputError) as caught:
            plan_file(spec)
        (fault,) = caught.value.diagnostics
        assert (fault.file, fault.line, fault.code) == (str(path), 2, "SW116")
        path.unlink()
    (tmp_path / MODELS_FILE).mkdir()
    with pytest.raises(InvalidInputError, match="is not a file"):
        plan_file(spec)


def test_a_locked_digest_is_emitted(tmp_path: Path) -> None:
    """
    The pod's image carries the digest of the lock, whatever the catalogue ships; the size of the image stays known.
    """
    write_locks(tmp_path, [{"image": VLLM.name, "tag": VLLM.tag, "digest": DIGEST}])
    spec = spec_in(tmp_path, "meta-llama/Llama-3.2-1B-Instruct")
    found = catalog_beside(spec).image("vllm")
    made = preview_file(spec)

    assert found.reference == f"{VLLM.name}:{VLLM.tag}@{DIGEST}"
    assert found.compressed_bytes == VLLM.compressed_bytes
    resolved = preview_value(made)["images"]["resolved"]
    assert {"image": f"{VLLM.name}:{VLLM.tag}", "digest": DIGEST} in resolved


def test_a_lock_of_another_tag_fixes_nothing(tmp_path: Path) -> None:
    """
    A digest belongs to the tag it was asked for.
    """
    write_locks(tmp_path, [{"image": VLLM.name, "tag": "v0.30.0", "digest": DIGEST}])

    assert catalog_beside(spec_in(tmp_path, "meta-llama/Llama-3.2-1B-Instruct")).image("vllm") == VLLM


def test_a_waiver_says_why_and_until_when(tmp_path: Path) -> None:
    """
    An image without digest carries the team's reason and its end in the place of ours.
    """
    image = CATALOG.image("lmcache")
    write_locks(tmp_path, [], [{"image": f"{image.name}:{image.tag}", "reason": "mirrored next week", "expires": "2026-12-24"}])
    found = with_additions(CATALOG, tmp_path)

    assert found.catalog.image("lmcache").waiver == "mirrored next week (until 2026-12-24)"
    assert found.needless == ()


@pytest.mark.parametrize(("days", "over"), [(0, False), (1, True), (-1, False)])
def test_a_waiver_ends_by_the_clock_of_the_plan(tmp_path: Path, days: int, over: bool) -> None:  # noqa: FBT001
    """
    The day itself still counts; the day after is a fault with the place of the date. No clock is read: --as-of is the day.
    """
    write_locks(tmp_path, [], [{"image": "ghcr.io/acme/tool:v1", "reason": "no digest yet", "expires": "2026-12-24"}])
    today = date(2026, 12, 24) + timedelta(days=days)
    if not over:
        assert with_additions(CATALOG, tmp_path, today).catalog.versions.images["ghcr.io/acme/tool:v1"].digest is None
        return
    with pytest.raises(InvalidInputError) as caught:
        with_additions(CATALOG, tmp_path, today)
    (fault,) = caught.value.diagnostics

    assert (fault.code, fault.severity, fault.line, fault.value) == ("SW254", "error", 8, "2026-12-24")


def test_the_catalogues_day_is_the_default_clock(tmp_path: Path) -> None:
    """
    Without --as-of a waiver is held against the day the catalogue was built.
    """
    before = CATALOG.build_date - timedelta(days=1)
    write_locks(tmp_path, [], [{"image": "a/b:c", "reason": "no digest yet", "expires": before.isoformat()}])
    with pytest.raises(InvalidInputError, match="SW254"):
        with_additions(CATALOG, tmp_path)


def test_the_preview_lists_a_waived_image_with_reason_and_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    An image that is emitted without digest stands under "unresolved" with the team's words, on the screen too.
    """
    unfixed = replace(VLLM, digest=None, waiver="no digest found")
    versions = replace(CATALOG.versions, images={**CATALOG.versions.images, "vllm": unfixed})
    monkeypatch.setattr("servewright.pipeline.load_catalog", lambda: replace(CATALOG, versions=versions))
    name = f"{VLLM.name}:{VLLM.tag}"
    write_locks(tmp_path, [], [{"image": name, "reason": "mirrored next week", "expires": "2026-12-24"}])
    spec = spec_in(tmp_path, "meta-llama/Llama-3.2-1B-Instruct")

    unresolved = preview_value(preview_file(spec))["images"]["unresolved"]
    screen = " ".join(CliRunner().invoke(app, ["preview", str(spec)]).stdout.split())

    assert unresolved == [{"image": name, "waiver": "mirrored next week (until 2026-12-24)"}]
    assert f"image {name} has no digest: mirrored next week (until 2026-12-24)" in screen


def test_a_waiver_of_an_image_with_a_digest_is_said(tmp_path: Path) -> None:
    """
    The digest stays; that nothing had to be waived is a warning.
    """
    write_locks(tmp_path, [], [{"image": f"{VLLM.name}:{VLLM.tag}", "reason": "just in case", "expires": "2027-01-01"}])
    found = with_additions(CATALOG, tmp_path)

    assert found.catalog.image("vllm") == VLLM
    assert [notice.code for notice in found.needless] == ["SW462"]


def test_the_page_about_the_files_shows_files_that_are_read() -> None:
    """
    The JSON of docs/catalog.md is what the readers take.
    """
    page = (Path(__file__).resolve().parents[2] / "docs" / "catalog.md").read_text(encoding="utf-8")
    models, images = re.findall(r"```json\n(.*?)```", page, re.DOTALL)

    (model,) = read_models("docs", models.encode())
    assert missing_fields(model.card) == ()
    assert [image.reference for image in read_images("docs", images.encode()).images] == [f"{VLLM.name}:{VLLM.tag}"]
