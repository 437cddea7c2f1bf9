"""
An HTTP server on loopback for one test: answers by path, and every request that came.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """
    What the server says: *promise* is the Content-Length where it is not that of *body*, *silence_s* how long it says nothing first,
    *endless* repeats the body until nobody listens.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    promise: int | None = None
    silence_s: float = 0.0
    endless: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """
    A request that came; the names of *headers* are in lower case.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


Answering = Callable[[Request], Reply]


@dataclass(slots=True, kw_only=True)
class LocalServer:
    """
    The server's address and what it was asked.
    """

    url: str
    requests: list[Request]

    @property
    def host(self) -> str:
        """
        Host and port.
        """
        return self.url.removeprefix("http://")


class _Handler(BaseHTTPRequestHandler):
    """
    Notes each request and sends the answer to it.
    """

    answer: ClassVar[Answering]
    requests: ClassVar[list[Request]]

    def do_GET(self) -> None:
        self._reply()

    def do_HEAD(self) -> None:
        self._reply()

    def do_POST(self) -> None:
        self._reply()

    def do_PUT(self) -> None:
        self._reply()

    def do_PATCH(self) -> None:
        self._reply()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """
        Say nothing.
        """

    def _reply(self) -> None:
        headers = {k.lower(): v for k, v in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", "0")))
        request = Request(method=self.command, path=self.path, headers=headers, body=body)
        self.requests.append(request)
        reply = type(self).answer(request)
        time.sleep(reply.silence_s)
        try:
            self._send(reply)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if not reply.endless:
            self.send_header("Content-Length", str(len(reply.body) if reply.promise is None else reply.promise))
        self.end_headers()
        if self.command == "HEAD":
            return
        self.wfile.write(reply.body)
        while reply.endless:
            self.wfile.write(reply.body)
        self.close_connection = True


@contextmanager
def serving(answer: Answering) -> Iterator[LocalServer]:
    """
    Serve *answer* on a free port of loopback until the block ends.
    """
    requests: list[Request] = []
    handler = type("_Bound", (_Handler,), {"answer": staticmethod(answer), "requests": requests})
    listener = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    listener.daemon_threads = True
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield LocalServer(url=f"http://127.0.0.1:{listener.server_address[1]}", requests=requests)
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join()


def by_path(replies: Mapping[str, Reply]) -> Answering:
    """
    Return the answers of a server with fixed pages, 404 for every other.
    """
    return lambda request: replies.get(request.path, Reply(status=404))
