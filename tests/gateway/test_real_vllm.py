"""
The emitted configuration in front of the pinned engine itself: what the hooks, LiteLLM and vLLM make of a request together.

The engine runs on the CPU with a tiny model, and with the arguments that the plan gives it for a gateway with priorities.
"""

from __future__ import annotations

import itertools
import os
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest

import gateway_labs_made
import plans
import requests_made
from gateway_lab import Answer, Lab, key_of, running, until
from real_engine import CONTEXT, RealEngine
from servewright.catalog.load import load_catalog
from servewright.plan.engine_extras import with_extras
from servewright.resources.naming import Names
from vllm_parser import PYTHON_VARIABLE, engine_python

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fake_engine import FakeEngine
    from gateway_lab import Proxy
    from servewright.plan.model import ModelPlan, Plan

pytestmark = [
    pytest.mark.gateway,
    pytest.mark.vllm,
    pytest.mark.skipif(engine_python() is None, reason=f"no vLLM: {PYTHON_VARIABLE}=$(.ci/tools/vllm_engine)"),
    pytest.mark.skipif("SERVEWRIGHT_LITELLM" not in os.environ, reason="no LiteLLM: SERVEWRIGHT_LITELLM=$(.ci/tools/litellm_proxy)"),
]

LONG = 256
"""
Tokens of a request that others wait for: the tiny model makes some eighty a second on two CPUs.
"""
_numbers = itertools.count(1)


def told(plan: Plan) -> ModelPlan:
    """
    Return the model "small" with what its engine is told because of the gateway.
    """
    assert plan.gateway is not None
    request = replace(requests_made.request(requests_made.model_request(plans.HUB_ID)), gateway=plan.gateway.request, caches=plan.caches)
    model = next(each for each in plan.models if each.name == "small")
    return replace(model, engine=with_extras(model.engine, model.name, request, load_catalog().engine_contract()))


def question(text: str = "question", **changes: Any) -> dict[str, Any]:
    """
    Return a request that nobody made before, for at most eight tokens.
    """
    return {"model": "small", "messages": [{"role": "user", "content": f"{text} {next(_numbers)}"}], "max_tokens": 8, **changes}


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RealEngine, Lab]]:
    """
    Provide the engine and a lab with one replica of the gateway in front of it.
    """
    plan, folder = gateway_labs_made.plan(), tmp_path_factory.mktemp("real")
    names = Names.of(plan.stack)
    assert plan.gateway is not None
    with ExitStack() as stack:
        engine = RealEngine.start(told(plan), folder, ["--max-num-seqs=1"])
        stack.callback(engine.stop)
        services = [names.workload(model.name, workload.share) for model in plan.models for workload in model.workloads]
        engines = cast("dict[str, FakeEngine]", dict.fromkeys(services, engine))
        lab = stack.enter_context(
            running(Lab(plan=plan, folder=folder / "lab", engines=engines, teams=[each.name for each in plan.gateway.request.teams]))
        )
        lab.folder.mkdir()
        lab.start_stores()
        lab.start_proxy()
        engine.wait()
        yield engine, lab


@pytest.fixture
def engine(started: tuple[RealEngine, Lab]) -> RealEngine:
    """
    Provide the engine.
    """
    return started[0]


@pytest.fixture
def proxy(started: tuple[RealEngine, Lab]) -> Proxy:
    """
    Provide the replica.
    """
    return started[1].proxies[0]


def finished(engine: RealEngine) -> float:
    """
    Return how many requests the engine has answered.
    """
    return engine.total("vllm:request_success_total")


def test_the_second_equal_question_never_reaches_the_engine(engine: RealEngine, proxy: Proxy) -> None:
    """
    At temperature 0 the answer of a real engine is kept, streamed and plain ones each for themselves.
    """
    body, before = question(temperature=0), finished(engine)
    first, second = proxy.ask(body), proxy.ask(body)
    assert (first.status, second.status) == (200, 200), first.text
    assert second.content == first.content
    assert "x-litellm-cache-key" in second.headers
    assert finished(engine) == before + 1

    texts = ["".join(choice["delta"].get("content") or "" for each in proxy.pieces(body) for choice in each["choices"]) for _ in range(2)]
    assert texts[0] == texts[1] == first.content
    assert finished(engine) == before + 2


def test_a_sampled_question_reaches_the_engine_each_time(engine: RealEngine, proxy: Proxy) -> None:
    """
    At temperature 0.7 nothing is kept.
    """
    body, before = question(temperature=0.7), finished(engine)
    assert [proxy.ask(body).status for _ in range(2)] == [200, 200]
    assert finished(engine) == before + 2


def test_structured_outputs_reach_the_engine_and_tell_answers_apart(engine: RealEngine, proxy: Proxy) -> None:
    """
    A parameter of vLLM alone changes what its model of noise says, and is part of what makes two requests the same.
    """
    body, before = question(temperature=0), finished(engine)
    choices = (["alpha"], ["beta"], ["alpha"])
    answers = [proxy.ask({**body, "structured_outputs": {"choice": choice}}) for choice in choices]
    assert [answer.status for answer in answers] == [200] * 3, answers[0].text
    assert [answer.content for answer in answers] == ["alpha", "beta", "alpha"]
    assert finished(engine) == before + 2


def test_min_p_reaches_the_engine_and_tells_answers_apart(engine: RealEngine, proxy: Proxy) -> None:
    """
    The engine refuses a min_p above 1, so it read it; two allowed ones are two answers.
    """
    body, before = question(temperature=0), finished(engine)
    assert proxy.ask({**body, "min_p": 1.5}).status == 400
    assert [proxy.ask({**body, "min_p": share}).status for share in (0.1, 0.2, 0.1)] == [200] * 3
    assert finished(engine) == before + 2


def test_token_limits_hold(proxy: Proxy) -> None:
    """
    The engine stops at max_tokens; more than the policy allows never gets there; more than its context is its own refusal.
    """
    answer = proxy.ask(question(temperature=0, max_tokens=5, ignore_eos=True))
    assert answer.value["usage"]["completion_tokens"] == 5
    assert answer.value["choices"][0]["finish_reason"] == "length"
    assert proxy.ask(question(max_tokens=gateway_labs_made.OUTPUT_TOKENS + 1)).status == 400
    assert proxy.ask(question("x" * CONTEXT)).status == 400


def test_the_engine_serves_by_priority(engine: RealEngine, proxy: Proxy) -> None:
    """
    While requests of the team with low priority wait, one of the team with high priority comes and is answered before them.
    """
    low, high = key_of("batch"), key_of("support")
    done: dict[str, float] = {}

    def asked(name: str, key: str) -> Answer:
        answer = proxy.ask(question(name, temperature=0.7, max_tokens=LONG, ignore_eos=True), key=key)
        done[name] = time.monotonic()
        return answer

    with ThreadPoolExecutor(6) as pool:
        waiting: list[Future[Answer]] = [pool.submit(asked, f"low {number}", low) for number in range(5)]
        assert until(lambda: engine.total("vllm:num_requests_waiting") >= 3)
        waiting.append(pool.submit(asked, "high", high))
        assert {each.result().status for each in waiting} == {200}
    after = [name for name, ended in done.items() if ended > done["high"]]
    assert len(after) >= 2, done


def test_clients_cannot_choose_their_priority(engine: RealEngine, proxy: Proxy) -> None:
    """
    The engine itself takes any number; behind the gateway a client's own is left out.
    """
    assert engine.ask(question(priority="first")) == 400
    assert proxy.ask(question(priority="first"), key=key_of("alpha")).status == 200
