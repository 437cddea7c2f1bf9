"""
Who is calling: keys from a mounted file, limits from the policy beside it, no database.

keys.json (a Secret, read again when it changes): {"<sha256 of the key>": {"team": "support", "alias": "ci"}}. A file that cannot be read
leaves the last good one in force. All keys of a team count as one caller: its limits are the team's, however many keys it has.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from pathlib import Path
from typing import Any

from fastapi import Request
from litellm._logging import verbose_proxy_logger
from litellm.proxy._types import ProxyException, UserAPIKeyAuth

POLICY: dict[str, Any] = json.loads(Path(os.environ.get("SERVEWRIGHT_POLICY", "/etc/litellm/policy.json")).read_text(encoding="utf-8"))
PATHS = frozenset({"/chat/completions", "/completions", "/embeddings", "/rerank", "/models"})
"""
What a team's key opens, with and without /v1; the rest of LiteLLM (cache, models, keys, health of the engines) is the administrator's.
"""


class Keys:
    """
    The file of keys as it was when it could last be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.seen: tuple[int, int] | None = None
        self.rows: dict[str, dict[str, str]] = {}

    def current(self) -> dict[str, dict[str, str]]:
        """
        Return the rows, read anew if the file is another.
        """
        try:
            state = self.path.stat()
            if (state.st_mtime_ns, state.st_ino) != self.seen:
                self.seen = (state.st_mtime_ns, state.st_ino)
                self.rows = _rows(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:  # never with the file's content
            verbose_proxy_logger.error("the file of keys cannot be read (%s): the last good one stays in force", type(error).__name__)
        return self.rows


def _rows(text: str) -> dict[str, dict[str, str]]:
    return {str(digest).lower(): {"team": str(row["team"]), "alias": str(row.get("alias", ""))} for digest, row in json.loads(text).items()}


KEYS = Keys(Path(os.environ.get("SERVEWRIGHT_KEYS", "/etc/litellm-keys/keys.json")))


async def check(request: Request, api_key: str) -> UserAPIKeyAuth:
    """
    Return who sent *request*, or refuse it: 401 for an unknown key, 403 for what a team may not call, 413 for a body that is too long.
    """
    await _measured(request)
    given = (api_key or "").removeprefix("Bearer ").encode()
    master = os.environ.get("LITELLM_MASTER_KEY", "").encode()
    if master and hmac.compare_digest(given, master):
        return UserAPIKeyAuth(api_key=_digest(b"administrator"), user_role="proxy_admin", key_alias="administrator")
    # By the digest, not by the key: how long the look-up takes says nothing about a key.
    row = KEYS.current().get(_digest(given))
    if row is None:
        raise ProxyException(message="unknown API key", type="auth_error", param="None", code=401)
    if request.url.path.removeprefix("/v1") not in PATHS:
        raise ProxyException(message="this key may not call this path", type="auth_error", param="None", code=403)
    return _caller(row)


def _caller(row: dict[str, str]) -> UserAPIKeyAuth:
    limits = POLICY["teams"].get(row["team"], {})
    return UserAPIKeyAuth(
        api_key=_digest(f"team {row['team']}".encode()),
        team_id=row["team"],
        key_alias=row["alias"],
        user_role="internal_user",
        rpm_limit=limits.get("requests_per_minute"),
        tpm_limit=limits.get("tokens_per_minute"),
        max_parallel_requests=limits.get("parallel_requests"),
    )


async def _measured(request: Request) -> None:
    most = POLICY["limits"]["request_bytes"]
    length = request.headers.get("content-length", "")
    if (length.isdigit() and int(length) > most) or len(await request.body()) > most:
        raise ProxyException(message=f"the request is longer than {most} bytes", type="invalid_request_error", param="None", code=413)


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()
