"""
Where a model's config.json comes from: a file, or a hub. The border of `models add`: it reads the environment and opens the connection.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import typer

from servewright.additions.by_hand import NotSettableError, parse_settings
from servewright.additions.codes import NOT_ON_THE_HUB
from servewright.additions.config.derive import Question
from servewright.additions.files import parse_bytes, read_bytes, shown
from servewright.additions.hub_facts import HubFacts, hub_facts, total_of_index
from servewright.additions.model_fields import HUB_ID
from servewright.catalog.load import load_catalog
from servewright.diagnostics import Diagnostic, of_file
from servewright.errors import InvalidInputError
from servewright.pins import COMMIT
from servewright.remote.hub import PUBLIC_HUB, Hub, NotThereError, refuse_endpoint
from servewright.spec.secret_text import printable

if TYPE_CHECKING:
    from pathlib import Path

ENDPOINT: Final = "HF_ENDPOINT"
TOKEN: Final = "HF_TOKEN"  # noqa: S105 - the name of the variable

_REVISION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,99}")


def question_from_file(model_id: str, config: Path, revision: str | None, like: str | None, settings: list[str]) -> Question:
    """
    Return what is asked about the config.json in *config*; nothing else is read.
    """
    _check_id(model_id)
    if revision is not None and COMMIT.fullmatch(revision) is None:
        raise typer.BadParameter("must be a commit id: 40 hexadecimal digits", param_hint="'--revision'")  # noqa: EM101, TRY003
    raw = read_bytes(config)
    return Question(
        hf_id=model_id,
        config=parse_bytes(shown(config), raw),
        source=f"the file {shown_name(config)}, sha256 {sha256(raw).hexdigest()}",
        hub=HubFacts(revision=revision),
        like=like,
        by_hand=_by_hand(settings),
    )


def question_from_hub(model_id: str, endpoint: str | None, revision: str | None, like: str | None, settings: list[str]) -> Question:
    """
    Return what is asked about the config.json of *model_id* on the hub.
    """
    _check_id(model_id)
    by_hand = _by_hand(settings)
    hub = _hub(endpoint)
    if revision is not None and (_REVISION.fullmatch(revision) is None or ".." in revision):
        raise typer.BadParameter("must be a commit, a branch or a tag", param_hint="'--revision'")  # noqa: EM101, TRY003
    try:
        found = hub.repository(model_id, revision)
    except NotThereError as missing:
        raise InvalidInputError((_not_there(missing, hub, model_id, revision),)) from None
    facts = hub_facts(found.info)
    question = Question(
        hf_id=model_id, config=parse_bytes(found.url, found.config), source=found.url, hub=facts, like=like, by_hand=by_hand
    )
    if facts.total_params is None and facts.revision is not None:
        question = replace(question, hub=replace(facts, total_params=_from_index(hub, question)))
    return question


def shown_name(path: Path) -> str:
    """
    Return the last part of *path*: a row names the file, not the machine it lay on.
    """
    return printable(os.fsencode(path.name).decode("utf-8", "replace"))[:100]


def _from_index(hub: Hub, question: Question) -> int | None:
    """
    Return the parameters as the index of the weights has them, where the weights are not quantised.
    """
    value = question.config.value
    if not isinstance(value, dict) or "quantization_config" in value or question.hub.revision is None:
        return None
    written = value.get("dtype") or value.get("torch_dtype")
    native = {"bfloat16": "bf16", "float16": "fp16", "float32": "fp32"}.get(written) if isinstance(written, str) else None
    raw = hub.weights_index(question.hf_id, question.hub.revision)
    return None if raw is None else total_of_index(raw, native)


def _hub(endpoint: str | None) -> Hub:
    chosen = endpoint or os.environ.get(ENDPOINT) or PUBLIC_HUB
    wrong = refuse_endpoint(chosen)
    if wrong is not None:
        raise typer.BadParameter(f"the address of the hub {wrong}", param_hint=f"'--hub' or {ENDPOINT}")  # noqa: EM102, TRY003
    return Hub(endpoint=chosen, token=(os.environ.get(TOKEN) or "").strip() or None)


def _check_id(model_id: str) -> None:
    if HUB_ID.fullmatch(model_id) is None or ".." in model_id or "--" in model_id:
        raise typer.BadParameter(f"{model_id[:80]!r} must be the id of a model on the hub: organisation/name", param_hint="'ID'")  # noqa: EM102, TRY003


def _by_hand(settings: list[str]) -> dict[str, object]:
    try:
        return parse_settings(settings)
    except NotSettableError as wrong:
        raise typer.BadParameter(str(wrong), param_hint="'--set'") from None


def _not_there(missing: NotThereError, hub: Hub, model_id: str, revision: str | None) -> Diagnostic:
    near = load_catalog().nearest_models(model_id)
    nearest = f"nearest in the catalogue: {', '.join(near)}\n" if near else ""
    message, hint = {
        "repository": (
            f"the hub has no model {model_id}, or hides it",
            f"{nearest}a private one needs a token in HF_TOKEN; any other config.json: --config FILE",
        ),
        "revision": (f"the hub has no revision {(revision or '')[:60]} of {model_id}", "the newest one is taken without --revision"),
        "file": (
            f"{model_id} has no config.json",
            "files in GGUF and adapters have none: add the model they were made from, or give its file: --config FILE",
        ),
    }[missing.what]
    return of_file(hub.endpoint, NOT_ON_THE_HUB, message, hint=hint, phase="fields")
