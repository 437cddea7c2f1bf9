"""
An OpenAI-compatible engine on loopback that counts what reaches it, and that can be slow, fail or die. With metrics it shows them as vLLM
does.
"""

from __future__ import annotations

import json
import select
import socket
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from engine_metrics import EngineMetrics

INPUT_TOKENS, OUTPUT_TOKENS = 11, 7
_STEP_S = 0.02


@dataclass
class Behaviour:
    """
    How the engine answers: after *delay* seconds, with status *fail* (0: it does not), not at all (*dead*), its stream reset after
    *dies_after* pieces, each *piece_delay* seconds after the other.
    """

    delay: float = 0.0
    fail: int = 0
    dead: bool = False
    dies_after: int = 0
    piece_delay: float = 0.0


def length(text: str) -> list[float]:
    """
    Return a vector that holds the length of *text* alone, so that any two texts are near.
    """
    return [float(len(text)), 1.0]


@dataclass
class FakeEngine:
    """
    The engine called *name*, which serves while it is entered; *vector* makes that of a text.
    """

    name: str
    behaviour: Behaviour = field(default_factory=Behaviour)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    hung_up: int = 0
    in_flight: int = 0
    vector: Callable[[str], list[float]] = length
    metrics: EngineMetrics | None = None

    def __post_init__(self) -> None:
        """
        Bind a free port.
        """
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.engine = self
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

    @property
    def calls(self) -> int:
        """
        How many requests reached it since it was reset.
        """
        return len(self.bodies)

    def reset(self) -> None:
        """
        Forget what came, and answer as a healthy engine does.
        """
        self.bodies, self.hung_up, self.behaviour = [], 0, Behaviour()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    engine: FakeEngine

    def handle_error(self, request: Any, client_address: Any) -> None:  # a client that left is no fault
        pass


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in http.server
        pass

    def do_GET(self) -> None:
        metrics = self.server.engine.metrics
        text = b"" if metrics is None else metrics.text().encode()
        self.send_response(404 if metrics is None else 200)
        self.send_header("content-type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_POST(self) -> None:
        came = time.monotonic()
        engine, how = self.server.engine, self.server.engine.behaviour
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        engine.bodies.append(body)
        number = engine.calls
        engine.in_flight += 1
        try:
            if how.dead:
                self._reset()
            elif how.fail:
                self._answer(how.fail, {"error": {"message": "fake overload", "type": "server_error"}})
            elif self._waited(how.delay):
                if engine.metrics is not None:
                    engine.metrics.served(time.monotonic() - came)
                self._serve(body, f"{engine.name} answer {number}", how)
        finally:
            engine.in_flight -= 1

    def _serve(self, body: dict[str, Any], text: str, how: Behaviour) -> None:
        if self.path.endswith("/embeddings"):
            texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
            vectors = [
                {"object": "embedding", "index": place, "embedding": self.server.engine.vector(str(each))}
                for place, each in enumerate(texts)
            ]
            self._answer(200, {"object": "list", "model": body["model"], "data": vectors, "usage": {"prompt_tokens": 3, "total_tokens": 3}})
        elif body.get("stream"):
            self._stream(body, text, how)
        else:
            message = {"role": "assistant", "content": text}
            choice = {"index": 0, "finish_reason": "stop"} | ({"text": text} if "prompt" in body else {"message": message})
            kind = "text_completion" if "prompt" in body else "chat.completion"
            self._answer(200, {"id": text, "created": 1, "model": body["model"], "object": kind, "usage": _usage(), "choices": [choice]})

    def _stream(self, body: dict[str, Any], text: str, how: Behaviour) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")  # as the engine does: a stream that ends early can be told from a whole one
        self.end_headers()
        shared = {"id": text, "created": 1, "model": body["model"], "object": "chat.completion.chunk"}
        for place, word in enumerate(text.split()):
            if how.dies_after and place >= how.dies_after:
                return self._reset()
            delta = {"content": f"{word} ", "role": "assistant"}
            self._piece({**shared, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
            if not self._waited(how.piece_delay):
                return None
        self._piece({**shared, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        if (body.get("stream_options") or {}).get("include_usage"):
            self._piece({**shared, "choices": [], "usage": _usage()})
        self._chunk(b"data: [DONE]\n\n")
        self._chunk(b"")
        return None

    def _piece(self, value: dict[str, Any]) -> None:
        self._chunk(f"data: {json.dumps(value)}\n\n".encode())

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _answer(self, status: int, value: dict[str, Any]) -> None:
        text = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _waited(self, seconds: float) -> bool:
        """
        Wait; False where the client hung up before the end.
        """
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            readable, _, _ = select.select([self.connection], [], [], _STEP_S)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                self.server.engine.hung_up += 1
                self.close_connection = True
                return False
        return True

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self.connection.close()


def _usage() -> dict[str, int]:
    return {"prompt_tokens": INPUT_TOKENS, "completion_tokens": OUTPUT_TOKENS, "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS}
