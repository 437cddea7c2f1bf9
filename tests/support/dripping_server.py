"""
A server on loopback that sends its one answer byte by byte, and counts what it could send.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Dripping:
    """
    The server's address, and how many bytes of its answer it has *sent*.
    """

    url: str
    sent: int = 0


@contextmanager
def dripping(answer: bytes, *, pause_s: float, at_once: int = 0) -> Iterator[Dripping]:
    """
    Serve *answer* to one request: its first *at_once* bytes together, then a byte every *pause_s*.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    server = Dripping(url=f"http://127.0.0.1:{listener.getsockname()[1]}")
    thread = threading.Thread(target=_serve, args=(listener, server, answer, pause_s, at_once), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        thread.join()
        listener.close()


def _serve(listener: socket.socket, server: Dripping, answer: bytes, pause_s: float, at_once: int) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(64 * 1024)
        connection.sendall(answer[:at_once])
        for place in range(at_once, len(answer)):
            try:
                connection.sendall(answer[place : place + 1])
            except OSError:  # the caller has gone
                return
            server.sent += 1
            time.sleep(pause_s)
