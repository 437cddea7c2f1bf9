"""
One question to the API of a code host, asked again where the host is busy; its token goes to it alone and stands in no message.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from servewright.errors import OutsideStateError
from servewright.remote.http import TIMEOUT_S, Answer, ask, host_of

MAX_TRIES: Final = 4
MAX_WAIT_S: Final = 60
"""
How often and how long a busy host is waited for (judgement).
"""

_PAGE_BYTES: Final = 64 * 1024 * 1024
"""
The bound on an answer: 100 comments of 64 Ki characters, each at most 6 bytes in JSON (judgement).
"""

_ENDPOINT: Final = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+(/[A-Za-z0-9._~/-]*)?")
_TOKEN: Final = re.compile(r"[\x21-\x7e]{1,4096}")
_BUSY: Final = frozenset({429, 500, 502, 503, 504})
_FORBIDDEN: Final = 403


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeHost:
    """
    The API at *endpoint*, asked with the *token* from the environment variable *variable*. *wait* is how to let time pass.
    """

    endpoint: str
    token: str
    variable: str
    timeout: float = TIMEOUT_S
    wait: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        if _ENDPOINT.fullmatch(self.endpoint) is None:
            msg = "the address of the API must be one without user, password or query, as https://api.github.com"
            raise OutsideStateError(msg)
        if _TOKEN.fullmatch(self.token) is None:
            msg = f"{self.variable} is empty or holds characters that no token has: set it to the token alone"
            raise OutsideStateError(msg)

    def once(self, url: str, *, method: str = "GET", value: Mapping[str, Any] | None = None) -> Answer:
        """
        Return the answer to one question, *value* sent as JSON.
        """
        body = None if value is None else json.dumps(value).encode()
        headers = {"Accept": "application/json", "Authorization": f"Bearer {self.token}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        return ask(url, method=method, headers=headers, limit=_PAGE_BYTES, timeout=self.timeout, body=body)

    def patiently(self, url: str, *, method: str = "GET", value: Mapping[str, Any] | None = None) -> Answer:
        """
        Return the answer to a question that may be asked twice, after the waits that the host asks for.
        """
        answer = self.once(url, method=method, value=value)
        for turn in range(MAX_TRIES - 1):
            if not is_busy(answer):
                return answer
            self.pause(answer, turn)
            answer = self.once(url, method=method, value=value)
        return answer

    def pause(self, answer: Answer, turn: int) -> None:
        """
        Let the time pass that *answer* asks for, else 1, 2, 4 s; raises OutsideStateError where that is too long.
        """
        stated = answer.headers.get("retry-after", "")
        seconds = int(stated[:9]) if stated.isascii() and stated.isdigit() else 2**turn
        if seconds > MAX_WAIT_S:
            msg = f"{host_of(answer.url)} asks to wait {seconds:,} s: run it again later"
            raise OutsideStateError(msg)
        self.wait(seconds)

    def refuse(self, answer: Answer, what: str) -> OutsideStateError:
        """
        Return what *answer* means for *what* was asked for; nothing that the host wrote is repeated.
        """
        host = host_of(answer.url)
        meaning = {
            301: f"has moved {what}: give its new name",
            307: f"has moved {what}: give its new name",
            308: f"has moved {what}: give its new name",
            401: f"does not know the token in {self.variable}: it is wrong or has ended",
            403: f"does not let the token in {self.variable} do this: it needs the right to write comments",
            404: f"has no {what}, or does not show it to the token in {self.variable}",
            410: f"has closed the comments of {what}",
            422: f"takes no such comment on {what}",
            429: "is asked too often: run it again later",
        }
        return OutsideStateError(f"{host} {meaning.get(answer.status, f'answers with status {answer.status}')}")


def is_busy(answer: Answer) -> bool:
    """
    Return True where the same question may have a better answer later; GitHub says 403 with a wait for its second limit.
    """
    return answer.status in _BUSY or (answer.status == _FORBIDDEN and "retry-after" in answer.headers)


def parsed(answer: Answer) -> Any:  # noqa: ANN401 - JSON of somebody else
    """
    Return the JSON of *answer*; None where it is none.
    """
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
