"""
A double of a store with vector search, as much of it as LiteLLM's semantic cache asks for: one index, exact cosine, equality of tags.

No registry of packages has a server with vector search. This one answers HSET, EXPIRE, FT.CREATE, FT.INFO and FT.SEARCH for the one nearest
neighbour, and anything else by which a client introduces itself, all as redis-py 8 reads it: a search with a map in the third protocol.
Whether a real store does so was not seen.
"""

from __future__ import annotations

import math
import socketserver
import struct
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import TracebackType

TAG, VECTOR, ANSWER = b"litellm_cache_key", b"embedding", b"response"
"""
Fields of an entry (LiteLLM 1.104.0, caching/valkey_semantic_cache.py).
"""


class RefusalError(Exception):
    """
    What the server says to a command that it does not take.
    """


@dataclass
class VectorStore:
    """
    The store; it serves while it is entered.
    """

    entries: dict[bytes, dict[bytes, bytes]] = field(default_factory=dict)
    ends: dict[bytes, float] = field(default_factory=dict)
    indexes: dict[bytes, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """
        Bind a free port.
        """
        self._server = _Server(("127.0.0.1", 0), _Connection)
        self._server.store = self
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        """
        Begin to serve.
        """
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """
        Stop.
        """
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        """
        Where it serves.
        """
        return int(self._server.server_address[1])

    def answer(self, words: list[bytes]) -> Any:
        """
        Return the reply to one command.
        """
        name = words[0].decode().upper()
        known = {"HSET": self._set, "EXPIRE": self._expire, "FT.CREATE": self._create, "FT.INFO": self._info, "FT.SEARCH": self._search}
        if name in known:
            return known[name](words)
        if name in {"PING", "CLIENT", "SELECT", "AUTH"}:
            return "PONG" if name == "PING" else "OK"
        if name == "HELLO":  # redis-py 8 speaks the third protocol
            return {b"server": b"valkey", b"version": b"8.2.0", b"proto": 3, b"mode": b"standalone", b"role": b"master", b"modules": []}
        message = f"unknown command {name}"
        raise RefusalError(message)

    def _set(self, words: list[bytes]) -> int:
        self.entries.setdefault(words[1], {}).update(zip(words[2::2], words[3::2], strict=True))
        return len(words[2::2])

    def _expire(self, words: list[bytes]) -> int:
        self.ends[words[1]] = time.monotonic() + int(words[2])
        return 1

    def _create(self, words: list[bytes]) -> str:
        if words[1] in self.indexes:
            message = "Index already exists"
            raise RefusalError(message)
        self.indexes[words[1]] = int(words[words.index(b"DIM") + 1])
        return "OK"

    def _info(self, words: list[bytes]) -> list[Any]:
        size = self._size(words[1])
        return ["index_name", words[1], "attributes", [["identifier", VECTOR, "type", "VECTOR", "index", ["dimensions", size]]]]

    def _search(self, words: list[bytes]) -> dict[bytes, Any]:
        self._size(words[1])
        tag = words[2].split(b":{")[1].split(b"}")[0]
        asked = words[words.index(b"vec") + 1]
        now = time.monotonic()
        live = [(key, each) for key, each in self.entries.items() if each.get(TAG) == tag and self.ends.get(key, math.inf) > now]
        nearest = sorted((_distance(each[VECTOR], asked), key) for key, each in live)[:1]
        found = [
            {b"id": key, b"extra_attributes": {b"vector_distance": str(distance), ANSWER: self.entries[key][ANSWER]}, b"values": []}
            for distance, key in nearest
        ]
        return {b"total_results": len(found), b"results": found, b"attributes": [], b"warning": []}

    def _size(self, index: bytes) -> int:
        if index not in self.indexes:
            message = "Unknown index name"
            raise RefusalError(message)
        return self.indexes[index]


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    store: VectorStore


class _Connection(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        while line := self.rfile.readline():
            words = []
            for _ in range(int(line[1:])):
                size = int(self.rfile.readline()[1:])
                words.append(self.rfile.read(size + 2)[:-2])
            try:
                reply = self.server.store.answer(words)
            except RefusalError as refusal:
                reply = refusal
            self.wfile.write(_encoded(reply))


def _encoded(value: Any) -> bytes:
    if isinstance(value, RefusalError):
        return b"-ERR %s\r\n" % str(value).encode()
    if isinstance(value, int):
        return b":%d\r\n" % value
    if isinstance(value, dict):
        return b"%%%d\r\n" % len(value) + b"".join(_encoded(each) for pair in value.items() for each in pair)
    if isinstance(value, list):
        return b"*%d\r\n" % len(value) + b"".join(_encoded(each) for each in value)
    if value in {"OK", "PONG"}:
        return b"+%s\r\n" % str(value).encode()
    text = value if isinstance(value, bytes) else str(value).encode()
    return b"$%d\r\n%s\r\n" % (len(text), text)


def _distance(one: bytes, other: bytes) -> float:
    first, second = (struct.unpack(f"<{len(each) // 4}f", each) for each in (one, other))
    product: float = sum(x * y for x, y in zip(first, second, strict=True))
    return 1 - product / (math.hypot(*first) * math.hypot(*second) or 1)
