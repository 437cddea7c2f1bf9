"""
What a store that runs what we emit does when it is full, what it keeps over a restart, and how much an entry takes: real processes.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

import gateways_made
from cache_servers import SERVERS, cache_server
from resp_client import RespClient, ServerError
from servewright.catalog.load import load_catalog
from servewright.plan.cache_entries import entry_bytes

pytestmark = [
    pytest.mark.redis,
    pytest.mark.skipif(not all(map(shutil.which, SERVERS)), reason="no redis-server and valkey-server: .ci/tools/redis_servers has them"),
]

KIB = 1024
MIB = KIB * KIB
VALUE = "x" * (16 * KIB)
PROSE = (
    'The gateway keeps an answer as long as it is likely to be asked for again. What it keeps is text, with a few quotes ("so"), numbers '
    "like 1,024 and names; every other line ends here.\n"
)

every_server = pytest.mark.parametrize("program", SERVERS)


def entry(text: str) -> str:
    """
    Return *text* as LiteLLM 1.104.0 keeps it: the response in JSON, in JSON with the time.
    """
    message = {"content": text, "role": "assistant", "tool_calls": None, "function_call": None, "provider_specific_fields": None}
    usage = {"completion_tokens": 300, "prompt_tokens": 1500, "total_tokens": 1800, "completion_tokens_details": None}
    response = {
        "id": "chatcmpl-9f2c7a1be04d4f0f8d3b6a5c1e2f3a4b",
        "created": 1764000000,
        "model": "hosted_vllm/large",
        "object": "chat.completion",
        "system_fingerprint": None,
        "choices": [{"finish_reason": "stop", "index": 0, "message": message}],
        "usage": {**usage, "prompt_tokens_details": None},
    }
    return json.dumps({"timestamp": 1795328925.175866, "response": json.dumps(response, separators=(",", ":"))})


def prose(size: int, number: int) -> str:
    """
    Return *size* bytes of text, another for each *number*.
    """
    return f"{number:08d} {''.join(itertools.repeat(PROSE, size // len(PROSE) + 1))}"[:size]


def key(number: int) -> str:
    """
    Return a key of the length that LiteLLM's have: the namespace and a SHA-256.
    """
    return f"sw:prod:r1:{hashlib.sha256(str(number).encode()).hexdigest()}"


def full(client: RespClient, mebibytes: int) -> list[Any]:
    """
    Write *mebibytes* of values of 16 KiB and return the answers.
    """
    return client.ask_all([("SET", key(number), VALUE, "EX", "3600") for number in range(mebibytes * MIB // len(VALUE))])


@every_server
def test_responses_are_evicted_and_what_is_used_stays(program: str, tmp_path: Path) -> None:
    """
    Three times what fits: every write is taken, the memory stays within its bound, and the entry that is read all the time is there.
    """
    tier = gateways_made.tier("responses", maxmemory_mib=16)
    with cache_server(program, tier, tmp_path) as server, server.user() as client:
        client.ask("SET", "sw:hot", "1")
        client.ask_all([("GET", "sw:hot")] * 2000)

        answers = full(client, 48)

        assert set(answers) == {"OK"}
        assert client.info("maxmemory") == str(16 * MIB)
        assert int(client.info("used_memory")) <= 16 * MIB * 1.1
        assert int(client.info("evicted_keys")) > 1000
        assert client.ask("GET", "sw:hot") == "1"


@every_server
def test_contexts_lose_the_oldest(program: str, tmp_path: Path) -> None:
    """
    Least recently used: of 600 blocks the 100 that were read since stay, and so do those that came after; the rest makes room.

    The server draws samples, so some of either may go.
    """
    tier = gateways_made.tier("contexts", maxmemory_mib=16)
    with cache_server(program, tier, tmp_path) as server, server.user() as client:
        blocks = [f"llama@1@0@{number:x}@bf16" for number in range(1000)]
        client.ask_all([("SET", block, VALUE) for block in blocks[:600]])
        while client.ask("OBJECT", "IDLETIME", blocks[599]) < 2:  # its clock ticks once a second
            time.sleep(0.1)
        client.ask_all([("GET", block) for block in blocks[:100]])
        client.ask_all([("SET", block, VALUE) for block in blocks[600:]])
        read, unread, new = (
            sum(client.ask_all([("EXISTS", block) for block in some])) for some in (blocks[:100], blocks[100:600], blocks[600:])
        )
        assert client.info("maxmemory_policy") == "allkeys-lru"
        assert int(client.info("evicted_keys")) > 30
        assert read >= 95
        assert new >= 390
        assert unread < 480


@every_server
def test_counters_are_never_evicted(program: str, tmp_path: Path) -> None:
    """
    A full store refuses to write, says so, and still answers what it holds: a lost counter would be a limit that starts anew.
    """
    tier = gateways_made.tier("counters", maxmemory_mib=16)
    with cache_server(program, tier, tmp_path) as server, server.user() as client:
        answers = full(client, 48)
        refused = [answer for answer in answers if isinstance(answer, ServerError)]

        assert answers[0] == "OK"
        assert {answer.kind for answer in refused} == {"OOM"}
        assert client.info("evicted_keys") == "0"
        assert client.ask("GET", key(0)) == VALUE


@every_server
@pytest.mark.parametrize(("purpose", "kept"), [("counters", "7"), ("responses", None)])
def test_counters_outlive_a_restart_and_responses_do_not(program: str, purpose: Any, kept: str | None, tmp_path: Path) -> None:
    """
    What limits have counted is on the disk within a second; answers are asked for again.
    """
    tier = gateways_made.tier(purpose)
    with cache_server(program, tier, tmp_path) as server, server.user() as client:
        assert client.ask("SET", "sw:spend", "7") == "OK"
    with cache_server(program, tier, tmp_path) as server, server.user() as client:
        assert client.ask("GET", "sw:spend") == kept


@every_server
@pytest.mark.parametrize(("kibibytes", "count"), [(1, 12_000), (4, 8_000), (16, 4_000)])
def test_the_formula_is_near_what_an_entry_takes(program: str, kibibytes: int, count: int, tmp_path: Path) -> None:
    """
    At three sizes of answers the plan's bytes of an entry lie within 15 % of what the server's memory grows by, and not below by more
    than 5: a store that is too small evicts what the hit rate counts on.
    """
    size = kibibytes * KIB
    tier = gateways_made.tier("responses", maxmemory_mib=512)
    with cache_server(program, tier, tmp_path) as server, server.user() as client:
        before = int(client.info("used_memory"))
        answers = client.ask_all([("SET", key(number), entry(prose(size, number)), "EX", "3600") for number in range(count)])
        measured = (int(client.info("used_memory")) - before) / count

        assert set(answers) == {"OK"}
        assert client.info("mem_allocator").startswith("jemalloc")
        planned = entry_bytes(size, load_catalog())
        assert 0.95 <= planned / measured <= 1.15, f"{program}: {planned} planned, {measured:.0f} measured for {size} bytes of text"
