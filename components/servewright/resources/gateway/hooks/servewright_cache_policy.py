"""
Which answers may come from the cache, and for whom.

Requests that leave nothing to chance are answered from it: temperature 0 and one answer, and embeddings, where the policy names the model.
Each request is told one or the other in words, so that nothing hangs on the mode that LiteLLM's cache is in. Every team has entries of its
own, and so has the administrator; under a route by tag every set of tags, too. Clients may leave the cache out: with
{"cache": {"no-cache": true}} nothing is read, with "no-store" nothing is kept. How long an entry lives and where is the policy's.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from litellm.caching.dual_cache import DualCache
from litellm.integrations.custom_logger import CustomLogger
from litellm.proxy._types import UserAPIKeyAuth

POLICY: dict[str, Any] = json.loads(Path(os.environ.get("SERVEWRIGHT_POLICY", "/etc/litellm/policy.json")).read_text(encoding="utf-8"))


class CachePolicy(CustomLogger):  # type: ignore[misc] # litellm is not there where types are checked
    """
    Sets LiteLLM's cache controls of each request.
    """

    async def async_pre_call_hook(
        self, user_api_key_dict: UserAPIKeyAuth, cache: DualCache, data: dict[str, Any], call_type: str
    ) -> dict[str, Any]:
        """
        Return *data* with the controls that hold for it and without the client's.
        """
        given = data.pop("cache", None)
        asked = given if isinstance(given, dict) else {}
        rule = POLICY["models"].get(data.get("model"), {})
        if not _cacheable(rule.get("cache"), data, call_type):
            data["cache"] = {"no-cache": True, "no-store": True}
            return data
        data["cache"] = {"use-cache": True, "ttl": rule["ttl_s"], "namespace": _namespace(user_api_key_dict.team_id, data)}
        data["cache"] |= {name: True for name in ("no-cache", "no-store") if asked.get(name)}
        return data


def _cacheable(kind: str | None, data: dict[str, Any], call_type: str) -> bool:
    if kind == "embeddings":
        return "embedding" in call_type
    temperature = data.get("temperature")
    certain = isinstance(temperature, (int, float)) and not isinstance(temperature, bool) and temperature == 0
    return kind == "responses" and "completion" in call_type and certain and all(data.get(name) in (None, 1) for name in ("n", "best_of"))


def _namespace(team: str | None, data: dict[str, Any]) -> str:
    """
    Return what the keys of a caller's entries begin with. Names are hashed: no name can be made that reads as two.
    """
    tags = (data.get("metadata") or {}).get("tags") or []
    caller = hashlib.sha256(json.dumps([team, sorted(map(str, tags))]).encode()).hexdigest()[:24]
    return f"{POLICY['namespace']}:{caller}"


cache_policy = CachePolicy()
