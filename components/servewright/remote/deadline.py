"""
One end for a whole answer: each read of its socket, of headers and body alike, waits no longer than until then.

A timeout bounds each read alone: a server that sends a byte before every timeout would hold its caller for as long as it likes.
"""

from __future__ import annotations

import time
from functools import partial
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from io import BufferedReader, RawIOBase
from typing import TYPE_CHECKING, Any
from urllib.request import BaseHandler, HTTPHandler, HTTPSHandler, Request

if TYPE_CHECKING:
    import socket

    from _typeshed import WriteableBuffer


class DeadlineError(TimeoutError):
    """
    The whole answer took too long.
    """


def timed_handlers(end: float) -> tuple[BaseHandler, ...]:
    """
    Return what opens http and https so that every answer ends at *end* (of time.monotonic) or raises DeadlineError.
    """
    return _Plain(end), _Secure(end)


class _Plain(HTTPHandler):
    def __init__(self, end: float) -> None:
        super().__init__()
        self._end = end

    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(partial(_connection, HTTPConnection, self._end), req)


class _Secure(HTTPSHandler):
    def __init__(self, end: float) -> None:
        super().__init__()
        self._end = end

    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(partial(_connection, HTTPSConnection, self._end), req)


def _connection(kind: type[HTTPConnection], end: float, host: str, **given: Any) -> HTTPConnection:  # noqa: ANN401 - the opener's own
    made = kind(host, **given)
    made.response_class = partial(_response, end)  # type: ignore[assignment]
    return made


def _response(end: float, sock: socket.socket, *given: Any, **named: Any) -> HTTPResponse:  # noqa: ANN401 - the connection's own
    response = HTTPResponse(sock, *given, **named)
    response.fp = BufferedReader(_Timed(response.fp.detach(), sock, end))
    return response


class _Timed(RawIOBase):
    """
    What *raw* reads of *sock*, until *end*.
    """

    def __init__(self, raw: RawIOBase, sock: socket.socket, end: float) -> None:
        self._raw, self._sock, self._end, self._patience = raw, sock, end, sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        left = self._end - time.monotonic()
        if left <= 0:
            raise DeadlineError
        last = self._patience is None or left < self._patience
        self._sock.settimeout(left if last else self._patience)
        try:
            return self._raw.readinto(buffer)
        except TimeoutError:
            if last:
                raise DeadlineError from None
            raise

    def close(self) -> None:
        self._raw.close()
        super().close()
