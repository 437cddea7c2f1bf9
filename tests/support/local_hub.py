"""
A hub of models on loopback, with the paths, headers and refusals of huggingface.co (https://huggingface.co/docs/hub/api).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from local_server import LocalServer, Reply, Request, serving

SHA = "0123456789abcdef0123456789abcdef01234567"


@dataclass(frozen=True, slots=True, kw_only=True)
class HubModel:
    """
    A repository: its *config*, what its info says besides, its *index* of weights, the *token* that opens it where it is gated.
    """

    config: Mapping[str, Any] | None
    info: Mapping[str, Any] = field(default_factory=dict)
    index: Mapping[str, Any] | None = None
    token: str | None = None


@contextmanager
def serving_hub(models: Mapping[str, HubModel]) -> Iterator[LocalServer]:
    """
    Serve *models* by id.
    """
    with serving(lambda request: _answer(models, request)) as server:
        yield server


def json_reply(value: object, **headers: str) -> Reply:
    """
    Return *value* as a page.
    """
    return Reply(body=json.dumps(value, indent=2).encode(), headers={"Content-Type": "application/json", **headers})


def refusal(status: int, code: str) -> Reply:
    """
    Return the hub's refusal with its reason.
    """
    return Reply(status=status, body=b'{"error":"no"}', headers={"X-Error-Code": code, "X-Error-Message": "no"})


def _answer(models: Mapping[str, HubModel], request: Request) -> Reply:
    parts = request.path.strip("/").split("/")
    if parts[:2] == ["api", "models"]:
        model, rest = models.get("/".join(parts[2:4])), parts[4:]
        if model is None:
            return refusal(401, "RepoNotFound")
        if rest and rest[1] not in (SHA, "main"):
            return refusal(404, "RevisionNotFound")
        return json_reply({"id": "/".join(parts[2:4]), "sha": SHA, "gated": "manual" if model.token else False, **model.info})
    model = models.get("/".join(parts[:2]))
    if model is None or parts[2:4] != ["resolve", SHA]:
        return refusal(404, "RepoNotFound")
    if model.token is not None and request.headers.get("authorization") != f"Bearer {model.token}":
        return refusal(401, "GatedRepo")
    page = {"config.json": model.config, "model.safetensors.index.json": model.index}.get(parts[4])
    return refusal(404, "EntryNotFound") if page is None else json_reply(page)
