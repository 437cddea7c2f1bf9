"""
Who may enter a store that runs what we emit, and what they may do: real processes of Redis and Valkey.
"""

from __future__ import annotations

import shutil
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

import gateways_made
from cache_servers import SERVERS, CacheServer, cache_server
from resp_client import RespClient, ServerError
from servewright.resources.caches import valkey

pytestmark = [
    pytest.mark.redis,
    pytest.mark.skipif(not all(map(shutil.which, SERVERS)), reason="no redis-server and valkey-server: .ci/tools/redis_servers has them"),
]

DANGEROUS = (
    ("CONFIG", "GET", "*"),
    ("CONFIG", "SET", "maxmemory", "0"),
    ("DEBUG", "SLEEP", "0"),
    ("KEYS", "*"),
    ("FLUSHALL",),
    ("FLUSHDB",),
    ("SHUTDOWN", "NOSAVE"),
    ("ACL", "SETUSER", "other", "on", "nopass", "~*", "+@all"),
    ("ACL", "LIST"),
    ("REPLICAOF", "127.0.0.1", "1"),
    ("MODULE", "LIST"),
    ("MONITOR",),
    ("SAVE",),
    ("CLIENT", "LIST"),
    ("MIGRATE", "127.0.0.1", "1", "sw:a", "0", "10"),
)


@pytest.fixture(scope="module", params=SERVERS)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CacheServer]:
    """
    Provide the store of responses, with TLS, on an address that protected mode takes for a foreign one.
    """
    with cache_server(request.param, gateways_made.tier("responses"), tmp_path_factory.mktemp("store"), host="127.0.0.2") as server:
        yield server


def refused(answer: object) -> str:
    """
    Return the kind of error that *answer* is.
    """
    assert isinstance(answer, ServerError), answer
    return answer.kind


def test_nobody_enters_without_signing_in(store: CacheServer) -> None:
    """
    Without a password even PING and INFO are refused.
    """
    with store.client() as client:
        assert refused(client.ask("PING")) == "NOAUTH"
        assert refused(client.ask("INFO")) == "NOAUTH"
        assert refused(client.ask("GET", "sw:a")) == "NOAUTH"


@pytest.mark.parametrize("attempt", [(valkey.USER, "wrong"), (valkey.USER, ""), ("default", ""), ("other", "x")], ids=" ".join)
def test_a_wrong_password_and_another_user_are_refused(store: CacheServer, attempt: tuple[str, str]) -> None:
    """
    The one user enters with its password; the default user not at all.
    """
    with store.client() as client:
        assert refused(client.ask("AUTH", *attempt)) == "WRONGPASS"
        assert refused(client.ask("PING")) == "NOAUTH"


def test_the_user_enters_from_anywhere_with_any_password(store: CacheServer) -> None:
    """
    A password with blanks, quotes and `$(HOME)` is taken as it is; protected mode keeps foreign addresses out only where somebody needs
    no password.
    """
    with store.user(source="127.0.0.2") as client:
        assert client.ask("ACL", "WHOAMI") == valkey.USER
        assert client.ask("SET", "sw:prod:a", "1") == "OK"
        assert client.ask("GET", "sw:prod:a") == "1"


@pytest.mark.parametrize("command", DANGEROUS, ids=" ".join)
def test_dangerous_commands_are_refused(store: CacheServer, command: tuple[str, ...]) -> None:
    """
    The user cannot read or remove what is not its own, nor stop, copy or reconfigure the server.
    """
    with store.user() as client:
        assert client.ask("SET", "sw:a", "1") == "OK"

        assert refused(client.ask(*command)) in {"NOPERM", "ERR"}
        assert client.ask("GET", "sw:a") == "1"


def test_keys_of_others_are_refused(store: CacheServer) -> None:
    """
    Each store takes the names of keys of its own purpose.
    """
    with store.user() as client:
        assert refused(client.ask("SET", "other", "1")) == "NOPERM"
        assert refused(client.ask("GET", "deployment:a:cooldown")) == "NOPERM"


def test_what_the_gateway_needs_is_allowed(store: CacheServer) -> None:
    """
    INFO at the start, values with a time to live, counters, sets of steps in Lua, messages between replicas, a walk over its keys.
    """
    with store.user() as client:
        assert client.info("maxmemory_policy") == "allkeys-lfu"
        assert client.ask("SET", "sw:b", "1", "EX", "60") == "OK"
        assert client.ask("INCRBYFLOAT", "sw:c", "0.5") == "0.5"
        assert client.ask("EVAL", "return redis.call('GET', KEYS[1])", "1", "sw:b") == "1"
        assert client.ask("PUBLISH", "litellm", "x") == 0
        assert isinstance(client.ask("SCAN", "0", "MATCH", "sw:*"), list)
        assert client.ask("MGET", "sw:b", "sw:none") == ["1", None]


def test_nothing_is_answered_without_tls(store: CacheServer) -> None:
    """
    A plain connection gets no answer at all, and one that trusts another authority ends itself.
    """
    with socket.create_connection((store.host, store.port), timeout=5) as plain:
        plain.sendall(b"PING\r\n")
        try:
            heard = plain.recv(64)
        except ConnectionResetError:
            heard = b""
        assert b"PONG" not in heard
        assert b"NOAUTH" not in heard
    with pytest.raises(ssl.SSLCertVerificationError), socket.create_connection((store.host, store.port), timeout=5) as plain:
        ssl.create_default_context().wrap_socket(plain, server_hostname=store.host)


@pytest.mark.parametrize("program", SERVERS)
def test_without_tls_the_password_is_still_asked_for(program: str, tmp_path: Path) -> None:
    """
    The store of a dev stack that turns TLS off: plain, on the same port, with the same user.
    """
    with cache_server(program, gateways_made.tier("responses"), tmp_path, tls=False) as server:
        with RespClient(server.port, None) as client:
            assert refused(client.ask("PING")) == "NOAUTH"
        with server.user() as client:
            assert client.ask("PING") == "PONG"


@pytest.mark.parametrize("program", SERVERS)
def test_counters_and_contexts_take_their_own_keys(program: str, tmp_path: Path) -> None:
    """
    Names in our namespace at the counters, LMCache's at the contexts, and neither the other's.
    """
    kinds = {"counters": "sw:demo-prod:global_router:a:tpm", "contexts": "llama@1@0@a1b2@bf16"}
    for purpose in ("counters", "contexts"):
        folder = tmp_path / purpose
        folder.mkdir()
        tier = gateways_made.tier(purpose, maxmemory_mib=16)
        with cache_server(program, tier, folder) as server, server.user() as client:
            for other, key in kinds.items():
                answer = client.ask("SET", key, "1")
                assert answer == "OK" if other == purpose else refused(answer) == "NOPERM"
