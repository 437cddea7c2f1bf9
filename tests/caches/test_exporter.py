"""
The exporter beside a store: real processes of Redis, Valkey and redis_exporter, with the user and the settings that we emit.

The exporter of Debian is 1.45.0; the pinned 1.92.1 has the same variables and more metrics.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import gateways_made
import monitoring_made
from cache_servers import PASSWORD, SERVERS, CacheServer, cache_server
from resp_client import ServerError
from servewright.catalog.load import load_catalog
from servewright.resources.caches import exporter, valkey

PROGRAM = "prometheus-redis-exporter"

pytestmark = [
    pytest.mark.redis,
    pytest.mark.skipif(
        not all(map(shutil.which, (*SERVERS, PROGRAM))),
        reason="no redis-server, valkey-server and prometheus-redis-exporter: .ci/tools/redis_servers has them",
    ),
]

NEEDS_CONFIG = {"redis_config_maxclients"}
"""
Read by CONFIG GET alone, which the exporter's user may not: settings hold passwords.
"""

AFTER_COMMANDS = {"redis_commands_failed_calls_total", "redis_latency_percentiles_usec"}
"""
Exported from Redis 6.2 and 7.0 on, by exporters that know them.
"""


@pytest.fixture(scope="module", params=SERVERS)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CacheServer]:
    """
    Provide the store of counters of a watched stack, with TLS and a value in it.
    """
    folder = tmp_path_factory.mktemp("store")
    with cache_server(request.param, gateways_made.tier("counters"), folder, monitoring=monitoring_made.MONITORING) as server:
        with server.user() as client:
            assert client.ask("SET", "sw:a", "1", "EX", "600") == "OK"
        yield server


@contextmanager
def exporting(store: CacheServer) -> Iterator[str]:
    """
    Run the exporter with our settings and provide what it exports.
    """
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    settings = exporter.settings(tls=store.authority is not None)
    address = settings["REDIS_ADDR"].replace(f"localhost:{valkey.PORT}", f"{store.host}:{store.port}")
    variables = {**settings, "REDIS_ADDR": address, "REDIS_PASSWORD": PASSWORD, "REDIS_EXPORTER_WEB_LISTEN_ADDRESS": f"127.0.0.1:{port}"}
    program = shutil.which(PROGRAM)
    assert program is not None
    process = subprocess.Popen([program], env={"PATH": os.environ["PATH"], **variables}, stderr=subprocess.PIPE)
    try:
        yield _answer(f"http://127.0.0.1:{port}/metrics")
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _answer(url: str) -> str:
    until = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - an address of ours
                return str(answer.read().decode())
        except OSError:
            assert time.monotonic() < until, url
            time.sleep(0.05)


def test_its_user_suffices_for_every_metric_that_is_catalogued(store: CacheServer) -> None:
    """
    What rules and dashboards may name is exported, by a user who has no right to any key.
    """
    with exporting(store) as text:
        exported = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE ")}

    catalogued = {each.name for each in load_catalog().metrics.by_name.values() if each.component == "redis-exporter"}
    assert "\nredis_up 1\n" in text
    assert catalogued - exported <= NEEDS_CONFIG | AFTER_COMMANDS
    assert "redis_memory_used_bytes" in exported


def test_a_plain_store_is_read_too(tmp_path: Path) -> None:
    """
    Where the caches have no TLS the exporter speaks none.
    """
    tier = gateways_made.tier("responses")
    with (
        cache_server("valkey-server", tier, tmp_path, tls=False, monitoring=monitoring_made.MONITORING) as server,
        exporting(server) as text,
    ):
        assert "\nredis_up 1\n" in text


@pytest.mark.parametrize(
    "command",
    [
        ("GET", "sw:a"),
        ("SET", "sw:a", "2"),
        ("KEYS", "*"),
        ("SCAN", "0"),
        ("CONFIG", "GET", "*"),
        ("SLOWLOG", "GET", "1"),
        ("CLIENT", "LIST"),
        ("ACL", "LIST"),
        ("MONITOR",),
        ("SUBSCRIBE", "litellm"),
        ("FLUSHALL",),
    ],
    ids=" ".join,
)
def test_its_user_sees_nothing_that_is_held(store: CacheServer, command: tuple[str, ...]) -> None:
    """
    No key, no setting, no channel, no other client, and none of the commands that were slow: they hold what users asked.
    """
    with store.client() as client:
        assert client.ask("AUTH", valkey.EXPORTER, PASSWORD) == "OK"
        answer = client.ask(*command)

    assert isinstance(answer, ServerError)
    assert answer.kind == "NOPERM"


def test_a_store_that_nobody_watches_has_one_user(tmp_path: Path) -> None:
    """
    Without monitoring there is no second door.
    """
    with cache_server("valkey-server", gateways_made.tier("responses"), tmp_path) as server, server.client() as client:
        answer = client.ask("AUTH", valkey.EXPORTER, PASSWORD)

    assert isinstance(answer, ServerError)
    assert answer.kind == "WRONGPASS"
