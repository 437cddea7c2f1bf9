"""
One gateway for all tests of this folder: two replicas, the stores of its plan, and an engine behind each Service.
"""

from __future__ import annotations

import itertools
import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

import gateway_labs_made
from fake_engine import FakeEngine
from gateway_lab import Lab, Proxy, running
from servewright.resources.naming import Names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from servewright.plan.model import Plan

_numbers = itertools.count(1)


def made(plan: Plan, folder: Path, stack: ExitStack) -> Lab:
    """
    Return a lab of *plan* with its engines and stores running, no replica yet.
    """
    names = Names.of(plan.stack)
    services = [names.workload(model.name, workload.share) for model in plan.models for workload in model.workloads]
    odd = names.workload(gateway_labs_made.HOSTILE_MODEL)
    more = {odd: [f"{odd}-{number}" for number in (2, 3)]} if odd in services else {}
    engines = {name: stack.enter_context(FakeEngine(name)) for name in (*services, *more.get(odd, ()))}
    assert plan.gateway is not None
    lab = stack.enter_context(
        running(Lab(plan=plan, folder=folder, engines=engines, teams=[team.name for team in plan.gateway.request.teams], pods=more))
    )
    lab.start_stores()
    return lab


@pytest.fixture(scope="session", autouse=True)
def litellm() -> None:
    """
    Leave out what needs the pinned LiteLLM where it is not.
    """
    if "SERVEWRIGHT_LITELLM" not in os.environ:
        pytest.skip("no LiteLLM: SERVEWRIGHT_LITELLM=$(.ci/tools/litellm_proxy)")


@pytest.fixture(scope="session")
def plan() -> Plan:
    """
    Return the plan of the lab.
    """
    return gateway_labs_made.plan()


@pytest.fixture(scope="session")
def shared_lab(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """
    Return the lab with two replicas running.
    """
    with ExitStack() as stack:
        lab = made(plan, tmp_path_factory.mktemp("gateway"), stack)
        lab.start_proxies(2)
        yield lab


@pytest.fixture
def lab(shared_lab: Lab) -> Lab:
    """
    Return the lab with engines that are well and have seen nothing.
    """
    for engine in shared_lab.engines.values():
        engine.reset()
    return shared_lab


@pytest.fixture
def proxy(lab: Lab) -> Proxy:
    """
    Return the first replica.
    """
    return lab.proxies[0]


@pytest.fixture
def chat() -> Callable[..., dict[str, Any]]:
    """
    Return a maker of requests, whose question is another in each test.
    """
    number = next(_numbers)

    def body(text: str = "question", **changes: Any) -> dict[str, Any]:
        return {"model": "large", "messages": [{"role": "user", "content": f"{text} {number}"}], **changes}

    return body
