"""
What installed operators run, and that it fits where the plan assumes it.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

import monitoring_made
from operators_made import ALL, operators
from servewright.catalog.load import load_catalog
from servewright.plan.operators import OperatorPod, cpu_pods, installed, pods_of
from servewright.plan.packing import assumed_daemonsets
from servewright.spec.request import Environment

ENVIRONMENTS: tuple[Environment, ...] = ("dev", "staging", "prod")

OTHERS_CPU, OTHERS_MIB, OTHERS_PODS = 250, 400, 3
"""
CNI, kube-proxy and a log agent of the cluster, which share the assumption: 50 m + 100 m + 100 m, and what they use; judgement.
"""


def _all(environment: Environment) -> list[OperatorPod]:
    return [pod for name in ALL for pod in pods_of(name, environment)]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_container_has_requests_and_a_memory_limit(environment: Environment) -> None:
    """
    Nothing is scheduled blindly, and nothing eats a node: a limit of memory at or above its request.
    """
    for pod in _all(environment):
        assert pod.containers
        for container in pod.containers:
            assert container.cpu_millicores > 0
            assert 0 < container.memory_mib <= container.memory_limit_mib
    assert len({pod.name for pod in _all(environment)}) == len(_all(environment))


def test_the_daemonsets_fit_what_packing_assumes() -> None:
    """
    Replicas per GPU node are planned beside 400 m and 900 MiB of DaemonSets: what we install leaves the cluster's own their part.
    """
    assumed = assumed_daemonsets(load_catalog())
    mine = [pod for pod in _all("prod") if pod.daemonset]

    assert {pod.name for pod in mine} == {"nvidia-device-plugin", "dcgm-exporter"}
    assert sum(pod.cpu_millicores for pod in mine) + OTHERS_CPU <= assumed.cpu_millicores
    assert sum(pod.memory_mib for pod in mine) + OTHERS_MIB <= assumed.memory_mib
    assert len(mine) + OTHERS_PODS <= assumed.pods


def test_keda_stands_twice_in_prod() -> None:
    """
    In prod each of its three workloads has two replicas on nodes apart, elsewhere one.
    """
    assert {(pod.replicas, pod.apart) for pod in pods_of("keda", "prod")} == {(2, True)}
    assert {(pod.replicas, pod.apart) for pod in pods_of("keda", "dev")} == {(1, False)}
    assert len(pods_of("keda", "prod")) == 3


def test_only_what_is_installed_runs() -> None:
    """
    Existing operators bring no pods of ours; GPU DaemonSets are no pods of the CPU pool.
    """
    assert installed(operators()) == ()
    assert cpu_pods(operators(), "dev") == ()
    assert cpu_pods(operators("nvidia-device-plugin", "dcgm-exporter"), "dev") == ()
    assert sorted(installed(operators(*ALL))) == sorted(ALL)
    assert len(cpu_pods(operators(*ALL), "dev")) == 6


def test_a_pod_requests_the_sum_of_its_containers() -> None:
    """
    The scheduler adds the containers up: Prometheus and its config reloader.
    """
    (pod,) = (each for each in pods_of("prometheus", "dev") if len(each.containers) > 1)

    assert (pod.cpu_millicores, pod.memory_mib) == (210, 2098)
    assert pod.size("config-reloader").memory_limit_mib == 50


def test_without_monitoring_nothing_is_added() -> None:
    """
    The stack that only scales has three pods of Prometheus and no volume; a watched one has Alertmanager and Grafana too.
    """
    plain, watched = pods_of("prometheus", "prod"), pods_of("prometheus", "prod", monitoring_made.MONITORING)

    assert [len(plain), len(watched)] == [3, 5]
    assert not [pod for pod in plain if pod.volumes]
    assert {pod.name.partition("-")[0]: (pod.replicas, pod.apart, pod.volume().size_gib) for pod in watched if pod.volumes} == {
        "prometheus": (1, False, 12),
        "alertmanager": (2, True, 1),
    }
    assert pods_of("keda", "prod", monitoring_made.MONITORING) == pods_of("keda", "prod")


def test_prometheus_has_the_memory_of_the_plan() -> None:
    """
    It is ended at half as much again.
    """
    large = replace(monitoring_made.MONITORING, memory_mib=6000)
    (pod,) = (each for each in pods_of("prometheus", "dev", large) if each.name.startswith("prometheus-"))

    assert (pod.size("prometheus").memory_mib, pod.size("prometheus").memory_limit_mib) == (6000, 9000)
