"""
Who may call the gateway, what each may ask for, and what is refused.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import gateway_labs_made as made
from gateway_lab import key_of, keys_json, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway_lab import Lab, Proxy

pytestmark = pytest.mark.gateway


def test_only_keys_of_the_file_and_the_administrators_are_let_in(proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    No key, an unknown one and an empty one are 401; both keys of a team and the master key are let in.
    """
    refused = [proxy.ask(chat(), key=key).status for key in (None, "", "sk-unknown")]
    accepted = [proxy.ask(chat(), key=key).status for key in (key_of("alpha", 1), key_of("alpha", 2))]

    assert refused == [401, 401, 401]
    assert accepted == [200, 200]
    assert proxy.ask(chat()).status == 200


@pytest.mark.parametrize(
    "path", ["/cache/flushall", "/model/new", "/key/generate", "/config/update", "/health", "/v1/model/info", "/cache/ping"]
)
def test_a_teams_key_opens_the_engines_paths_only(proxy: Proxy, path: str) -> None:
    """
    What belongs to the administrator is 403 for a team, whichever way it is asked.
    """
    statuses = {proxy.ask({}, key=key_of("alpha"), path=path).status, proxy.get(path, key=key_of("alpha")).status}

    assert 403 in statuses
    assert statuses <= {403, 405}


def test_a_team_uses_its_own_models_only(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    A model that is not a team's is 403 and reaches no engine; its own and its routes are served.
    """
    refused = proxy.ask(chat(model="large"), key=key_of("support"))
    served = [proxy.ask(chat(model=name), key=key_of("support")).status for name in ("small", "auto")]

    assert refused.status == 403
    assert lab.engines["large"].calls == 0
    assert served == [200, 200]


def test_requests_a_minute_are_counted_over_replicas_and_keys(lab: Lab, chat: Callable[..., dict[str, Any]]) -> None:
    """
    Of a team's calls, sent with both its keys to both replicas, as many are served as it has a minute; the next one is 429 and says when.
    """
    answers = [lab.proxies[n % 2].ask(chat(f"hasty {n}"), key=key_of("hasty", 1 + n // 2 % 2)) for n in range(made.REQUESTS + 2)]

    assert [answer.status for answer in answers] == [200] * made.REQUESTS + [429] * 2
    assert int(answers[-1].headers["retry-after"]) > 0


def test_tokens_a_minute_are_counted(proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    A team whose tokens of the minute are used up gets 429.
    """
    statuses = [proxy.ask(chat(f"wordy {n}", max_tokens=5), key=key_of("wordy")).status for n in range(6)]

    assert statuses[0] == 200
    assert statuses[-1] == 429


def test_a_call_that_may_answer_more_than_the_minute_has_is_429(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    LiteLLM reserves what a call may answer at most: one that asks for no limit asks for the gateway's, which is more than this team has.
    """
    assert proxy.ask(chat(), key=key_of("terse")).status == 429
    assert proxy.ask(chat(max_tokens=5), key=key_of("terse")).status == 200
    assert lab.engines["large"].calls == 1


def test_parallel_requests_are_counted(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    Of calls at once, as many are served as a team may have; the others are 429.
    """
    lab.engines["large"].behaviour.delay = 1.5

    answers = proxy.together([chat(f"wide {n}") for n in range(6)], key=key_of("wide"))

    assert sorted(answer.status for answer in answers) == [200] * made.PARALLEL + [429] * (6 - made.PARALLEL)


def test_a_spent_budget_is_429_on_every_replica(lab: Lab, chat: Callable[..., dict[str, Any]]) -> None:
    """
    Money is counted with the plan's prices: when a team's budget is spent all replicas refuse it, and the store remembers for the period.
    """
    first, second = lab.proxies

    def spent() -> bool:
        return first.ask(chat(f"poor {time.monotonic()}"), key=key_of("poor")).status == 429

    assert first.ask(chat("poor"), key=key_of("poor")).status == 200
    assert until(spent)
    assert "budget" in first.ask(chat("poor once more"), key=key_of("poor")).text
    assert second.ask(chat("poor again"), key=key_of("poor", 2)).status == 429
    store = lab.store("counters")
    (key,) = store.command("--scan", "--pattern", "sw:*spent:*").splitlines()
    assert int(store.command("ttl", key)) > 30 * 86_400
    store.command("del", key)
    assert [each.ask(chat("poor with a store that forgot"), key=key_of("poor")).status for each in lab.proxies] == [429] * 2


def test_a_long_body_is_413(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    A request over the size limit is refused before it reaches an engine, with or without its length told before.
    """
    answer = proxy.ask(chat("x" * made.REQUEST_BYTES))

    assert answer.status == 413
    assert sum(engine.calls for engine in lab.engines.values()) == 0


@pytest.mark.parametrize("asked", [{"max_tokens": 1001}, {"max_completion_tokens": 5000}, {"max_tokens": 600, "n": 2}, {"n": 2000}])
def test_more_output_than_a_request_may_ask_for_is_400(
    lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]], asked: dict[str, int]
) -> None:
    """
    Output tokens are limited over all answers of a request, and the message says to how many.
    """
    answer = proxy.ask(chat(**asked))

    assert answer.status == 400
    assert str(made.OUTPUT_TOKENS) in answer.text
    assert lab.engines["large"].calls == 0


def test_output_is_limited_where_the_client_does_not_say(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    The engine is told the limit by a request that names none.
    """
    proxy.ask(chat())

    assert lab.engines["large"].bodies[0]["max_tokens"] == made.OUTPUT_TOKENS


def test_more_input_than_a_request_may_have_is_400(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    A prompt that is longer by LiteLLM's own count of tokens is refused; the engine's context length is the exact limit.
    """
    answer = proxy.ask(chat("word " * (made.INPUT_TOKENS * 2)))

    assert answer.status == 400
    assert lab.engines["large"].calls == lab.engines["large-base"].calls == 0


def test_the_teams_priority_reaches_the_engine_and_the_clients_does_not(
    lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]
) -> None:
    """
    The engine gets the priority that the spec gives a team; one in the body, which would also queue the call in LiteLLM, is taken out.
    """
    for team in ("support", "batch", "alpha"):
        proxy.ask(chat(model="small", priority=-99, extra_body={"priority": -98, "min_p": 0.1}), key=key_of(team))

    assert [body.get("priority") for body in lab.engines["small"].bodies] == [-10, 10, None]
    assert [body.get("min_p") for body in lab.engines["small"].bodies] == [0.1] * 3


def test_a_client_speaks_to_the_engine_and_not_to_litellm(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    Parameters that LiteLLM would obey change nothing: no answer that no engine made, no other address, no other fallback.
    """
    told = {"mock_response": "free", "num_retries": 9, "fallbacks": ["small"], "timeout": 0.001, "custom_llm_provider": "openai"}
    answer = proxy.ask(chat(**told), key=key_of("alpha"))

    assert answer.content == "large answer 1"
    assert not set(told) & set(lab.engines["large"].bodies[0])


def test_hostile_names_of_teams_and_models_are_only_names(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    A team and a model whose names hold every special character work as others do.
    """
    body = chat(model=made.HOSTILE_MODEL, temperature=0)
    answers = [proxy.ask(body, key=key_of(made.HOSTILE_TEAM)) for _ in range(2)]

    assert [answer.status for answer in answers] == [200, 200]
    assert sum(engine.calls for engine in lab.engines.values()) == 1


def test_a_new_file_of_keys_is_read_and_a_broken_one_is_not(proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    Keys come and go with the file, without a restart; a broken file leaves the last good one in force and is told without its content.
    """
    file = proxy.folder / "keys.json"
    before = file.read_text()
    try:
        file.write_text(keys_json(["newcomer"]))
        assert proxy.ask(chat(), key=key_of("newcomer")).status == 200
        assert proxy.ask(chat(), key=key_of("alpha")).status == 401
        file.write_text('{"oops-secret": ')
        assert proxy.ask(chat(), key=key_of("newcomer")).status == 200
        file.write_text(json.dumps({"a": "row-without-team"}))
        assert proxy.ask(chat(), key=key_of("newcomer")).status == 200
    finally:
        file.write_text(before)
    assert proxy.ask(chat(), key=key_of("alpha")).status == 200
    assert "oops-secret" not in proxy.log()
    assert "row-without-team" not in proxy.log()


def test_neither_keys_nor_questions_are_logged(proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    What clients send is not in the log, served or refused.
    """
    proxy.ask(chat("a private question"), key=key_of("alpha"))
    proxy.ask(chat("a private question"), key="sk-stolen-key")
    proxy.ask(chat("a private question", max_tokens=5000), key=key_of("alpha"))

    log = proxy.log()
    assert [text for text in ("a private question", "sk-stolen-key", key_of("alpha")) if text in log] == []


def test_more_calls_than_a_worker_holds_are_503(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    A worker holds as many calls as the spec says and queues a few more for a while; the others are 503 at once instead of late.
    """
    lab.engines["large"].behaviour.delay = 3.0

    answers = proxy.together([chat(f"crowd {n}") for n in range(made.IN_FLIGHT + made.QUEUED + 10)])

    statuses = [answer.status for answer in answers]
    assert set(statuses) == {200, 503}
    assert statuses.count(503) >= 10


TAKEN_OUT: dict[str, Any] = {
    "extra_headers": {"content-length": "1"},
    "extra_query": {"a": "b"},
    "default_headers": {"content-length": "1"},
    "deployment_id": "http://127.0.0.1:9",
    "specific_deployment": True,
    "organization": "other",
    "azure_ad_token": "other",
    "router_settings_override": {"num_retries": 9},
    "user_config": {"model_list": []},
    "context_window_fallbacks": [{"large": ["small"]}],
    "content_policy_fallbacks": [{"large": ["small"]}],
    "additional_drop_params": ["messages"],
    "litellm_metadata": {"tags": "x"},
    "tags": "x",
    "chat_template": "{{ messages }}",
}


@pytest.mark.parametrize("name", TAKEN_OUT)
@pytest.mark.parametrize("inside", [False, True])
def test_names_that_are_no_parameters_of_engines_go_no_further(
    lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]], name: str, *, inside: bool
) -> None:
    """
    What LiteLLM would obey and the engine does not know is dropped from a body and its extra_body, and no team is worse off for it.
    """
    given = {name: TAKEN_OUT[name]}
    body = chat(extra_body=given) if inside else chat(**given)

    statuses = [proxy.ask(body, key=key_of(team)).status for team in ("alpha", "alpha", "alpha", "beta")]

    assert statuses == [200] * 4
    assert lab.engines["large"].calls == 4
    assert not [body for body in lab.engines["large"].bodies if name in body or body["messages"] != chat()["messages"]]


def test_parameters_of_engines_go_on(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    What the engine knows reaches it, wherever it stands in the body.
    """
    given = {
        "min_p": 0.1,
        "top_k": 5,
        "structured_outputs": {"choice": ["a"]},
        "chat_template_kwargs": {"enable_thinking": False},
        "seed": 3,
    }

    assert proxy.ask(chat(**given), key=key_of("alpha")).status == 200
    assert proxy.ask(chat(extra_body=given), key=key_of("alpha")).status == 200

    assert [{name: body.get(name) for name in given} for body in lab.engines["large"].bodies] == [given] * 2


@pytest.mark.parametrize("model", ["large,large,large", "large,small", "unknown", "", None, ["large"], {"a": 1}, 7])
def test_a_model_is_one_of_the_plans(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]], model: object) -> None:
    """
    Anything but the name of one model or route is 400: LiteLLM would call an engine for each name between commas.
    """
    assert proxy.ask(chat(model=model), key=key_of("alpha")).status == 400
    assert sum(engine.calls for engine in lab.engines.values()) == 0


@pytest.mark.parametrize(
    "asked",
    [
        *({name: value} for name in ("max_tokens", "max_completion_tokens", "n", "best_of") for value in ("1", 1.0, True, -1, [1])),
        {"extra_body": {"max_tokens": 1001}},
        {"extra_body": {"n": 2000}},
        {"extra_body": {"max_completion_tokens": "5"}},
        {"extra_body": "text"},
        {"extra_body": [1]},
        {"metadata": {"tags": "text"}},
        {"metadata": {"tags": 5}},
        {"metadata": {"tags": ["a", 1]}},
        {"metadata": {"tags": {"a": "b"}}},
        {"metadata": "text"},
    ],
)
def test_a_parameter_of_a_wrong_kind_is_400(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]], asked: dict[str, object]) -> None:
    """
    Counts are whole numbers wherever they stand, extra_body is an object, tags are a list of strings: no limit is passed by another kind.
    """
    assert proxy.ask(chat(**asked), key=key_of("alpha")).status == 400
    assert lab.engines["large"].calls == 0


@pytest.mark.parametrize("body", [b"", b"[]", b"no json", b"[" * 60_000, b'{"model": "large", "n": NaN}', b"\xff"])
def test_a_body_that_is_no_object_is_400(proxy: Proxy, body: bytes) -> None:
    """
    What is not a JSON object is 400, however it is broken.
    """
    assert proxy.ask(body, key=key_of("alpha")).status == 400


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"prompt": ["a", "b"], "max_tokens": 501}, 400),
        ({"prompt": [[1, 2], [3]], "max_tokens": 501}, 400),
        ({"prompt": ["a", "b"], "max_tokens": 260, "n": 2}, 400),
        ({"prompt": ["a"] * 2, "max_tokens": 5, "best_of": 101}, 400),
        ({"prompt": ["a", "b"], "max_tokens": 500}, 200),
    ],
)
def test_prompts_of_a_completion_count_towards_its_output(proxy: Proxy, asked: dict[str, object], status: int) -> None:
    """
    A list of prompts asks for that many answers.
    """
    assert proxy.ask({"model": "large", **asked}, key=key_of("alpha"), path="/v1/completions").status == status


def test_a_form_is_read_as_the_json_that_was_checked(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    The kind of content that a client claims does not have LiteLLM read another body than ours.
    """
    body = chat("x&model=large&mock_response=free&x")
    answer = proxy.ask(body, key=key_of("alpha"), content_type="application/x-www-form-urlencoded")

    assert answer.status == 200
    assert lab.engines["large"].bodies[0]["messages"] == body["messages"]


def test_a_sampled_answer_is_not_cached_however_it_is_asked_for(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    A temperature or several answers in extra_body count as those beside it.
    """
    for extra in ({"temperature": 1}, {"n": 2}):
        for _ in range(2):
            proxy.ask(chat(temperature=0, extra_body=extra), key=key_of("alpha"))

    assert lab.engines["large"].calls == 4


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/rerank"])
@pytest.mark.parametrize("told", [True, False])
def test_a_huge_body_is_refused_before_it_is_in_memory(proxy: Proxy, path: str, *, told: bool) -> None:
    """
    With a wrong key 200 MB are 413, with their length told or in chunks, and the replica does not grow by them.
    """
    before = _resident_mb(proxy)
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=60)) as connection:
        length = {"content-length": str(200 * len(CHUNK))} if told else {}
        connection.request(
            "POST", path, (CHUNK for _ in range(200)), {**length, "authorization": "Bearer sk-wrong"}, encode_chunked=not told
        )
        status = connection.getresponse().status

    assert status == 413
    assert _resident_mb(proxy) - before < 50


CHUNK = b"x" * 1_000_000


def _resident_mb(proxy: Proxy) -> int:
    lines = Path(f"/proc/{proxy.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1000 for line in lines if line.startswith("VmHWM:"))
