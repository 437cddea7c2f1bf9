"""
A client of Redis and Valkey that says what the server answers, errors included; RESP2, over TLS or not.

Source: https://valkey.io/topics/protocol, read 2026-11.
"""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

_PATIENCE_S: Final = 30
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class ServerError:
    """
    What the server refuses with; its first word is the kind.
    """

    text: str

    @property
    def kind(self) -> str:
        """
        The kind of error: NOAUTH, NOPERM, OOM, WRONGPASS, ...
        """
        return self.text.partition(" ")[0]


class RespClient:
    """
    One connection to *port* on loopback. *authority* is the file of the certificate authority (None: without TLS).
    """

    def __init__(self, port: int, authority: Path | None, *, host: str = "127.0.0.1", source: str | None = None) -> None:
        own = None if source is None else (source, 0)
        plain = socket.create_connection((host, port), timeout=_PATIENCE_S, source_address=own)
        # A value of some KiB goes out in parts, and each answer would wait for the server's late acknowledgement of the first.
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            trusted = None if authority is None else ssl.create_default_context(cafile=str(authority))
            self._socket = plain if trusted is None else trusted.wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise
        self._answers = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None) -> None:
        self._answers.close()
        self._socket.close()

    def ask(self, *words: str | bytes) -> Any:
        """
        Return the answer to one command: text, number, list, None or a ServerError.
        """
        return self.ask_all([words])[0]

    def ask_all(self, commands: list[tuple[str | bytes, ...]]) -> list[Any]:
        """
        Return the answers to *commands*, many on the way at once.
        """
        answers: list[Any] = []
        for start in range(0, len(commands), _AT_ONCE):
            some = commands[start : start + _AT_ONCE]
            self._socket.sendall(b"".join(map(_encoded, some)))
            answers += [self._answer() for _ in some]
        return answers

    def info(self, field: str) -> str:
        """
        Return one field of INFO.
        """
        lines = str(self.ask("INFO")).splitlines()
        return next(line.partition(":")[2] for line in lines if line.startswith(f"{field}:"))

    def _answer(self) -> Any:
        line = self._answers.readline()
        if not line:
            msg = "the server hung up"
            raise ConnectionError(msg)
        kind, text = line[:1], line[1:-2].decode()
        if kind == b"+":
            return text
        if kind == b"-":
            return ServerError(text)
        if kind == b":":
            return int(text)
        if kind == b"$":
            return None if text == "-1" else self._answers.read(int(text) + 2)[:-2].decode()
        if kind == b"*":
            return [self._answer() for _ in range(int(text))]
        msg = f"no RESP2: {line!r}"
        raise ConnectionError(msg)


def _encoded(words: tuple[str | bytes, ...]) -> bytes:
    parts = [word if isinstance(word, bytes) else word.encode() for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
