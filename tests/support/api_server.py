"""
A real kube-apiserver with its etcd on loopback, for one test run: everything it has lies in one folder, nothing outlives it.

There is no kubelet, no controller and no scheduler: objects are checked, completed and stored, and nothing ever runs. Pod Security
admission is on, as it is by default; Karpenter, KEDA and the Prometheus operator are there as their CRDs only.
"""

from __future__ import annotations

import base64
import json
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from api_client import ApiClient
from crds import find_folder, sources

PROGRAMS: Final = ("etcd", "kube-apiserver")
KEEPER: Final = Path(__file__).with_name("api_server_keeper.py")

READY_SECONDS: Final = 180
"""
The server is ready after 6 s on two idle cores; one that is not after three minutes has hung.
"""

_ATTEMPTS: Final = 3
"""
Ports are free when they are chosen, and may be taken when they are used.
"""

_PREFIX: Final = bytes.fromhex("30310201010420")
_CURVE: Final = bytes.fromhex("a00a06082a8648ce3d030107")
"""
An EC private key in DER (RFC 5915) around its 32 bytes: version 1, and the name of the curve P-256.
"""


def missing_programs() -> tuple[str, ...]:
    """
    Return which of the programs are not on PATH: .ci/tools/kube_apiserver builds them.
    """
    return tuple(name for name in PROGRAMS if shutil.which(name) is None)


@contextmanager
def api_server(folder: Path) -> Iterator[ApiClient]:
    """
    Start a server whose files lie in *folder*, with the CRDs that tests use; give its administrator's client.
    """
    for attempt in range(_ATTEMPTS):
        home = folder / f"start-{attempt}"
        keeper, client = _start(home)
        try:
            if not _ready(keeper, client):
                continue
            _install_crds(client)
            yield client
            return
        finally:
            assert keeper.stdin is not None
            keeper.stdin.close()
            keeper.wait()
    msg = f"the API server did not start:\n{_last_words(home)}"
    raise RuntimeError(msg)


def _start(home: Path) -> tuple[subprocess.Popen[bytes], ApiClient]:
    home.mkdir(parents=True)
    token = secrets.token_hex(16)
    (home / "tokens.csv").write_text(f"{token},admin,admin,system:masters\n", encoding="utf-8")
    (home / "tokens.csv").chmod(0o600)
    (home / "accounts.key").write_text(_signing_key(), encoding="ascii")
    store, peer, api = _free_ports(3)
    commands = {"etcd": _etcd(home, store, peer), "kube-apiserver": _apiserver(home, store, api)}
    # a session of its own: an interrupt from the keyboard reaches pytest, and the keeper through its input
    keeper = subprocess.Popen(
        [sys.executable, str(KEEPER), str(home), json.dumps(commands)], stdin=subprocess.PIPE, stdout=sys.stderr, start_new_session=True
    )
    return keeper, ApiClient(port=api, token=token, certificate=home / "certificates" / "apiserver.crt")


def _etcd(home: Path, store: int, peer: int) -> list[str]:
    return [
        "etcd",
        f"--data-dir={home / 'data'}",
        f"--listen-client-urls=http://127.0.0.1:{store}",
        f"--advertise-client-urls=http://127.0.0.1:{store}",
        f"--listen-peer-urls=http://127.0.0.1:{peer}",
        f"--initial-advertise-peer-urls=http://127.0.0.1:{peer}",
        f"--initial-cluster=default=http://127.0.0.1:{peer}",
        # what is stored need not survive the machine
        "--unsafe-no-fsync",
    ]


def _apiserver(home: Path, store: int, api: int) -> list[str]:
    return [
        "kube-apiserver",
        f"--etcd-servers=http://127.0.0.1:{store}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        f"--secure-port={api}",
        # the server makes its own certificate there
        f"--cert-dir={home / 'certificates'}",
        f"--service-account-key-file={home / 'accounts.key'}",
        f"--service-account-signing-key-file={home / 'accounts.key'}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--token-auth-file={home / 'tokens.csv'}",
        "--authorization-mode=RBAC",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--endpoint-reconciler-type=none",
    ]


def _signing_key() -> str:
    """
    Return a fresh key for service account tokens, as PEM. The public part may be left out: it follows from the private one.
    """
    der = _PREFIX + secrets.token_bytes(32) + _CURVE
    return f"-----BEGIN EC PRIVATE KEY-----\n{base64.b64encode(der).decode()}\n-----END EC PRIVATE KEY-----\n"


def _free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


def _ready(keeper: subprocess.Popen[bytes], client: ApiClient) -> bool:
    """
    Return True once the server is ready, False where it ended before.
    """
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end and keeper.poll() is None:
        if client.is_ready():
            return True
        time.sleep(0.2)
    return False


def _install_crds(client: ApiClient) -> None:
    folder = find_folder()
    if folder is None:
        msg = "no folder with the CRD schemas: set SERVEWRIGHT_CRDS"
        raise LookupError(msg)
    for source in sources():
        client.install_crd((folder / source.file).read_bytes())
    end = time.monotonic() + READY_SECONDS
    while waiting := [s.kind for s in sources() if not client.serves(s.api_version, s.kind)]:
        if time.monotonic() > end:
            msg = f"the API server does not serve {', '.join(waiting)}"
            raise RuntimeError(msg)
        time.sleep(0.2)


def _last_words(home: Path) -> str:
    logs = [home / f"{name}.log" for name in PROGRAMS]
    return "\n".join(f"{log.name}: {line}" for log in logs for line in log.read_text(encoding="utf-8").splitlines()[-5:])
