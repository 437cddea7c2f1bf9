"""
A hub of models that speaks the API of huggingface.co: a repository's info, its config.json and its index of weights, at one commit.

    GET /api/models/<id>[/revision/<revision>]                     the commit, the gate, the licence, the count of parameters
    GET /<id>/resolve/<commit>/config.json                         the architecture
    GET /<id>/resolve/<commit>/model.safetensors.index.json        the size, where the info has none

https://huggingface.co/docs/hub/api. The reason of a refusal stands in the header X-Error-Code, not in the status: a gated repository
answers 401 with and without a token.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import quote

from servewright.errors import OutsideStateError
from servewright.pins import COMMIT
from servewright.remote.http import TIMEOUT_S, ask, host_of, is_loopback

if TYPE_CHECKING:
    from servewright.remote.http import Answer

PUBLIC_HUB: Final = "https://huggingface.co"

CONFIG_BYTES: Final = 1024 * 1024
INFO_BYTES: Final = 8 * 1024 * 1024
INDEX_BYTES: Final = 32 * 1024 * 1024
"""
Bounds on an answer: a repository of 1,000 files has an info of 100 KB, the index of 90,000 tensors 9 MB (judgement).
"""

_TOKEN: Final = re.compile(r"[\x21-\x7e]{1,512}")
_OK: Final = 200
_REFUSED: Final = frozenset({401, 403})
_MISSING: Final = 404
_BUSY: Final = 429

What = Literal["repository", "revision", "file"]

_NOT_THERE: Final[dict[str, What]] = {"RepoNotFound": "repository", "RevisionNotFound": "revision", "EntryNotFound": "file"}
"""
By X-Error-Code; a private repository is not found by a stranger either.
"""


class NotThereError(Exception):
    """
    The hub has no such *what*: the repository, the revision in it, or a file of it.
    """

    def __init__(self, what: What) -> None:
        self.what = what
        super().__init__(what)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """
    What the hub has of one model: its *info*, the bytes of its config.json and where they came from.
    """

    info: dict[str, Any]
    config: bytes
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """
    A hub at *endpoint*; *token* is shown to it alone and to nobody else.
    """

    endpoint: str = PUBLIC_HUB
    token: str | None = None
    timeout: float = TIMEOUT_S

    def repository(self, hf_id: str, revision: str | None) -> Repository:
        """
        Return what the hub has of *hf_id* at *revision* (None: at its newest commit).

        Raises NotThereError, and OutsideStateError where the hub refuses or does not answer.
        """
        at = f"/revision/{quote(revision, safe='')}" if revision else ""
        info = self._json(self._get(f"/api/models/{hf_id}{at}", INFO_BYTES, hf_id))
        sha = info.get("sha")
        commit = sha if isinstance(sha, str) and COMMIT.fullmatch(sha) else revision or "main"
        path = self._path(hf_id, commit, "config.json")
        return Repository(info=info, config=self._get(path, CONFIG_BYTES, hf_id).body, url=self.endpoint.rstrip("/") + path)

    def weights_index(self, hf_id: str, commit: str) -> bytes | None:
        """
        Return the index of the safetensors files, None where there is none.
        """
        try:
            return self._get(self._path(hf_id, commit, "model.safetensors.index.json"), INDEX_BYTES, hf_id).body
        except NotThereError:
            return None

    def _path(self, hf_id: str, commit: str, name: str) -> str:
        return f"/{hf_id}/resolve/{quote(commit, safe='')}/{name}"

    def _get(self, path: str, limit: int, hf_id: str) -> Answer:
        headers = {"Accept": "application/json"} | self._authorization()
        answer = ask(self.endpoint.rstrip("/") + path, limit=limit, headers=headers, timeout=self.timeout)
        if answer.status != _OK:
            self._refuse(answer, path, hf_id)
        return answer

    def _authorization(self) -> dict[str, str]:
        if self.token is None:
            return {}
        if _TOKEN.fullmatch(self.token) is None:
            msg = "HF_TOKEN holds characters that no token has: set it to the token alone, without line breaks"
            raise OutsideStateError(msg)
        return {"Authorization": f"Bearer {self.token}"}

    def _refuse(self, answer: Answer, path: str, hf_id: str) -> None:
        reason, host = answer.headers.get("x-error-code", ""), host_of(self.endpoint)
        if reason == "GatedRepo":
            msg = (
                f"{hf_id} is gated: accept its terms at {self.endpoint.rstrip('/')}/{hf_id}, then give a token of that account in HF_TOKEN"
            )
            raise OutsideStateError(msg)
        if reason in _NOT_THERE:
            raise NotThereError(_NOT_THERE[reason])
        if answer.status == _MISSING:
            raise NotThereError("file" if "/resolve/" in path else "repository")
        if answer.status in _REFUSED:
            self._refuse_access(hf_id, host)
        wait = answer.headers.get("retry-after", "")
        busy = f"asks to wait{f' {wait} s' if wait.isascii() and wait.isdigit() else ''} before the next question"
        msg = f"{host} {busy if answer.status == _BUSY else f'answers with status {answer.status}'}"
        raise OutsideStateError(msg)

    def _refuse_access(self, hf_id: str, host: str) -> None:
        # A hub hides private repositories: to a stranger they and those that do not exist look the same.
        if self.token is None:
            msg = f"{host} shows {hf_id} to nobody without a token: it is private or gated (give a token in HF_TOKEN), or its id is wrong"
        else:
            msg = f"{host} does not show {hf_id} to the token in HF_TOKEN: it lacks access, has expired, or the id is wrong"
        raise OutsideStateError(msg)

    def _json(self, answer: Answer) -> dict[str, Any]:
        value = answer.object
        if value is None:
            msg = f"{host_of(self.endpoint)} answers a question about a model with something else than JSON: is it a hub of models?"
            raise OutsideStateError(msg)
        return value


def refuse_endpoint(endpoint: str) -> str | None:
    """
    Return why *endpoint* cannot be that of a hub, None where it can.
    """
    if re.fullmatch(r"https?://[A-Za-z0-9.\-\[\]:]+(/[A-Za-z0-9._~/-]*)?", endpoint) is None:
        return "must be an address without user, password or query, as https://huggingface.co"
    try:
        plain = endpoint.startswith("http://") and not is_loopback(endpoint)
        host_of(endpoint)
    except OutsideStateError:
        return "is malformed"
    return "must begin with https" if plain else None
