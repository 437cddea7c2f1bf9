"""
What a request may be and what a team may use, before anything is looked up or sent.

Refused: models that are not there (400) or not the team's (403), more output than one request may ask for (400), a budget that is spent
(429). Long bodies and parameters that LiteLLM itself would obey are kept out by servewright_edge, which is put in its place here.
A team's priority goes to the engine, never into LiteLLM's own queue.

Money is counted here: without a database LiteLLM's own counters in the store are forgotten a minute after the last call. A call is counted
when it ends, so that those in flight when the budget runs out are still answered.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from fastapi import HTTPException
from litellm._logging import verbose_proxy_logger
from litellm.caching.dual_cache import DualCache
from litellm.caching.redis_cache import RedisCache
from litellm.integrations.custom_logger import CustomLogger
from litellm.proxy._types import UserAPIKeyAuth
from litellm.proxy.types_utils.utils import get_instance_fn
from litellm.types.utils import all_litellm_params

POLICY: dict[str, Any] = json.loads(Path(os.environ.get("SERVEWRIGHT_POLICY", "/etc/litellm/policy.json")).read_text(encoding="utf-8"))
DAY_S = 86_400
TOKENS = ("max_tokens", "max_completion_tokens")
KEPT = frozenset({"cache", "metadata"})  # read by our cache policy and by routes by tag
TIMES = frozenset({"timeout", "stream_timeout", "request_timeout", "num_retries", "max_retries", "priority"})
ROUTED = frozenset(
    """
    extra_headers extra_query extra_body default_headers headers deployment_id specific_deployment organization azure_ad_token
    router_settings_override user_config fallbacks context_window_fallbacks content_policy_fallbacks additional_drop_params
    """.split()  # noqa: SIM905 - names to read, not a list to edit
)
# on paths that the edge lets through as they are, the administrator's; litellm_params.preset_cache_key is the key of any entry
OBEYED = (frozenset(all_litellm_params) | TIMES | ROUTED | {"litellm_params"}) - KEPT


class Limits(CustomLogger):  # type: ignore[misc] # litellm is not there where types are checked
    """
    Holds requests to the policy and counts what teams spend.
    """

    def __init__(self) -> None:
        super().__init__()
        self.spent: dict[str, float] = {}

    async def async_pre_call_hook(
        self, user_api_key_dict: UserAPIKeyAuth, cache: DualCache, data: dict[str, Any], call_type: str
    ) -> dict[str, Any]:
        """
        Return *data* as it may go on, or refuse it.
        """
        if not isinstance(data.get("model"), str) or data["model"] not in POLICY["models"]:
            raise HTTPException(400, "there is no such model")  # LiteLLM would answer a list with commas once for each of its names
        team = POLICY["teams"].get(user_api_key_dict.team_id, {})
        if team.get("models") and data.get("model") not in team["models"]:
            raise HTTPException(403, "this key may not use this model")
        await self._within_budget(user_api_key_dict.team_id, team)
        asked = (data.get("proxy_server_request") or {}).get("body") or {}
        for name in OBEYED.intersection(asked) | TIMES.intersection(data):
            data.pop(name, None)
        if "completion" in call_type:
            _limit_output(data)
        _prioritise(data, team.get("priority"))
        return data

    async def async_log_success_event(self, kwargs: dict[str, Any], response_obj: object, start_time: datetime, end_time: datetime) -> None:
        """
        Count what an answer cost; one from the cache costs nothing.
        """
        name = str(((kwargs.get("litellm_params") or {}).get("metadata") or {}).get("user_api_key_team_id"))
        team = POLICY["teams"].get(name, {})
        cost = kwargs.get("response_cost") or 0.0
        if team.get("budget_usd") is None or not cost or kwargs.get("cache_hit"):
            return
        key = _period(name, team)
        self.spent[key] = self.spent.get(key, 0.0) + cost
        store = _store()
        if store is not None:
            try:
                counted = await store.async_increment(key, cost, ttl=(team["budget_days"] + 1) * DAY_S)
                self.spent[key] = max(self.spent[key], float(counted or 0.0))
            except Exception:  # noqa: BLE001 - any fault of the store: this process goes on with what it knows
                verbose_proxy_logger.warning("the store does not count what teams spend")

    async def _within_budget(self, name: str | None, team: dict[str, Any]) -> None:
        if name is None or team.get("budget_usd") is None:
            return
        key = _period(name, team)
        store = _store()
        if store is not None:
            try:
                # None also where the store does not answer; within a period what is spent never becomes less
                self.spent[key] = max(self.spent.get(key, 0.0), float(await store.async_get_cache(key) or 0.0))
            except Exception:  # noqa: BLE001 - as above
                verbose_proxy_logger.warning("the store does not say what teams have spent")
        if Decimal(repr(self.spent.get(key, 0.0))) >= Decimal(team["budget_usd"]):
            raise HTTPException(429, f"the budget of {team['budget_usd']} USD for {team['budget_days']} days is spent")


def _store() -> RedisCache | None:
    """
    Return LiteLLM's client of the store for counters (general_settings.coordination_redis), None where there is none.
    """
    from litellm.proxy import proxy_server  # noqa: PLC0415 - it loads this file

    store: RedisCache | None = proxy_server.redis_usage_cache
    return store


def _period(name: str, team: dict[str, Any]) -> str:
    """
    Return the key of what a team spends in the budget's current period; periods follow one another from 1970-01-01 UTC.
    """
    number = int(time.time() // (team["budget_days"] * DAY_S))
    return f"spent:{hashlib.sha256(name.encode()).hexdigest()[:16]}:{number}"


def _limit_output(data: dict[str, Any]) -> None:
    most = POLICY["limits"]["output_tokens"]
    if most is None:
        return
    given = [data[name] for name in TOKENS if isinstance(data.get(name), int)]
    answers = _prompts(data.get("prompt")) * max([1, *(data[name] for name in ("n", "best_of") if isinstance(data.get(name), int))])
    if answers > most or answers * max(given, default=1) > most:
        raise HTTPException(400, f"a request may ask for {most} output tokens, over all its answers")
    if not given:
        data["max_tokens"] = most // answers


def _prompts(prompt: object) -> int:
    """
    Return how many prompts these are: a list of numbers is one, in tokens.
    """
    several = isinstance(prompt, list) and not all(isinstance(each, int) for each in prompt)
    return len(prompt) if several and isinstance(prompt, list) else 1


def _prioritise(data: dict[str, Any], priority: int | None) -> None:
    data.pop("extra_body", None)
    if priority:
        data["extra_body"] = {"priority": priority}


get_instance_fn("servewright_edge.stand_before_litellm", config_file_path=__file__)()  # by the loader that loaded this file
limits = Limits()
