"""
Real Redis and Valkey processes on loopback that run what we emit for a store: its ConfigMap and its container's command.

The kubelet's part is done here: the volumes are folders, and `$(NAME)` in the command is the variable's value. What a test must have
otherwise (port, folders, address) is appended to the command, whose last word counts.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import gateways_made
from resp_client import RespClient
from servewright.catalog.load import load_catalog
from servewright.plan.gateway_plan import CacheTier
from servewright.plan.monitoring_plan import MonitoringPlan
from servewright.resources.caches import valkey
from servewright.resources.caches.valkey_objects import tier_objects
from servewright.resources.naming import Names

SERVERS: Final = ("redis-server", "valkey-server")
PASSWORD: Final = "a pass word with 'quotes' and $(HOME)"  # noqa: S105 - of this test
_START_S: Final = 30
_ATTEMPTS: Final = 3
"""
Ports are free when they are chosen, and may be taken when they are used.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheServer:
    """
    A running store: *authority* is the file of its certificate authority (None: it has no TLS).
    """

    port: int
    authority: Path | None
    log: Path
    host: str

    def client(self, **options: Any) -> RespClient:
        """
        Return a connection that nobody has signed in on.
        """
        return RespClient(self.port, self.authority, host=self.host, **options)

    def user(self, **options: Any) -> RespClient:
        """
        Return a connection of the gateway's user.
        """
        client = self.client(**options)
        assert client.ask("AUTH", valkey.USER, PASSWORD) == "OK", self.log.read_text(encoding="utf-8")
        until = time.monotonic() + _START_S
        # As the readiness probe does: after a start it reads its appended file.
        while client.ask("PING") != "PONG" and time.monotonic() < until:
            time.sleep(0.02)
        return client


@contextmanager
def cache_server(
    program: str,
    tier: CacheTier,
    folder: Path,
    *,
    tls: bool = True,
    host: str = "127.0.0.1",
    monitoring: MonitoringPlan | None = None,
) -> Iterator[CacheServer]:
    """
    Run *program* with what we emit for *tier*; its files lie in *folder*, which another start finds again. With *monitoring* the store is
    that of a watched stack.
    """
    for name in ("conf", "data", "tls"):
        (folder / name).mkdir(exist_ok=True)
    authority = certificates(folder / "tls") if tls else None
    command = _command(program, emitted(tier, tls=tls, monitoring=monitoring), folder, tls=tls)
    for _ in range(_ATTEMPTS):
        port = _free_port(host)
        log = folder / f"{port}.log"
        ports = ["--tls-port" if tls else "--port", str(port), "--bind", host]
        with log.open("wb") as output:
            process = subprocess.Popen([*command, *ports], stdout=output, stderr=output, cwd=folder)
        try:
            if _listens(process, host, port):
                yield CacheServer(port=port, authority=authority, log=log, host=host)
                return
        finally:
            process.terminate()
            process.wait(timeout=_START_S)
    raise AssertionError(log.read_text(encoding="utf-8"))


def emitted(tier: CacheTier, *, tls: bool, monitoring: MonitoringPlan | None = None) -> dict[str, Any]:
    """
    Return the manifests of *tier* by kind; of Services the one that clients call.
    """
    plan = gateways_made.plan(tiers=(tier,), caches=replace(gateways_made.CACHES, tls="cache-tls" if tls else None), monitoring=monitoring)
    made = tier_objects(plan, Names.of(plan.stack), load_catalog())
    return {each.kind: dict(each.manifest) for each in reversed(made)}


def certificates(folder: Path) -> Path:
    """
    Make a certificate authority and a server's certificate of it in *folder*, if they are not there; return the authority's.
    """
    authority = folder / "ca.crt"
    if not authority.exists():
        _openssl(
            folder,
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            "ca.key",
            "-out",
            "ca.crt",
            "-days",
            "2",
            "-subj",
            "/CN=test",
        )
        _openssl(folder, "req", "-newkey", "rsa:2048", "-nodes", "-keyout", "tls.key", "-out", "tls.csr", "-subj", "/CN=cache")
        (folder / "names").write_text("subjectAltName=IP:127.0.0.1,IP:127.0.0.2\n", encoding="utf-8")
        signed = ("-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names")
        _openssl(folder, "x509", "-req", "-in", "tls.csr", "-out", "tls.crt", *signed)
    return authority


def _command(program: str, manifests: dict[str, Any], folder: Path, *, tls: bool) -> list[str]:
    found = shutil.which(program)
    assert found is not None, f"no {program} on PATH: .ci/tools/redis_servers has it"
    container = manifests["StatefulSet"]["spec"]["template"]["spec"]["containers"][0]
    for name, text in manifests["ConfigMap"]["data"].items():
        # The server changes into its folder as soon as it reads the line.
        mounted = text.replace(f"dir {valkey.DATA}\n", f"dir {folder}/data\n")
        (folder / "conf" / name).write_text(mounted, encoding="utf-8")
    server, *words = (word.replace(f"$({valkey.PASSWORD_ENV})", PASSWORD) for word in container["command"])
    assert server == "valkey-server"
    words = [word.replace(valkey.CONFIG_FOLDER + "/", f"{folder}/conf/") for word in words]
    return [found, *words, *(_tls_files(folder) if tls else [])]


def _tls_files(folder: Path) -> list[str]:
    flags = ("--tls-cert-file", "--tls-key-file", "--tls-ca-cert-file")
    return [word for flag, name in zip(flags, valkey.TLS_FILES, strict=True) for word in (flag, str(folder / "tls" / name))]


def _openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def _free_port(host: str) -> int:
    with socket.socket() as found:
        found.bind((host, 0))
        return int(found.getsockname()[1])


def _listens(process: subprocess.Popen[bytes], host: str, port: int) -> bool:
    until = time.monotonic() + _START_S
    while process.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return True
    return False
