"""
Operators: existing or installed, in one word or one by one.
"""

from __future__ import annotations

import pytest

from servewright.spec.applied import Applied
from servewright.spec.infrastructure import PlatformSpec
from servewright.spec.operators import INSTALLABLE
from servewright.spec.platform_defaults import operators_of
from servewright.spec.request import Operator

ALL = ("dcgm-exporter", "karpenter", "keda", "nvidia-device-plugin", "prometheus")


def _operators(given: object, applied: Applied | None = None) -> dict[str, Operator]:
    spec = None if given is None else PlatformSpec.model_validate({"operators": given})
    return {each.name: each for each in operators_of(spec, applied or Applied())}


def _modes(given: object) -> dict[str, str]:
    return {name: each.mode for name, each in _operators(given).items()}


def test_the_default_is_existing() -> None:
    """
    Absent, the word existing, and an operator without a choice all mean: the cluster has it.
    """
    ways: tuple[object, ...] = (None, "existing", {}, {"keda": "existing"}, {"keda": {}}, {"keda": {"existing": {}}})
    for given in ways:
        assert _modes(given) == dict.fromkeys(ALL, "existing"), given


def test_install_in_one_word_installs_all_but_karpenter() -> None:
    """
    Karpenter comes with clusters that are created, which is not built yet.
    """
    assert _modes("install") == {**dict.fromkeys(ALL, "install"), "karpenter": "existing"}
    assert _modes("install") == _modes(dict.fromkeys(INSTALLABLE, "install"))


@pytest.mark.parametrize("name", INSTALLABLE)
def test_each_is_installed_by_itself(name: str) -> None:
    """
    Short and long form mean the same, and touch no other operator.
    """
    assert _modes({name: "install"}) == {**dict.fromkeys(ALL, "existing"), name: "install"}
    assert _modes({name: {"install": {}}}) == _modes({name: "install"})


def test_an_installed_operator_has_a_place_of_its_own() -> None:
    """
    What touches nodes goes into the one privileged namespace, KEDA and Prometheus into theirs; no default of an existing one is noted.
    """
    applied = Applied()
    found = _operators("install", applied)

    assert {name: each.namespace for name, each in found.items()} == {
        "dcgm-exporter": "servewright-node-system",
        "karpenter": "kube-system",
        "keda": "keda",
        "nvidia-device-plugin": "servewright-node-system",
        "prometheus": "monitoring",
    }
    assert found["prometheus"].address == "http://kube-prometheus-stack-prometheus.monitoring:9090"
    assert found["prometheus"].labels == (("release", "kube-prometheus-stack"),)
    assert [entry.path for entry in applied.entries] == ["platform.operators.karpenter.existing.namespace"]


def test_an_installed_prometheus_is_where_an_existing_one_is_looked_for() -> None:
    """
    A second stack on the cluster says existing and finds it by the defaults.
    """
    mine, theirs = _operators("install")["prometheus"], _operators("existing")["prometheus"]

    assert (mine.address, mine.namespace, mine.labels) == (theirs.address, theirs.namespace, theirs.labels)
