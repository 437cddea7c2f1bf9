"""
The semantic cache: which questions get the answer of another one, and which never do.

The embedding model of these tests counts words, so that texts are near which share most of them.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
import zlib
from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import gateway_labs_made as labs
import gateways_made
from fake_engine import FakeEngine
from gateway_lab import Lab, Proxy, key_of, running, until
from servewright.resources.gateway.hook_files import hook_files
from servewright.resources.naming import Names
from servewright.spec.cache_request import NO_HITS, SemanticCache
from servewright.spec.gateway_request import Retries

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.gateway

TTL_S, REST_S = 120, 1
HEADER = "x-servewright-similarity"
ABOUT = "please tell me in a few plain words what one should know before a long walk over the high hills in the north"
NEAR, FAR = f"{ABOUT} now", "which river is the longest"


INDEX = """
def made(scope, name, end=float("inf")):
    question = Question(scope, name.encode(), array("f", [1.0]), end)
    question.key = name
    return question
found, index = {}, Index()
for name, end in (("now", time.monotonic()), ("later", float("inf"))):
    index.add(made("a", name, end))
found["current"] = [each.key for each in index.current("a")]
index = Index()
for number in range(200):
    index.add(made("a", str(number)))
index.add(made("a", "0"))  # used again
index.add(made("a", "200"))
names = [each.key for each in index.current("a")]
found["in a scope"] = [len(names), *(name for name in map(str, range(201)) if name not in names)]
index = Index()
for number in range(10_050):
    index.add(made(str(number // 100), str(number)))
found["in all"] = [len(index.all), sum(map(len, index.scopes.values()))]
for scope, digest in list(index.all):
    index.drop(scope, digest)
found["left"] = [len(index.all), len(index.scopes)]
print(json.dumps(found))
"""


def words(text: str) -> list[float]:
    """
    Return how often each word is in *text*, by a hash of the word.
    """
    found = [0.0] * 512
    for word in text.lower().split():
        found[zlib.crc32(word.encode()) % 512] += 1.0
    return found


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """
    Provide one replica whose model "small" answers near questions; "large" does not, and stands in for "small".
    """
    made = labs.plan()
    assert made.caches is not None
    assert made.caches.responses is not None
    assert made.gateway is not None
    semantic = SemanticCache(embedding_model="embed", models=("small",), threshold=Decimal("0.9"), ttl_s=TTL_S, hit_rate=NO_HITS)
    responses = replace(made.caches.responses, ttl_s=TTL_S, memory_ttl_s=1)
    retries = Retries(attempts=0, timeout_s=None, first_token_timeout_s=None, failures=1000, cooldown_s=REST_S)
    plan = replace(
        made,
        caches=replace(made.caches, responses=responses, embeddings=None, semantic=semantic),
        gateway=replace(made.gateway, request=replace(made.gateway.request, retries=retries)),
        tiers=(gateways_made.tier("counters"), gateways_made.tier("responses")),
    )
    names = Names.of(plan.stack)
    with ExitStack() as stack:
        services = {names.workload(model.name, workload.share) for model in plan.models for workload in model.workloads}
        engines = {name: stack.enter_context(FakeEngine(name, vector=words)) for name in services}
        teams = [team.name for team in made.gateway.request.teams]
        found = stack.enter_context(running(Lab(plan=plan, folder=tmp_path_factory.mktemp("near"), engines=engines, teams=teams)))
        found.start_stores()
        found.start_proxy()
        yield found


class Gateway:
    """
    The replica of *lab*, asked by one team with a first message of each test's own.
    """

    def __init__(self, lab: Lab, number: str) -> None:
        for engine in lab.engines.values():
            engine.reset()
        self.proxy: Proxy = lab.proxies[0]
        self.small, self.embed, self.large = (lab.engines[name] for name in ("small", "embed", "large"))
        self.first = {"role": "system", "content": number}

    def body(self, text: Any, **changes: Any) -> dict[str, Any]:
        """
        Return a request for *text*.
        """
        return {"model": "small", "messages": [self.first, {"role": "user", "content": text}], "temperature": 0, **changes}

    def ask(self, text: Any, team: str = "alpha", **changes: Any) -> Any:
        """
        Return the answer to *text*.
        """
        answer = self.proxy.ask(self.body(text, **changes), key=key_of(team))
        assert answer.status == 200, answer.text
        time.sleep(0.3)  # an answer is kept just after it is given
        return answer


@pytest.fixture
def gateway(lab: Lab, request: pytest.FixtureRequest) -> Gateway:
    """
    Provide the gateway with healthy engines that saw nothing.
    """
    time.sleep(REST_S + 0.2)  # an embedder that was down rests
    return Gateway(lab, f"{request.node.name}")


def test_a_near_question_gets_the_kept_answer(gateway: Gateway) -> None:
    """
    The engine is asked once; the answer says how near the question was, and one to the same words says nothing.
    """
    first = gateway.ask(ABOUT)
    near = gateway.ask(NEAR)
    again = gateway.ask(ABOUT)
    far = gateway.ask(FAR)

    assert near.content == again.content == first.content
    assert 0.9 <= float(near.headers[HEADER]) < 1
    assert [HEADER in each.headers for each in (first, again, far)] == [False, False, False]
    assert [body["messages"][-1]["content"] for body in gateway.small.bodies] == [ABOUT, FAR]
    assert [body["input"] for body in gateway.embed.bodies] == [[ABOUT], [NEAR], [FAR]]


def test_a_near_question_gets_the_same_answer_even_where_it_is_wrong(gateway: Gateway) -> None:
    """
    What no threshold tells apart, and the documentation says: a negation, another country.
    """
    spain = gateway.ask(f"{ABOUT} of Spain").content
    assert gateway.ask(f"{ABOUT} of France").content == spain
    assert gateway.ask(f"{ABOUT} not of Spain").content == spain


DIFFERENT: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("team", {}, {"team": "beta"}),
    ("number", {"text": f"{ABOUT} 15"}, {"text": f"{ABOUT} 16"}),
    ("sign", {"text": f"{ABOUT} -5"}, {"text": f"{ABOUT} 5"}),
    ("parameter", {"max_tokens": 5}, {"max_tokens": 6}),
    ("engine's parameter", {"structured_outputs": {"regex": "a+"}}, {"structured_outputs": {"regex": "b+"}}),
    ("user", {"user": "ann"}, {"user": "bob"}),
    ("system prompt", {"first": "Answer in German."}, {"first": "Answer in French."}),
    ("sampled", {"temperature": 0.7}, {"temperature": 0.7}),
    ("model", {"model": "large"}, {"model": "large"}),
    ("tools", *2 * ({"tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}]},)),
    ("several parts", {"text": [{"type": "text", "text": ABOUT}]}, {"text": [{"type": "text", "text": NEAR}]}),
    ("long", {"text": "word " * 400 + ABOUT}, {"text": "word " * 400 + NEAR}),
    ("no-store", {"cache": {"no-store": True}}, {}),
    ("no-cache", {}, {"cache": {"no-cache": True}}),
]


@pytest.mark.parametrize(("first", "second"), [each[1:] for each in DIFFERENT], ids=[each[0] for each in DIFFERENT])
def test_what_differs_in_more_than_words_is_never_near(gateway: Gateway, first: dict[str, Any], second: dict[str, Any]) -> None:
    """
    Another caller, number, parameter or message before it, or a request of another kind: each reaches an engine.
    """
    number = gateway.first["content"]
    for text, changes in ((ABOUT, first), (NEAR, second)):
        gateway.first = {"role": "system", "content": changes.get("first", number)}
        answer = gateway.ask(**{"text": text, **{key: value for key, value in changes.items() if key != "first"}})
        assert HEADER not in answer.headers
    assert gateway.small.calls + gateway.large.calls == 2


def test_without_vectors_the_engine_answers(gateway: Gateway) -> None:
    """
    An embedder that is down or slow is left in peace for a while, and nobody sees it but the engine; then it is asked again.
    """
    gateway.embed.behaviour.fail = 503
    for number in range(3):
        gateway.ask(f"{ABOUT} {'again ' * number}")
    assert (gateway.small.calls, gateway.embed.calls) == (3, 1)
    time.sleep(REST_S)

    gateway.embed.behaviour.fail, gateway.embed.behaviour.delay = 0, 3
    before = time.monotonic()
    gateway.ask(FAR)
    assert time.monotonic() - before < 3
    gateway.embed.behaviour.delay = 0
    time.sleep(REST_S)

    gateway.ask(f"{FAR} of all the ones that we have seen so far")
    assert gateway.ask(f"{FAR} of all the ones that we have seen so far please").headers[HEADER]


def test_streams_are_served_and_kept_apart(gateway: Gateway) -> None:
    """
    A near question that is streamed gets the kept stream, not the whole answer of one that was not.
    """

    def text(asked: str) -> str:
        pieces = gateway.proxy.pieces(gateway.body(asked), key=key_of("alpha"))
        time.sleep(0.3)
        return "".join(choice["delta"].get("content") or "" for piece in pieces for choice in piece["choices"])

    gateway.ask(NEAR)
    first = text(ABOUT)
    assert first
    assert gateway.small.calls == 2
    assert text(NEAR) == first
    assert gateway.small.calls == 2
    assert gateway.proxy.ask({**gateway.body(f"{ABOUT} then"), "stream": True}, key=key_of("alpha")).headers[HEADER]


def test_when_the_answer_has_gone_the_engine_gets_the_callers_own_words(lab: Lab, gateway: Gateway) -> None:
    """
    Nobody is answered what somebody else asked by an engine, and what the engine says is not kept as the other's answer.
    """
    first = gateway.ask(ABOUT)
    store = lab.store("responses")
    store.command("del", *store.command("--scan").splitlines())
    assert store.command("--scan") == ""
    for batch in range(5):  # the process' own copy makes room after 200 others
        others = [gateway.body(f"{batch} {number}", model="large") for number in range(45)]
        assert {answer.status for answer in gateway.proxy.together(others, key=key_of("beta"))} == {200}
    second = gateway.ask(NEAR)
    assert HEADER not in second.headers
    assert [body["messages"][-1]["content"] for body in gateway.small.bodies] == [ABOUT, NEAR]
    assert gateway.ask(ABOUT).content not in {first.content, second.content}


def test_the_index_forgets_what_is_old_and_has_bounds(tmp_path: Path) -> None:
    """
    A question ends with its time; those used longest ago make room, in each scope and in all, and nothing of them stays.
    """
    (tmp_path / "policy.json").write_text('{"semantic": {}}', encoding="utf-8")
    programs = Path(os.environ["SERVEWRIGHT_LITELLM"])
    settings = {"SERVEWRIGHT_POLICY": str(tmp_path / "policy.json"), "HOME": str(tmp_path), "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    command = [str(programs / "python"), "-c", hook_files()["servewright_semantic.py"] + INDEX]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, env=settings, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "current": ["later"],
        "in a scope": [200, "1"],
        "in all": [10_000, 10_000],
        "left": [0, 0],
    }


def test_an_answer_of_a_model_that_stands_in_serves_no_near_question(gateway: Gateway) -> None:
    """
    While "small" is down "large" answers in its place; what it said is not small's answer.
    """
    gateway.small.behaviour.fail = 503
    stood_in = gateway.ask(ABOUT).content
    assert "large" in stood_in
    gateway.small.behaviour.fail = 0
    assert until(lambda: "small" in gateway.ask(NEAR).content, 10)


def test_a_client_chooses_no_entry(gateway: Gateway) -> None:
    """
    Neither our marks nor LiteLLM's key of an entry are taken from a client.
    """
    gateway.ask(ABOUT)
    key = gateway.ask(ABOUT).headers["x-litellm-cache-key"]
    marks = {"servewright_question": "1", "servewright_similarity": "1.0"}
    answer = gateway.ask(FAR, team="beta", metadata=marks, cache_key=key)
    assert HEADER not in answer.headers
    assert answer.headers.get("x-litellm-cache-key", "") != key
    assert gateway.small.calls == 2
