"""
How the gateway is watched, loses its stores and its clients, and ends.
"""

from __future__ import annotations

import http.client
import json
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from gateway_lab import DRAIN_TOKEN, MASTER_KEY, Lab, Proxy, Store, key_of, until
from servewright.resources.gateway.config_metrics import METRIC_LABELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from servewright.plan.model import Plan

pytestmark = pytest.mark.gateway

PERSONAL = {"client_ip", "user_agent", "end_user", "user_email", "hashed_api_key", "user"}


@dataclass
class Stand:
    """
    A replica with stores of its own, which may be broken.
    """

    lab: Lab
    proxy: Proxy
    stores: list[Store]


@pytest.fixture(scope="module")
def stand(plan: Plan, shared_lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """
    Return a replica beside the others with stores of its own. It keeps answers and no vectors: LiteLLM's cache is then in its other mode.
    """
    with ExitStack() as stack:
        assert plan.caches is not None
        answers_only = replace(plan, caches=replace(plan.caches, embeddings=None))
        lab = Lab(plan=answers_only, folder=tmp_path_factory.mktemp("stand"), engines=shared_lab.engines, teams=shared_lab.teams)
        stack.callback(lab.stop)
        lab.start_stores()
        yield Stand(lab=lab, proxy=lab.start_proxies(1)[0], stores=lab.stores)


def _metrics(proxy: Proxy) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", proxy.metrics_port, timeout=10)
    with closing(connection):
        connection.request("GET", "/metrics/")
        answer = connection.getresponse()
        assert answer.status == 200
        return answer.read().decode()


def test_metrics_are_exported_with_the_declared_labels_only(proxy: Proxy, chat: Callable[..., dict[str, Any]]) -> None:
    """
    What a served, a cached and a refused call leave in the metrics names the team and the deployment, and no person, address or key.
    """
    for _ in range(2):
        proxy.ask(chat(temperature=0), key=key_of("alpha"))
    proxy.ask(chat(max_tokens=5000), key=key_of("alpha"))

    def exported() -> bool:
        text = _metrics(proxy)
        return all(
            f"\n{name}_total{{" in text
            for name in ("litellm_proxy_total_requests_metric", "litellm_spend_metric", "litellm_cache_hits_metric")
        )

    assert until(exported)
    labels: dict[str, set[str]] = {}
    for name, inside in re.findall(r"^(litellm_\w+?)(?:_total|_bucket|_sum|_count|_created)?\{([^}]*)\}", _metrics(proxy), re.MULTILINE):
        labels.setdefault(name, set()).update(re.findall(r"(\w+)=", inside))
    assert labels["litellm_request_total_latency_metric"] >= {"team", "model", "model_id"}
    assert {name: found & PERSONAL for name, found in labels.items() if found & PERSONAL} == {}
    for name in METRIC_LABELS.keys() & labels.keys():
        assert labels[name] - {"le", "pid"} <= set(METRIC_LABELS[name].split()), name
    assert 'team="alpha"' in _metrics(proxy)


def test_the_port_of_the_api_shows_metrics_to_the_administrator_only(proxy: Proxy) -> None:
    """
    A team's key and no key do not read the metrics.
    """
    assert [proxy.get("/metrics/", key=key).status for key in (None, key_of("alpha"))] == [401, 401]


def test_probes_need_no_key_and_call_no_engine(lab: Lab, proxy: Proxy) -> None:
    """
    The kubelet's questions are answered without a key, and no engine works for them.
    """
    assert [proxy.get(path, key=None).status for path in ("/health/readiness", "/health/liveliness")] == [200, 200]
    assert sum(engine.calls for engine in lab.engines.values()) == 0


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_hangs_up_frees_its_engine(lab: Lab, proxy: Proxy, chat: Callable[..., dict[str, Any]], *, stream: bool) -> None:
    """
    The call to the engine ends when nobody waits for its answer, before the first token and in the middle of a stream.
    """
    engine = lab.engines["large"]
    engine.behaviour.delay, engine.behaviour.piece_delay = (0.0, 3.0) if stream else (8.0, 0.0)
    client = http.client.HTTPConnection("127.0.0.1", proxy.port)
    headers = {"authorization": f"Bearer {MASTER_KEY}", "content-type": "application/json"}
    client.request("POST", "/v1/chat/completions", json.dumps(chat(stream=stream)), headers)
    assert until(lambda: engine.in_flight == 1)
    if stream:
        client.getresponse().readline()

    client.close()

    assert until(lambda: engine.hung_up == 1)
    assert lab.engines["large-base"].calls == 0


@pytest.mark.usefixtures("lab")
def test_calls_succeed_while_the_stores_are_down_and_caching_comes_back(stand: Stand, chat: Callable[..., dict[str, Any]]) -> None:
    """
    Without stores the gateway serves, is ready, and still refuses unknown keys; with them again it caches again.
    """
    for store in stand.stores:
        store.stop()
    answers = [
        stand.proxy.ask(chat(f"{number}", temperature=0), key=key_of(team)) for number in range(3) for team in ("alpha", "hasty", "batch")
    ]
    assert [answer.status for answer in answers] == [200] * 9
    assert stand.proxy.ask(chat(), key="sk-unknown").status == 401
    assert stand.proxy.get("/health/readiness", key=None).status == 200

    for store in stand.stores:
        store.start()

    def cached() -> bool:
        body = chat(f"back {time.monotonic()}", temperature=0)
        first = [stand.proxy.ask(body) for _ in range(2)]
        return "x-litellm-cache-key" in first[1].headers and stand.lab.store("responses").command("dbsize") != "0"

    assert until(cached, 120)


def test_a_call_in_flight_survives_drain_and_sigterm(stand: Stand, lab: Lab, chat: Callable[..., dict[str, Any]]) -> None:
    """
    Draining takes the replica out of the Service and waits for its calls, those that still arrive are served; SIGTERM loses none either.
    """
    proxy, engine = stand.proxy, lab.engines["large"]
    assert proxy.get("/health/drain", key=None).status == 401
    engine.behaviour.delay = 2.0
    with ThreadPoolExecutor(4) as pool:
        in_flight = pool.submit(proxy.ask, chat("in flight"))
        assert until(lambda: engine.in_flight == 1)
        drained = pool.submit(proxy.get, "/health/drain", key=None, x_drain_token=DRAIN_TOKEN)
        assert until(lambda: proxy.get("/health/readiness", key=None).status == 503)
        assert proxy.ask(chat("while it drains")).status == 200
        assert in_flight.result().status == 200
        assert drained.result().status == 200

        plain, streamed = pool.submit(proxy.ask, chat("at the end")), pool.submit(proxy.pieces, chat("at the end, streamed"))
        assert until(lambda: engine.in_flight == 2)
        proxy.process.send_signal(signal.SIGTERM)
        assert plain.result().status == 200
        assert any("answer" in str(piece) for piece in streamed.result())
    assert proxy.process.wait(30) is not None
