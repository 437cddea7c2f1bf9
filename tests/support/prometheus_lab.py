"""
Prometheus and Alertmanager as real processes on loopback, set up as the operator would from the objects that we emit.

Needs the programs of .ci/tools/prometheus on PATH.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import threading
import urllib.parse
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

import yaml

from gateway_lab import free_port, until

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from types import TracebackType

START_S = 60.0


@dataclass(frozen=True)
class Target:
    """
    A container that Prometheus would find as *pod*, at a port of loopback.
    """

    pod: str
    container: str
    port: int


@dataclass
class Inbox:
    """
    A server that keeps what is posted to it, while it is entered.
    """

    received: list[tuple[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """
        Bind a free port.
        """
        received = self.received

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in http.server
                pass

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                with suppress(ValueError):
                    received.append((self.path, json.loads(body)))
                self.send_response(200)
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        """
        Begin to serve.
        """
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """
        Stop.
        """
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """
        Where it serves.
        """
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def titles(self, path: str) -> list[str]:
        """
        Return the titles of the Slack messages that came to *path*.
        """
        return [str(each["title"]) for where, value in list(self.received) if where == path for each in value.get("attachments", ())]


@dataclass
class Server:
    """
    Prometheus or Alertmanager, listening at *port*.
    """

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def text(self, path: str) -> str:
        """
        Return what it answers to a GET.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with closing(connection):
            connection.request("GET", path)
            answer = connection.getresponse()
            text = answer.read().decode()
            assert answer.status == http.HTTPStatus.OK, text
            return text

    def query(self, expr: str) -> list[dict[str, Any]]:
        """
        Return the series that *expr* has now.
        """
        found: list[dict[str, Any]] = json.loads(self.text(f"/api/v1/query?{urllib.parse.urlencode({'query': expr})}"))["data"]["result"]
        return found

    def names(self) -> frozenset[str]:
        """
        Return the names of the metrics that it exports itself.
        """
        lines = self.text("/metrics").splitlines()
        return frozenset(line.partition("{")[0].partition(" ")[0] for line in lines if not line.startswith("#"))


def scrape_config(monitor: Mapping[str, Any], targets: Iterable[Target], interval: str = "1s") -> dict[str, Any]:
    """
    Return how the operator makes Prometheus scrape *targets* for a PodMonitor (prometheus-operator v0.93.1, pkg/prometheus/promcfg.go,
    generatePodMonitorConfig), with static targets in place of those that it finds.
    """
    namespace, name = monitor["metadata"]["namespace"], monitor["metadata"]["name"]
    (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
    found = "__meta_kubernetes_"
    return {
        "job_name": f"podMonitor/{namespace}/{name}/0",
        "honor_labels": bool(endpoint.get("honorLabels")),
        "metrics_path": endpoint["path"],
        "scrape_interval": interval,
        "scrape_timeout": interval,
        "static_configs": [
            {
                "targets": [f"127.0.0.1:{each.port}"],
                "labels": {f"{found}namespace": namespace, f"{found}pod_name": each.pod, f"{found}pod_container_name": each.container},
            }
            for each in targets
        ],
        "relabel_configs": [
            {"source_labels": [f"{found}namespace"], "target_label": "namespace"},
            {"source_labels": [f"{found}pod_container_name"], "target_label": "container"},
            {"source_labels": [f"{found}pod_name"], "target_label": "pod"},
            {"target_label": "job", "replacement": f"{namespace}/{name}"},
            {"target_label": "endpoint", "replacement": endpoint["port"]},
        ],
        "metric_relabel_configs": [
            {"source_labels": each.get("sourceLabels", []), "regex": each.get("regex", "(.*)"), "action": each["action"]}
            for each in endpoint.get("metricRelabelings", ())
        ],
    }


def start_alertmanager(stack: ExitStack, folder: Path, configuration: str) -> Server:
    """
    Return Alertmanager with *configuration*, alone.
    """
    file = folder / "alertmanager.yml"
    file.write_text(configuration, encoding="utf-8")
    flags = [f"--config.file={file}", f"--storage.path={folder / 'alertmanager'}", "--cluster.listen-address="]
    return _start(stack, folder, "alertmanager", flags)


def start_prometheus(
    stack: ExitStack, folder: Path, scrapes: list[dict[str, Any]], groups: list[dict[str, Any]], *, alertmanager: Server, remote: str
) -> Server:
    """
    Return Prometheus that scrapes *scrapes*, evaluates *groups*, tells *alertmanager* and copies samples to *remote*.
    """
    rules, file = folder / "rules.yml", folder / "prometheus.yml"
    rules.write_text(yaml.safe_dump({"groups": groups}, sort_keys=False), encoding="utf-8")
    configuration = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(rules)],
        "scrape_configs": scrapes,
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{alertmanager.port}"]}]}]},
        "remote_write": [{"url": remote}],
    }
    file.write_text(yaml.safe_dump(configuration, sort_keys=False), encoding="utf-8")
    return _start(stack, folder, "prometheus", [f"--config.file={file}", f"--storage.tsdb.path={folder / 'tsdb'}"])


def _start(stack: ExitStack, folder: Path, program: str, flags: list[str]) -> Server:
    port, path = free_port(), folder / f"{program}.log"
    with path.open("ab") as log:
        command = [program, *flags, f"--web.listen-address=127.0.0.1:{port}"]
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    stack.callback(_stop, process)
    server = Server(port=port, process=process, log=path)

    def ready() -> bool:
        assert process.poll() is None, path.read_text(encoding="utf-8")
        with suppress(OSError, AssertionError, http.client.HTTPException):
            server.text("/-/ready")
            return True
        return False

    assert until(ready, START_S), path.read_text(encoding="utf-8")
    return server


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(20)
    if process.poll() is None:
        process.kill()
        process.wait()
