"""
One call to the engine for identical requests that may be cached and arrive together.

The first one (the leader) goes on, the others wait for its end and then read the cache. Identical is: the same caller's entries and the
same body, whatever is in it. When the leader's engine fails, those who wait get the same error at once, instead of each trying an engine
that is down; when its client hangs up, one of them goes on in its place. Each process does this by itself: two replicas make two calls.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import HTTPException
from litellm.caching.dual_cache import DualCache
from litellm.integrations.custom_logger import CustomLogger
from litellm.proxy._types import UserAPIKeyAuth

POLICY: dict[str, Any] = json.loads(Path(os.environ.get("SERVEWRIGHT_POLICY", "/etc/litellm/policy.json")).read_text(encoding="utf-8"))
FLIGHT = "servewright_flight"
STORED_S = 0.03  # LiteLLM writes the entry beside the answer; judgement, ten round trips to a store in the same zone
ENDED_S = 1.0  # a leader that ended without any word: its client hung up
SERVER_FAULT = 500


class SingleFlight(CustomLogger):  # type: ignore[misc] # litellm is not there where types are checked
    """
    The leaders that are under way: the key of each request, and how it ended.
    """

    def __init__(self) -> None:
        super().__init__()
        self.leaders: dict[str, asyncio.Future[int]] = {}

    async def async_pre_call_hook(
        self, user_api_key_dict: UserAPIKeyAuth, cache: DualCache, data: dict[str, Any], call_type: str
    ) -> dict[str, Any]:
        """
        Return *data* when it is the leader's, or when the leader's answer is in the cache.
        """
        control = data.get("cache") or {}
        if "completion" not in call_type or not control.get("use-cache") or control.get("no-cache") or control.get("no-store"):
            return data
        key, end = _key(data), time.monotonic() + POLICY["single_flight_wait_s"]
        while (leader := self.leaders.get(key)) is not None and time.monotonic() < end:
            await asyncio.wait([leader], timeout=end - time.monotonic())
            status = leader.result() if leader.done() else 0
            if status >= SERVER_FAULT:
                raise HTTPException(status, "the identical request before this one failed")
            if status:
                return data
        self._lead(key, data)
        return data

    def _lead(self, key: str, data: dict[str, Any]) -> None:
        loop = asyncio.get_running_loop()
        leader: asyncio.Future[int] = loop.create_future()
        self.leaders[key] = leader
        data.setdefault("metadata", {})[FLIGHT] = key
        task = asyncio.current_task()
        if task is not None:
            task.add_done_callback(lambda _: loop.call_later(ENDED_S, self._end, leader, key, 0))

    def _end(self, leader: asyncio.Future[int], key: str, status: int) -> None:
        """
        Let those who wait for *leader* go on: *status* is 200, that of an error, or 0 where nobody knows.
        """
        if not leader.done():
            leader.set_result(status)
        if self.leaders.get(key) is leader:
            del self.leaders[key]

    async def async_log_success_event(self, kwargs: dict[str, Any], response_obj: object, start_time: datetime, end_time: datetime) -> None:
        """
        End a leader's flight: the answer is whole.
        """
        key = str(((kwargs.get("litellm_params") or {}).get("metadata") or {}).get(FLIGHT))
        leader = self.leaders.get(key)
        if leader is not None:
            await asyncio.sleep(STORED_S)
            self._end(leader, key, 200)

    async def async_post_call_failure_hook(
        self,
        request_data: dict[str, Any],
        original_exception: Exception,
        user_api_key_dict: UserAPIKeyAuth,
        traceback_str: str | None = None,
    ) -> None:
        """
        End a leader's flight: no deployment could answer, or a limit refused it.
        """
        key = str((request_data.get("metadata") or {}).get(FLIGHT))
        leader = self.leaders.get(key)
        if leader is not None:
            code = str(getattr(original_exception, "status_code", None) or getattr(original_exception, "code", None))
            self._end(leader, key, int(code) if code.isdigit() and int(code) >= SERVER_FAULT else 0)


def _key(data: dict[str, Any]) -> str:
    """
    Return the same for requests that only differ in how they came: what LiteLLM adds to a body is no part of it.
    """
    sent = (data.get("proxy_server_request") or {}).get("body") or {}
    body = {name: value for name, value in sent.items() if name not in ("metadata", "cache")}
    return hashlib.sha256(
        json.dumps([data["cache"]["namespace"], data.get("model"), body], sort_keys=True, default=str).encode()
    ).hexdigest()


single_flight = SingleFlight()
