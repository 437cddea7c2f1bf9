"""
What comes in at all: bodies no longer than the limit, with parameters that speak to the engine and nothing else.

A body that is too long is refused (413) before it is in memory and before keys are looked at. Parameters in extra_body count like the
others. LiteLLM would obey many more (mock_response, extra_headers, deployment_id, fallbacks, ...): what is not named here is dropped. Of
what is named, counts, extra_body and tags of another kind are 400.
"""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse

POLICY: dict[str, Any] = json.loads(Path(os.environ.get("SERVEWRIGHT_POLICY", "/etc/litellm/policy.json")).read_text(encoding="utf-8"))
COUNTS = ("max_tokens", "max_completion_tokens", "n", "best_of")
PATHS = ("/chat/completions", "/completions", "/embeddings", "/rerank")  # what these end with goes to an engine
OPENAI = frozenset(
    """
    model messages prompt input frequency_penalty presence_penalty logit_bias logprobs top_logprobs max_tokens
    max_completion_tokens n best_of seed stop stream stream_options temperature top_p tools tool_choice parallel_tool_calls
    functions function_call response_format reasoning_effort user echo suffix dimensions encoding_format
    """.split()  # noqa: SIM905 - names to read, not a list to edit
)  # of chat, completions and embeddings; not metadata's, store's and service_tier's: these belong to OpenAI's own platform
RERANK = frozenset(
    """
    query documents top_n return_documents max_tokens_per_doc
    """.split()  # noqa: SIM905 - names to read, not a list to edit
)
VLLM = frozenset(
    """
    min_p top_k repetition_penalty length_penalty min_tokens ignore_eos stop_token_ids bad_words allowed_token_ids
    skip_special_tokens spaces_between_special_tokens include_stop_str_in_output include_reasoning truncate_prompt_tokens
    prompt_logprobs structured_outputs guided_json guided_regex guided_choice guided_grammar chat_template_kwargs
    add_generation_prompt continue_final_message add_special_tokens
    """.split()  # noqa: SIM905 - names to read, not a list to edit
)  # "extra parameters" of vLLM's OpenAI-compatible server; not chat_template and logits_processors, which are programs, nor priority
KEPT = frozenset({"cache", "metadata"})  # cut down to what our cache policy and routes by tag read
ALLOWED = OPENAI | RERANK | VLLM | KEPT
HEADERS = frozenset({b"x-litellm-api-key", b"x-litellm-call-id", b"x-litellm-tags"})  # of LiteLLM's own those that a client may send

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]  # of ASGI


class Refused(Exception):  # noqa: N818 - as HTTPException's, its name says what happened
    """
    A body that goes no further.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.answer = JSONResponse({"error": {"message": message, "type": "invalid_request_error", "code": str(status)}}, status)


class Edge:
    """
    Stands before all of LiteLLM's own application: a body comes in no further than the limit, and clean.
    """

    def __init__(self, app: Application) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """
        Serve one request. It is read when LiteLLM asks for it, so that calls that wait for their turn hold no memory.
        """
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        call = Call(scope, receive, send)
        try:
            call.announced()
            await self.app(call.scope, call.receive, call.send)
        except Exception:  # ours, or whatever LiteLLM made of it
            if call.refused is None:
                raise
        if call.refused is not None and not call.begun:
            await call.refused.answer(scope, receive, send)


class Call:
    """
    One request and its answer; where its body is refused nothing of what LiteLLM answers goes out.
    """

    def __init__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        self.given, self.outward = receive, send
        self.length, self.begun, self.read = 0, False, False
        self.refused: Refused | None = None
        self.whole = scope["method"] == "POST" and scope["path"].endswith(PATHS)
        self.sent = dict(scope["headers"])
        kept = [(name, value) for name, value in scope["headers"] if not name.startswith(b"x-litellm-") or name in HEADERS]
        if self.whole:  # LiteLLM would read a form, too, and the body gets another length
            kept = [(name, value) for name, value in kept if name not in (b"content-type", b"content-length")]
            kept.append((b"content-type", b"application/json"))
        self.scope = {**scope, "headers": kept}

    def announced(self) -> None:
        """
        Refuse a body by the length that its header tells.
        """
        length = self.sent.get(b"content-length", b"")
        if length.isdigit():
            self._count(int(length))
            self.length = 0

    async def receive(self) -> dict[str, Any]:
        """
        Return the next part of the body, or all of it, cleaned.
        """
        if self.refused is not None:
            raise self.refused
        message: dict[str, Any] = await self._next()
        if not self.whole or self.read or message["type"] != "http.request":
            return message
        parts = [message.get("body", b"")]
        while message.get("more_body"):
            message = await self._next()
            if message["type"] != "http.request":
                return message
            parts.append(message.get("body", b""))
        self.read = True
        try:
            return {"type": "http.request", "body": _clean(b"".join(parts)), "more_body": False}
        except Refused as refused:
            self.refused = refused
            raise

    async def send(self, message: dict[str, Any]) -> None:
        """
        Pass LiteLLM's answer on.
        """
        if self.refused is None or self.begun:
            self.begun = True
            await self.outward(message)

    async def _next(self) -> dict[str, Any]:
        message: dict[str, Any] = await self.given()
        self._count(len(message.get("body", b"")))
        return message

    def _count(self, more: int) -> None:
        self.length += more
        if self.length > POLICY["limits"]["request_bytes"]:
            self.refused = Refused(413, f"the request is longer than {POLICY['limits']['request_bytes']} bytes")
            raise self.refused


def _clean(text: bytes) -> bytes:
    """
    Return the body with the parameters that may go on.
    """
    try:
        body = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Refused(400, "the body is not a JSON object")
    extra = body.pop("extra_body", None)
    if not isinstance(extra, dict | None):
        raise Refused(400, "extra_body is not an object")
    body = {name: value for name, value in {**body, **(extra or {})}.items() if name in ALLOWED and value is not None}
    for name in COUNTS:
        if name in body and (type(body[name]) is not int or body[name] < 0):
            raise Refused(400, f"{name} is not a whole number of 0 or more")
    if isinstance(body.get("chat_template_kwargs"), dict):
        body["chat_template_kwargs"].pop("chat_template", None)
    given = body.pop("cache", None)
    body["cache"] = {name: True for name in ("no-cache", "no-store") if isinstance(given, dict) and given.get(name)}
    body["metadata"] = _tags(body.pop("metadata", {}))
    return json.dumps({name: value for name, value in body.items() if name not in KEPT or value}).encode()


def _tags(metadata: object) -> dict[str, list[str]]:
    tags = metadata.get("tags") if isinstance(metadata, dict) else metadata
    if tags is None:
        return {}
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise Refused(400, "metadata.tags is not a list of strings")
    return {"tags": tags}


def _no_number(name: str) -> None:
    raise ValueError(name)


def stand_before_litellm() -> None:
    """
    Put the edge before LiteLLM's application, which has built its layers when it reads its configuration; none can be added to them then.
    """
    from litellm.proxy import proxy_server  # noqa: PLC0415 - it loads this file

    app: FastAPI = proxy_server.app
    if not getattr(app.state, "servewright", False):
        app.state.servewright = True
        app.middleware_stack = Edge(app.middleware_stack or app.build_middleware_stack())
