"""
A gateway as real processes on loopback: LiteLLM with the emitted configuration, its stores, and engines that we watch.

Needs the folder of the pinned LiteLLM in SERVEWRIGHT_LITELLM and redis-server or valkey-server on PATH, as .ci/run has them.
The configuration is written out unchanged; names of the cluster are found by `gateway_resolver`, addresses and secrets come from the
environment, as in a pod.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servewright.resources.caches.valkey import user_rules
from servewright.resources.gateway import environment
from servewright.resources.gateway.config import config_yaml
from servewright.resources.gateway.hook_files import hook_files
from servewright.resources.gateway.policy import policy_json
from servewright.resources.naming import Names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fake_engine import FakeEngine
    from servewright.plan.gateway_plan import Purpose
    from servewright.plan.model import Plan

MASTER_KEY = "sk-lab-master-7f3a"
DRAIN_TOKEN = "lab-drain"  # noqa: S105 - of the lab
PASSWORD = "lab-password"  # noqa: S105 - of the lab
START_S = 300.0
STARTS = 4
_SUPPORT = Path(__file__).resolve().parent


def free_port() -> int:
    """
    Return a port of loopback that nobody listens on.
    """
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def key_of(team: str, number: int = 1) -> str:
    """
    Return a key of *team*.
    """
    return f"sk-{_sha256(team)[:16]}-{number}"


def keys_json(teams: list[str]) -> str:
    """
    Return the file of keys: two for each of *teams*.
    """
    rows = {_sha256(key_of(team, number)): {"team": team, "alias": f"key-{number}"} for team in teams for number in (1, 2)}
    return json.dumps(rows)


@dataclass(frozen=True)
class Answer:
    """
    What came back.
    """

    status: int
    headers: dict[str, str]
    text: str

    @property
    def value(self) -> Any:
        """
        The body, read.
        """
        return json.loads(self.text)

    @property
    def content(self) -> str:
        """
        The answer of a chat.
        """
        return str(self.value["choices"][0]["message"]["content"])


@dataclass
class Store:
    """
    A store with the user of its purpose, over TLS, as the emitted configuration asks for.
    """

    purpose: Purpose
    folder: Path
    certificates: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """
        Start it and wait until it listens.
        """
        program = shutil.which("valkey-server") or shutil.which("redis-server")
        assert program is not None, "neither valkey-server nor redis-server is on PATH"
        tls = ["--port", "0", "--tls-port", str(self.port), "--tls-auth-clients", "no"]
        files = [f"--tls-{kind}-file" for kind in ("cert", "key", "ca-cert")]
        pairs = [
            word
            for flag, name in zip(files, ("tls.crt", "tls.key", "ca.crt"), strict=True)
            for word in (flag, str(self.certificates / name))
        ]
        memory = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        user = ["--user", "default", "off", "--user", "gateway", "on", f">{PASSWORD}", *user_rules(self.purpose)]
        with (self.folder / f"{self.purpose}.log").open("ab") as log:
            self.process = subprocess.Popen([program, *tls, *pairs, *memory, *user], stdout=log, stderr=log)
        _listening(self.port, self.process)

    def stop(self) -> None:
        """
        Stop it.
        """
        _stop(self.process)

    def command(self, *words: str) -> str:
        """
        Return what the store answers to *words*.
        """
        program = shutil.which("valkey-cli") or "redis-cli"
        tls = ["--tls", "--cacert", str(self.certificates / "ca.crt"), "-h", "127.0.0.1", "-p", str(self.port)]
        user = ["--user", "gateway", "--pass", PASSWORD, "--no-auth-warning"]
        return subprocess.run([program, *tls, *user, *words], capture_output=True, text=True, check=True, timeout=10).stdout.strip()


@dataclass
class Proxy:
    """
    One replica of the gateway.
    """

    folder: Path
    port: int
    metrics_port: int
    process: subprocess.Popen[bytes]

    def ask(
        self, body: Any, *, key: str | None = MASTER_KEY, path: str = "/v1/chat/completions", method: str = "POST", **headers: str
    ) -> Answer:
        """
        Return the answer to one request.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        own = {"authorization": f"Bearer {key}"} if key is not None else {}
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        text = body if isinstance(body, bytes) else None if body is None else json.dumps(body)
        with contextlib.closing(connection):
            connection.request(method, path, text, {"content-type": "application/json", **own, **names})
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(status=answer.status, headers=found, text=answer.read().decode(errors="replace"))

    def get(self, path: str, **options: Any) -> Answer:
        """
        Return the answer to a GET.
        """
        return self.ask(None, path=path, method="GET", **options)

    def together(self, bodies: list[dict[str, Any]], **options: Any) -> list[Answer]:
        """
        Return the answers to *bodies*, sent at once.
        """
        with ThreadPoolExecutor(len(bodies)) as pool:
            return list(pool.map(lambda body: self.ask(body, **options), bodies))

    def pieces(self, body: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
        """
        Return the pieces of a streamed answer.
        """
        text = self.ask({**body, "stream": True}, **options).text
        return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ") and line != "data: [DONE]"]

    def log(self) -> str:
        """
        Return what it said so far.
        """
        return (self.folder / "proxy.log").read_text()


@dataclass
class Lab:
    """
    Stores, engines and replicas of one plan.

    *engines* are keyed by the name of the Service that they stand behind; *pods* are the names of more of them behind one of these.
    """

    plan: Plan
    folder: Path
    engines: dict[str, FakeEngine]
    teams: list[str]
    pods: dict[str, list[str]] = field(default_factory=dict)
    stores: list[Store] = field(default_factory=list)
    proxies: list[Proxy] = field(default_factory=list)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    starts: int = 0

    @property
    def names(self) -> Names:
        """
        The names of the plan's stack.
        """
        return Names.of(self.plan.stack)

    def start_stores(self) -> None:
        """
        Start a store for each tier of the plan.
        """
        certificates = self.folder / "tls"
        names = [f"{tier.key}.{self.names.namespace}.svc.cluster.local" for tier in self.plan.tiers]
        make_certificates(certificates, names)
        self.stores = [Store(purpose=tier.purpose, folder=self.folder, certificates=certificates) for tier in self.plan.tiers]
        for store in self.stores:
            store.start()

    def store(self, purpose: Purpose) -> Store:
        """
        Return the store for *purpose*.
        """
        return next(store for store in self.stores if store.purpose == purpose)

    def start_proxies(self, number: int) -> list[Proxy]:
        """
        Start *number* replicas, one after the other: on a busy machine LiteLLM gives up when its port for metrics is late.
        """
        return [self.start_proxy() for _ in range(number)]

    def start_proxy(self) -> Proxy:
        """
        Start one more replica and wait until it is ready.
        """
        for _ in range(STARTS):
            proxy = self._start_proxy()
            if _ready(proxy):
                self.proxies.append(proxy)
                return proxy
        message = f"LiteLLM's port for metrics was late {STARTS} times"
        raise AssertionError(message)

    def _start_proxy(self) -> Proxy:
        self.starts += 1
        folder = self.folder / f"proxy-{self.starts}"
        write_files(self.plan, self.names, folder, self.teams)
        port, metrics = free_port(), free_port()
        program = Path(os.environ["SERVEWRIGHT_LITELLM"]) / "litellm"
        listen = ["--host", "127.0.0.1", "--port", str(port), "--prometheus_metrics_port", str(metrics)]
        with (folder / "proxy.log").open("ab") as log:
            command = [str(program), "--config", str(folder / "config.yaml"), *listen]
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=self._environment(folder))
        self.processes.append(process)
        return Proxy(folder=folder, port=port, metrics_port=metrics, process=process)

    def _environment(self, folder: Path) -> dict[str, str]:
        inside = f"{self.names.namespace}.svc.cluster.local"
        hosts: dict[str, Any] = {f"{name}.{inside}": ["127.0.0.1", engine.port] for name, engine in self.engines.items()}
        for name in self.engines:
            behind = [self.engines[each].port for each in (name, *self.pods.get(name, []))]
            hosts[f"{self.names.pods(name)}.{inside}"] = [["127.0.0.1", port] for port in behind]
        own = dict(environment.SETTINGS)
        for store in self.stores:
            name = f"cache-{store.purpose}.{self.names.namespace}.svc.cluster.local"
            hosts[name] = ["127.0.0.1", store.port]
            own |= {environment.host(store.purpose): name, environment.password(store.purpose): PASSWORD}
        return own | {
            "PATH": f"{os.environ['SERVEWRIGHT_LITELLM']}:{os.environ['PATH']}",
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(_SUPPORT / "gateway_resolver"),
            "LAB_HOSTS": json.dumps(hosts),
            environment.MASTER_KEY: MASTER_KEY,
            environment.DRAIN_TOKEN: DRAIN_TOKEN,
            environment.CERTIFICATES: str(self.folder / "tls" / "ca.crt"),
            environment.POLICY: str(folder / "policy.json"),
            environment.KEYS: str(folder / "keys.json"),
        }

    def stop(self) -> None:
        """
        Stop everything that was started here.
        """
        for process in (*self.processes, *(proxy.process for proxy in self.proxies)):
            _stop(process)
        for store in self.stores:
            store.stop()


def write_files(plan: Plan, names: Names, folder: Path, teams: list[str]) -> None:
    """
    Write into *folder* what the container finds in its volumes.
    """
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text(config_yaml(plan, names), encoding="utf-8")
    (folder / "policy.json").write_text(policy_json(plan, names), encoding="utf-8")
    (folder / "keys.json").write_text(keys_json(teams), encoding="utf-8")
    for name, text in hook_files().items():
        (folder / name).write_text(text, encoding="utf-8")


def make_certificates(folder: Path, names: list[str]) -> None:
    """
    Write tls.crt, tls.key and ca.crt for *names*: one certificate that is its own authority.
    """
    folder.mkdir()
    alternatives = ",".join(f"DNS:{name}" for name in [*names, "localhost"]) + ",IP:127.0.0.1"
    key = ["-newkey", "rsa:2048", "-nodes", "-keyout", str(folder / "tls.key")]
    out = ["-x509", "-days", "2", "-subj", "/CN=lab", "-addext", f"subjectAltName={alternatives}", "-out", str(folder / "tls.crt")]
    subprocess.run(["openssl", "req", *key, *out], check=True, capture_output=True)
    shutil.copy(folder / "tls.crt", folder / "ca.crt")


def until(happened: Any, seconds: float = 20.0) -> bool:
    """
    Tell whether *happened* comes true.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if happened():
            return True
        time.sleep(0.05)
    return False


@contextlib.contextmanager
def running(lab: Lab) -> Iterator[Lab]:
    """
    Stop what *lab* started.
    """
    try:
        yield lab
    finally:
        lab.stop()


def _ready(proxy: Proxy) -> bool:
    """
    Wait until *proxy* serves; False where it ended since its port for metrics was late, which the kubelet would start again.
    """

    def decided() -> bool:
        if proxy.process.poll() is not None:
            return True
        with contextlib.suppress(OSError, http.client.HTTPException):
            return proxy.get("/health/readiness").status == http.HTTPStatus.OK
        return False

    assert until(decided, START_S), proxy.log()[-4000:]
    ended = proxy.process.poll() is not None
    assert not ended or "metrics server did not answer" in proxy.log(), proxy.log()[-4000:]
    return not ended


def _listening(port: int, process: subprocess.Popen[bytes]) -> None:
    def listens() -> bool:
        assert process.poll() is None, "the store ended"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.3):
            return True
        return False

    assert until(listens)


def _stop(process: subprocess.Popen[bytes] | None) -> None:
    if process is None or process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(20)
    if process.poll() is None:
        process.kill()
        process.wait()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
