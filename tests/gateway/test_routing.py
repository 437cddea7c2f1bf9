"""
Where a request goes: all replicas of a model before its base alone, another model when they are out, the model that a route declares, and
the replica that has read the same beginning or has the least to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import gateway_labs_made
from gateway_lab import key_of, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fake_engine import FakeEngine
    from gateway_lab import Lab, Proxy

pytestmark = pytest.mark.gateway

EASY = "What is the capital of France?"
HARD = (
    "Think step by step and reason through the trade-offs: design a distributed consensus algorithm in Python, first write the class and "
    "the async function, then prove the architecture is safe under partition, then analyze latency of the database and kubernetes "
    "microservices"
)


@pytest.fixture(autouse=True)
def well(lab: Lab) -> Iterator[None]:
    """
    Leave both replicas with pools that serve again: one that failed rests for the plan's cool-down.
    """
    yield
    for engine in lab.engines.values():
        engine.reset()

    def served() -> bool:
        models = {"small": "small", "large": "large"}
        body = {"messages": [{"role": "user", "content": "well?"}], "temperature": 1}
        return all(
            each.ask({**body, "model": model}).text.find(f"{name} answer") > 0 for each in lab.proxies for model, name in models.items()
        )

    assert until(served)


def _counts(lab: Lab) -> tuple[int, int, int]:
    return lab.engines["small"].calls, lab.engines["large"].calls, lab.engines["large-base"].calls


def test_all_replicas_serve_before_the_base_alone(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    While they are well every call goes to base and burst together, as the plan and the autoscaler reckon.
    """
    for number in range(6):
        assert proxy.ask(chat(f"{number}")).status == 200

    assert _counts(lab) == (0, 6, 0)


def test_a_base_that_cannot_be_reached_alone_is_not_noticed(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    The second way to the base is for when the first fails.
    """
    lab.engines["large-base"].behaviour.dead = True

    answers = [proxy.ask(chat(f"{number}")) for number in range(6)]

    assert [answer.status for answer in answers] == [200] * 6
    assert {answer.headers["x-litellm-model-id"] for answer in answers} == {"large:large"}


@pytest.mark.parametrize("fault", [{"fail": 503}, {"fail": 500}, {"dead": True}])
def test_a_dead_burst_falls_back_to_the_base(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]], fault: dict[str, Any]) -> None:
    """
    Every call is answered by the base while what it goes to first fails, which rests after a few failures instead of being asked each time.
    """
    for name, value in fault.items():
        setattr(lab.engines["large"].behaviour, name, value)

    answers = [proxy.ask(chat(f"{number}")) for number in range(8)]

    assert [answer.status for answer in answers] == [200] * 8
    assert {answer.headers["x-litellm-model-id"] for answer in answers} == {"large:large-base"}
    assert lab.engines["large"].calls < 16


def test_a_dead_burst_falls_back_for_streams(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    A stream that has not begun moves to the base.
    """
    lab.engines["large"].behaviour.dead = True

    pieces = proxy.pieces(chat())

    assert any("large-base" in str(piece["choices"]) for piece in pieces)
    assert not [piece for piece in pieces if "error" in piece]


def test_a_stream_that_breaks_midway_ends_with_an_error(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    Once text was delivered no other pool can go on: the stream says that it broke instead of ending as if it were whole.
    """
    engine = lab.engines["large"]
    engine.behaviour.dies_after, engine.behaviour.piece_delay = 2, 0.4

    pieces = proxy.pieces(chat())

    assert any("error" in piece for piece in pieces)
    assert lab.engines["large-base"].calls == 0


def test_slow_replicas_cost_the_time_out_and_no_more(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    Each level of pools is tried 1 + retries times: the worst wait is that times the time-out, and then the base answers.
    """
    lab.engines["large"].behaviour.delay = 30.0

    answer = proxy.ask(chat(stream=True))

    assert answer.status == 200
    assert lab.engines["large-base"].calls == 1
    assert lab.engines["large"].calls == 2


def test_a_model_without_a_pool_falls_back_to_the_next(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    A declared fallback answers when every pool of a model is out.
    """
    lab.engines["small"].behaviour.dead = True

    answer = proxy.ask(chat(model="small"))

    assert answer.status == 200
    assert answer.headers["x-litellm-model-id"].startswith("large:")


def test_when_nothing_is_left_the_client_is_told(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    Both pools out and no fallback: an error of the server, after a bounded number of calls.
    """
    for name in ("large-base", "large"):
        lab.engines[name].behaviour.fail = 503

    answer = proxy.ask(chat())

    assert answer.status in {500, 503}
    assert sum(_counts(lab)) <= 6


@pytest.mark.parametrize(("text", "engine"), [(EASY, "small"), (HARD, "large")])
def test_a_route_by_complexity_picks_the_declared_model(lab: Lab, proxy: Proxy, text: str, engine: str) -> None:
    """
    A simple question goes to the model of the simple tier, a hard one to that of the complex tier, without a call to decide it.
    """
    body = {"model": "auto", "messages": [{"role": "user", "content": text}], "temperature": 0.5}

    assert proxy.ask(body).status == 200
    assert proxy.pieces(body)

    assert lab.engines[engine].calls == 2
    assert sum(_counts(lab)) == 2


def test_answers_of_a_route_are_cached_too(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    The second identical call under a route's name is answered by the cache.
    """
    for name in ("auto", "mixed"):
        for _ in range(2):
            assert proxy.ask(chat(model=name, temperature=0)).status == 200

    assert sum(_counts(lab)) == 2


@pytest.mark.parametrize(("tag", "engine"), [("interactive", "small"), ("batch", "large")])
def test_a_route_by_tag_picks_the_declared_model(
    lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]], tag: str, engine: str
) -> None:
    """
    The tag decides, in the body or in a header.
    """
    for number in range(3):
        assert proxy.ask(chat(f"{number}", model="tagged", metadata={"tags": [tag]})).status == 200
        assert proxy.ask(chat(f"{number}", model="tagged"), x_litellm_tags=tag).status == 200

    assert lab.engines[engine].calls == 6
    assert sum(_counts(lab)) == 6


def test_answers_under_two_tags_are_not_mixed_up(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    The same question under another tag is asked of the other model: LiteLLM's own key holds no tags.
    """
    for tag in ("interactive", "batch", "interactive"):
        proxy.ask(chat(model="tagged", temperature=0, metadata={"tags": [tag]}))

    assert _counts(lab) == (1, 1, 0)


def test_tags_change_nothing_elsewhere(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    A request with a tag for a plain model is served as ever.
    """
    assert proxy.ask(chat(metadata={"tags": ["unknown"]})).status == 200
    assert _counts(lab) == (0, 1, 0)


def test_a_route_by_weight_uses_every_declared_model(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    Of forty calls at even weights both models get some (all to one: 1 in 5e11), and none goes to a base alone while all replicas are well.
    """
    for number in range(40):
        assert proxy.ask(chat(f"{number}", model="mixed")).status == 200

    small, large, base = _counts(lab)
    assert small
    assert large
    assert base == 0


def test_an_unknown_model_is_refused(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    A name that the plan does not have reaches no engine.
    """
    assert proxy.ask(chat(model="gpt-5"), key=key_of("alpha")).status in {400, 403, 404}
    assert sum(_counts(lab)) == 0


def _odd(lab: Lab) -> list[FakeEngine]:
    name = lab.names.workload(gateway_labs_made.HOSTILE_MODEL)
    return [lab.engines[each] for each in (name, *lab.pods[name])]


def _asked(text: str) -> dict[str, Any]:
    return {"model": gateway_labs_made.HOSTILE_MODEL, "messages": [{"role": "user", "content": text}], "temperature": 1}


def test_no_replica_gets_more_than_its_part(lab: Lab, proxy: Proxy) -> None:
    """
    Calls at the same time that begin alike go to one replica as far as its part of the load, and then to the others: at most a quarter
    above the mean, rounded up, of those under way.
    """
    engines = _odd(lab)
    for engine in engines:
        engine.behaviour.delay = 1.0

    answers = proxy.together([_asked("the same beginning " * 60 + str(number)) for number in range(12)])

    assert {answer.status for answer in answers} == {200}
    assert sum(engine.calls for engine in engines) == 12
    assert max(engine.calls for engine in engines) <= 5
    assert min(engine.calls for engine in engines) >= 1


def test_what_begins_alike_goes_to_one_replica(lab: Lab, proxy: Proxy) -> None:
    """
    One after the other, prompts with the same first 1,024 characters meet the KV blocks of the one before; others are spread.
    """
    engines = _odd(lab)
    for number in range(9):
        assert proxy.ask(_asked("a long common beginning " * 50 + str(number))).status == 200
    assert sorted(engine.calls for engine in engines) == [0, 0, 9]

    for engine in engines:
        engine.reset()
    for number in range(24):
        assert proxy.ask(_asked(f"{number} is where this one begins")).status == 200
    assert all(engine.calls for engine in engines)


def test_a_replica_that_fails_rests(lab: Lab, proxy: Proxy) -> None:
    """
    The retry of a call goes to another replica, and so do the calls after it.
    """
    first, *others = _odd(lab)
    first.behaviour.fail = 503

    answers = [proxy.ask(_asked(f"{number} begins here")) for number in range(12)]

    assert {answer.status for answer in answers} == {200}
    assert first.calls <= 4
    assert sum(engine.calls for engine in others) == 12


def test_an_answer_that_is_kept_does_not_depend_on_the_replica(lab: Lab, proxy: Proxy) -> None:
    """
    The address of the replica is no part of an entry's key.
    """
    engines = _odd(lab)
    body = {**_asked("kept"), "temperature": 0}
    engines[0].behaviour.delay = 0.0
    texts = {proxy.ask(body).content for _ in range(3)}

    assert len(texts) == 1
    assert sum(engine.calls for engine in engines) == 1


def test_a_replica_that_hangs_rests(lab: Lab, proxy: Proxy) -> None:
    """
    A time-out is a fault of the replica: the next attempt goes to another, though what it asks begins like what the first has read.
    """
    engines = _odd(lab)
    assert proxy.ask(_asked("hanging " * 200)).status == 200
    hanging = next(engine for engine in engines if engine.calls)
    hanging.behaviour.delay = 30.0

    answers = [proxy.ask({**_asked("hanging " * 200), "stream": True}).status for _ in range(2)]

    assert 200 in answers
    assert sum(engine.calls for engine in engines if engine is not hanging) >= 1
