"""
Why `caches.semantic` is a hook of ours and not LiteLLM's own cache, which the pinned gateway does not start with, which cannot show a store
who it is, and which takes a system prompt for a part of the question.

When one of the first two fails, a newer gateway can do more: then `servewright_semantic.py` is to be looked at again. The others
run with a name put back that redis-py has given up, and a double of vector search (`ft_server`).
"""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from fake_engine import FakeEngine
from ft_server import VectorStore
from gateway_lab import MASTER_KEY, Lab, Proxy, free_port, until

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.gateway

PUT_BACK = """
import sys
import redis.commands.search.index_definition as found
sys.modules["redis.commands.search.indexDefinition"] = found
"""
ASKED_AS = """
import json
from litellm.caching.valkey_semantic_cache import ValkeySemanticCache
made = ValkeySemanticCache(host="h", port="1", password="p", username="gateway", ssl=True, similarity_threshold=0.9,
    aws_iam_auth=True, aws_iam_user_name="gateway", aws_iam_cache_name="c", aws_iam_region="us-east-1")
found = made.sync_client.connection_pool.connection_kwargs
print(json.dumps({"username": found.get("username"), "credentials": str(found.get("credential_provider"))}))
"""


def configuration(folder: Path, engine: FakeEngine, port: int) -> Path:
    """
    Write a proxy with a chat and an embedding model of *engine* and a semantic cache at *port*.
    """
    deployed = {"api_base": f"http://127.0.0.1:{engine.port}/v1", "api_key": "none"}
    models = [{"model_name": name, "litellm_params": {"model": f"hosted_vllm/{name}", **deployed}} for name in ("small", "embed")]
    cache = {
        "type": "valkey-semantic",
        "host": "127.0.0.1",
        "port": str(port),
        "similarity_threshold": 0.95,
        "valkey_semantic_cache_embedding_model": "embed",
        "ttl": 60,
    }
    settings = {"cache": True, "cache_params": cache, "telemetry": False}
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump({"model_list": models, "litellm_settings": settings, "general_settings": {"master_key": MASTER_KEY}}))
    return path


def surroundings(folder: Path, *, put_back: bool) -> dict[str, str]:
    """
    Return the environment of LiteLLM's programs in *folder*, where *put_back* with the old name of redis-py's module.
    """
    programs = os.environ["SERVEWRIGHT_LITELLM"]
    if put_back:
        (folder / "sitecustomize.py").write_text(PUT_BACK, encoding="utf-8")
    return {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "HOME": str(folder),
        "PYTHONPATH": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }


def begun(folder: Path, config: Path, *, put_back: bool) -> Proxy:
    """
    Begin to start the proxy.
    """
    port = free_port()
    command = [f"{os.environ['SERVEWRIGHT_LITELLM']}/litellm", "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "proxy.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=surroundings(folder, put_back=put_back))
    return Proxy(folder=folder, port=port, metrics_port=0, process=process)


@pytest.fixture(scope="module")
def engine() -> Iterator[FakeEngine]:
    """
    Provide an engine whose vectors hold the length of a text alone, so that any two are near: tests keep apart by max_tokens.
    """
    with FakeEngine("engine") as made:
        yield made


@dataclass(frozen=True)
class Semantic:
    """
    A *proxy* with a semantic cache in *store*.
    """

    proxy: Proxy
    store: VectorStore

    def kept(self, body: dict[str, Any]) -> str:
        """
        Return the answer to *body* once it is in the store, where it comes after the client has it.
        """
        before = len(self.store.entries)
        answer = self.proxy.ask(body).content
        assert until(lambda: len(self.store.entries) > before)
        return answer


@pytest.fixture(scope="module")
def semantic(engine: FakeEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Semantic]:
    """
    Provide a semantic cache that was made to start.
    """
    folder = tmp_path_factory.mktemp("semantic")
    with ExitStack() as stack:
        store = stack.enter_context(VectorStore())
        proxy = begun(folder, configuration(folder, engine, store.port), put_back=True)
        stack.callback(Lab(plan=None, folder=folder, engines={}, teams=[], proxies=[proxy]).stop)  # type: ignore[arg-type] # it only stops
        assert until(lambda: _serves(proxy), 90), proxy.log()[-3000:]
        yield Semantic(proxy=proxy, store=store)


def asked(text: str, system: str | None = None, **changes: Any) -> dict[str, Any]:
    """
    Return a request for *text*.
    """
    first = [] if system is None else [{"role": "system", "content": system}]
    return {"model": "small", "messages": [*first, {"role": "user", "content": text}], "temperature": 0, **changes}


def test_the_pinned_gateway_does_not_start_with_it(engine: FakeEngine, tmp_path: Path) -> None:
    """
    LiteLLM 1.104.0 imports a module that redis-py 8, which its image has, calls by another name.
    """
    proxy = begun(tmp_path, configuration(tmp_path, engine, free_port()), put_back=False)
    try:
        assert proxy.process.wait(90) != 0
    finally:
        proxy.process.kill()
    assert "No module named 'redis.commands.search.indexDefinition'" in proxy.log()


def test_its_client_shows_neither_user_nor_iam(tmp_path: Path) -> None:
    """
    What reaches the store is a password at most: no user of an access list, and no identity, which is all that our ElastiCache lets in.
    """
    python = Path(os.environ["SERVEWRIGHT_LITELLM"]) / "python"
    done = subprocess.run(
        [python, "-c", ASKED_AS], capture_output=True, text=True, check=True, timeout=60, env=surroundings(tmp_path, put_back=True)
    )
    assert json.loads(done.stdout.splitlines()[-1]) == {"username": None, "credentials": "None"}


def test_a_near_question_gets_the_same_answer_even_where_it_is_wrong(engine: FakeEngine, semantic: Semantic) -> None:
    """
    A question that is near enough is not the same question: Italy gets the answer for Spain, and the engine is not asked.
    """
    engine.reset()
    spain = semantic.kept(asked("What is the capital of Spain?"))
    assert semantic.proxy.ask(asked("What is the capital of Italy?")).content == spain
    assert sum("messages" in body for body in engine.bodies) == 1


def test_the_system_prompt_is_only_a_part_of_the_text(semantic: Semantic) -> None:
    """
    An instruction that changes the answer and hardly the vector is not heard.
    """
    german = semantic.kept(asked("Which river is the longest?", system="Answer in German.", max_tokens=20))
    french = asked("Which river is the longest?", system="Answer in French.", max_tokens=20)
    assert semantic.proxy.ask(french).content == german


def test_other_parameters_are_other_answers(semantic: Semantic) -> None:
    """
    Entries with other limits are apart, however near the questions are.
    """
    five = semantic.kept(asked("How many planets are there?", max_tokens=5))
    assert semantic.proxy.ask(asked("How many planets are there?", max_tokens=6)).content != five


def _serves(proxy: Proxy) -> bool:
    assert proxy.process.poll() is None, proxy.log()[-3000:]
    try:
        return proxy.get("/health/readiness").status == 200
    except OSError:
        return False
