"""
Which kept answer also serves a question that is worded otherwise.

All of a request but the text of its last message must be the same: caller, model, messages before it, parameters, and the numbers in the
text. Among the questions of such a scope the nearest one whose vector is at least as similar as the policy says lends the key of its
answer; LiteLLM then looks that up instead of the request's own. Where the answer is gone, the engine gets the request as it came, and
what it says is not kept under a key that is another question's.

The vectors are in this process alone, without the texts. Without an embedder, or with a slow one, requests go on as if this were not here.

Policy: {"semantic": {"<name>": {"embedding_model": "<name>", "threshold": 0.95, "ttl_s": 3600, "characters": 2000, "rest_s": 15}}}
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
import operator
import os
import re
import time
import uuid
from array import array
from collections import OrderedDict
from datetime import datetime
from pathlib import Path
from typing import Any

import litellm
from litellm._logging import verbose_proxy_logger
from litellm.caching.dual_cache import DualCache
from litellm.integrations.custom_logger import CustomLogger
from litellm.proxy._types import UserAPIKeyAuth

try:
    import numpy  # type: ignore[import-not-found] # noqa: ICN001 - comes with soundfile, which LiteLLM's proxy needs
except ImportError:
    numpy = None  # some ten times slower, and right all the same

POLICY: dict[str, Any] = json.loads(Path(os.environ.get("SERVEWRIGHT_POLICY", "/etc/litellm/policy.json")).read_text(encoding="utf-8"))
QUESTION, SIMILARITY = "servewright_question", "servewright_similarity"
ENTRIES = 10_000  # of this process: plan/gateway.py has the memory for them
SCOPE_ENTRIES = 200  # compared one by one: some 1 ms with 1,024 dimensions each; judgement
OPEN = 1000  # questions whose answer is under way; judgement, ten times what a replica of one CPU serves in a second and more
EMBED_S = 1.0  # what a look-up may take; judgement, a vector of one question is made in some 20 ms
NUMBER = re.compile(r"[-+]?\d+")
SERVER_FAULT = 500
SET_BY_US = ("user", "max_tokens", "max_completion_tokens", "extra_body")  # by LiteLLM and our hooks before this one


class Question:
    """
    A question that was asked: where it may be compared, a digest of its text, its vector of length 1, and until when it serves.
    """

    __slots__ = ("digest", "end", "key", "scope", "vector")

    def __init__(self, scope: str, digest: bytes, vector: array[float], end: float) -> None:
        self.scope, self.digest, self.vector, self.end = scope, digest, vector, end
        self.key: str | None = None  # of its answer, once that is known


class Index:
    """
    The questions with an answer by their digests, the one used longest ago first: all of them, and those of each scope.
    """

    def __init__(self) -> None:
        self.all: OrderedDict[tuple[str, bytes], Question] = OrderedDict()
        self.scopes: dict[str, OrderedDict[bytes, Question]] = {}

    def add(self, question: Question) -> None:
        """
        Take *question* in as the one used last; those used longest ago make room.
        """
        self.drop(question.scope, question.digest)
        self.all[question.scope, question.digest] = question
        own = self.scopes.setdefault(question.scope, OrderedDict())
        own[question.digest] = question
        if len(own) > SCOPE_ENTRIES:
            self.drop(question.scope, next(iter(own)))
        if len(self.all) > ENTRIES:
            self.drop(*next(iter(self.all)))

    def drop(self, scope: str, digest: bytes) -> None:
        """
        Forget a question.
        """
        if self.all.pop((scope, digest), None) is not None:
            own = self.scopes[scope]
            del own[digest]
            if not own:
                del self.scopes[scope]

    def current(self, scope: str) -> list[Question]:
        """
        Return the questions of *scope* whose time is not over.
        """
        for each in list(self.scopes.get(scope, {}).values()):
            if each.end <= time.monotonic():
                self.drop(scope, each.digest)
        return list(self.scopes.get(scope, {}).values())


class Semantic(CustomLogger):  # type: ignore[misc] # litellm is not there where types are checked
    """
    Gives requests the key of the answer to a question that is near enough.
    """

    def __init__(self) -> None:
        super().__init__()
        self.index = Index()
        self.open: OrderedDict[str, Question] = OrderedDict()
        self.resting: dict[str, float] = {}

    async def async_pre_call_hook(
        self, user_api_key_dict: UserAPIKeyAuth, cache: DualCache, data: dict[str, Any], call_type: str
    ) -> dict[str, Any]:
        """
        Return *data*, with the key of another question's answer where one is near enough.
        """
        for name in (QUESTION, SIMILARITY):
            (data.get("metadata") or {}).pop(name, None)  # a client's own
        rule, text = POLICY["semantic"].get(data.get("model")), _text(data)
        if rule is None or not 0 < len(text) <= rule["characters"] or not _open_to_the_cache(data):
            return data
        scope, digest = _scope(data, text), hashlib.sha256(text.encode(errors="surrogatepass")).digest()
        if any(each.digest == digest for each in self.index.current(scope)):
            return data  # the same words: the exact cache has their answer
        vector = await self._vector(rule, text)
        if vector is None:
            return data
        others = ((_dot(each.vector, vector), each) for each in self.index.current(scope) if len(each.vector) == len(vector))
        similarity, near = max(others, key=operator.itemgetter(0), default=(0.0, None))
        if near is None or similarity < rule["threshold"]:
            self._note(data, Question(scope, digest, vector, time.monotonic() + rule["ttl_s"]))
            return data
        self.index.add(near)
        self._note(data, near)
        data["metadata"][SIMILARITY] = f"{min(similarity, 1.0):.3f}"
        data["cache_key"] = near.key
        data["cache"]["no-store"] = True
        return data

    def _note(self, data: dict[str, Any], question: Question) -> None:
        mark = uuid.uuid4().hex
        self.open[mark] = question
        if len(self.open) > OPEN:
            self.open.popitem(last=False)
        data.setdefault("metadata", {})[QUESTION] = mark

    async def _vector(self, rule: dict[str, Any], text: str) -> array[float] | None:
        """
        Return the vector of *text*, None where there is none in time: then the embedder is left in peace for a while.
        """
        from litellm.proxy.proxy_server import llm_router  # noqa: PLC0415 - it loads this file

        model, controls = rule["embedding_model"], {"no-cache": True, "no-store": True}  # vectors that are kept belong to one team
        if llm_router is None or self.resting.get(model, 0.0) > time.monotonic():
            return None
        try:
            async with asyncio.timeout(EMBED_S):
                made = await llm_router.aembedding(model=model, input=[text], cache=controls, num_retries=0)
            return _unit(made.data[0]["embedding"])
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the embedder, the engine can answer
            if int(getattr(error, "status_code", None) or SERVER_FAULT) >= SERVER_FAULT:
                self.resting[model] = time.monotonic() + rule["rest_s"]
            verbose_proxy_logger.warning("no vector from %s (%s): asked without", model, type(error).__name__)
        return None

    async def async_pre_call_deployment_hook(self, kwargs: dict[str, Any], call_type: object) -> None:
        """
        Learn under which key LiteLLM keeps the answer to a question; that of a model that only stands in is not the question's.
        """
        metadata = kwargs.get("metadata") or {}
        question = self.open.get(mark := str(metadata.get(QUESTION)))
        if question is None or SIMILARITY in metadata or litellm.cache is None:
            return
        key = litellm.cache.get_cache_key(**kwargs)
        if question.key not in (None, key):
            del self.open[mark]
        question.key = key

    async def async_log_success_event(self, kwargs: dict[str, Any], response_obj: object, start_time: datetime, end_time: datetime) -> None:
        """
        Take a question in whose answer is whole and kept; drop one whose answer was gone.
        """
        metadata = (kwargs.get("litellm_params") or {}).get("metadata") or {}
        question = self.open.pop(str(metadata.get(QUESTION)), None)
        if question is None or question.key is None:
            pass
        elif SIMILARITY not in metadata:
            self.index.add(question)
        elif not kwargs.get("cache_hit"):
            self.index.drop(question.scope, question.digest)

    async def async_post_call_response_headers_hook(
        self, data: dict[str, Any], user_api_key_dict: UserAPIKeyAuth, response: object, request_headers: dict[str, str] | None = None
    ) -> dict[str, str] | None:
        """
        Return the header that tells how similar the question was whose answer this is; none on an answer to the question itself.
        """
        similarity = (data.get("metadata") or {}).get(SIMILARITY)
        served = (getattr(response, "_hidden_params", None) or {}).get("cache_key")
        return {"x-servewright-similarity": similarity} if similarity and served == data.get("cache_key") else None


def _open_to_the_cache(data: dict[str, Any]) -> bool:
    """
    Tell whether our cache policy lets *data* be answered from the cache and kept, and its answer is a text.
    """
    control = data.get("cache") or {}
    closed = not control.get("use-cache") or any(control.get(name) for name in ("no-cache", "no-store"))
    return not closed and not any(data.get(name) for name in ("tools", "functions"))


def _text(data: dict[str, Any]) -> str:
    """
    Return the text of the last message, "" where that is not a user's, or not a text alone.
    """
    messages = data.get("messages")
    last = messages[-1] if isinstance(messages, list) and messages else None
    text = last.get("content") if isinstance(last, dict) and last.get("role") == "user" else None
    return text if isinstance(text, str) else ""


def _scope(data: dict[str, Any], text: str) -> str:
    """
    Return the same for requests that differ in the words of their last message alone, not in its numbers.
    """
    sent = (data.get("proxy_server_request") or {}).get("body") or {}
    body = {name: value for name, value in sent.items() if name not in ("metadata", "cache", "messages")}
    *before, last = data["messages"]
    caller = [data["cache"]["namespace"], data.get("model"), *(data.get(name) for name in SET_BY_US)]
    parts = [caller, body, before, {**last, "content": None}, NUMBER.findall(text)]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def _unit(vector: list[float]) -> array[float] | None:
    length = math.sqrt(_dot(vector, vector))
    return array("f", [each / length for each in vector]) if length and math.isfinite(length) else None


def _dot(one: array[float] | list[float], other: array[float] | list[float]) -> float:
    return float(sum(a * b for a, b in zip(one, other, strict=True)) if numpy is None else numpy.dot(one, other))


semantic = Semantic()
