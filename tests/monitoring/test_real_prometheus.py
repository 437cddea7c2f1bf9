"""
The whole way of an alert through real processes: engines and LiteLLM are scraped by Prometheus with the emitted rules, which tells
Alertmanager with the emitted receivers, which posts messages.

What is not as in a cluster: intervals are 1 s, rules have no `for` (an alert would otherwise be pending for two minutes), and receivers
neither wait nor gather. Windows are as they are: over less data than a window Prometheus computes with what is there.
"""

from __future__ import annotations

import itertools
import json
import os
import re
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

import alertmanager_lab
import gateway_labs_made
import monitoring_made
from engine_metrics import EngineMetrics
from fake_engine import FakeEngine
from gateway_lab import Lab, Proxy, running, until
from prometheus_lab import Inbox, Server, Target, scrape_config, start_alertmanager, start_prometheus
from servewright.catalog.load import load_catalog
from servewright.resources.engine_pod import served_name
from servewright.resources.gateway.objects import pod_monitor as gateway_monitor
from servewright.resources.monitor import pod_monitor
from servewright.resources.monitoring.alertmanager import alertmanager_objects
from servewright.resources.monitoring.rule_objects import group_values
from servewright.resources.naming import Names
from servewright.spec.monitoring_request import Receiver
from servewright.spec.request import SecretRef

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from servewright.plan.model import Plan

pytestmark = [
    pytest.mark.promtool,
    pytest.mark.gateway,
    pytest.mark.skipif(bool(alertmanager_lab.missing()), reason="no Prometheus: .ci/tools/prometheus installs it"),
    pytest.mark.skipif("SERVEWRIGHT_LITELLM" not in os.environ, reason="no LiteLLM: SERVEWRIGHT_LITELLM=$(.ci/tools/litellm_proxy)"),
]

ALERT = "FirstTokenBudgetBurn"
PAGES, TICKETS = "/pages", "/tickets"
LATE_S = 0.8
"""
Above the 750 ms that a first token is judged at.
"""

PATIENCE_S = 240.0
TOGETHER = 10


def receiver(name: str, severity: Any) -> Receiver:
    """
    Return a receiver of one severity.
    """
    secret = SecretRef(secret="alerts", key=name)  # noqa: S106 - the name of a Secret
    return Receiver(path="", name=name, kind="slack", severities=(severity,), secret=secret, channel="#llm-alerts")


def made() -> Plan:
    """
    Return the plan of the gateway's lab, with monitoring that evaluates each second and tells two channels.
    """
    return replace(
        gateway_labs_made.plan(),
        monitoring=monitoring_made.monitoring(
            receivers=(receiver("pages", "page"), receiver("tickets", "ticket")),
            prometheus=replace(monitoring_made.REQUEST.prometheus, evaluation_s=1, scrape_s=1),
        ),
    )


@dataclass
class Stand:
    """
    Everything that runs.
    """

    plan: Plan
    lab: Lab
    inbox: Inbox
    prometheus: Server
    alertmanager: Server
    questions: Iterator[int]

    @property
    def proxy(self) -> Proxy:
        """
        The one replica of the gateway.
        """
        return self.lab.proxies[0]

    def chat(self, **changes: Any) -> dict[str, Any]:
        """
        Return a request with a question of its own.
        """
        return {"model": "small", "messages": [{"role": "user", "content": f"question {next(self.questions)}"}], **changes}

    def ask_until(self, happened: Callable[[], bool]) -> bool:
        """
        Tell whether *happened* comes true while clients ask, several at a time.
        """

        def after_some() -> bool:
            self.proxy.together([self.chat() for _ in range(TOGETHER)])
            return happened()

        return until(after_some, PATIENCE_S)

    def firing(self, **labels: str) -> list[dict[str, str]]:
        """
        Return the labels of the alerts that Prometheus has as firing, of those with *labels*.
        """
        alerts = json.loads(self.prometheus.text("/api/v1/alerts"))["data"]["alerts"]
        return [each["labels"] for each in alerts if each["state"] == "firing" and labels.items() <= each["labels"].items()]


def shortened(groups: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
    """
    Return *groups* whose alerts fire at once.
    """
    return [
        {**group, "rules": [{key: value for key, value in rule.items() if key != "for"} for rule in group["rules"]]} for group in groups
    ]


def hasty(manifest: Any) -> Any:
    """
    Return the object of receivers that tell at once.
    """
    value = json.loads(json.dumps(manifest))
    for route in value["spec"]["route"]["routes"]:
        route |= {"groupWait": "1s", "groupInterval": "1s"}
    return value


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """
    Return the processes, with the engines well and nothing asked yet.
    """
    plan, folder = made(), tmp_path_factory.mktemp("prometheus")
    with ExitStack() as stack:
        lab = _gateway(stack, plan, folder)
        inbox = stack.enter_context(Inbox())
        scope = monitoring_made.scope(plan)
        configs = [hasty(each.manifest) for each in alertmanager_objects(scope)]
        urls = {"pages": f"{inbox.url}{PAGES}", "tickets": f"{inbox.url}{TICKETS}"}
        secret = alertmanager_lab.secret(plan.stack.namespace, "alerts", urls)
        told = alertmanager_lab.operator_configuration(configs, [secret])
        alertmanager = start_alertmanager(stack, folder, told)
        prometheus = start_prometheus(
            stack, folder, _scrapes(lab), shortened(group_values(scope)), alertmanager=alertmanager, remote=f"{inbox.url}/samples"
        )
        yield Stand(plan=plan, lab=lab, inbox=inbox, prometheus=prometheus, alertmanager=alertmanager, questions=itertools.count())


def _gateway(stack: ExitStack, plan: Plan, folder: Path) -> Lab:
    names = Names.of(plan.stack)
    engines = {
        name: stack.enter_context(FakeEngine(name, metrics=EngineMetrics(served_name(model))))
        for model in plan.models
        for name in (names.workload(model.name, workload.share) for workload in model.workloads)
    }
    assert plan.gateway is not None
    lab = stack.enter_context(
        running(Lab(plan=plan, folder=folder, engines=engines, teams=[team.name for team in plan.gateway.request.teams]))
    )
    lab.start_stores()
    lab.start_proxies(1)
    return lab


def _scrapes(lab: Lab) -> list[dict[str, Any]]:
    engines = [Target(pod=f"{name}-0", container="vllm", port=engine.port) for name, engine in lab.engines.items()]
    gateways = [Target(pod=f"gateway-{place}", container="litellm", port=proxy.metrics_port) for place, proxy in enumerate(lab.proxies)]
    return [scrape_config(pod_monitor(lab.plan, lab.names), engines), scrape_config(gateway_monitor(lab.plan, lab.names), gateways)]


def catalogued(component: str) -> frozenset[str]:
    """
    Return the names that the catalogue has for *component*.
    """
    return frozenset(each.name for each in load_catalog().metrics.by_name.values() if each.component == component)


def test_every_target_is_scraped_with_the_labels_that_rules_select_by(stand: Stand) -> None:
    """
    Engines and gateway are up, each in the stack's namespace and under the name of its monitor.
    """
    namespace = stand.plan.stack.namespace

    def all_up() -> bool:
        found = stand.prometheus.query(f'up{{namespace="{namespace}"}} == 1')
        jobs = [each["metric"]["job"] for each in found]
        return jobs.count(f"{namespace}/engines") == len(stand.lab.engines) and jobs.count(f"{namespace}/gateway") == 1

    assert until(all_up, PATIENCE_S), stand.prometheus.text("/api/v1/targets")


def test_an_objective_that_is_missed_fires_and_comes_back(stand: Stand) -> None:
    """
    Late first tokens of one model page, which silences its tickets; the other model is not blamed. When first tokens are quick again the
    page ends, and whoever heard of it hears of that.
    """
    engine = stand.lab.engines[stand.lab.names.workload("small")]

    engine.behaviour.delay = LATE_S
    paged = {"alertname": ALERT, "model": "small", "severity": "page"}
    assert stand.ask_until(lambda: len(stand.firing(**paged)) == 2), stand.prometheus.text("/api/v1/rules")
    assert {each["window"] for each in stand.firing(**paged)} == {"1h", "6h"}
    assert stand.firing(alertname=ALERT, model="large") == []
    assert stand.ask_until(lambda: any(title.startswith(f"PAGE: {ALERT} small") for title in stand.inbox.titles(PAGES)))
    assert until(lambda: _inhibited(stand) == {"1d", "3d"}), stand.alertmanager.text("/api/v2/alerts")

    engine.reset()
    assert stand.ask_until(lambda: stand.firing(**paged) == []), stand.prometheus.text("/api/v1/alerts")
    assert until(lambda: any(title.startswith(f"RESOLVED: {ALERT} small") for title in stand.inbox.titles(PAGES)), PATIENCE_S)
    assert until(lambda: any(title.startswith(f"TICKET: {ALERT} small") for title in stand.inbox.titles(TICKETS)), PATIENCE_S)


def _inhibited(stand: Stand) -> set[str]:
    """
    Return the windows of the tickets that a page silences.
    """
    alerts = json.loads(stand.alertmanager.text("/api/v2/alerts"))
    return {
        each["labels"].get("window", "")
        for each in alerts
        if each["labels"]["alertname"] == ALERT and each["labels"]["severity"] == "ticket" and each["status"]["inhibitedBy"]
    }


def test_no_rule_fails_on_real_samples(stand: Stand) -> None:
    """
    Prometheus has evaluated every rule without an error.
    """
    groups = json.loads(stand.prometheus.text("/api/v1/rules"))["data"]["groups"]
    assert [rule["name"] for group in groups for rule in group["rules"] if rule.get("lastError")] == []
    assert len(groups) == len(group_values(monitoring_made.scope(stand.plan)))


def test_litellm_exports_every_metric_that_rules_read(stand: Stand) -> None:
    """
    After answers, streams, an answer of the cache, a fallback, a refusal and a failure, each name is there that a rule has.
    """
    texts = [rule["expr"] for group in group_values(monitoring_made.scope(stand.plan)) for rule in group["rules"]]
    read = frozenset(re.findall(r"\blitellm_\w+", " ".join(texts)))
    again = stand.chat(temperature=0)
    for body in (again, again, stand.chat(stream=True), stand.chat(max_tokens=5000)):
        stand.proxy.ask(body)
    for failing in ([stand.lab.names.workload("small")], list(stand.lab.engines)):
        for name in failing:
            stand.lab.engines[name].behaviour.fail = 500
        stand.proxy.ask(stand.chat())

    def missing() -> frozenset[str]:
        page = Server(port=stand.proxy.metrics_port, process=stand.proxy.process, log=stand.proxy.folder).text("/metrics/")
        exported = {line.partition("{")[0].partition(" ")[0] for line in page.splitlines() if not line.startswith("#")}
        return read - exported

    def exported() -> bool:
        # A deployment is left alone after several failures in a row.
        stand.proxy.together([stand.chat(model="large") for _ in range(TOGETHER)])
        return not missing()

    assert read
    assert until(exported, 60.0), sorted(missing())
    for engine in stand.lab.engines.values():
        engine.reset()


def test_prometheus_and_alertmanager_export_what_the_catalogue_says(stand: Stand) -> None:
    """
    Each name of theirs is exported by the process, or made by Prometheus itself.
    """
    made_here = frozenset({"up", "ALERTS", "scrape_samples_scraped"})
    exported = stand.prometheus.names()

    assert catalogued("prometheus") - made_here - exported == frozenset()
    assert [name for name in sorted(made_here) if not stand.prometheus.query(f"last_over_time({name}[1h])")] == []
    assert catalogued("alertmanager") - stand.alertmanager.names() == frozenset()


def test_the_programs_are_of_the_pinned_versions(stand: Stand) -> None:
    """
    What is tried here is what images.csv names.
    """
    build = json.loads(stand.prometheus.text("/api/v1/status/buildinfo"))["data"]
    status = json.loads(stand.alertmanager.text("/api/v2/status"))

    assert build["version"] == alertmanager_lab.pinned_version("prometheus")
    assert status["versionInfo"]["version"] == alertmanager_lab.pinned_version("alertmanager")
