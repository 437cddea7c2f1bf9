"""
Load on the gateway: two workers with the emitted configuration, a store over TLS and an engine that answers at once, all on loopback.

    make bench      (with SERVEWRIGHT_LITELLM=$(.ci/tools/litellm_proxy), and redis-server or valkey-server on PATH)

Requests are sent when they are due, whether others have come back or not, and a time begins when a request is due: a gateway that falls
behind shows it. The first rate is half of what the plan takes for the two, the second all of it, which needs a core for each worker besides
those for the client, the engine and the store. CPU is that of the two workers with all that they started. Nothing is asserted.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import multiprocessing
import os
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

    from fake_engine import FakeEngine
    from gateway_lab import Lab

sys.path.insert(0, str(Path(__file__).resolve().parent / "support"))

WORKERS: Final = 2
SECONDS: Final = 8
CLIENTS: Final = 64
WARM_RATE: Final = 40.0
KEPT_IN_PROCESS: Final = 25
KEPT_IN_STORE: Final = 251
"""
LiteLLM keeps 200 entries in its process (1.104.0, InMemoryCache): a round of 251 always comes from the store. Both are odd, so that a
second round of requests in turn meets the other worker.
"""

TICKS: Final = os.sysconf("SC_CLK_TCK")
_unique = itertools.count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """
    A kind of request: *question* makes the text of each, of which the first *warm* are asked before, in so many *rounds*.
    """

    name: str
    question: Callable[[int], str]
    temperature: float = 0.0
    warm: int = 0
    rounds: int = 1


CASES: Final = (
    Case(name="hits, in the process", question=lambda number: f"process {number % KEPT_IN_PROCESS}", warm=KEPT_IN_PROCESS, rounds=WORKERS),
    Case(name="hits, in the store", question=lambda number: f"store {number % KEPT_IN_STORE}", warm=KEPT_IN_STORE),
    Case(name="misses, kept", question=lambda number: f"new {number} {next(_unique)}"),
    Case(name="sampled, not kept", question=lambda number: f"sampled {number}", temperature=0.7),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """
    What came of a case: answers a second, milliseconds at the 50th and 99th percentile, CPU milliseconds of each call, and what failed.
    """

    answered: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    failed: int


@dataclass(frozen=True, slots=True)
class _Port:
    """
    An engine in another process.
    """

    port: int


def body(case: Case, number: int) -> bytes:
    """
    Return request *number* of *case*.
    """
    messages = [{"role": "user", "content": case.question(number)}]
    return json.dumps({"model": "small", "messages": messages, "temperature": case.temperature, "max_tokens": 64}).encode()


def measured(lab: Lab, case: Case, rate: float, key: str) -> Result:
    """
    Return what comes of *case* at *rate* requests a second over all workers.
    """
    ports = [proxy.port for proxy in lab.proxies]
    if case.warm:
        _sent(ports, [body(case, number) for _ in range(case.rounds) for number in range(case.warm)], WARM_RATE, key)
        time.sleep(1)  # an answer is kept after the client has it
    requests = [body(case, number) for number in range(int(rate * SECONDS))]
    before, begun = _cpu_seconds(lab), time.perf_counter()
    times, failed = _sent(ports, requests, rate, key)
    wall, used = time.perf_counter() - begun, _cpu_seconds(lab) - before
    ordered = sorted(times) or [float("nan")]
    return Result(
        answered=len(times) / wall,
        p50_ms=ordered[len(ordered) // 2] * 1000,
        p99_ms=ordered[int(len(ordered) * 0.99)] * 1000,
        cpu_ms=used / max(len(requests), 1) * 1000,
        failed=failed,
    )


def _sent(ports: list[int], requests: list[bytes], rate: float, key: str) -> tuple[list[float], int]:
    """
    Send *requests* to *ports* in turn, one each 1/*rate* seconds, and return the seconds of those that were answered and how many were not.
    """
    numbers, times, failures = iter(range(len(requests))), [], []
    lock, begun = threading.Lock(), time.perf_counter()
    headers = {"content-type": "application/json", "authorization": f"Bearer {key}"}

    def client() -> None:
        connections = [http.client.HTTPConnection("127.0.0.1", port, timeout=30) for port in ports]
        with ExitStack() as stack:
            for each in connections:
                stack.callback(each.close)
            while True:
                with lock:
                    number = next(numbers, None)
                if number is None:
                    return
                due = begun + number / rate
                time.sleep(max(0.0, due - time.perf_counter()))
                status = _status(connections[number % len(ports)], requests[number], headers)
                if status == http.HTTPStatus.OK:
                    times.append(time.perf_counter() - due)
                else:
                    failures.append(status)

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, len(failures)


def _status(connection: http.client.HTTPConnection, request: bytes, headers: dict[str, str]) -> int:
    """
    Return the status of the answer, 0 where there is none; a connection that the server closed while it was idle is opened anew, once.
    """
    for _ in range(2):
        try:
            connection.request("POST", "/v1/chat/completions", request, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
        else:
            return answer.status
    return 0


def _cpu_seconds(lab: Lab) -> float:
    """
    Return the CPU seconds of the workers and of all processes that came of them (proc(5), stat: fields 4, 14 and 15).
    """
    parents, ticks = {}, {}
    for found in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = found.read_text().rpartition(")")[2].split()
            parents[int(found.parent.name)], ticks[int(found.parent.name)] = int(fields[1]), int(fields[11]) + int(fields[12])
    wanted = {proxy.process.pid for proxy in lab.proxies}
    while more := {process for process, parent in parents.items() if parent in wanted} - wanted:
        wanted |= more
    return sum(ticks.get(process, 0) for process in wanted) / TICKS


def _serve(pipe: Connection) -> None:
    from fake_engine import FakeEngine  # noqa: PLC0415 - in a process of its own

    with FakeEngine("engine") as engine:
        pipe.send(engine.port)
        while True:
            time.sleep(5)
            engine.reset()  # it keeps what it was asked


@contextlib.contextmanager
def gateway(folder: Path) -> Iterator[Lab]:
    """
    Run stores, engine and workers of a plan.
    """
    import gateways_made  # noqa: PLC0415 - only where LiteLLM is
    from gateway_lab import Lab, running  # noqa: PLC0415
    from servewright.resources.naming import Names  # noqa: PLC0415

    plan = gateways_made.plan()
    names = Names.of(plan.stack)
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    engine = cast("FakeEngine", _Port(ours.recv()))
    engines = {names.workload(model.name, workload.share): engine for model in plan.models for workload in model.workloads}
    try:
        with running(Lab(plan=plan, folder=folder, engines=engines, teams=["batch"])) as lab:
            lab.start_stores()
            for _ in range(WORKERS):
                lab.start_proxy()
            yield lab
    finally:
        process.terminate()
        process.join()


def main() -> None:
    """
    Print one line for each case and rate.
    """
    if "SERVEWRIGHT_LITELLM" not in os.environ:
        print("gateway: left out, SERVEWRIGHT_LITELLM=$(.ci/tools/litellm_proxy) is not set")
        return
    from gateway_lab import key_of  # noqa: PLC0415 - only where LiteLLM is
    from servewright.catalog.load import load_catalog  # noqa: PLC0415

    catalog = load_catalog()
    assumed = float(catalog.assumed("gateway_cpu_fill") * 1000 / catalog.assumed("gateway_cpu_per_call"))
    print(f"gateway: {WORKERS} workers, {SECONDS} s each, {os.cpu_count()} cores for all; the plan takes {assumed:g} req/s for a worker")
    print(f"{'requests':<24}{'asked/s':>9}{'done/s':>8}{'p50 ms':>8}{'p99 ms':>8}{'CPU ms':>8}{'failed':>8}")
    with tempfile.TemporaryDirectory() as name, gateway(Path(name)) as lab:
        for rate, case in itertools.product((assumed * WORKERS / 2, assumed * WORKERS), CASES):
            found = measured(lab, case, rate, key_of("batch"))
            figures = f"{found.answered:>8.1f}{found.p50_ms:>8.1f}{found.p99_ms:>8.1f}{found.cpu_ms:>8.1f}{found.failed:>8}"
            print(f"{case.name:<24}{rate:>9g}{figures}", flush=True)


if __name__ == "__main__":
    main()
