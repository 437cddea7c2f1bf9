"""
What a stack makes in Kubernetes stands behind what it needs, operators included.
"""

from __future__ import annotations

import pytest

from operators_made import ALL, SUBSETS, installing
from servewright.catalog.load import load_catalog
from servewright.resources.manifests import kubernetes_objects
from servewright.resources.operators.order import stack_objects

CATALOG = load_catalog()


@pytest.mark.parametrize("install", SUBSETS, ids="+".join)
def test_everything_stands_behind_its_needs(install: tuple[str, ...]) -> None:
    """
    Registering in order finds every need made; nothing is lost and nothing is made twice.
    """
    plan = installing(*install)
    made: set[tuple[str, str]] = set()
    for each in stack_objects(plan, CATALOG):
        assert [need for need in each.needs if need not in made] == [], each.key
        assert (each.kind, each.key) not in made
        made.add((each.kind, each.key))

    assert {(each.kind, each.key) for each in kubernetes_objects(plan, CATALOG)} <= made


@pytest.mark.parametrize(
    ("kind", "operator"), [("ScaledObject", "keda"), ("PodMonitor", "prometheus"), ("Deployment", "nvidia-device-plugin")]
)
def test_what_uses_an_operator_waits_for_it(kind: str, operator: str) -> None:
    """
    Where the operator is installed here; an existing one is nobody's need.
    """
    for install in (ALL, ()):
        found = [each for each in stack_objects(installing(*install), CATALOG) if each.kind == kind]
        assert found
        for each in found:
            assert (("Operator", operator) in each.needs) == bool(install)


def test_without_operators_the_order_is_that_of_the_objects() -> None:
    """
    A stack that installs none registers what it always did.
    """
    plan = installing()

    assert stack_objects(plan, CATALOG) == kubernetes_objects(plan, CATALOG)
