"""
A host of price files on loopback that breaks off where it is told to, and answers for a range as AWS's does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from local_server import Reply, Request

_RANGE = re.compile(r"bytes=([0-9]+)-")


@dataclass(slots=True, kw_only=True)
class PriceHost:
    """
    Serves the files under *folder*. Of a CSV only *pieces* bytes come, one number for each answer in turn; all of it once they are used up.
    """

    folder: Path
    pieces: list[int] = field(default_factory=list)
    tag: str | None = '"v1"'
    ranges: bool = True

    def __call__(self, request: Request) -> Reply:
        """
        Return the answer to *request*.
        """
        path = self.folder / request.path.lstrip("/")
        if not path.is_file():
            return Reply(status=404)
        body = path.read_bytes()
        start = self._start(request)
        headers = {} if self.tag is None else {"ETag": self.tag}
        if start >= len(body) and start:
            return Reply(status=416)
        rest = body[start:]
        sent = rest[: self.pieces.pop(0)] if path.suffix == ".csv" and self.pieces else rest
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        return Reply(status=206 if start else 200, body=sent, promise=len(rest), headers=headers)

    def _start(self, request: Request) -> int:
        asked = _RANGE.fullmatch(request.headers.get("range", ""))
        same = request.headers.get("if-range") == self.tag
        return int(asked[1]) if asked is not None and same and self.ranges else 0


def csv_requests(requests: Sequence[Request]) -> list[Request]:
    """
    Return those of *requests* that ask for a large file.
    """
    return [request for request in requests if request.path.endswith(".csv")]


Waiting = Callable[[float], None]


def at_once(_seconds: float) -> None:
    """
    Let no time pass.
    """
