"""
What the cache answers, for whom and for how long, and how many calls identical requests make.
"""

from __future__ import annotations

import http.client
import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

import gateway_labs_made as made
from gateway_lab import MASTER_KEY, key_of, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway_lab import Lab, Proxy

pytestmark = pytest.mark.gateway

SAMPLED = [{"temperature": 0.7}, {}, {"temperature": 0, "n": 2}, {"temperature": 0.7, "cache": {"use-cache": True}}]
CERTAIN = [{"temperature": 0}, {"temperature": 0.0, "seed": 7}, {"temperature": 0, "n": 1}]


def _calls(lab: Lab) -> int:
    return sum(engine.calls for engine in lab.engines.values())


@pytest.mark.parametrize("asked", CERTAIN)
def test_a_second_identical_call_is_answered_by_the_cache(
    lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]], asked: dict[str, Any]
) -> None:
    """
    An answer to which chance adds nothing is made once, and the second one says that it comes from the cache.
    """
    first, second = proxy.ask(chat(**asked)), proxy.ask(chat(**asked))

    assert _calls(lab) == 1
    assert second.content == first.content
    assert second.headers["x-litellm-cache-key"].startswith("sw:demo-dev:")


@pytest.mark.parametrize("asked", SAMPLED)
def test_a_sampled_answer_is_never_kept(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]], asked: dict[str, Any]) -> None:
    """
    Other temperatures, none at all, several answers: each call reaches the engine, even where the client asks for the cache.
    """
    for _ in range(2):
        proxy.ask(chat(**asked))

    assert _calls(lab) == 2


@pytest.mark.parametrize(
    "parameter",
    [
        ("min_p", 0.1, 0.2),
        ("structured_outputs", {"regex": "a+"}, {"regex": "b+"}),
        ("chat_template_kwargs", {"enable_thinking": True}, {"enable_thinking": False}),
        ("extra_body", {"min_tokens": 1}, {"min_tokens": 2}),
        ("response_format", {"type": "text"}, {"type": "json_object"}),
        ("stop", ["a"], ["b"]),
        ("max_tokens", 5, 6),
        ("user", "ann", "bob"),
    ],
    ids=lambda parameter: parameter[0],
)
def test_calls_that_differ_in_one_parameter_are_two_answers(
    lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]], parameter: tuple[str, Any, Any]
) -> None:
    """
    Whatever a body holds is part of what makes two requests the same: one after the other and at the same time.
    """
    name, *values = parameter
    for value in values:
        assert proxy.ask(chat(temperature=0, **{name: value})).status == 200
    assert _calls(lab) == 2

    lab.engines["large"].behaviour.delay = 0.3
    proxy.together([chat("at once", temperature=0, **{name: value}) for value in values])
    assert _calls(lab) == 4


def test_clients_may_leave_the_cache_out_and_choose_nothing_else(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    no-cache is not read from the cache, no-store not written to it; a time to live or a name of the client's own changes nothing.
    """
    body = chat(temperature=0)
    proxy.ask({**body, "cache": {"no-store": True}})
    proxy.ask({**body, "cache": {"ttl": 9999, "namespace": "mine"}})
    assert _calls(lab) == 2

    proxy.ask({**body, "cache": {"no-cache": True}})
    assert _calls(lab) == 3

    store = lab.store("responses")
    assert store.command("--scan", "--pattern", "mine*") == ""
    ttls = [int(store.command("ttl", key)) for key in store.command("--scan").splitlines()]
    assert max(ttls) <= made.TTL_S


def test_two_teams_never_share_an_answer_and_two_keys_of_a_team_do(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    The same question of two teams and of the administrator is three calls, however often it is asked.
    """
    body = chat(temperature=0)
    for key in (key_of("alpha", 1), key_of("beta"), None, key_of("alpha", 2), key_of("beta"), None):
        assert proxy.ask(body, **({} if key is None else {"key": key})).status == 200

    assert _calls(lab) == 3


def test_a_client_cannot_enter_another_teams_entries(proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    No field of a request chooses whose entries are read.
    """
    body = chat(temperature=0)
    key = proxy.ask(body, key=key_of("alpha")).headers.get("x-litellm-cache-key")
    key = key or proxy.ask(body, key=key_of("alpha")).headers["x-litellm-cache-key"]
    namespace = key.rpartition(":")[0]
    tries: list[dict[str, Any]] = [
        {"cache": {"namespace": namespace}},
        {"metadata": {"redis_namespace": namespace}},
        {"metadata": {"user_api_key_team_id": "alpha"}},
        {"cache_key": key},
        {"preset_cache_key": key},
        {"litellm_params": {"preset_cache_key": key}},
        {"litellm_metadata": {"redis_namespace": namespace}},
    ]
    for extra in tries:
        proxy.ask({**body, **extra}, key=key_of("beta"))
        answer = proxy.ask({**body, **extra}, key=key_of("beta"))
        assert answer.status != 200 or answer.headers.get("x-litellm-cache-key", "") != key, extra


def test_an_answer_is_kept_streamed_and_whole(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    A streamed answer is kept when it is whole and replayed as a stream with the same text.
    """

    def text() -> str:
        pieces = proxy.pieces(chat(temperature=0))
        return "".join((choice["delta"].get("content") or "") for piece in pieces for choice in piece["choices"])

    first = text()
    assert until(lambda: text() == first and _calls(lab) <= 2)
    calls = _calls(lab)
    assert text() == first
    assert _calls(lab) == calls


def test_embeddings_are_kept_one_by_one(lab: Lab, proxy: Proxy) -> None:
    """
    Of a list of texts the engine gets those that are not yet known; another team's are unknown.
    """
    texts = [f"text {time.monotonic()} {n}" for n in range(3)]
    for asked in (texts[:2], texts):
        assert proxy.ask({"model": "embed", "input": asked}, path="/v1/embeddings", key=key_of("alpha")).status == 200
    assert [body["input"] for body in lab.engines["embed"].bodies] == [texts[:2], texts[2:]]

    proxy.ask({"model": "embed", "input": texts}, path="/v1/embeddings", key=key_of("beta"))
    assert lab.engines["embed"].bodies[-1]["input"] == texts


def test_an_entry_does_not_outlive_its_time_by_more_than_the_copy_in_memory_may(lab: Lab, chat: Callable[..., dict[str, Any]]) -> None:
    """
    A replica that read an entry before its end serves its copy no longer than memory_ttl: LiteLLM's own bound would be ten minutes.
    """
    first, second = lab.proxies
    body = chat(temperature=0)
    begin = time.monotonic()
    first.ask(body)
    time.sleep(max(0.0, begin + made.TTL_S / 2 - time.monotonic()))
    second.ask(body)
    assert _calls(lab) == 1

    time.sleep(max(0.0, begin + made.TTL_S + made.MEMORY_TTL_S + 1.5 - time.monotonic()))
    second.ask(body)
    assert _calls(lab) == 2


def test_half_an_answer_is_never_kept(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    A stream that broke is not what the next one gets.
    """
    engine = lab.engines["large"]
    engine.behaviour.dies_after, engine.behaviour.piece_delay = 2, 0.4
    proxy.pieces(chat(temperature=0))
    engine.reset()

    text = str(proxy.pieces(chat(temperature=0)))

    assert "1" in text
    assert _calls(lab) == 1


@pytest.mark.parametrize("stream", [False, True])
def test_concurrent_identical_requests_reach_the_engine_once(
    lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]], *, stream: bool
) -> None:
    """
    Thirty identical requests at once are one call, plain and streamed, and each gets the answer.
    """
    lab.engines["large"].behaviour.delay = 1.0

    answers = proxy.together([chat(temperature=0, stream=stream)] * 30)

    assert [answer.status for answer in answers] == [200] * 30
    assert all("large answer" in answer.text for answer in answers)
    assert _calls(lab) == 1


def test_identical_requests_of_two_teams_are_two_flights(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    What is merged is one caller's own: two teams at once are two calls.
    """
    lab.engines["large"].behaviour.delay = 1.0

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: proxy.ask(chat(temperature=0), key=key_of(("alpha", "beta")[n % 2])), range(6)))

    assert _calls(lab) == 2


def test_sampled_requests_are_not_merged(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    Identical requests with a temperature are as many calls as requests.
    """
    lab.engines["large"].behaviour.delay = 0.5

    proxy.together([chat(temperature=0.7)] * 5)

    assert _calls(lab) == 5


def test_nobody_waits_for_a_leader_that_failed(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    When no engine can answer the first request, those that wait for it get an error too, and the engine is not asked for each of them.
    """
    for engine in lab.engines.values():
        engine.behaviour.delay, engine.behaviour.fail = 0.3, 500
    lab.engines["large"].behaviour.fail = 500

    answers = proxy.together([chat(temperature=0)] * 10)

    assert {answer.status for answer in answers} <= {500, 503, 429}
    assert _calls(lab) < 10


def test_those_who_wait_go_on_when_the_leader_hangs_up(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    A leader whose client leaves is followed by another: two calls, and an answer for everybody else.
    """
    engine = lab.engines["large"]
    engine.behaviour.delay = 2.0
    body = chat(temperature=0)
    leader = http.client.HTTPConnection("127.0.0.1", proxy.port)
    leader.request(
        "POST", "/v1/chat/completions", json.dumps(body), {"authorization": f"Bearer {MASTER_KEY}", "content-type": "application/json"}
    )
    assert until(lambda: engine.calls == 1)

    with ThreadPoolExecutor(5) as pool:
        waiting = [pool.submit(proxy.ask, body) for _ in range(5)]
        time.sleep(0.5)
        leader.close()
        answers = [each.result() for each in waiting]

    assert [answer.status for answer in answers] == [200] * 5
    assert engine.calls == 2
    assert engine.hung_up == 1
